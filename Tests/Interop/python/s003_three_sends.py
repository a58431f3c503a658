from peer import connect, listen, run


def server():
    connection, _ = listen().accept()
    for _ in range(3):
        print(connection.recv(1024))


def client():
    connection = connect()
    for data in (b"123", b"456", b"789"):
        connection.send(data)
    connection.close()


run(server=server, client=client)
