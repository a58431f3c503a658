import os
import sys
import threading

from peer import connect, lines, listen, run


def server():
    listener = listen()
    clients = {}
    lock = threading.Lock()

    def serve(connection, address):
        while (text := connection.recv(1024).decode()) and text != "quit":
            with lock:
                for other in clients.values():
                    other.send(f"{address}:{text}".encode())
        with lock:
            del clients[address]
        connection.close()

    def accept():
        while True:
            connection, address = listener.accept()
            with lock:
                clients[address] = connection
            print(address, "connected", file=sys.stderr)
            threading.Thread(target=serve, args=(connection, address)).start()

    threading.Thread(target=accept).start()
    for line in lines(">>>"):
        if line == "quit":
            os._exit(0)


def client():
    connection = connect()

    def listen_to_server():
        while text := connection.recv(1024).decode():
            print("接收信息:" + text)

    ear = threading.Thread(target=listen_to_server)
    ear.start()
    for line in lines("发送数据:"):
        if line.strip() == "quit":
            break
        connection.send(line.strip().encode())
    connection.send(b"quit")
    ear.join()


run(server=server, client=client)
