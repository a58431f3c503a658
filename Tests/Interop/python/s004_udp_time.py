import socket
import time

from peer import ADDRESS, lines, run


def server():
    receiver = socket.socket(type=socket.SOCK_DGRAM)
    receiver.bind(ADDRESS)
    while True:
        data, address = receiver.recvfrom(1024)
        print("===> ", data)
        receiver.sendto(time.strftime(data.decode() or "%Y-%m-%d %X").encode(), address)


def client():
    sender = socket.socket(type=socket.SOCK_DGRAM)
    for line in lines("请输入时间格式(例%Y %m %d)>>: "):
        sender.sendto(line.strip().encode(), ADDRESS)
        print(sender.recvfrom(65535)[0].decode())


run(server=server, client=client)
