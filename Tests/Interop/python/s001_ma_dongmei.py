import random

from peer import connect, lines, listen, run


def server():
    listener = listen()
    while True:
        connection, _ = listener.accept()
        print("用户已连接")
        connection.sendall("你找谁呀!".encode())
        while name := connection.recv(1024).decode():
            connection.send(name.replace(random.choice(name), "什么").encode())
        print("对方断开连接")
        connection.close()


def client():
    connection = connect()
    print(connection.recv(1024).decode())
    for name in lines("请输入(q/Q退出):"):
        if name in ("q", "Q"):
            break
        connection.send(name.encode())
        print(connection.recv(1024).decode())


run(server=server, client=client)
