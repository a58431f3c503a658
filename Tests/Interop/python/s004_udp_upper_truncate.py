import socket

from peer import ADDRESS, lines, run


def server():
    receiver = socket.socket(type=socket.SOCK_DGRAM)
    receiver.bind(ADDRESS)
    while True:
        data, address = receiver.recvfrom(65535)
        print(data, address)
        receiver.sendto(data.upper(), address)


def client():
    sender = socket.socket(type=socket.SOCK_DGRAM)
    for line in lines(">>>>: "):
        sender.sendto(line.strip().encode(), ADDRESS)
        data, address = sender.recvfrom(4)
        print(data.decode("utf-8", "ignore"), address)


run(server=server, client=client)
