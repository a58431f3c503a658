"""Tutorial 003."""

import json
import socket
import struct

from interop import (
    SIZES, Pairing, Script, close_listener, content_of, program, receive_all, receive_exactly, reset, wait_until)


@program("s003_tcp_hello")
class TCPHello(Pairing):
    def test_exchange(self):
        server = self.server()
        client = self.client()
        client.ends("b'I AM FROM SERVER!'\n")
        server.ends("b'I am from client!'\n")

    def test_swift_client_vanishes(self):
        server = self.server()
        self.connect().close()
        server.ends("b''\n")


@program("s003_echo_123")
class Echo123(Pairing):
    def test_lines(self):
        server = self.server()
        client = self.client()
        for line, answer in (("hello", "hello123"), ("  你好 ", "你好123"), ("123", "123123")):
            client.expect("输入想说的话>>>:")
            client.tell(line)
            client.expect(f"{answer}\n")
        client.tell("", "   ")
        client.expect("输入想说的话>>>:输入想说的话>>>:输入想说的话>>>:")
        client.ends()
        server.expect("('127.0.0.1', ")
        server.expect(")\nhello\n你好\n123\n")

    def test_next_client(self):
        server = self.server()
        for text in ("first", "second"):
            self.client(text).ends(f"输入想说的话>>>:{text}123\n输入想说的话>>>:")
            server.expect(f")\n{text}\n")

    def test_swift_many_clients(self):
        self.server()

        def talk(number, connection):
            connection.sendall(b"client %d" % number)
            self.assertEqual(connection.recv(1024), b"client %d123" % number)

        self.many(talk)

    def test_swift_clients_vanish(self):
        self.server()
        reset(self.connect())
        gone = self.connect()
        gone.sendall(b"a")
        reset(gone)
        connection = self.connect()
        connection.sendall(b"still there")
        self.assertEqual(connection.recv(1024), b"still there123")


@program("s003_exec_unframed")
class ExecUnframed(Pairing):
    def test_commands(self):
        server = self.server()
        client = self.client()
        for line, answer in (("echo one", "one\n\n"), ("  echo two; echo three >&2 ", "two\nthree\n\n")):
            client.expect("输入cmd命令>>>:")
            client.tell(line)
            client.expect(answer)
        client.tell("")
        client.ends("输入cmd命令>>>:one\n\n输入cmd命令>>>:two\nthree\n\n输入cmd命令>>>:输入cmd命令>>>:")
        server.expect("('127.0.0.1', ")

    def test_sticking(self):
        """The lesson: what has no room is shown as the next answer."""
        self.server()
        client = self.client()
        for line, answer in (("printf %01500d 7", "0" * 1024 + "\n"), ("echo next", "0" * 475 + "7")):
            client.expect("输入cmd命令>>>:")
            client.tell(line)
            client.expect(answer)
        client.ends()

    def test_swift_chinese(self):
        """As a client on a Chinese Windows sends it, and as this machine's clients do."""
        self.server()
        for encoding in ("gbk", "utf-8"):
            connection = self.connect()
            connection.sendall("echo 你好".encode(encoding))
            self.assertEqual(connection.recv(1024).decode(), "你好\n")

    def test_swift_client_writes_gbk(self):
        listener = socket.create_server(("127.0.0.1", self.port))
        self.addCleanup(close_listener, listener)
        self.client_language = "swift"
        client = self.client("dir 你好")
        connection, _ = listener.accept()
        self.addCleanup(connection.close)
        self.assertEqual(connection.recv(1024), "dir 你好".encode("gbk"))
        connection.sendall("卷".encode("gbk"))
        client.expect("卷\n")
        client.tell("x")
        connection.recv(1024)
        connection.sendall("卷".encode())
        client.expect("卷\n")
        client.ends()

    def test_swift_clients_vanish(self):
        self.server()
        gone = self.connect()
        gone.sendall(b"echo gone")
        reset(gone)
        self.connect().close()
        connection = self.connect()
        connection.sendall(b"echo still there")
        self.assertEqual(connection.recv(1024), b"still there\n")


@program("s003_three_sends")
class ThreeSends(Pairing):
    def test_sends(self):
        server = self.server()
        self.client().ends("")
        output = server.ends()
        pieces = [eval(line) for line in output.splitlines()]
        self.assertEqual(len(pieces), 3, output)
        self.assertEqual(b"".join(pieces), b"123456789")


@program("s003_struct_lengths")
class StructLengths(Script):
    def test_output(self):
        self.script().ends("20\n4\n32\n4\n")


@program("s003_struct_dict")
class StructDict(Script):
    def test_output(self):
        self.script().ends("4\n274\n")


@program("s003_exec_struct_header")
class ExecStructHeader(Pairing):
    def test_commands(self):
        server = self.server()
        client = self.client()
        for line, answer in (
            ("echo one", "one\n\n"), ("true", "\n"), (" echo two; echo three >&2", "two\nthree\n\n"),
            ("printf %0100000d 7", "0" * 99_999 + "7\n"), ("echo last", "last\n\n"),
        ):
            client.expect("输入cmd命令>>>:")
            client.tell(line)
            client.expect(answer)
        client.tell("")
        client.expect("输入cmd命令>>>:输入cmd命令>>>:")
        client.ends()
        server.expect("('127.0.0.1', ")

    def test_swift_many_clients(self):
        self.server()

        def talk(number, connection):
            connection.sendall(b"echo client %d" % number)
            answer = b"client %d\n" % number
            self.assertEqual(receive_exactly(connection, 4 + len(answer)), struct.pack("i", len(answer)) + answer)

        self.many(talk)

    def test_swift_clients_vanish(self):
        self.server()
        gone = self.connect()
        gone.sendall(b"head -c 3000000 /dev/zero")
        receive_exactly(gone, 10)
        reset(gone)
        connection = self.connect()
        connection.sendall(b"echo still there")
        self.assertEqual(receive_exactly(connection, 16), struct.pack("i", 12) + b"still there\n")


@program("s003_exec_dict_header")
class ExecDictHeader(Pairing):
    def test_commands(self):
        self.server()
        client = self.client()
        for line, answer in (
            ("echo one", "one\n\n"), ("true", "\n"), ("echo two; echo three >&2", "two\nthree\n\n"),
            ("printf %0100000d 7", "0" * 99_999 + "7\n"),
        ):
            client.expect("输入cmd命令>>>:")
            client.tell(line)
            header = {"desc": "这是非常重要的数据", "size": len(answer) - 1, "info": "…"}
            client.expect(f"{header}\n{answer}")
        client.ends()

    def test_swift_wire(self):
        self.server()
        connection = self.connect()
        connection.sendall(b"printf 12345")
        header = json.dumps({"desc": "这是非常重要的数据", "size": 5, "info": "…"}).encode()
        expected = struct.pack("i", len(header)) + header + b"12345"
        self.assertEqual(receive_exactly(connection, len(expected)), expected)

    def test_swift_clients_vanish(self):
        self.server()
        reset(self.connect())
        gone = self.connect()
        gone.sendall(b"head -c 3000000 /dev/zero")
        reset(gone)
        connection = self.connect()
        connection.sendall(b"echo still there")
        (length,) = struct.unpack("i", receive_exactly(connection, 4))
        self.assertEqual(json.loads(receive_exactly(connection, length))["size"], 12)


@program("s003_video_upload")
class VideoUpload(Pairing):
    NAME = "电影合集.mp4"

    def start_client(self, *lines):
        return self.client(*lines, DATA_PATH=self.folder / "films")

    def films(self, **contents):
        folder = self.folder / "films"
        folder.mkdir(exist_ok=True)
        for name, content in contents.items():
            (folder / name).write_bytes(content)
        return folder

    def uploaded(self):
        return self.folder / "server" / self.NAME

    def is_there(self, content):
        return self.uploaded().exists() and self.uploaded().read_bytes() == content

    def test_sizes(self):
        server = self.server()
        for size in SIZES:
            for newlines in (True, False):
                content = content_of(size, newlines)
                self.films(film=content)
                client = self.start_client("1")
                client.expect("1 film\n选择想要上传的电影编号>>>:film\n1 film\n选择想要上传的电影编号>>>:")
                header = {"file_name": self.NAME, "desc": "这是非常重要的数据", "size": size, "info": "…"}
                server.expect(f"{header}\n")
                client.ends()
                wait_until(lambda: self.is_there(content), lambda: f"{size} bytes did not come: {server}")

    def test_two_on_one_connection(self):
        server = self.server()
        self.films(film=b"a film\nof two lines")
        self.start_client("1", "1").ends()
        server.expect("'size': 19")
        server.expect("'size': 19")
        wait_until(lambda: self.is_there(b"a film\nof two lines"), lambda: f"{server}")

    def test_choices(self):
        self.server()
        self.films(one=b"1", two=b"22")
        client = self.start_client("0", "3", "x", "", "-1")
        output = client.ends()
        self.assertEqual(output.count("选择想要上传的电影编号>>>:"), 6)
        self.assertIn("1 one\n2 two\n" if output.startswith("1 one") else "1 two\n2 one\n", output)

    def test_swift_client_choice_of_a_folder(self):
        server = self.server()
        (self.films() / "folder").mkdir()
        self.client_language = "swift"
        client = self.start_client("1")
        client.ends("1 folder\n选择想要上传的电影编号>>>:folder\n1 folder\n选择想要上传的电影编号>>>:")
        self.assertIn("folder is no file", client.errors)
        self.assertFalse(self.uploaded().exists(), str(server))

    def test_swift_sticking_files(self):
        server = self.server()
        connection = self.connect()
        data = b""
        for name, content in (("a", b"first\n"), ("b", b""), ("c", b"third")):
            header = json.dumps({"file_name": name, "desc": "", "size": len(content), "info": ""}).encode()
            data += struct.pack("i", len(header)) + header + content
        for byte in data:
            connection.send(bytes([byte]))
        connection.close()
        folder = self.folder / "server"
        wait_until(lambda: (folder / "c").exists(), lambda: f"{server}")
        self.assertEqual([(folder / name).read_bytes() for name in "abc"], [b"first\n", b"", b"third"])

    def test_swift_fuzzed_headers(self):
        server = self.server()
        good = {"file_name": "x", "desc": "", "size": 1, "info": ""}
        heads = [struct.pack("i", length) + b"x" * 50 for length in (-1, 0, 1 << 30, 70_000, -(1 << 31))]
        for header in (
            b"not JSON", b"[]", b'{"size": 1}', json.dumps(good | {"file_name": "../evil"}).encode(),
            json.dumps(good | {"file_name": "/tmp/evil"}).encode(), json.dumps(good | {"size": -1}).encode(),
            json.dumps(good | {"size": 1 << 70}).encode(), json.dumps(good | {"size": "1"}).encode(), b"[" * 5000,
        ):
            heads.append(struct.pack("i", len(header)) + header + b"y")
        for head in heads:
            connection = self.connect()
            connection.sendall(head)
            try:
                self.assertEqual(receive_all(connection), b"")
            except ConnectionResetError:
                pass
        gone = self.connect()
        header = json.dumps(good | {"size": 1000}).encode()
        gone.sendall(struct.pack("i", len(header)) + header + b"part")
        reset(gone)
        connection = self.connect()
        header = json.dumps(good).encode()
        connection.sendall(struct.pack("i", len(header)) + header + b"!")
        wait_until(lambda: (self.folder / "server" / "x").exists(), lambda: f"{server}")
        self.has_files("server/x")

    def test_swift_many_clients(self):
        self.server()

        def talk(number, connection):
            header = json.dumps({"file_name": f"film {number}", "desc": "", "size": 5, "info": ""}).encode()
            connection.sendall(struct.pack("i", len(header)) + header + b"%05d" % number)
            file = self.folder / "server" / f"film {number}"
            wait_until(lambda: file.exists(), f"{file} did not come")
            self.assertEqual(file.read_bytes(), b"%05d" % number)

        self.many(talk)
