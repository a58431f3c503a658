import json
import os
import struct

from peer import connect, lines, listen, receive, run


def frame(connection):
    (length,) = struct.unpack("i", receive(connection, 4))
    return receive(connection, length)


def server():
    listener = listen()
    while True:
        connection, _ = listener.accept()
        while (control := frame(connection).decode()) != "close":
            print(control)
            control = json.loads(control)
            data = frame(connection)
            if control["msg_type"] == "msg":
                print("接收到消息:%s" % data.decode())
            elif control["msg_type"] == "file":
                path = os.path.join(os.environ.get("BASE_DIR", "."), "file", control["file_name"])
                with open(path + ".part", "wb") as file:
                    file.write(data)
                os.rename(path + ".part", path)
        print(control)
        print("客户端已关闭连接")
        connection.close()


def client():
    connection = connect()

    def send(text):
        data = text.encode()
        print(data, len(data))
        connection.sendall(struct.pack("i", len(data)))
        connection.sendall(data)

    for line in lines(">>>"):
        if line in ("q", "Q"):
            break
        parts = line.split("|")
        if len(parts) == 2 and parts[0] == "msg":
            send(json.dumps({"msg_type": "msg"}))
            send(parts[1])
        elif len(parts) == 2 and parts[0] == "file":
            send(json.dumps({"msg_type": "file", "file_name": os.path.basename(parts[1])}))
            connection.sendall(struct.pack("i", os.path.getsize(parts[1])))
            with open(parts[1], "rb") as file:
                connection.sendfile(file)
        else:
            print("格式输入错误")
    send("close")


run(server=server, client=client)
