from peer import connect, listen, run


def server():
    listener = listen()
    while True:
        connection, _ = listener.accept()
        print(connection.recv(1024))
        connection.send(b"hello world")
        connection.close()


def client():
    connection = connect()
    connection.send(b"hello")
    print(connection.recv(1024))


run(server=server, client=client)
