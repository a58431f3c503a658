from peer import connect, listen, run


def server():
    connection, _ = listen().accept()
    print(connection.recv(1024))
    connection.send(b"I AM FROM SERVER!")


def client():
    connection = connect()
    connection.send(b"I am from client!")
    print(connection.recv(1024))


run(server=server, client=client)
