from peer import connect, listen, run


def server():
    connection, _ = listen().accept()
    print(connection.recv(1024))
    connection.send(b"hi")


def client():
    connection = connect()
    connection.send(b"hello!")
    print(connection.recv(1024))


run(server=server, client=client)
