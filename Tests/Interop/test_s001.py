"""Tutorial 001."""

import hashlib
import json
import re
import socket
import struct
from pathlib import Path

from interop import (
    SIZES, Pairing, Script, close_listener, content_of, hash_of, program, receive_all, receive_exactly, reset,
    send_and_end, wait_until)


@program("s001_tcp_hello")
class TCPHello(Pairing):
    def test_exchange(self):
        server = self.server()
        for _ in range(3):
            self.client().ends("Hello World\n")
        server.expect("Hello,I am client\n" * 3)

    def test_swift_many_clients(self):
        self.server()
        reset(self.connect())

        def talk(number, connection):
            connection.sendall(b"Hello")
            self.assertEqual(receive_all(connection), b"Hello World")

        self.many(talk)


@program("s001_tcp_bytes")
class TCPBytes(Pairing):
    def test_exchange(self):
        server = self.server()
        for _ in range(3):
            self.client().ends("b'hello world'\n")
        server.expect("b'hello'\n" * 3)

    def test_swift_silent_client(self):
        self.server()
        self.connect()
        connection = self.connect()
        connection.sendall(b"hello")
        self.assertEqual(receive_all(connection), b"hello world")


@program("s001_ma_dongmei")
class MaDongmei(Pairing):
    def test_names(self):
        server = self.server()
        client = self.client()
        client.expect("你找谁呀!\n请输入(q/Q退出):")
        client.tell("马冬梅")
        client.expect("请输入(q/Q退出):")
        client.tell("aaa")
        client.expect("什么什么什么\n请输入(q/Q退出):")
        client.tell("q")
        output = client.ends()
        self.assertIn(output.splitlines()[1], [f"请输入(q/Q退出):{name}" for name in ("什么冬梅", "马什么梅", "马冬什么")])
        server.expect("用户已连接\n对方断开连接\n")

    def test_swift_cut_character(self):
        self.server()
        connection = self.connect()
        self.assertEqual(receive_exactly(connection, 13).decode(), "你找谁呀!")
        connection.sendall(b"\xe9")
        self.assertEqual(connection.recv(1024).decode(), "什么")
        reset(connection)

        def talk(number, connection):
            receive_exactly(connection, 13)
            connection.sendall("马".encode())
            self.assertEqual(receive_exactly(connection, 6).decode(), "什么")

        self.many(talk)


@program("s001_file_upload_name_size")
class FileUploadNameSize(Pairing):
    def received(self, name):
        return self.folder / "base" / "file" / name

    def start_server(self):
        (self.folder / "base" / "file").mkdir(parents=True)
        return self.server(BASE_DIR=self.folder / "base")

    def test_sizes(self):
        server = self.start_server()
        for size in SIZES:
            name = f"a file-{size}-电影.bin"
            file = self.folder / name
            file.write_bytes(content_of(size))
            self.client(str(file)).ends("请输入需要上传的文件:开始上传文件\n")
            server.expect(f"用户已连接,传输文件名{name}-{size / 1024}kb\n")
            server.expect(f"\r{name}传输完成\n")
            self.assertEqual(hash_of(self.received(name)), hash_of(file))
        server.expect("") if size else None
        self.assertIn("%\r", server.output)

    def test_swift_sticking(self):
        server = self.start_server()
        contents = [b"hello", b"", b"1234567", b"-1-2-3", b"x" * 3000]
        for number, content in enumerate(contents):
            connection = self.connect()
            connection.sendall(b"a-%d.txt-%d" % (number, len(content)) + content)
            connection.shutdown(socket.SHUT_WR)
            self.assertEqual(receive_all(connection), b"")
            self.assertEqual(self.received(f"a-{number}.txt").read_bytes(), content, server)

    def test_swift_bad_headers(self):
        server = self.start_server()
        for data in (
            b"", b"nothing", b"a-", b"a-5hell", b"-0", b"../evil-0", b"/tmp/evil-1x", b"a--1", b"a-" + b"9" * 100, b"a-9223372036854775807",
            b"..-0", b"x" * 5000, b"\xff\xfe-3",
        ):
            connection = self.connect()
            send_and_end(connection, data)
            self.assertEqual(receive_all(connection), b"")
        gone = self.connect()
        gone.sendall(b"b-100x")
        reset(gone)
        connection = self.connect()
        connection.sendall(b"good-1!")
        connection.close()
        wait_until(lambda: self.received("good").exists(), lambda: f"{server}")
        self.has_files(str(self.received("good").relative_to(self.folder)))


@program("s001_login_md5")
class LoginMD5(Pairing):
    def start_server(self):
        (self.folder / "server").mkdir()
        digest = {name: hashlib.md5(b"sdasdfagfawds" + name.encode()).hexdigest() for name in ("ada", "李")}
        (self.folder / "server" / "user").write_text(f"nonsense\nada|{digest['ada']}\n\na|b|c\n李|{digest['李']}\n")
        return self.server()

    def test_logins(self):
        self.start_server()
        for name, password, answer in (
            ("ada", "ada", "登陆成功"), (" 李 ", " 李", "登陆成功"), ("ada", "李", "账号或密码错误"), ("", "", "账号或密码错误")):
            self.client(name, password).ends(f"欢迎使用XX系统\n请输入账号名:请输入密码:{answer}\n")

    def test_swift_wire(self):
        self.start_server()
        welcome, wrong = "欢迎使用XX系统".encode(), "账号或密码错误".encode()
        for data in (b"not JSON", b"[]", b'{"username": 1, "password": null}', b"{" * 3000, b'{"username": "ada"}', b""):
            connection = self.connect()
            send_and_end(connection, data)
            self.assertEqual(receive_all(connection), welcome + wrong)
        reset(self.connect())
        login = json.dumps({"username": "ada", "password": hashlib.md5(b"sdasdfagfawdsada").hexdigest()}).encode()
        connection = self.connect()
        for byte in login:
            connection.send(bytes([byte]))
        self.assertEqual(receive_all(connection), welcome + "登陆成功".encode())

        def talk(number, connection):
            connection.sendall(login)
            self.assertEqual(receive_all(connection), welcome + "登陆成功".encode())

        self.many(talk)

    def test_swift_client_wire(self):
        listener = socket.create_server(("127.0.0.1", self.port))
        self.addCleanup(close_listener, listener)
        client = self.start("swift", "client")
        client.tell("ädä", "pw")
        connection, _ = listener.accept()
        connection.sendall("欢迎使用XX系统".encode())
        digest = hashlib.md5(b"sdasdfagfawdspw").hexdigest()
        expected = b'{"username": "\\u00e4d\\u00e4", "password": "%s"}' % digest.encode()
        self.assertEqual(receive_exactly(connection, len(expected)), expected)
        connection.close()
        client.ends("欢迎使用XX系统\n请输入账号名:请输入密码:\n")


@program("s001_udp_ack")
class UDPAck(Pairing):
    def test_datagrams(self):
        server = self.server()
        client = self.client()
        prompt = "请输入要发送的内容(Q退出):"
        for line in ("hello", "", "  你 "):
            client.expect(prompt)
            client.tell(line)
            client.expect("已收到\n")
        client.tell("Q")
        client.ends((prompt + "已收到\n") * 3 + prompt)
        for data in (b"hello", b"", "你".encode()):
            server.expect(f"{data} 127.0.0.1 ")


@program("s001_sticky")
class Sticky(Pairing):
    def test_either(self):
        server = self.server()
        self.client().ends("")
        self.assertIn(server.ends(), ("kinght love aym\n", "kinght love \n"))


@program("s001_text_length_header")
class TextLengthHeader(Pairing):
    def test_padded(self):
        server = self.server()
        self.client(PAD=4).ends("")
        server.ends("kinght love \n")

    def test_paused(self):
        server = self.server()
        self.client(PAUSE=0.3).ends("")
        server.ends("kinght love \n")

    def test_swift_sticking(self):
        server = self.server()
        self.connect().sendall(b"12kinght love 3aym")
        server.ends("kinght love \n")

    def test_swift_no_length(self):
        for data in (b"", b"x", b"12kin", b"99999"):
            server = self.server()
            connection = self.connect()
            connection.sendall(data)
            connection.close()
            server.ends(status=1)

    def test_swift_client_wire(self):
        for environment, expected in (({}, b"12kinght love 3aym"), ({"PAD": "4"}, b"0012kinght love 0003aym")):
            listener = socket.create_server(("127.0.0.1", self.port))
            client = self.start("swift", "client", **environment)
            connection, _ = listener.accept()
            if not environment:
                self.assertEqual(connection.recv(4), b"12")
                expected = expected[2:]
            self.assertEqual(receive_all(connection), expected)
            connection.close()
            close_listener(listener)
            client.ends("")


@program("s001_struct_int")
class StructInt(Script):
    def test_output(self):
        self.script().ends("b'\\xc7\\x00\\x00\\x00'\n(199,)\n")


@program("s001_struct_frames")
class StructFrames(Pairing):
    def test_messages(self):
        server = self.server()
        self.client().ends("")
        server.ends("xin正在学习\n应该没有\n对方断开连接\n")

    def test_swift_byte_by_byte(self):
        server = self.server()
        connection = self.connect()
        for byte in b"\x02\0\0\0hi\0\0\0\0\x01\0\0\0!":
            connection.send(bytes([byte]))
        connection.close()
        server.ends("hi\n\n!\n对方断开连接\n")

    def test_swift_bad_frames(self):
        for data in (b"\xff\xff\xff\xff", b"\x05\0\0\0hi", b"\x05\0", struct.pack("i", 1 << 30)):
            server = self.server()
            connection = self.connect()
            connection.sendall(data)
            connection.close()
            server.ends(status=1)


@program("s001_msg_file")
class MsgFile(Pairing):
    def start_server(self):
        (self.folder / "base" / "file").mkdir(parents=True)
        return self.server(BASE_DIR=self.folder / "base")

    def received(self, name):
        return self.folder / "base" / "file" / name

    def test_messages(self):
        server = self.start_server()
        client = self.client("msg|hello 你好", "nothing", "a|b|c", "msg|", "q")
        text = "hello 你好".encode()
        client.ends(
            f">>>b'{{\"msg_type\": \"msg\"}}' 19\n{text} {len(text)}\n>>>格式输入错误\n>>>格式输入错误\n"
            ">>>b'{\"msg_type\": \"msg\"}' 19\nb'' 0\n>>>b'close' 5\n")
        server.expect('{"msg_type": "msg"}\n接收到消息:hello 你好\n{"msg_type": "msg"}\n接收到消息:\nclose\n客户端已关闭连接\n')

    def test_files(self):
        self.start_server()
        files = []
        for size in SIZES:
            for newlines in (True, False):
                files.append(self.folder / f"电影-{size}-{newlines}")
                files[-1].write_bytes(content_of(size, newlines))
        self.client(*(f"file|{file}" for file in files), "Q").ends()
        for file in files:
            wait_until(lambda: self.received(file.name).exists(), f"{file} is not there")
            self.assertEqual(hash_of(self.received(file.name)), hash_of(file))

    def test_swift_vanishing_and_fuzzed(self):
        server = self.start_server()
        frame = lambda data: struct.pack("i", len(data)) + data  # noqa: E731
        for data in (
            b"", b"\x01", frame(b"{")[:4], b"\xff\xff\xff\xff", struct.pack("i", 1 << 30), frame(b"not JSON"), frame(b"[]"),
            frame(b'{"msg_type": "msg"}'), frame(b'{"msg_type": "file", "file_name": "../../evil"}') + frame(b"x"),
            frame(b'{"msg_type": "file"}') + frame(b"x"), frame(b'{"msg_type": "msg"}') + b"\xff\xff\xff\xff",
            frame(b'{"msg_type": "file", "file_name": "half"}') + struct.pack("i", 100) + b"x",
        ):
            connection = self.connect()
            send_and_end(connection, data)
            try:
                self.assertEqual(receive_all(connection), b"")
            except ConnectionResetError:
                pass
        connection = self.connect()
        connection.sendall(
            frame(b'{"msg_type": "what"}') + frame(b"data") + frame(b'{"msg_type": "file", "file_name": "a"}') + frame(b"A")
            + frame(b"close"))
        self.assertEqual(receive_all(connection), b"")
        server.expect("格式错误,请验证后输入\n")
        server.expect("客户端已关闭连接\n")
        self.has_files("base/file/a")
        self.many(lambda number, connection: connection.sendall(frame(b"close")))
        server.expect("客户端已关闭连接\n" * 1)


@program("s001_blocking")
class Blocking(Pairing):
    def test_message(self):
        server = self.server()
        self.client().ends("")
        server.ends("ABCDEFGH\n")


@program("s001_nonblocking_accept")
class NonblockingAccept(Pairing):
    def test_message(self):
        server = self.server()
        # Until it has asked in vain a few times: it pauses in between, which the kernel counts.
        status = Path("/proc", str(server.process.pid), "status")
        pauses = lambda: int(re.search(r"voluntary_ctxt_switches:\s*(\d+)", status.read_text())[1])  # noqa: E731
        before = pauses()
        wait_until(lambda: pauses() > before + 5, "the server does not ask")
        self.client().ends("")
        server.ends("ABCDEFGH\npolled more than twice\n")


class Multiplexing(Pairing):
    """What the servers that turn to one client after another have together."""

    settings: dict = {}

    def test_clients(self):
        server = self.server(**self.settings)
        first, second = self.client(), self.client()
        server.expect("有新的连接\n有新的连接\n")
        for client, line in ((first, "one"), (second, "two"), (first, "三")):
            client.expect(">>>")
            client.tell(line)
            server.expect(f"收到消息:  {line.encode()}\n")
        first.tell("q")
        first.ends(">>>>>>>>>")
        server.expect("关闭连接\n")
        second.ends(">>>>>>")
        server.expect("关闭连接\n")

    def test_swift_many_clients(self):
        server = self.server(**self.settings)
        reset(self.connect())
        server.expect("有新的连接\n")
        server.expect("关闭连接\n")
        self.many(lambda number, connection: connection.sendall(b"x" * 5000 + b"end %d" % number))
        wait_until(lambda: server.output.count("关闭连接") == 51, lambda: f"{server}")
        for number in range(50):
            self.assertIn(f"end {number}'", server.output)
        self.assertEqual(server.output.count("x"), 50 * 5000)


@program("s001_select_multi_client")
class SelectMultiClient(Multiplexing):
    pass


for _mode in ("select", "poll", "epoll", "epoll-et"):
    program("s001_multiplexing")(
        type(f"Multiplexing_{_mode}", (Multiplexing,), {"settings": {"MUX": _mode}, "__module__": __name__}))


@program("s001_select_concurrent_requests")
class SelectConcurrentRequests(Pairing):
    def test_requests(self):
        server = self.server()
        output = self.client().ends().splitlines()
        answers = [f"已收到普通信息:{text}" for text in ("first", "second", "third")] + ["已收到延时反馈信息:sleep"]
        self.assertEqual(sorted(output), sorted(["first", "sleep", "second", "third"] + [str(a.encode()) for a in answers]))
        wait_until(lambda: server.output.count("\n连接已被关闭\n") == 4, lambda: f"{server}")
        self.assertEqual(server.output.count("有新的连接\n"), 4)
        for line in ("收到普通信息 first", "收到普通信息 second", "收到普通信息 third", "收到延时信息 sleep"):
            self.assertIn(line + "\n", server.output)

    def test_swift_slow_one_blocks_nobody(self):
        self.server()
        slow = self.connect()
        slow.sendall(b"sleep")

        def talk(number, connection):
            connection.sendall(b"%d" % number)
            expected = f"已收到普通信息:{number}".encode()
            self.assertEqual(receive_exactly(connection, len(expected)), expected)

        slow.setblocking(False)
        self.many(talk)
        with self.assertRaises(BlockingIOError):
            slow.recv(100)
