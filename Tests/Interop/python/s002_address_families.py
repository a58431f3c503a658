import os
import socket

from peer import PORT, run

FAMILY = os.environ.get("FAMILY", "inet")
STREAM = os.environ.get("TYPE", "stream") == "stream"
PLACE = {"inet": ("127.0.0.1", PORT), "inet6": ("::1", PORT), "unix": os.environ.get("SOCK_PATH", "tutorial.sock")}[FAMILY]


def make():
    family = {"inet": socket.AF_INET, "inet6": socket.AF_INET6, "unix": socket.AF_UNIX}[FAMILY]
    return socket.socket(family, socket.SOCK_STREAM if STREAM else socket.SOCK_DGRAM)


def server():
    place = make()
    if FAMILY != "unix":
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind(PLACE)
    if STREAM:
        place.listen()
        connection, _ = place.accept()
        print(connection.recv(1024).decode())
        connection.send(b"hahahaha")
    else:
        data, sender = place.recvfrom(1024)
        print(data.decode())
        place.sendto(b"hahahaha", sender)
    if FAMILY == "unix":
        os.unlink(PLACE)


def client():
    place = make()
    if FAMILY == "unix" and not STREAM:
        place.bind("")
    place.connect(PLACE)
    place.send(b"hello zj")
    print(place.recv(1024).decode())


run(server=server, client=client)
