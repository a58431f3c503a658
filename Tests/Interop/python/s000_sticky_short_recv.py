from peer import connect, listen, run


def server():
    connection, _ = listen().accept()
    first = connection.recv(2)
    second = connection.recv(10)
    print("----->", first.decode())
    print("----->", second.decode())


def client():
    connection = connect()
    connection.send(b"hello egg")
    connection.close()


run(server=server, client=client)
