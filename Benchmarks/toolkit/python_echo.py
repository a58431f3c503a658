"""Echo servers of Python's socketserver: python_echo.py threading|forking|sequential|udp PORT"""

import resource
import socket
import socketserver
import sys


class StreamEcho(socketserver.BaseRequestHandler):
    def setup(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handle(self):
        while data := self.request.recv(65536):
            self.request.sendall(data)


class DatagramEcho(socketserver.BaseRequestHandler):
    def handle(self):
        data, server = self.request
        server.sendto(data, self.client_address)


class Settings:
    allow_reuse_address = True
    request_queue_size = 4096
    daemon_threads = True
    block_on_close = False
    max_children = 1000


class Threading(Settings, socketserver.ThreadingTCPServer):
    pass


class Forking(Settings, socketserver.ForkingTCPServer):
    pass


class Sequential(Settings, socketserver.TCPServer):
    pass


def main():
    kind, port = sys.argv[1], int(sys.argv[2])
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    address = ("127.0.0.1", port)
    if kind == "udp":
        server = socketserver.UDPServer(address, DatagramEcho)
    else:
        servers = {"threading": Threading, "forking": Forking, "sequential": Sequential}
        server = servers[kind](address, StreamEcho)
    server.serve_forever()


main()
