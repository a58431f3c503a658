import os
import time

from peer import connect, listen, receive, run


def server():
    connection, _ = listen().accept()
    length = int(connection.recv(4))
    print(receive(connection, length).decode())


def client():
    connection = connect()
    for message in (b"kinght love ", b"aym"):
        try:
            connection.send(str(len(message)).zfill(int(os.environ.get("PAD", "0"))).encode())
            time.sleep(float(os.environ.get("PAUSE", "0")))
            connection.send(message)
        except ConnectionError:
            break  # the server reads the first message only


run(server=server, client=client)
