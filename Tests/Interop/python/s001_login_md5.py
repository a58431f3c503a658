import hashlib
import json

from peer import connect, listen, run


def server():
    listener = listen()
    while True:
        connection, _ = listener.accept()
        connection.send("欢迎使用XX系统".encode())
        login = json.loads(connection.recv(1024))
        with open("user", encoding="utf-8") as file:
            users = [line.strip().split("|") for line in file]
        right = [login["username"], login["password"]] in users
        connection.send(("登陆成功" if right else "账号或密码错误").encode())
        connection.close()


def client():
    connection = connect()
    print(connection.recv(1024).decode())
    name = input("请输入账号名:").strip()
    password = input("请输入密码:").strip()
    digest = hashlib.md5(b"sdasdfagfawds")
    digest.update(password.encode())
    connection.send(json.dumps({"username": name, "password": digest.hexdigest()}).encode())
    print(connection.recv(1024).decode())


run(server=server, client=client)
