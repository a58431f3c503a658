import time

from peer import connect, listen, run


def server():
    listener = listen()
    listener.setblocking(False)
    polls = 0

    def poll(call, *arguments):
        nonlocal polls
        while True:
            polls += 1
            try:
                return call(*arguments)
            except BlockingIOError:
                time.sleep(0.001)

    connection, _ = poll(listener.accept)
    connection.setblocking(False)
    print(poll(connection.recv, 1024).decode())
    print("polled more than twice" if polls > 2 else "polled %d times" % polls)


def client():
    connect().send(b"ABCDEFGH")


run(server=server, client=client)
