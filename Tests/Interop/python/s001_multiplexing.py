import os
import select

from peer import connect, lines, listen, run


def waiter():
    """`register(socket)`, `unregister(socket)` and `wait()` of the way that MUX names."""
    mode = os.environ.get("MUX", "epoll")
    if mode == "select":
        watched = set()
        return watched.add, watched.remove, lambda: select.select(watched, [], [])[0]
    poller = select.poll() if mode == "poll" else select.epoll()
    flags = {"poll": select.POLLIN, "epoll": select.EPOLLIN, "epoll-et": select.EPOLLIN | select.EPOLLET}[mode]
    return lambda number: poller.register(number, flags), poller.unregister, lambda: [n for n, _ in poller.poll()]


def server():
    listener = listen()
    listener.setblocking(False)
    register, unregister, wait = waiter()
    register(listener.fileno())
    connections = {}
    while True:
        for number in wait():
            if number == listener.fileno():
                while True:
                    try:
                        connection, _ = listener.accept()
                    except BlockingIOError:
                        break
                    connection.setblocking(False)
                    connections[connection.fileno()] = connection
                    register(connection.fileno())
                    print("有新的连接")
                continue
            try:
                while data := connections[number].recv(1024):
                    print("收到消息: ", data)
            except BlockingIOError:
                continue
            except ConnectionError:
                pass
            print("关闭连接")
            unregister(number)
            connections.pop(number).close()


def client():
    connection = connect()
    for line in lines(">>>"):
        if line in ("q", "Q"):
            break
        connection.send(line.encode())


run(server=server, client=client)
