import socket

from peer import ADDRESS, lines, run


def server():
    place = socket.socket(type=socket.SOCK_DGRAM)
    place.bind(ADDRESS)
    while True:
        data, (host, port) = place.recvfrom(1024)
        print(data, host, port)
        place.sendto("已收到".encode(), (host, port))


def client():
    place = socket.socket(type=socket.SOCK_DGRAM)
    for line in lines("请输入要发送的内容(Q退出):"):
        if line.strip() in ("q", "Q"):
            break
        place.sendto(line.strip().encode(), ADDRESS)
        print(place.recvfrom(1024)[0].decode())


run(server=server, client=client)
