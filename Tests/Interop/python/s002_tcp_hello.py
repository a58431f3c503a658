from peer import connect, listen, run


def server():
    connection, _ = listen().accept()
    print(connection.recv(1024).decode())
    connection.send(b"hahahaha")


def client():
    connection = connect()
    connection.send(b"hello zj")
    print(connection.recv(1024).decode())


run(server=server, client=client)
