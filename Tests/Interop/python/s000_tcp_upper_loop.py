from peer import connect, lines, listen, run


def server():
    connection, _ = listen().accept()
    while data := connection.recv(1024):
        print("server===>", data)
        connection.send(data.upper())


def client():
    connection = connect()
    for line in lines(">>: "):
        connection.send(line.strip().encode())
        print("client====>", connection.recv(1024))


run(server=server, client=client)
