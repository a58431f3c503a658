from commands import run_command
from peer import connect, lines, listen, run


def server():
    listener = listen()
    while True:
        connection, address = listener.accept()
        print("客户端", address)
        while command := connection.recv(1024):
            errors, output = run_command(command.decode())
            connection.send(errors)
            connection.send(output)
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
        print(connection.recv(1024).decode(), end="")


run(server=server, client=client)
