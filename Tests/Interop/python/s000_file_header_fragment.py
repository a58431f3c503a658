import hashlib
import json
import os
import struct

from peer import connect, listen, receive, run


def server():
    connection, _ = listen().accept()
    (length,) = struct.unpack("i", receive(connection, 4))
    header = json.loads(receive(connection, length))
    print(header)
    digest = hashlib.md5()
    left = header["file_size"]
    while left and (data := connection.recv(min(65536, left))):
        digest.update(data)
        left -= len(data)
    print("md5", "is right" if digest.hexdigest() == header["md5"] else "is wrong")


def client():
    path = os.environ["FILE"]
    with open(path, "rb") as file:
        content = file.read()
    header = json.dumps({
        "file_size": len(content), "file_name": os.path.basename(path), "md5": hashlib.md5(content).hexdigest()}).encode()
    connection = connect()
    connection.send(struct.pack("i", len(header)))
    connection.send(header)
    connection.sendall(content)


run(server=server, client=client)
