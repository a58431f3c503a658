from peer import connect, lines, listen, run


def server():
    connection, _ = listen().accept()
    prompt = lines(">>>")
    while text := connection.recv(1024).decode():
        print(text)
        line = next(prompt, None)
        if line is None:
            break
        connection.send(line.encode())


def client():
    connection = connect()
    for line in lines(">>>"):
        connection.send(line.encode())
        text = connection.recv(1024).decode()
        if not text:
            break
        print(text)


run(server=server, client=client)
