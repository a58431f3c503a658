"""Tutorial 000."""

import hashlib
import json
import re
import socket
import struct

from interop import (
    SIZES, Pairing, Script, content_of, hash_of, program, receive_all, receive_exactly, reset, send_and_end,
    wait_until)


@program("s000_tcp_hello")
class TCPHello(Pairing):
    def test_exchange(self):
        server = self.server()
        client = self.client()
        client.ends("b'hi'\n")
        server.ends("b'hello!'\n")

    def test_swift_client_vanishes(self):
        server = self.server()
        self.connect().close()
        server.ends("b''\n")


@program("s000_tcp_upper_loop")
class TCPUpperLoop(Pairing):
    def test_lines(self):
        server = self.server()
        client = self.client()
        for line, answer in (("hello", "b'HELLO'"), ("  två ", r"b'TV\xc3\xa5'"), ("a'b", "b\"A'B\"")):
            client.expect(">>: ")
            client.tell(line)
            client.expect(f"client====> {answer}\n")
        client.ends(">>: client====> b'HELLO'\n>>: client====> b'TV\\xc3\\xa5'\n>>: client====> b\"A'B\"\n>>: ")
        server.expect("server===> b'hello'\nserver===> b'tv\\xc3\\xa5'\nserver===> b\"a'b\"\n")

    def test_swift_many_clients(self):
        self.server()

        def talk(number, connection):
            for round in range(3):
                connection.sendall(b"client %d, %d" % (number, round))
                self.assertEqual(connection.recv(1024), b"CLIENT %d, %d" % (number, round))

        self.many(talk)

    def test_swift_clients_vanish(self):
        self.server()
        reset(self.connect())
        gone = self.connect()
        gone.sendall(b"a")
        reset(gone)
        connection = self.connect()
        connection.sendall(b"still there")
        self.assertEqual(connection.recv(1024), b"STILL THERE")


@program("s000_upload_json_header")
class UploadJSONHeader(Pairing):
    def start_server(self):
        (self.folder / "server" / "file_upload").mkdir(parents=True)
        return self.server()

    def uploaded(self, name):
        return self.folder / "server" / "file_upload" / name

    def test_sizes(self):
        server = self.start_server()
        (self.folder / "client").mkdir()
        for size in SIZES:
            for newlines in (True, False):
                name = f"{size}-{newlines}.bin"
                file = self.folder / "client" / name
                file.write_bytes(content_of(size, newlines))
                client = self.client(f"put {file}")
                output = client.ends()
                header = {"cmd": "put", "filename": name, "filesize": size}
                self.assertTrue(output.startswith(f">>: {header}\n"), output[:300])
                self.assertTrue(output.endswith("upload successful\n>>: "), output[-300:])
                if size:
                    self.assertIn(f"\n{size}\nupload", output)
                server.expect(f"{header}\n-----> file_upload/{name}\n")
                if size:
                    server.expect(f"recvsize:{size} filesize:{size}\n")
                wait_until(lambda: self.uploaded(name).exists(), f"{name} is not there")
                wait_until(lambda: hash_of(self.uploaded(name)) == hash_of(file), f"{name} is another file")

    def test_words(self):
        self.start_server()
        client = self.client("get a", "put missing", "")
        client.ends(">>: >>: file:missing is not exists\n>>: >>: ")

    def test_swift_sticking_files(self):
        server = self.start_server()
        connection = self.connect()
        data = b""
        for name, content in (("a", b"first\n"), ("b", b""), ("c", b"third")):
            header = json.dumps({"cmd": "put", "filename": name, "filesize": len(content)}).encode()
            data += struct.pack("i", len(header)) + header + content
        for byte in data:
            connection.send(bytes([byte]))
        connection.close()
        wait_until(lambda: self.uploaded("c").exists(), lambda: f"{server}")
        self.assertEqual(self.uploaded("a").read_bytes(), b"first\n")
        self.assertEqual(self.uploaded("b").read_bytes(), b"")
        self.assertEqual(self.uploaded("c").read_bytes(), b"third")

    def test_swift_fuzzed_headers(self):
        server = self.start_server()
        good = {"cmd": "put", "filename": "x", "filesize": 1}
        heads = [struct.pack("i", length) + b"x" * 50 for length in (-1, 0, 1 << 30, 70_000, -(1 << 31))]
        for header in (
            b"not JSON", b"[]", b'{"cmd": "put"}', json.dumps(good | {"filename": "../evil"}).encode(),
            json.dumps(good | {"filename": "/tmp/evil"}).encode(), json.dumps(good | {"filename": ""}).encode(),
            json.dumps(good | {"filesize": -1}).encode(), json.dumps(good | {"filesize": 1 << 70}).encode(),
            json.dumps(good | {"cmd": "__init__"}).encode(), b"[" * 5000, b'{"cmd": "put", "filename": "\xff"}',
        ):
            heads.append(struct.pack("i", len(header)) + header + b"y")
        for head in heads:
            connection = self.connect()
            send_and_end(connection, head)
            try:
                self.assertEqual(receive_all(connection), b"")
            except ConnectionResetError:
                pass
        connection = self.connect()
        header = json.dumps(good).encode()
        connection.sendall(struct.pack("i", len(header)) + header)
        reset(connection)
        connection = self.connect()
        connection.sendall(struct.pack("i", len(header)) + header + b"!")
        wait_until(lambda: self.uploaded("x").exists() and self.uploaded("x").read_bytes() == b"!", lambda: f"{server}")
        self.has_files("server/file_upload/x")


@program("s000_c3_mro")
class C3MRO(Script):
    def test_orders(self):
        output = self.script().ends()
        for line in ("E(A,B)=[E,A,B,O]", "F(B,C)=[F,B,C,O]", "G(E,F)=[G,E,A,F,B,C,O]", "mro_C3(E, F)=[E,A,F,B,C,O]"):
            self.assertIn(line + "\n", output)
        self.assertIn("\nTypeError: inconsistent hierarchy, no C3 MRO is possible\n", output)


@program("s000_udp_upper")
class UDPUpper(Pairing):
    def test_datagrams(self):
        self.server()
        client = self.client()
        for line, answer in (("hello", "b'HELLO'"), ("", "b''"), (" två ", r"b' TV\xc3\xa5 '"), ("x" * 9000, "X" * 9000)):
            client.expect(">>: ")
            client.tell(line)
            client.expect(answer)
        client.ends()

    def test_two_clients(self):
        self.server()
        first, second = self.client(), self.client()
        for client in (first, second, first):
            client.tell("a")
            client.expect("b'A'\n")
        first.ends(">>: b'A'\n>>: b'A'\n>>: ")
        second.ends(">>: b'A'\n>>: ")

    def test_swift_largest(self):
        self.server()
        place = socket.socket(type=socket.SOCK_DGRAM)
        place.settimeout(20)
        place.sendto(b"z" * 65507, ("127.0.0.1", self.port))
        self.assertEqual(place.recv(65535), b"Z" * 65507)


class Commands(Pairing):
    """What the servers that run commands have together."""

    def exchange(self, *commands):
        """Sends each command when the one before is answered; all that the client printed."""
        client = self.client()
        for command in commands:
            client.expect(">>: ")
            client.tell(command)
        client.expect(">>: ")
        return client.ends()


@program("s000_exec_unframed")
class ExecUnframed(Commands):
    def test_commands(self):
        server = self.server()
        output = self.exchange("echo hello", "", "echo grüß dich; true", "echo a-word-that-goes-to-stderr >&2")
        self.assertEqual(output, ">>: hello\n>>: >>: grüß dich\n>>: a-word-that-goes-to-stderr\n>>: ")
        server.expect("客户端 ('127.0.0.1', ")

    def test_quit(self):
        self.server()
        self.client("quit").ends(">>: ")

    def test_rest_is_the_next_answer(self):
        self.server()
        output = self.exchange("printf %01500d 7", "echo next")
        self.assertEqual(output.count("0"), 1499)
        self.assertIn(">>: " + "0" * 475 + "7", output)

    def test_swift_many_clients(self):
        self.server()

        def talk(number, connection):
            connection.sendall(b"echo %d" % number)
            self.assertEqual(receive_exactly(connection, len(b"%d\n" % number)), b"%d\n" % number)

        self.many(talk)

    def test_swift_client_vanishes(self):
        self.server()
        for command in (b"", b"head -c 10000000 /dev/zero", b"sleep 0.1; echo"):
            connection = self.connect()
            connection.sendall(command)
            reset(connection)
        connection = self.connect()
        connection.sendall(b"echo there; echo \xff | wc -c")
        self.assertTrue(receive_exactly(connection, 6).startswith(b"there\n"))

    def test_swift_both_outputs_full(self):
        self.server()
        connection = self.connect()
        connection.sendall(b"head -c 200000 /dev/zero >&2; head -c 200000 /dev/zero")
        self.assertEqual(receive_exactly(connection, 400000), bytes(400000))


@program("s000_exec_udp")
class ExecUDP(Commands):
    def test_commands(self):
        server = self.server()
        output = self.exchange("echo hello", "echo oops >&2", "true", "", "echo a; echo b >&2")
        self.assertEqual(output, ">>: hello\n\n>>: error : oops\n\n>>: >>: >>: error : b\n\na\n\n>>: ")
        server.expect("用户命令----->  b'echo hello'\n")

    def test_swift_two_datagrams(self):
        self.server()
        place = socket.socket(type=socket.SOCK_DGRAM)
        place.settimeout(20)
        place.connect(("127.0.0.1", self.port))
        place.send(b"head -c 100000 /dev/zero; echo error >&2")
        self.assertEqual(place.recv(65535), b"error\n")
        self.assertEqual(place.recv(65535), bytes(65507))
        place.send(b"true")
        self.assertEqual((place.recv(10), place.recv(10)), (b"", b""))


@program("s000_sticky_two_sends")
class StickyTwoSends(Pairing):
    def test_either(self):
        server = self.server()
        self.client().ends("")
        self.assertIn(server.ends(), ("-----> hello\n-----> egg\n", "-----> helloegg\n-----> \n"))


@program("s000_sticky_short_recv")
class StickyShortRecv(Pairing):
    def test_rest(self):
        server = self.server()
        self.client().ends("")
        server.ends("-----> he\n-----> llo egg\n")


@program("s000_exec_text_length_ack")
class ExecTextLengthAck(Commands):
    def test_commands(self):
        server = self.server()
        output = self.exchange("echo hello", "true", "", "echo grüß dich", "printf %05000d 7", "echo a; echo b >&2", "echo end")
        self.assertEqual(
            output,
            f">>: hello\n\n>>: \n>>: >>: grüß dich\n\n>>: {7:05000}\n>>: b\na\n\n>>: end\n\n>>: ")
        server.expect("客户端 ('127.0.0.1', ")

    def test_quit(self):
        self.server()
        self.client("quit").ends(">>: ")

    def test_swift_sticking_acknowledgement(self):
        self.server()
        connection = self.connect()
        connection.sendall(b"true")
        self.assertEqual(connection.recv(10), b"0")
        connection.sendall(b"recv_readyecho next")
        self.assertEqual(connection.recv(10), b"5")
        connection.sendall(b"recv_ready")
        self.assertEqual(receive_exactly(connection, 5), b"next\n")

    def test_swift_wrong_acknowledgement(self):
        self.server()
        connection = self.connect()
        connection.sendall(b"true")
        self.assertEqual(connection.recv(10), b"0")
        connection.sendall(b"RECV_READY")
        self.assertEqual(receive_all(connection), b"")
        reset(self.connect())
        connection = self.connect()
        connection.sendall(b"echo")
        self.assertEqual(connection.recv(10), b"1")


@program("s000_struct_range")
class StructRange(Script):
    def test_error(self):
        output = self.script().ends()
        self.assertTrue(output.startswith(
            "b'W\\x04\\x00\\x00'\nstruct.error: 'i' format requires -2147483648 <= number <= 2147483647"), output)


@program("s000_file_header_fragment")
class FileHeaderFragment(Pairing):
    def test_sizes(self):
        for size in SIZES:
            for newlines in (True, False):
                content = content_of(size, newlines)
                file = self.folder / f"电影-{size}.bin"
                file.write_bytes(content)
                server = self.server()
                self.client(FILE=file).ends("")
                header = {"file_size": size, "file_name": file.name, "md5": hashlib.md5(content).hexdigest()}
                server.ends(f"{header}\nmd5 is right\n")

    def test_wrong_md5(self):
        server = self.server()
        connection = self.connect()
        header = b'{"file_size": 3, "file_name": "a", "md5": "00"}'
        connection.sendall(struct.pack("i", len(header)) + header + b"abc")
        server.ends("{'file_size': 3, 'file_name': 'a', 'md5': '00'}\nmd5 is wrong\n")

    def test_swift_bad_headers(self):
        for head in (b"", b"\xff\xff\xff\xff", b"\x05\0\0\0nojson", b"\x02\0\0\0{}", struct.pack("i", 1 << 30)):
            server = self.server()
            connection = self.connect()
            connection.sendall(head)
            connection.close()
            server.ends(status=1)
            self.assertTrue(server.errors.startswith("tutorials: "), server)


@program("s000_struct_pack_into")
class StructPackInto(Script):
    def test_output(self):
        self.script().ends(
            "12 8\nbefore b'0000000000000000000000000000000000000000'\nafter b'0100000061626300cdcc2c406465666765000000'\n"
            "(1, b'abc', 2.700000047683716)\n(b'defg', 101)\nafter b'7b0000007b000000cdcc2c406465666765000000'\n(123, 123)\n")


@program("s000_exec_struct_header")
class ExecStructHeader(Commands):
    def test_commands(self):
        server = self.server()
        output = self.exchange("echo hello", "true", "", "printf %05000d 7", "printf '\\304\\343\\272\\303'", "echo b >&2")
        n = "<class 'int'>"
        self.assertEqual(
            output, f">>: {n} 6\nhello\n\n>>: {n} 0\n\n>>: >>: {n} 5000\n{7:05000}\n>>: {n} 4\n你好\n>>: {n} 2\nb\n\n>>: ")
        server.expect("cmd:  b'echo hello'\nb''\ncmd:  b'true'\n")
        server.expect("cmd:  b'echo b >&2'\nb'b\\n'\n")

    def test_quit(self):
        self.server()
        self.client("quit").ends(">>: ")

    def test_swift_wire(self):
        self.server()
        connection = self.connect()
        connection.sendall(b"echo hi; echo no >&2")
        self.assertEqual(receive_exactly(connection, 10), b"\x06\0\0\0no\nhi\n")
        reset(connection)

        def talk(number, connection):
            connection.sendall(b"echo %02d" % number)
            self.assertEqual(receive_exactly(connection, 7), b"\x03\0\0\0%02d\n" % number)

        self.many(talk)


@program("s000_exec_json_header")
class ExecJSONHeader(Commands):
    def test_commands(self):
        server = self.server()
        output = self.exchange("echo hello", "true", "", "printf %05000d 7", "echo 你好", "quit", "echo b >&2")
        self.assertTrue(output.startswith(f">>: hello\n\n>>: \n>>: >>: {7:05000}\n>>: 你好\n\n>>: "), output)
        self.assertTrue(output.endswith("\n>>: b\n\n>>: "), output)
        server.expect("cmd:  b'echo hello'\nb''\ncmd:  b'true'\n")

    def test_swift_wire(self):
        self.server()
        connection = self.connect()
        connection.sendall(b"echo hi")
        self.assertEqual(receive_exactly(connection, 23), b'\x10\0\0\0{"data_size": 3}hi\n')
        reset(self.connect())
        connection.sendall(b"true")
        self.assertEqual(receive_exactly(connection, 20), b'\x10\0\0\0{"data_size": 0}')


@program("s000_socketserver_upper")
class SocketServerUpper(Pairing):
    def test_exchange(self):
        server = self.server()
        for _ in range(2):
            self.client().ends("Sent:     hello\nReceived: HELLO\n")
        server.expect("127.0.0.1 wrote:\nb'hello'\n127.0.0.1 wrote:\nb'hello'\n")

    def test_swift_many_clients(self):
        self.server()
        reset(self.connect())

        def talk(number, connection):
            connection.sendall(b" a\xc3\xa9%d \n" % number)
            self.assertEqual(receive_all(connection), b"A\xc3\xa9%d" % number)

        self.many(talk)


@program("s000_socket_functions")
class SocketFunctions(Script):
    def test_output(self):
        output = re.sub(r"\b\d{4,5}\b", "PORT", self.script().ends())
        self.assertEqual(output.splitlines(), [
            "bind, listen, getsockname ('127.0.0.1', PORT)", "connect, accept ('127.0.0.1', PORT) true",
            "getpeername ('127.0.0.1', PORT)", "send 5", "recv b'hello'", "sendall, makefile 'first' 'second'", "getsockopt 1",
            "fileno true", "setblocking BlockingIOError", "settimeout, gettimeout 0.5", "close, connect_ex 111", "sendto 8",
            "recvfrom (b'datagram', ('127.0.0.1', PORT))"])


@program("s000_udp_limits")
class UDPLimits(Script):
    def test_output(self):
        self.script().ends(
            "sendto 65507 bytes: 65507\nrecvfrom: 65507\nsendto 65508 bytes: EMSGSIZE, Message too long\n"
            "an empty datagram: b''\ntwo sendto, two recvfrom: b'one' b'two'\n"
            "recvfrom(2) of b'longer': b'lo' and then b'next'\n")
