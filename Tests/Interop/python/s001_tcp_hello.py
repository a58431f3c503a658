from peer import connect, listen, run


def server():
    listener = listen()
    while True:
        connection, _ = listener.accept()
        print(connection.recv(1024).decode())
        connection.send(b"Hello World")
        connection.close()


def client():
    connection = connect()
    connection.send(b"Hello,I am client")
    print(connection.recv(1024).decode())


run(server=server, client=client)
