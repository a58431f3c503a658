from datetime import datetime

from peer import connect, listen, run


def server():
    listener = listen()
    print("服务器启动开始监听...")
    while True:
        connection, address = listener.accept()
        print("%s连接到了服务器." % (address,))
        connection.send(str(datetime.now()).encode())
        connection.close()


def client():
    print(connect().recv(1024).decode())


run(server=server, client=client)
