import http.client

from peer import HOST, PORT, listen, run


def server():
    listener = listen()
    while True:
        connection, _ = listener.accept()
        print(connection.recv(1024))
        connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
        connection.send(b"<h1>Hello World!</h1>")
        connection.close()


def client():
    connection = http.client.HTTPConnection(HOST, PORT, timeout=30)
    connection.request("GET", "/")
    print(connection.getresponse().read().decode())


run(server=server, client=client)
