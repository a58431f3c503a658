"""Tutorial 004."""

import errno
import hashlib
import json
import re
import socket
import struct
import time

from interop import (
    LIMIT, SIZES, Pairing, content_of, program, receive_all, receive_exactly, reset, wait_until)


class Datagrams(Pairing):
    def socket(self) -> socket.socket:
        """A datagram socket of the test's own, which sends to the server."""
        own = socket.socket(type=socket.SOCK_DGRAM)
        own.settimeout(LIMIT)
        own.connect(("127.0.0.1", self.port))
        self.addCleanup(own.close)
        return own

    def many_datagrams(self, answer) -> None:
        """Fifty clients at once; `answer` says what each should be answered."""
        sockets = [self.socket() for _ in range(50)]
        for number, own in enumerate(sockets):
            own.send(b"client %d" % number)
        for number, own in enumerate(sockets):
            self.assertEqual(own.recv(1024), answer(b"client %d" % number))


@program("s004_udp_upper_truncate")
class UDPUpperTruncate(Datagrams):
    def test_lines(self):
        server = self.server()
        client = self.client()
        for line, shown in (("hello", "HELL"), ("ab", "AB"), ("", ""), (" abcé ", "ABC"), ("两个", "两")):
            client.expect(">>>>: ")
            client.tell(line)
            client.expect(f"{shown} ('127.0.0.1', {self.port})\n")
        client.ends()
        for data in (b"hello", b"ab", b"", "abcé".encode(), "两个".encode()):
            server.expect(f"{data!r} ('127.0.0.1', ")

    def test_swift_many_clients(self):
        self.server()
        self.many_datagrams(bytes.upper)

    def test_swift_whole_answer(self):
        self.server()
        own = self.socket()
        for data in (b"x" * 65_507, bytes(range(256)), b""):
            own.send(data)
            self.assertEqual(own.recv(65_535), data.upper())


@program("s004_udp_qq_chat")
class UDPQQChat(Datagrams):
    def test_chat(self):
        server = self.server()
        client = self.client()
        client.expect("请选择聊天对象: ")
        client.tell("liu")
        for message, answer in (("hello", "hi"), (" 吃了吗 ", "  吃了"), ("x", "")):
            client.expect("请输入消息,回车发送: ")
            client.tell(message)
            server.expect("来自[127.0.0.1:")
            server.expect(f"]的一条消息:\033[1;44m{message.strip()}\033[0m\n回复消息: ")
            server.tell(answer)
            client.expect(f"来自[127.0.0.1:{self.port}]的一条消息:\033[1;44m{answer.strip()}\033[0m\n")
        client.tell("", "quit", "xue")
        client.expect("请输入消息,回车发送: 请输入消息,回车发送: 请选择聊天对象: 请输入消息,回车发送: ")
        client.ends()

    def test_two_clients(self):
        server = self.server()
        first, second = self.client("jkey", "one"), self.client()
        server.expect("one\033[0m\n回复消息: ")
        second.tell("song", "two")
        server.tell("to one")
        first.expect("to one\033[0m\n")
        server.expect("two\033[0m\n回复消息: ")
        server.tell("to two")
        second.expect("to two\033[0m\n")
        first.ends()
        second.ends()

    def test_swift_client_unknown_name(self):
        self.client_language = "swift"
        self.client("nobody", "xue").ends("请选择聊天对象: 请选择聊天对象: 请输入消息,回车发送: ")


@program("s004_udp_time")
class UDPTime(Datagrams):
    def test_formats(self):
        server = self.server()
        client = self.client()
        for line, shown in (
            ("%Y-%m-%d %X", time.strftime("%Y-%m-%d ")), ("%Y %m", time.strftime("%Y %m\n")), ("text", "text\n"),
            ("%%是%Y年", time.strftime("%%是%Y年\n")), ("", time.strftime("%Y-%m-")),
        ):
            client.expect("请输入时间格式(例%Y %m %d)>>: ")
            client.tell(line)
            client.expect(shown)
            server.expect(f"===>  {line.encode()!r}\n")
        client.ends()
        self.assertRegex(client.output, r"\n?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n")

    def test_swift_odd_formats(self):
        self.server()
        own = self.socket()
        for data, answer in ((b"\xff\xfe", "\ufffd\ufffd".encode()), (b"%", b"%"), (b"%c" * 500, None), (b"x", b"x")):
            own.send(data)
            got = own.recv(65_535)
            if answer is not None:
                self.assertEqual(got, answer)
        own.send(b"")
        self.assertTrue(re.fullmatch(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", own.recv(100)))

    def test_swift_many_clients(self):
        self.server()
        self.many_datagrams(lambda data: data)


@program("s004_exec_unframed")
class ExecUnframed(Pairing):
    def test_commands(self):
        server = self.server()
        client = self.client()
        for line, answer in (
            ("echo one", "one\n\n"), (" echo two; echo three >&2 ", "two\nthree\n\n"),
            # What is left over may have the next answer stuck to it.
            ("printf %01500d 7", "0" * 1024 + "\n"), ("echo next", "0" * 475 + "7"),
        ):
            client.expect(">>:")
            client.tell(line)
            client.expect(answer)
        client.ends()
        server.expect("('127.0.0.1', ")

    def test_next_client(self):
        self.server()
        for _ in range(2):
            self.client("echo x").ends(">>:x\n\n>>:")

    def test_swift_clients_vanish(self):
        self.server()
        gone = self.connect()
        gone.sendall(b"echo gone")
        reset(gone)
        self.connect().close()
        connection = self.connect()
        connection.sendall("echo 你好".encode())
        self.assertEqual(connection.recv(1024).decode(), "你好\n")

    def test_swift_client_without_an_answer(self):
        """A command without output does not block the client for ever."""
        self.server()
        self.client_language = "swift"
        client = self.client("true")
        client.expect(">>:>>:")
        wait_until(lambda: "no answer within 5 seconds" in client.errors, lambda: f"{client}")
        client.tell("echo on")
        client.expect("on\n")
        client.ends()


@program("s004_exec_json_header_once")
class ExecJSONHeaderOnce(Pairing):
    def header(self, size):
        return json.dumps({"file_name": "a.txt", "total_size": size, "md5": "hih1jk5jk151jk51"}).encode()

    def test_commands(self):
        server = self.server()
        client = self.client()
        for line, answer in (
            ("echo one", "one\n\n"), ("true", "\n"), (" echo two >&2; echo three ", "three\ntwo\n\n"),
            ("printf %0100000d 7", "0" * 99_999 + "7\n"),
        ):
            client.expect("cmd >>>: ")
            client.tell(line)
            client.expect(answer)
            server.expect("('127.0.0.1', ")
        client.tell("")
        client.expect("cmd >>>: cmd >>>: ")
        client.ends()

    def test_swift_wire(self):
        """Also the second command of a connection is answered."""
        self.server()
        connection = self.connect()
        for _ in range(2):
            connection.sendall(b"printf abc; printf de >&2")
            expected = struct.pack("i", len(self.header(5))) + self.header(5) + b"abcde"
            self.assertEqual(receive_exactly(connection, len(expected)), expected)

    def test_swift_clients_vanish(self):
        self.server()
        self.connect().close()
        reset(self.connect())
        gone = self.connect()
        gone.sendall(b"head -c 3000000 /dev/zero")
        reset(gone)
        connection = self.connect()
        connection.sendall(b"printf x")
        expected = struct.pack("i", len(self.header(1))) + self.header(1) + b"x"
        self.assertEqual(receive_exactly(connection, len(expected)), expected)

    def test_swift_many_clients(self):
        self.server()

        def talk(number, connection):
            connection.sendall(b"printf %02d" % number)
            expected = struct.pack("i", len(self.header(2))) + self.header(2) + b"%02d" % number
            self.assertEqual(receive_exactly(connection, len(expected)), expected)

        self.many(talk)


@program("s004_socketserver_tcp_upper")
class SocketServerTCPUpper(Pairing):
    def test_lines(self):
        server = self.server()
        client = self.client()
        for line, answer in (("hello", "HELLO"), (" två ", "TVå"), ("你好", "你好")):
            client.expect(">>>>: ")
            client.tell(line)
            client.expect(f"{answer}\n")
        client.ends()
        server.expect("hello\ntvå\n你好\n")

    def test_swift_many_clients(self):
        self.server()

        def talk(number, connection):
            for round in range(3):
                connection.sendall(b"client %d, %d" % (number, round))
                self.assertEqual(connection.recv(1024), b"CLIENT %d, %d" % (number, round))

        self.many(talk)

    def test_swift_clients_vanish(self):
        server = self.server()
        reset(self.connect())
        gone = self.connect()
        gone.sendall(b"a")
        gone.close()
        connection = self.connect()
        connection.sendall(b"still there")
        self.assertEqual(connection.recv(1024), b"STILL THERE")
        # Nothing spins: no empty lines.
        self.assertEqual(server.output.replace("a\n", "").replace("still there\n", ""), "")


@program("s004_socketserver_udp_upper")
class SocketServerUDPUpper(Datagrams):
    def test_lines(self):
        server = self.server()
        client = self.client()
        for line, answer in (("hello", "HELLO"), (" två ", "TVå")):
            client.expect(">>>>: ")
            client.tell(line)
            client.expect(f"{answer}\n")
        client.tell("")
        client.expect(">>>>: >>>>: ")
        client.ends()
        for data in (b"hello", "två".encode()):
            server.expect(f"({data!r}, <socket.socket fd=")
            server.expect(f", laddr=('127.0.0.1', {self.port})>)\n")
        kinds = re.findall(r"family=\S+ type=\S+ proto=\d+", server.output)
        own = socket.socket(type=socket.SOCK_DGRAM)
        self.addCleanup(own.close)
        expected = re.search(r"family=\S+ type=\S+ proto=\d+", repr(own)).group()
        self.assertEqual(kinds, [expected, expected])

    def test_swift_many_clients(self):
        self.server()
        self.many_datagrams(bytes.upper)


@program("s004_ftp_get_put")
class FTPGetPut(Pairing):
    PROMPT = "请输入您的指令>>:"

    def file(self, side, name, content):
        folder = self.folder / side
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)

    def is_there(self, side, name, content):
        file = self.folder / side / name
        return file.exists() and file.read_bytes() == content

    def start(self, language, side, folder=None, **environment):
        return super().start(language, side, folder, **({"PAUSE": "0.0005"} | environment))

    def sizes(self):
        for size in SIZES:
            for newlines in (True, False):
                # Ten thousands of lines are one size of a file as well: here they are few and long.
                content = content_of(size, newlines)
                yield size, content if size < 1 << 20 else content.replace(b"\n", b"\r", content.count(b"\n") - 500)

    def test_put(self):
        server = self.server()
        client = self.client()
        for number, (size, content) in enumerate(self.sizes()):
            name = f"文件{number}"
            self.file("client", name, content)
            client.expect(self.PROMPT)
            client.tell(f"put {name}")
            client.expect(f"客户端正在上传文件{name}\n")
            if size:
                client.expect(f"\r[{'#' * 50}] 100%\n")
            server.expect(f"客户端正在上传文件{name}\n")
            wait_until(lambda: self.is_there("server", name, content), lambda: f"{name} is another file: {server}")
        client.ends()
        self.assertNotIn("不完整", server.output)

    def test_get(self):
        server = self.server()
        client = self.client()
        for number, (size, content) in enumerate(self.sizes()):
            name = f"文件{number}"
            self.file("server", name, content)
            client.expect(self.PROMPT)
            client.tell(f"get {name}")
            client.expect(f"客户端正在下载文件{name}\n")
            if size:
                client.expect(f"\r[{'#' * 70}] 100%")
            client.expect(f"\n{name} 下载成功\n")
            server.expect(f"客户端正在下载文件{name}\n")
            self.assertTrue(self.is_there("client", name, content), f"{name} is another file")
        client.ends()
        self.assertNotIn("不完整", client.output)

    def test_progress(self):
        self.server()
        self.file("server", "x", b"0123456789\n" * 5)
        client = self.client("get x")
        output = client.ends()
        self.assertIn(f"\r[{'#' * 14:<70}] 20%\r[{'#' * 28:<70}] 40%\r[{'#' * 42:<70}] 60%", output)

    def test_there_already(self):
        self.server()
        self.file("server", "x", b"new\n")
        self.file("client", "x", b"old\n")
        client = self.client("get x")
        client.expect("该文件已存在\n是否继续下载>>:")
        client.tell("n", "get x")
        client.expect(f"{self.PROMPT}该文件已存在\n是否继续下载>>:")
        client.tell("y")
        client.expect("x 下载成功\n")
        client.ends()
        self.assertTrue(self.is_there("client", "x", b"old\n"))
        self.assertTrue(self.is_there("client", "x(1)", b"new\n"))

    def test_words(self):
        server = self.server()
        client = self.client("", "get", "get  x", "get a b", "ls x", "put missing")
        client.ends(
            self.PROMPT + f"请输入正确的指令\n{self.PROMPT}" * 4 + f"没有该功能\n{self.PROMPT}没有该文件\n{self.PROMPT}")
        self.assertEqual(server.output, "")

    def test_no_such_file(self):
        server = self.server()
        client = self.client("get missing")
        client.expect("服务器端没有该文件\n")
        server.expect("没有该文件\n")
        client.ends()

    def test_swift_client_goes_on(self):
        """After a file that is not there, with a connection of its own."""
        self.server()
        self.file("server", "x", b"there\n")
        self.client_language = "swift"
        client = self.client("get missing", "get x", "put x", "get x")
        client.expect("服务器端没有该文件\n")
        client.expect("x 下载成功\n")
        client.expect("客户端正在上传文件x\n")
        client.expect("该文件已存在\n")
        client.tell("y")
        client.expect("x 下载成功\n")
        client.ends()
        self.assertTrue(self.is_there("client", "x(1)", b"there\n"))

    def lines_of(self, name, content):
        data = struct.pack("i", len(content))
        for line in content.splitlines(keepends=True):
            header = {"file_name": name, "file_size": len(line), "md5": hashlib.md5(line).hexdigest()}
            head = json.dumps(header).encode()
            data += struct.pack("i", len(head)) + head + line
        return data

    def test_swift_wire(self):
        self.server()
        self.file("server", "f", b"one\ntwo\n\nlast")
        connection = self.connect()
        connection.sendall(b"get f")
        expected = self.lines_of("f", b"one\ntwo\n\nlast")
        self.assertEqual(receive_exactly(connection, len(expected)), expected)

    def test_swift_line_by_line(self):
        """Unless told otherwise, nothing comes behind a line before a receiver has read it, however slow it is."""
        self.server(PAUSE="")
        content = b"".join(b"line %d %s\n" % (number, b"x" * (number % 3 * 50)) for number in range(20))
        self.file("server", "f", content)
        connection = self.connect()
        connection.sendall(b"get f")
        self.assertEqual(receive_exactly(connection, 4), struct.pack("i", len(content)))
        got = b""
        while len(got) < len(content):
            (length,) = struct.unpack("i", receive_exactly(connection, 4))
            header = json.loads(receive_exactly(connection, length))
            time.sleep(0.03)
            line = connection.recv(1024)
            self.assertEqual(len(line), header["file_size"])
            got += line
        self.assertEqual(got, content)

    def test_swift_sticking_put(self):
        """The command, the size and the lines in one send, and byte for byte; also of an empty file."""
        server = self.server()
        for name, content in (("文件.txt", b"one\ntwo\n"), ("empty", b""), ("a b", b"x" * 300), ("long", b"\n" * 99)):
            data = f"put {name}".encode() + self.lines_of(name, content)
            connection = self.connect()
            connection.sendall(data)
            answer = f"{name} 上传成功".encode()
            self.assertEqual(receive_exactly(connection, len(answer)), answer)
            self.assertTrue(self.is_there("server", name, content), str(server))
            connection.sendall(f"get {name}".encode())
            expected = self.lines_of(name, content)
            self.assertEqual(receive_exactly(connection, len(expected)), expected)

    def test_swift_fuzz(self):
        server = self.server()
        self.file(".", "secret", b"secret\n")
        good = self.lines_of("x", b"line\n")
        line = json.dumps({"file_name": "x", "file_size": 5, "md5": "0" * 32}).encode()
        wrong = [
            b"get ../secret", b"get " + str(self.folder / "secret").encode(), b"get .", b"get ..", b"get ", b"get",
            b"put ../evil" + good, b"put /tmp/evil" + good, b"put " + b"x" * 2000 + good, b"put " + b"\0" * 9000,
            b"put x" + struct.pack("i", 5) + struct.pack("i", len(line)) + line + b"line\n",
            b"put x" + struct.pack("ii", 4, 80) + good[8:], b"put x" + struct.pack("i", 5) + b"\xff" * 50,
            b"put x\xff\xff\xff\xff", b"\xff\xfe\0",
        ]
        for data in wrong:
            connection = self.connect()
            connection.sendall(data)
            try:
                connection.shutdown(socket.SHUT_WR)
            except OSError as error:  # the server may be gone already
                self.assertEqual(error.errno, errno.ENOTCONN)
            try:
                self.assertEqual(receive_all(connection), b"", data)
            except ConnectionResetError:
                pass
        for size in (-1, -(1 << 31)):
            connection = self.connect()
            connection.sendall(b"put size%d" % size)
            server.expect(f"客户端正在上传文件size{size}\n")
            connection.sendall(struct.pack("i", size))
            try:
                self.assertEqual(receive_all(connection), b"")
            except ConnectionResetError:
                pass
        gone = self.connect()
        gone.sendall(b"put y" + good[:-2])
        reset(gone)
        connection = self.connect()
        connection.sendall(b"put z" + good)
        answer = "z 上传成功".encode()
        self.assertEqual(receive_exactly(connection, len(answer)), answer)
        self.has_files("secret", "server/z")

    def test_swift_many_clients(self):
        server = self.server()

        def talk(number, connection):
            name, content = f"file {number}", b"%d\n" % number
            connection.sendall(f"put {name}".encode() + self.lines_of(name, content))
            answer = f"{name} 上传成功".encode()
            self.assertEqual(receive_exactly(connection, len(answer)), answer)
            self.assertTrue(self.is_there("server", name, content), str(server))

        self.many(talk)
