"""What a peer may send or leave unsent: each is bounded in memory and time, told and cut off,
and everybody else goes on (sections 2 and 7)."""

import contextlib
import os
import select
import socket
import ssl
import struct
import time
import unittest

from harness import MEMORY_LIMIT, MIB, ServerCase, content_of, landline, wait_until
from line import Closed, LineError, Line, message, sha256

LOGIN, STALL = 4, 4  # seconds, in place of 10 and 120
GRACE = 20  # seconds more that a slow machine may need
KEPT = {"mtime": 1_700_000_000, "resume": True}


class GarbageCase(ServerCase):
    flags = ("--login-timeout", LOGIN, "--stall-timeout", STALL)

    def tearDown(self):
        """Whatever was done to it, the server is small and serves others."""
        self.assert_serves()
        self.assert_small()

    def assert_serves(self) -> None:
        path, content = f"{self.here}/fresh", content_of(MIB)
        began = time.monotonic()
        with self.ada.line() as line:
            line.put(path, content, ifExists="replace")
            self.assertEqual(line.get(path)[1], content)
        self.assertLess(time.monotonic() - began, GRACE, "another client is served meanwhile")

    def assert_small(self) -> None:
        memory = self.server.memory
        print(f"[{memory / MIB:.0f} MiB]", end=" ", flush=True)
        self.assertLess(memory, MEMORY_LIMIT)

    def plain(self) -> socket.socket:
        return self.enterContext(socket.create_connection(("127.0.0.1", self.server.port), 30))

    def assert_closed(self, connection: socket.socket, within: float) -> None:
        """The peer closes, whatever it says before."""
        connection.settimeout(within)
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while connection.recv(65_536):
                pass

    def assert_cut(self, line: Line, *codes: str | None, within: float = GRACE) -> None:
        line.socket.settimeout(within)
        self.assertIn(line.ending(), codes)


class InsteadOfTLS(GarbageCase):
    def test_garbage(self):
        for data in (os.urandom(4096), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\0" * 100, message({"op": "hello", "id": 0})):
            with self.subTest(data[:10]):
                plain = self.plain()
                plain.sendall(data)
                self.assert_closed(plain, LOGIN + GRACE)

    def test_a_flood_of_garbage(self):
        plain = self.plain()
        with contextlib.suppress(ConnectionError):
            for _ in range(64):
                plain.sendall(os.urandom(MIB))
        self.assert_closed(plain, LOGIN + GRACE)

    def test_half_a_handshake_and_silence(self):
        hello = client_hello()
        for part in (b"", hello[:1], hello[: len(hello) // 2], hello):
            with self.subTest(len(part)):
                plain = self.plain()
                plain.sendall(part)
                self.assert_closed(plain, LOGIN + GRACE)

    def test_a_handshake_a_byte_at_a_time(self):
        self.trickle(self.plain(), client_hello(), 0.3)

    def trickle(self, connection: socket.socket, data: bytes, pause: float) -> None:
        """Sends a byte now and then, until the peer closes."""
        deadline = time.monotonic() + LOGIN + GRACE
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            for i in range(len(data)):
                connection.sendall(data[i : i + 1])
                readable, _, _ = select.select([connection], [], [], pause)
                if readable and not connection.recv(65_536):
                    return
                self.assertLess(time.monotonic(), deadline, "the peer reads on for ever")

    def test_http_that_never_ends(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        for data in (b"", b"GET / HTTP/1.1\r\n"):
            with self.subTest(data):
                secure = self.enterContext(context.wrap_socket(self.plain()))
                secure.sendall(data)
                self.assert_closed(secure, STALL + GRACE)
        secure = self.enterContext(context.wrap_socket(self.plain()))
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            secure.sendall(b"GET / HTTP/1.1\r\n")
            for n in range(32):
                secure.sendall(b"X-%d: " % n + b"y" * MIB + b"\r\n")
        self.assert_closed(secure, STALL + GRACE)


def client_hello() -> bytes:
    """The first flight of a TLS client."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["landline/1"])
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing).do_handshake()
    return outgoing.read()


class InsideTLS(GarbageCase):
    def both(self):
        """A connection before login, and one after."""
        yield "before login", self.nobody()
        yield "after login", self.line()

    def test_lengths_of_heads(self):
        for length, codes in (
            (0, ("bad-request", "too-large")),
            (1, ("bad-request", "too-large")),
            (65_537, ("too-large",)),
            (2**31, ("too-large",)),
            (2**32 - 1, ("too-large",)),
        ):
            for when, line in self.both():
                with self.subTest(when, length=length):
                    line.send_raw(struct.pack("<I", length))
                    self.assert_cut(line, *codes)

    def test_random_bytes(self):
        for when, line in self.both():
            for n in range(8):
                with self.subTest(when, n=n):
                    with contextlib.suppress(Closed):
                        line.send_raw(os.urandom(1000))
                    # The error may be lost: bytes that the server has not read reset the connection.
                    self.assert_cut(line, "too-large", "bad-request", None)
                line = self.nobody() if when == "before login" else self.line()

    def test_a_flood_behind_a_broken_length(self):
        for when, line in self.both():
            with self.subTest(when):
                with contextlib.suppress(Closed):
                    line.send_raw(b"\xff\xff\xff\xff")
                    for _ in range(64):
                        line.send_raw(bytes(MIB))
                self.assert_cut(line, "too-large", None)

    def test_json_of_depth_10000(self):
        line = self.line()
        line.send_raw(message(b'{"op":"ping","id":50,"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}"))
        self.assert_cut(line, "bad-request")
        line = self.line()
        line.send_raw(message(b'{"a":' * 10_000 + b"1" + b"}" * 10_000))
        self.assert_cut(line, "bad-request")
        line = self.line()
        line.send_raw(message(b"[" * 60_000))
        self.assert_cut(line, "bad-request")
        line = self.nobody()
        line.send_raw(message(b"[" * 2000 + b"]" * 2000))
        self.assert_cut(line, "bad-request")

    def test_numbers_and_strings_beyond_measure(self):
        for value in (b"1" * 60_000, b"1e999999", b"-1e-999999", b'"' + b"\\u0000" * 10_000 + b'"', b"1" + b"0" * 400):
            with self.subTest(value[:20]):
                line = self.line()
                line.send_raw(message(b'{"op":"ping","id":50,"x":' + value + b"}"))
                with contextlib.suppress(LineError):
                    line.answer(50)

    def test_a_body_over_its_limit(self):
        for size in (MIB + 1, 2**31, 2**32, 2**63, 10**30):
            with self.subTest(size):
                line = self.line()
                line.send_raw(message(b'{"op":"ping","id":50,"body":%d}' % size))
                self.assert_cut(line, "too-large", "bad-request")

    def test_a_body_that_is_no_length(self):
        for size in (b"-1", b"1.5", b'"3"', b"null", b"[]", b"true"):
            with self.subTest(size):
                line = self.line()
                line.send_raw(message(b'{"op":"ping","id":50,"body":' + size + b"}"))
                with self.fails("bad-request", "too-large"):
                    line.answer(50)

    def test_a_body_longer_than_said(self):
        line, path, content = self.line(), f"{self.here}/a", b"content"
        head = {"op": "put", "id": 50, "path": path, "size": 7, "sha256": sha256(content), "body": 7}
        line.send_raw(message(head) + content + b"\xff\xff\xff\xff more")
        # The put was complete and may be stored; whether its answer or the connection's end comes first is open.
        self.assert_cut(line, "too-large", "bad-request")
        if (self.server.tree / path).exists():
            self.assertEqual((self.server.tree / path).read_bytes(), content)

    def test_a_connection_that_ends_inside_a_message(self):
        content = content_of(100_000)
        put = message(
            {"op": "put", "id": 50, "path": f"{self.here}/whole", "size": len(content), "sha256": sha256(content)},
            content,
        )
        for end in (2, 4, 10, 200, len(put) - 1):
            with self.subTest(end):
                line = self.line()
                line.send_raw(put[:end])
                line.close()
        with self.ada.line() as line:
            id, _ = line.begin_put(f"{self.here}/parts", 2 * MIB)
            line.send_raw(message({"op": "data", "id": id, "body": MIB}) + bytes(MIB // 2))
        with self.ada.line() as line:
            for name in ("whole", "parts"):
                with self.fails("not-found"):
                    line.call("stat", path=f"{self.here}/{name}")

    def test_commit_without_data_and_data_without_put(self):
        line = self.line()
        id, _ = line.begin_put(f"{self.here}/a", 2 * MIB)
        with self.fails("mismatch"):
            line.commit(id, sha256(b""))
        line = self.line()
        with contextlib.suppress(Closed, LineError):
            for n in range(50):
                line.send({"op": "data", "id": 1000 + n}, bytes(MIB))
            line.call("ping")


class Slow(GarbageCase):
    def test_no_login(self):
        for name, said in (("silent", b""), ("a part of a message", b"\x10\0")):
            with self.subTest(name):
                line, began = self.nobody(), time.monotonic()
                line.send_raw(said)
                self.assert_cut(line, "timeout", within=LOGIN + GRACE)
                self.assertGreater(time.monotonic() - began, LOGIN - 1)

    def test_a_byte_now_and_then_before_login(self):
        line, began = self.nobody(), time.monotonic()
        self.trickle(line, b'{"op":"login","id":1,"token":"' + b"x" * 1000)
        self.assertLess(time.monotonic() - began, LOGIN + GRACE)

    def test_a_byte_now_and_then_inside_a_message(self):
        line, began = self.line(), time.monotonic()
        self.trickle(line, b'{"op":"ping","id":50,"x":"' + b"x" * 1000)
        self.assertGreater(time.monotonic() - began, STALL - 1)
        self.assertLess(time.monotonic() - began, STALL + GRACE)

    def test_a_byte_now_and_then_inside_a_body(self):
        line = self.line()
        id, _ = line.begin_put(f"{self.here}/a", 2 * MIB)
        began = time.monotonic()
        self.trickle(line, b"x" * 1000, head=message({"op": "data", "id": id, "body": MIB}))
        self.assertLess(time.monotonic() - began, STALL + GRACE)

    def trickle(self, line: Line, data: bytes, head: bytes | None = None) -> None:
        """Sends a byte now and then and gets `timeout`."""
        line.send_raw(head or struct.pack("<I", len(data) + 100))
        deadline = time.monotonic() + max(LOGIN, STALL) + GRACE
        readable: list = []
        with contextlib.suppress(Closed):
            while not readable:
                self.assertLess(time.monotonic(), deadline, "the server reads on for ever")
                line.send_raw(data[:1])
                data = data[1:]
                readable, _, _ = select.select([line.socket], [], [], 0.3)
        self.assert_cut(line, "timeout")

    def test_a_login_that_is_idle_stays(self):
        line = self.line()
        deadline = time.monotonic() + STALL + 1.5
        readable, _, _ = select.select([line.socket], [], [], deadline - time.monotonic())
        self.assertEqual((readable, line.call("ping")["type"]), ([], "pong"))

    def test_an_upload_without_messages(self):
        line, path, content = self.line(), f"{self.here}/a", content_of(2 * MIB)
        id, _ = line.begin_put(path, len(content), **KEPT)
        line.send_data(id, content[:MIB])
        line.socket.settimeout(STALL + GRACE)
        with self.fails("timeout"):
            line.after_working(id)
        line.cancel(id)
        self.assertEqual(line.stray(), [])
        id, ready = line.begin_put(path, len(content), **KEPT)
        self.assertEqual(ready["offset"], MIB)
        line.send_data(id, content[MIB:])
        self.assertEqual(line.commit(id, sha256(content))["type"], "stored")

    def test_messages_that_straddle_records_stay(self):
        """Each message is complete in time, though no read ever ends between two of them."""
        line, size, count = self.line(), 100_000, 40
        id, _ = line.begin_put(f"{self.here}/a", size * count)
        content = content_of(size * count)
        stream = b"".join(
            message({"op": "data", "id": id, "body": size}) + content[n * size : (n + 1) * size] for n in range(count)
        )
        step = len(stream) // count
        sent = step + size // 2
        line.send_raw(stream[:sent])
        for _ in range(count):
            select.select([line.socket], [], [], (STALL + 3) / count)
            line.send_raw(stream[sent : sent + step])
            sent += step
        self.assertEqual(line.commit(id, sha256(content))["type"], "stored")

    def test_a_slow_upload_that_moves_stays(self):
        line, content = self.line(), content_of(2 * MIB)
        id, _ = line.begin_put(f"{self.here}/a", len(content))
        pieces = 10
        for n in range(pieces):
            select.select([line.socket], [], [], (STALL + 2) / pieces)
            line.send_data(id, content[n * len(content) // pieces : (n + 1) * len(content) // pieces])
        self.assertEqual(line.commit(id, sha256(content))["type"], "stored")


class NeverReading(GarbageCase):
    def connections(self) -> int:
        return self.server.admin_call("status")["connections"]

    def big_file(self) -> str:
        with open(self.on_disk / "big", "wb") as file:
            file.truncate(256 * MIB)
        return f"{self.here}/big"

    def test_many_gets_that_nobody_reads(self):
        path, before = self.big_file(), self.connections()
        lines = [self.line(receive_buffer=4096) for _ in range(10)]
        for line in lines:
            for _ in range(50):
                line.request("get", path=path)
        self.assert_serves()
        self.assert_small()
        # They make no progress, and are closed.
        wait_until(lambda: self.connections() <= before, "the connections are closed", STALL + 3 * GRACE)
        self.assert_small()

    def test_many_lists_that_nobody_reads(self):
        for n in range(2000):
            (self.on_disk / f"{'x' * 200}{n}").touch()
        before, line = self.connections(), self.line(receive_buffer=4096)
        self.flood(line, lambda n: {"op": "list", "id": 100 + n, "path": self.here}, 1000)
        self.assert_serves()
        self.assert_small()
        wait_until(lambda: self.connections() <= before, "the connection is closed", STALL + 3 * GRACE)

    def test_many_lists_of_tokens_that_nobody_reads(self):
        account = self.server.join(role="guest")
        with account.line() as maker:
            for n in range(300):
                maker.call("token.create", name=f"{'t' * 50}{n}")
        line = account.line(receive_buffer=4096)
        self.flood(line, lambda n: {"op": "token.list", "id": 100 + n}, 1000)
        self.assert_serves()
        self.assert_small()

    def test_many_long_heads_that_wait(self):
        line = self.line(receive_buffer=4096)
        self.flood(line, lambda n: {"op": "list", "id": 100 + n, "path": "", "after": "a" * 60_000}, 1000)
        self.assert_serves()
        self.assert_small()

    def flood(self, line: Line, head, count: int) -> int:
        """Sends requests and reads nothing, until the server stops reading; how many bytes it took."""
        line.socket.settimeout(0.5)
        sent = 0
        try:
            for n in range(count):
                data = message(head(n))
                line.send_raw(data)
                sent += len(data)
        except (TimeoutError, Closed):
            pass
        return sent

    def test_a_flood_of_pings_that_nobody_reads(self):
        line = self.line(receive_buffer=4096)
        # Answers are small: those to a hundred thousand may fit into the kernel's buffers. What counts is our memory.
        self.flood(line, lambda n: {"op": "ping", "id": 100 + n, "x": "y" * 1000}, 100_000)
        self.assert_serves()
        self.assert_small()

    def test_bodies_that_stop_in_the_middle(self):
        """Bodies are handed on in slices: a hundred of nearly 1 MiB are not kept in memory."""
        lines = []
        for n in range(100):
            line = self.line()
            id, _ = line.begin_put(f"{self.here}/{n}", 2 * MIB)
            line.send_raw(message({"op": "data", "id": id, "body": MIB}) + bytes(MIB - 1000))
            lines.append(line)
        self.assert_small()
        for line in lines:
            self.assert_cut(line, "timeout", within=STALL + 3 * GRACE)


class Crowded(GarbageCase):
    flags = ("--max-connections", 20)

    def test_one_account_does_not_take_all_and_the_operator_always_gets_in(self):
        account, lines = self.server.join(), []
        with self.fails("too-many"):
            for _ in range(20):
                lines.append(account.line())
                lines[-1].call("ping")
        # Strangers take the rest; they are closed in their time, but the operator need not wait for that.
        strangers = [self.plain() for _ in range(30)]
        self.assertLessEqual(self.status()["connections"], 21)
        for connection in lines + strangers:
            connection.close()
        wait_until(lambda: self.status()["connections"] <= 3, "they are gone")

    def status(self) -> dict:
        return self.assert_done(landline("status", "--data", self.server.data, "--json")).objects[0]


class Working(GarbageCase):
    def test_hashing_large_files_leaves_room_for_others(self):
        with open(self.on_disk / "large", "wb") as file:
            file.truncate(2 << 30)
        guest = self.line(self.server.join(role="guest"))
        ids = [guest.request("verify", path=f"{self.here}/large") for _ in range(32)]
        with self.server.admin.line() as admin:
            admin.put(f"{self.here}/small", b"small")
            self.assertEqual(admin.get(f"{self.here}/small")[1], b"small")
        for id in ids:
            guest.cancel(id)
        for id in ids:
            with self.fails("cancelled"):
                guest.after_working(id)


class Silent(GarbageCase):
    flags = ("--login-timeout", 10, "--stall-timeout", STALL)

    def test_a_thousand_connections_that_say_nothing(self):
        connections = [self.plain() for _ in range(900)] + [self.nobody().socket for _ in range(100)]
        self.assert_serves()
        self.assert_small()
        joined = self.server.join()
        with joined.line() as line:
            self.assertEqual(line.call("ping")["type"], "pong")
        for connection in connections:
            self.assert_closed(connection, 10 + GRACE)

    def test_above_1024_the_oldest_goes(self):
        oldest = [self.plain() for _ in range(40)]
        younger = [self.plain() for _ in range(1030)]
        began = time.monotonic()
        self.assert_serves()
        self.assert_closed(oldest[0], 10 + GRACE)
        self.assertLess(time.monotonic() - began, 8, "closed because there are too many, before its time is over")
        younger[-1].setblocking(False)
        with self.assertRaises(BlockingIOError):
            younger[-1].recv(1)


if __name__ == "__main__":
    unittest.main()
