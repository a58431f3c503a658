import os
import time

from peer import connect, lines, listen, run


def server():
    listener = listen()
    while True:
        connection, _ = listener.accept()
        name, _, size = connection.recv(1024).decode().rpartition("-")
        size = int(size)
        print("用户已连接,传输文件名%s-%skb" % (name, size / 1024))
        got = 0
        with open(os.path.join(os.environ.get("BASE_DIR", "."), "file", name), "wb") as file:
            while data := connection.recv(1024):
                file.write(data)
                got += len(data)
                if got < size:
                    print("\r%s已传输%d%%" % (name, 100 * got // size), end="")
        print("\r%s传输完成" % name)
        connection.close()


def client():
    for path in lines("请输入需要上传的文件:"):
        connection = connect()
        print("开始上传文件")
        connection.send(("%s-%d" % (os.path.basename(path), os.path.getsize(path))).encode())
        time.sleep(0.2)  # the header has no end: the content must not come with it
        with open(path, "rb") as file:
            while data := file.read(1024):
                connection.sendall(data)
        break


run(server=server, client=client)
