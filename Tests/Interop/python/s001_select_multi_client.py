import select

from peer import connect, lines, listen, run


def server():
    listener = listen()
    watched = [listener]
    while True:
        for ready in select.select(watched, [], [])[0]:
            if ready is listener:
                watched.append(listener.accept()[0])
                print("有新的连接")
                continue
            try:
                data = ready.recv(1024)
            except ConnectionError:
                data = b""
            if data:
                print("收到消息: ", data)
            else:
                print("关闭连接")
                watched.remove(ready)
                ready.close()


def client():
    connection = connect()
    for line in lines(">>>"):
        if line in ("q", "Q"):
            break
        connection.send(line.encode())


run(server=server, client=client)
