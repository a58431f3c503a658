import struct

from peer import connect, listen, receive, run


def server():
    connection, _ = listen().accept()
    while head := receive(connection, 4):
        print(receive(connection, struct.unpack("i", head)[0]).decode())
    print("对方断开连接")


def client():
    connection = connect()
    for message in ("xin正在学习", "应该没有"):
        data = message.encode()
        connection.sendall(struct.pack("i", len(data)))
        connection.sendall(data)
    connection.close()


run(server=server, client=client)
