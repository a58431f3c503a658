import json
import os
import struct

from peer import connect, lines, listen, receive, run


def server():
    listener = listen()
    while True:
        connection, address = listener.accept()
        print(address)
        while head := receive(connection, 4):
            header = json.loads(connection.recv(*struct.unpack("i", head)))
            print(header)
            with open(header["file_name"], "wb") as file:
                missing = header["size"]
                while missing and (data := connection.recv(min(1024, missing))):
                    file.write(data)
                    missing -= len(data)
        connection.close()


def client():
    folder = os.environ["DATA_PATH"]
    connection = connect()

    def names():
        found = os.listdir(folder)
        for number, name in enumerate(found, 1):
            print(number, name)
        return found

    found = names()
    for line in lines("选择想要上传的电影编号>>>:"):
        if line.isdecimal() and 0 < int(line) <= len(found):
            name = found[int(line) - 1]
            print(name)
            path = os.path.join(folder, name)
            header = {
                "file_name": "电影合集.mp4", "desc": "这是非常重要的数据", "size": os.path.getsize(path), "info": "…"}
            head = json.dumps(header).encode()
            connection.send(struct.pack("i", len(head)))
            connection.send(head)
            with open(path, "rb") as file:
                for data in file:
                    connection.sendall(data)
        found = names()


run(server=server, client=client)
