from commands import run_command
from peer import connect, lines, listen, receive, run


def server():
    listener = listen()
    while True:
        connection, address = listener.accept()
        print("客户端", address)
        while command := connection.recv(1024):
            answer = b"".join(run_command(command.decode()))
            connection.send(str(len(answer)).encode())
            if receive(connection, 10) == b"recv_ready":
                connection.sendall(answer)
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
        length = int(connection.recv(1024))
        connection.send(b"recv_ready")
        print(receive(connection, length).decode())


run(server=server, client=client)
