import json
import struct

from commands import run_command
from peer import connect, lines, listen, receive, run


def server():
    listener = listen()
    while True:
        connection, address = listener.accept()
        print(address)
        while command := connection.recv(1024):
            errors, output = run_command(command.decode())
            header = json.dumps({"desc": "这是非常重要的数据", "size": len(output + errors), "info": "…"}).encode()
            connection.send(struct.pack("i", len(header)))
            connection.send(header)
            connection.sendall(output + errors)
        connection.close()


def client():
    connection = connect()
    for line in lines("输入cmd命令>>>:"):
        if command := line.strip():
            connection.send(command.encode())
            (length,) = struct.unpack("i", connection.recv(4))
            header = json.loads(connection.recv(length))
            print(header)
            print(receive(connection, header["size"]).decode("gbk"))


run(server=server, client=client)
