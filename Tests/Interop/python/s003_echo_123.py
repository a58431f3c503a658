from peer import connect, lines, listen, run


def server():
    listener = listen()
    while True:
        connection, address = listener.accept()
        print(address)
        while data := connection.recv(1024):
            print(data.decode())
            connection.send(data + b"123")
        connection.close()


def client():
    connection = connect()
    for line in lines("输入想说的话>>>:"):
        if text := line.strip():
            connection.send(text.encode())
            print(connection.recv(1024).decode())


run(server=server, client=client)
