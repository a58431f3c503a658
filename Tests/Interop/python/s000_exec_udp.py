import socket

from commands import run_command
from peer import ADDRESS, lines, run


def server():
    place = socket.socket(type=socket.SOCK_DGRAM)
    place.bind(ADDRESS)
    while True:
        command, sender = place.recvfrom(1024)
        print("用户命令-----> ", command)
        for data in run_command(command.decode()):
            place.sendto(data, sender)


def client():
    place = socket.socket(type=socket.SOCK_DGRAM)
    for line in lines(">>: "):
        place.sendto(line.strip().encode(), ADDRESS)
        errors = place.recvfrom(1024)[0]
        output = place.recvfrom(1024)[0]
        if errors:
            print("error : " + errors.decode())
        if output:
            print(output.decode())


run(server=server, client=client)
