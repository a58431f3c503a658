import json
import os
import struct

from peer import connect, lines, listen, receive, run


def server():
    listener = listen()
    while True:
        connection, address = listener.accept()
        print("from client ", address)
        while head := receive(connection, 4):
            (length,) = struct.unpack("i", head)
            header = json.loads(receive(connection, length))
            print(header)
            path = os.path.normpath(os.path.join("file_upload", header["filename"]))
            print("----->", path)
            got = 0
            with open(path, "wb") as file:
                while got < header["filesize"]:
                    data = connection.recv(min(8192, header["filesize"] - got))
                    if not data:
                        break
                    file.write(data)
                    got += len(data)
                    print("recvsize:%s filesize:%s" % (got, header["filesize"]))
        connection.close()


def client():
    connection = connect()
    for line in lines(">>: "):
        words = line.split()
        if len(words) < 2 or words[0] != "put":
            continue
        if not os.path.isfile(words[1]):
            print("file:%s is not exists" % words[1])
            continue
        header = {"cmd": "put", "filename": os.path.basename(words[1]), "filesize": os.path.getsize(words[1])}
        print(header)
        head = json.dumps(header).encode()
        connection.send(struct.pack("i", len(head)))
        connection.send(head)
        sent = 0
        with open(words[1], "rb") as file:
            for data in file:
                connection.sendall(data)
                sent += len(data)
                print(sent)
        print("upload successful")


run(server=server, client=client)
