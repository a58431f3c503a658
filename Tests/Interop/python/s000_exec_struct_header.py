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
            connection.send(struct.pack("i", len(errors + output)))
            connection.sendall(errors + output)
        connection.close()


def client():
    connection = connect()
    for line in lines(">>: "):
        line = line.strip()
        if not line:
            continue
        if line == "quit":
            break
        connection.send(line.encode())
        (length,) = struct.unpack("i", receive(connection, 4))
        print(type(length), length)
        print(receive(connection, length).decode("gbk"))


run(server=server, client=client)
