import errno
import os
import socket

from peer import run


def script():
    receiver = socket.socket(type=socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    place = receiver.getsockname()
    sender = socket.socket(type=socket.SOCK_DGRAM)
    print("sendto 65507 bytes:", sender.sendto(b"x" * 65507, place))
    print("recvfrom:", len(receiver.recvfrom(65535)[0]))
    try:
        sender.sendto(b"x" * 65508, place)
    except OSError as error:
        print("sendto 65508 bytes: %s, %s" % (errno.errorcode[error.errno], os.strerror(error.errno)))
    sender.sendto(b"", place)
    print("an empty datagram:", receiver.recvfrom(1024)[0])
    sender.sendto(b"one", place)
    sender.sendto(b"two", place)
    first, second = receiver.recvfrom(1024)[0], receiver.recvfrom(1024)[0]
    print("two sendto, two recvfrom:", first, second)
    sender.sendto(b"longer", place)
    sender.sendto(b"next", place)
    cut = receiver.recvfrom(2)[0]
    print("recvfrom(2) of b'longer':", cut, "and then", receiver.recvfrom(10)[0])


run(script=script)
