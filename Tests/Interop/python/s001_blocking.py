from peer import connect, listen, run


def server():
    connection, _ = listen().accept()
    print(connection.recv(1024).decode())


def client():
    connect().send(b"ABCDEFGH")


run(server=server, client=client)
