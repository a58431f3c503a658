from peer import connect, listen, run


def server():
    connection, _ = listen().accept()
    file = connection.makefile("rw", encoding="utf-8")
    line = file.readline()
    print(line)
    file.write("hello " + line)
    file.close()


def client():
    file = connect().makefile("rw", encoding="utf-8")
    file.write(input(">>>") + "\n")
    file.flush()
    print(file.readline().rstrip("\n"))


run(server=server, client=client)
