import hashlib
import json
import os
import socketserver
import struct
import time

from peer import ADDRESS, connect, lines, receive, run

PAUSE = float(os.environ.get("PAUSE", "0.01"))


def send_file(connection, name, show=lambda part, whole: None):
    size = os.path.getsize(name)
    connection.send(struct.pack("i", size))
    sent = 0
    with open(name, "rb") as file:
        for line in file:
            header = {"file_name": name, "file_size": len(line), "md5": hashlib.md5(line).hexdigest()}
            head = json.dumps(header).encode()
            connection.send(struct.pack("i", len(head)))
            connection.send(head)
            connection.sendall(line)
            sent += len(line)
            show(sent, size)
            time.sleep(PAUSE)


def receive_file(connection, head, name, show=lambda part, whole: None):
    (size,) = struct.unpack("i", head)
    received = 0
    with open(name, "wb") as file:
        while received < size:
            header = json.loads(receive(connection, *struct.unpack("i", receive(connection, 4))))
            line = receive(connection, header["file_size"])
            if hashlib.md5(line).hexdigest() != header["md5"]:
                print("下载文件不完整有误")
            file.write(line)
            received += len(line)
            show(received, size)


class Session(socketserver.BaseRequestHandler):
    def handle(self):
        while command := self.request.recv(1024):
            word, name = command.decode().split(" ")
            if word == "get":
                if not os.path.isfile(name):
                    print("没有该文件")
                    return
                print("客户端正在下载文件" + name)
                send_file(self.request, name)
            elif word == "put":
                print("客户端正在上传文件" + name)
                receive_file(self.request, receive(self.request, 4), name)
                self.request.send((name + " 上传成功").encode())
            else:
                print("暂不支持")


def server():
    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True

    Server(ADDRESS, Session).serve_forever()


def bar(width):
    def show(part, whole):
        row = "#" * (width * part // whole)
        print("\r[%s] %d%%" % (row.ljust(width), 100 * part // whole), end="", flush=True)

    return show


def get(connection, name):
    own = name
    if os.path.isfile(name):
        print("该文件已存在")
        if input("是否继续下载>>:") != "y":
            return
        own = name + "(1)"
    connection.send(("get " + name).encode())
    head = receive(connection, 4)
    if not head:
        print("服务器端没有该文件")
        return
    print("客户端正在下载文件" + name)
    receive_file(connection, head, own, bar(70))
    print("\n" + name + " 下载成功")


def put(connection, name):
    if not os.path.isfile(name):
        print("没有该文件")
        return
    print("客户端正在上传文件" + name)
    connection.send(("put " + name).encode())
    time.sleep(0.1)
    send_file(connection, name, bar(50))
    receive(connection, len((name + " 上传成功").encode()))
    print()


def client():
    connection = connect()
    for line in lines("请输入您的指令>>:"):
        words = line.strip().split(" ")
        if len(words) != 2:
            print("请输入正确的指令")
        elif words[0] not in ("get", "put"):
            print("没有该功能")
        else:
            {"get": get, "put": put}[words[0]](connection, words[1])


run(server=server, client=client)
