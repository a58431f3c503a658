import json
import struct

from commands import run_command
from peer import connect, lines, listen, receive, run


def server():
    listener = listen()
    while True:
        connection, _ = listener.accept()
        while command := connection.recv(1024):
            print("cmd: ", command)
            errors, output = run_command(command.decode())
            print(errors)
            header = json.dumps({"data_size": len(errors + output)}).encode()
            connection.send(struct.pack("i", len(header)))
            connection.send(header)
            connection.sendall(errors + output)
        connection.close()


def client():
    connection = connect()
    for line in lines(">>: "):
        line = line.strip()
        if not line:
            continue
        connection.send(line.encode())
        (length,) = struct.unpack("i", receive(connection, 4))
        header = json.loads(receive(connection, length))
        print(receive(connection, header["data_size"]).decode())


run(server=server, client=client)
