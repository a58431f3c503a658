import base64
import json
import os
import threading

from peer import connect, listen, run


def server():
    with open("guido.jpg", "rb") as file:
        data = base64.b64encode(file.read()).decode()
    message = json.dumps({"filename": "guido.jpg", "filedata": data}).encode()
    listener = listen()
    print("服务器启动开始监听...")

    def send(connection):
        connection.sendall(message)
        connection.close()

    while True:
        threading.Thread(target=send, args=(listener.accept()[0],)).start()


def client():
    connection = connect()
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    message = json.loads(b"".join(parts))
    with open(os.path.join(os.environ.get("SAVE_DIR", "."), message["filename"]), "wb") as file:
        file.write(base64.b64decode(message["filedata"]))
    print("图片已保存.")


run(server=server, client=client)
