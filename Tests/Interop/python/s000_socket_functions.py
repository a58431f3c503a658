import socket

from peer import run


def script():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(5)
    place = listener.getsockname()
    print("bind, listen, getsockname", place)
    client = socket.socket()
    client.connect(place)
    connection, address = listener.accept()
    print("connect, accept", address, "true" if address == client.getsockname() else "false")
    print("getpeername", client.getpeername())
    print("send", client.send(b"hello"))
    print("recv", connection.recv(1024))
    client.sendall(b"first\nsecond\n")
    file = connection.makefile("r")
    print("sendall, makefile", repr(file.readline().rstrip("\n")), repr(file.readline().rstrip("\n")))
    print("getsockopt", listener.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR))
    print("fileno", "true" if client.fileno() >= 0 else "false")
    client.setblocking(False)
    try:
        print(client.recv(1))
    except BlockingIOError:
        print("setblocking BlockingIOError")
    client.settimeout(0.5)
    print("settimeout, gettimeout", client.gettimeout())
    client.close()
    listener.close()
    print("close, connect_ex", socket.socket().connect_ex(place))
    receiver = socket.socket(type=socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    print("sendto", socket.socket(type=socket.SOCK_DGRAM).sendto(b"datagram", receiver.getsockname()))
    print("recvfrom", receiver.recvfrom(1024))


run(script=script)
