import socket

from peer import ADDRESS, lines, run


def announce(data, address):
    print("来自[%s:%s]的一条消息:\033[1;44m%s\033[0m" % (*address, data.decode()))


def server():
    receiver = socket.socket(type=socket.SOCK_DGRAM)
    receiver.bind(ADDRESS)
    answers = lines("回复消息: ")
    while True:
        data, address = receiver.recvfrom(65535)
        announce(data, address)
        answer = next(answers, None)
        if answer is None:
            return
        receiver.sendto(answer.strip().encode(), address)


def client():
    names = {name: ADDRESS for name in ("jkey", "liu", "song", "xue")}
    sender = socket.socket(type=socket.SOCK_DGRAM)
    for name in lines("请选择聊天对象: "):
        if name not in names:
            continue
        for line in lines("请输入消息,回车发送: "):
            if line.strip() == "quit":
                break
            if line.strip():
                sender.sendto(line.strip().encode(), names[name])
                announce(*sender.recvfrom(65535))


run(server=server, client=client)
