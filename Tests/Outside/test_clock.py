"""The time: the operation `time`, the command, and the service by UDP (docs/PROTOCOL.md sections 6 and 10)."""

import datetime
import re
import socket
import time

from harness import USAGE, Case, Server, ServerCase, landline


class OverTheLine(ServerCase):
    def test_the_time_now(self):
        with self.ada.line() as line:
            before = time.time()
            answer = line.call("time")
            after = time.time()
        self.assertLessEqual(before - 0.001, answer["seconds"] + answer["nanoseconds"] / 1e9)
        self.assertLessEqual(answer["seconds"] + answer["nanoseconds"] / 1e9, after + 0.001)
        self.assertEqual(answer["time"], time.strftime("%Y-%m-%d %X", time.localtime(answer["seconds"])))

    def test_formats(self):
        with self.ada.line() as line:
            for format in ("%Y", "%H:%M", "%A %d %B", "no percent", "100%%", "%s", "今 %Y 年", "%j %U %w", " ", "%Y\n%m"):
                with self.subTest(format):
                    answer = line.call("time", format=format)
                    self.assertEqual(answer["time"], time.strftime(format, time.localtime(answer["seconds"])))
            self.assertRegex(line.call("time", format="")["time"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
            for format in ("%1000000d", "%" + "9" * 100 + "Y", "a" * 257):
                with self.subTest(format[:20]), self.fails("too-large"):
                    line.call("time", format=format)
            with self.fails("bad-request"):
                line.call("time", format="a\0b")

    def test_a_guest_may_ask_and_a_stranger_may_not(self):
        with self.server.join(role="guest").line() as line:
            line.call("time")
        with self.nobody() as line, self.fails("unauthenticated"):
            line.call("time")

    def test_the_command(self):
        client = self.client()
        result = self.assert_done(client.run("time"))
        self.assertRegex(result.out, r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n$")
        self.assertRegex(result.err, r"round trip [\d.]+ ms; this machine's clock is [\d.]+ ms (ahead of|behind) the server's")
        year = str(datetime.date.today().year)
        self.assertEqual(self.assert_done(client.run("time", "year %Y")).out, f"year {year}\n")
        found = client.run("time", "--json").objects[0]
        self.assertLess(abs(found["offsetNanos"]), 1e9)
        self.assertGreater(found["roundTripNanos"], 0)
        # Both clocks are the same one, so the estimate is within its own bound.
        self.assertLessEqual(abs(found["offsetNanos"]), found["roundTripNanos"] / 2 + 2e6)
        self.assertRegex(landline("time", "--data", self.server.data).out, r"^\d{4}-")


class ByUDP(Case):
    def setUp(self):
        self.server = self.enterContext(Server("--clock-port", 0))
        line = self.server._line_after("telling the time on ")
        self.port = int(re.search(r":(\d+) \(UDP\)", line)[1])
        self.socket = self.enterContext(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.socket.connect(("127.0.0.1", self.port))
        self.socket.settimeout(30)

    def ask(self, packet: bytes) -> bytes:
        self.socket.send(packet)
        return self.socket.recv(65_536)

    def silent(self, packet: bytes) -> None:
        """There is no answer to it: the next one is to what was asked after it."""
        self.socket.send(packet)
        self.assertEqual(self.ask(b"marker"), b"marker", packet[:40])

    def test_formats(self):
        for format in (b"%Y", b"%Y %m %d", b"text", b"%%", "年%Y".encode()):
            with self.subTest(format):
                self.assertEqual(self.ask(format), time.strftime(format.decode()).encode())
        self.assertRegex(self.ask(b""), rb"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")

    def test_never_much_longer_than_what_came(self):
        headers = 28
        for format in (b"", b"%c", b"%c %c", b"%a" * 60, b"%Y-%m-%d %X " * 20, b"%B"):
            with self.subTest(format[:20]):
                answer = self.ask(format)
                self.assertLessEqual(headers + len(answer), 3 * (headers + len(format)))
        for format in (b"%1000d", b"%500Y", b"%99999999d", b"%80d", b"%c%c%c%c", b"%c" * 120):
            self.silent(format)

    def test_what_is_no_format_is_not_answered_and_does_no_harm(self):
        for packet in (b"\xff\xfe", b"%\xff", b"a\0b", b"a" * 257, b"%" * 8000, bytes(60_000)):
            self.silent(packet)
        self.assertEqual(self.ask(b"%"), time.strftime("%").encode())

    def test_one_address_is_answered_so_often_and_no_more(self):
        # Two services that answer each other would never end.
        began = time.monotonic()
        for _ in range(2_000):
            self.socket.send(b"x")
        received = 0
        try:
            while True:
                self.socket.recv(100)
                received += 1
                last = time.monotonic()
                # The first may take its time on a busy machine; behind it they come close together.
                self.socket.settimeout(2)
        except TimeoutError:
            pass
        self.assertLessEqual(received, 101 + 50 * (last - began))
        self.assertGreater(received, 20)

    def test_off_by_default_and_a_port_that_is_taken(self):
        with Server() as other:
            self.assertFalse([line for line in other.lines if "telling the time" in line])
        folder = self.server.folder / "second"
        result = landline("serve", "--data", folder, "--listen", "127.0.0.1:0", "--clock-port", self.port)
        self.assertNotEqual(result.code, 0)
        self.assertIn("--clock-port", result.err)
        self.assert_exit(landline("serve", "--data", folder, "--clock-port", "70000"), USAGE)

    def test_it_ends_with_the_server(self):
        self.server.signal(15)
        self.assertEqual(self.server.wait(), 0)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", self.port))
