import socketserver

from peer import ADDRESS, connect, lines, run


class UpperCase(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(1024):
            print(data.decode())
            self.request.send(data.upper())


def server():
    socketserver.ThreadingTCPServer(ADDRESS, UpperCase).serve_forever()


def client():
    connection = connect()
    for line in lines(">>>>: "):
        if text := line.strip():
            connection.send(text.encode())
            print(connection.recv(1024).decode())


run(server=server, client=client)
