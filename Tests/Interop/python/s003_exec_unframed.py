from commands import run_command
from peer import connect, lines, listen, run


def server():
    listener = listen()
    while True:
        connection, address = listener.accept()
        print(address)
        while command := connection.recv(1024):
            errors, output = run_command(command.decode())
            connection.send(output + errors)
        connection.close()


def client():
    connection = connect()
    for line in lines("输入cmd命令>>>:"):
        if command := line.strip():
            connection.send(command.encode("gbk"))
            print(connection.recv(1024).decode("gbk"))


run(server=server, client=client)
