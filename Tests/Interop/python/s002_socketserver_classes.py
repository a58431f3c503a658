import os
import socket
import socketserver

from peer import ADDRESS, run

NAME = os.environ.get("CLASS", "ThreadingTCPServer")
UNIX = NAME.startswith("Unix")
STREAM = "TCP" in NAME or "Stream" in NAME
PLACE = os.environ.get("SOCK_PATH", "tutorial.sock") if UNIX else ADDRESS


class Base(socketserver.BaseRequestHandler):
    def handle(self):
        if STREAM:
            self.request.sendall(self.request.recv(1024).upper())
        else:
            data, place = self.request
            place.sendto(data.upper(), self.client_address)


class File(socketserver.StreamRequestHandler if STREAM else socketserver.DatagramRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.readline().upper())


def server():
    kind = getattr(socketserver, NAME)
    print(", ".join(each.__name__ for each in kind.mro()))
    kind.allow_reuse_address = True
    with kind(PLACE, Base if os.environ.get("HANDLER", "base") == "base" else File) as server:
        server.serve_forever()


def client():
    place = socket.socket(socket.AF_UNIX if UNIX else socket.AF_INET, socket.SOCK_STREAM if STREAM else socket.SOCK_DGRAM)
    if UNIX and not STREAM:
        place.bind("")
    place.connect(PLACE)
    place.send(("hello %s\n" % NAME).encode())
    print(place.recv(1024).decode().strip())


run(server=server, client=client)
