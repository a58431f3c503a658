from peer import connect, listen, run


def server():
    connection, _ = listen().accept()
    print(connection.recv(1024).decode())


def client():
    connection = connect()
    connection.send(b"kinght love ")
    connection.send(b"aym")
    connection.close()


run(server=server, client=client)
