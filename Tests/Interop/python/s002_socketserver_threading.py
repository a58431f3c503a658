import socketserver

from peer import ADDRESS, connect, lines, run


class Messages(socketserver.BaseRequestHandler):
    def setup(self):
        print("处理请求:", self.request)

    def handle(self):
        while (text := self.request.recv(1024).decode()) and text != "quit":
            answer = "Your msg = %s" % text
            print(answer)
            self.request.send(answer.encode())


def server():
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    with socketserver.ThreadingTCPServer(ADDRESS, Messages) as server:
        server.serve_forever()


def client():
    connection = connect()
    for line in lines(">>>"):
        if line == "quit":
            break
        connection.send(line.encode())
        print(connection.recv(1024).decode())
    connection.send(b"quit")


run(server=server, client=client)
