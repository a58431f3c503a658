import socketserver

from peer import ADDRESS, connect, run


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        data = self.request.recv(1024).strip()
        print("%s wrote:" % self.client_address[0])
        print(data)
        self.request.sendall(data.upper())


def server():
    socketserver.TCPServer.allow_reuse_address = True
    with socketserver.TCPServer(ADDRESS, Handler) as server:
        server.serve_forever()


def client():
    connection = connect()
    connection.sendall(b"hello\n")
    received = connection.recv(1024)
    print("Sent:     hello")
    print("Received: %s" % received.decode())


run(server=server, client=client)
