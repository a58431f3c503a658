import socket
import socketserver

from peer import ADDRESS, lines, run


class UpperCase(socketserver.BaseRequestHandler):
    def handle(self):
        print(self.request)
        self.request[1].sendto(self.request[0].upper(), self.client_address)


def server():
    socketserver.ThreadingUDPServer(ADDRESS, UpperCase).serve_forever()


def client():
    sender = socket.socket(type=socket.SOCK_DGRAM)
    for line in lines(">>>>: "):
        if text := line.strip():
            sender.sendto(text.encode(), ADDRESS)
            print(sender.recvfrom(65535)[0].decode())


run(server=server, client=client)
