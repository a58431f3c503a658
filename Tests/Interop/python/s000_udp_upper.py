import socket

from peer import ADDRESS, lines, run


def server():
    place = socket.socket(type=socket.SOCK_DGRAM)
    place.bind(ADDRESS)
    while True:
        data, sender = place.recvfrom(65535)
        place.sendto(data.upper(), sender)


def client():
    place = socket.socket(type=socket.SOCK_DGRAM)
    for line in lines(">>: "):
        place.sendto(line.encode(), ADDRESS)
        print(place.recvfrom(65535)[0])


run(server=server, client=client)
