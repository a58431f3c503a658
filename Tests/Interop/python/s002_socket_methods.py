import socket

from peer import run


def truth(value):
    return "true" if value else "false"


def script():
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    print("getsockname, getpeername", server.getsockname(), truth(client.getpeername() == server.getsockname()))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    print("setsockopt", truth(client.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
    print("send", client.send(b"send"))
    print("recv", server.recv(100))
    client.sendall(b"sendall")
    buffer = bytearray(b".........." )
    print("sendall, recv_into", server.recv_into(buffer), bytes(buffer))
    with open("/etc/passwd", "rb") as file:
        print("sendfile", client.sendfile(file, count=9))
    print("recv", truth(server.recv(9)))
    server.setblocking(False)
    try:
        print(server.recv(1))
    except OSError as error:
        print("setblocking", type(error).__name__)
    server.settimeout(0.01)
    try:
        print(server.recv(1))
    except OSError as error:
        print("settimeout", type(error).__name__)
    stream = client.makefile("rw")
    stream.write("a line\n")
    stream.flush()
    print("makefile", server.recv(100))
    receiver = socket.socket(type=socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    sender = socket.socket(type=socket.SOCK_DGRAM)
    print("sendto", sender.sendto(b"one", receiver.getsockname()))
    data, address = receiver.recvfrom(100)
    print("recvfrom", (data, address))
    sender.sendto(b"two", receiver.getsockname())
    count, origin = receiver.recvfrom_into(buffer)
    print("recvfrom_into", (count,), truth(origin == address), bytes(buffer))


run(script=script)
