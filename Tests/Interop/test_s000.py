"""Tutorial 000."""

import json
import struct

from interop import (
    SIZES, Pairing, Script, content_of, hash_of, program, receive_all, receive_exactly, reset, wait_until)


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
            connection.sendall(head)
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
        found = sorted(str(file.relative_to(self.folder)) for file in self.folder.rglob("*") if file.is_file())
        self.assertEqual(found, ["server/file_upload/x"])
