import json
import struct

from commands import run_command
from peer import connect, lines, listen, receive, run


def server():
    listener = listen()
    kept = []
    while True:
        connection, address = listener.accept()
        print(address)
        kept.append(connection)  # open for ever: one command of a connection is answered
        errors, output = run_command(connection.recv(1024).decode())
        header = json.dumps(
            {"file_name": "a.txt", "total_size": len(output) + len(errors), "md5": "hih1jk5jk151jk51"}).encode()
        connection.send(struct.pack("i", len(header)))
        connection.send(header)
        connection.sendall(output)
        connection.sendall(errors)


def client():
    for line in lines("cmd >>>: "):
        if command := line.strip():
            connection = connect()
            connection.send(command.encode())
            header = json.loads(connection.recv(*struct.unpack("i", connection.recv(4))))
            print(receive(connection, header["total_size"]).decode("gbk"))


run(server=server, client=client)
