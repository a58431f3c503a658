import select
import socket
import time

from peer import ADDRESS, listen, run


def server():
    listener = listen()
    watched = [listener]
    while True:
        for ready in select.select(watched, [], [])[0]:
            if ready is listener:
                watched.append(listener.accept()[0])
                print("有新的连接")
                continue
            text = ready.recv(1024).decode()
            print(text)
            if not text:
                print("连接已被关闭")
                watched.remove(ready)
                ready.close()
            elif text == "sleep":
                time.sleep(5)
                print("收到延时信息 sleep")
                ready.send("已收到延时反馈信息:sleep".encode())
            else:
                print("收到普通信息 %s" % text)
                ready.send(("已收到普通信息:%s" % text).encode())


def client():
    texts = {}
    for text in ("first", "sleep", "second", "third"):
        connection = socket.socket()
        connection.setblocking(False)
        try:
            connection.connect(ADDRESS)
        except BlockingIOError:
            pass
        texts[connection] = text
    writing, reading = list(texts), []
    while writing or reading:
        readable, writable, _ = select.select(reading, writing, [])
        for connection in writable:
            print(texts[connection])
            connection.send(texts[connection].encode())
            writing.remove(connection)
            reading.append(connection)
        for connection in readable:
            print(connection.recv(1024))
            reading.remove(connection)
            connection.close()


run(server=server, client=client)
