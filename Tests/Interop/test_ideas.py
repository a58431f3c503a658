"""The programs without an original: demonstrations, and ideas that the tutorials explain without a program."""

import hashlib
import random
import re
import select
import socket
import threading

from interop import Pairing, Script, content_of, free_port, program


@program("demo_sticky")
class Sticky(Script):
    def test_swift_cures(self):
        output = self.script().ends()
        self.assertIn("three sends, one receive: b'firstsecond one\\xe4\\xb8\\x89'\n", output)
        self.assertIn("one send, three receives: b'firstsec' b'ond one\\xe4' b'\\xb8\\x89'\n", output)
        self.assertEqual(output.count('["first", "second one", "三"]\n'), 3)
        self.assertIn("b'0005first0010second one0003", output)
        self.assertIn(hashlib.md5(b"second one").hexdigest(), output)


@program("demo_blocking")
class Blocking(Script):
    def test_swift_three_ways(self):
        found = re.fullmatch(
            r"blocking: 1 calls in .*\nnon-blocking: (\d+) calls in .*\nselect: 2 calls in .*\n", self.script().ends())
        self.assertGreater(int(found[1]), 10)


@program("demo_selectors")
class Selectors(Script):
    def test_swift_thousand_connections(self):
        output = self.script().ends()
        self.assertRegex(output, r"^select: \d+ connections, \d+ µs a message; select has no bit for descriptor \d+")
        for name in ("poll", "epoll, level", "epoll, edge"):
            self.assertRegex(output, rf"\n{name}: 1000 connections, \d+ µs a message\n")


@program("demo_servers")
class Servers(Script):
    def test_swift_family(self):
        names = ("sequential", "forking", "threading", "multiplexed")
        self.script().ends("".join(f"{name}: HELLO FROM {name.upper()}\n" for name in names))


@program("demo_tcp_udp")
class TCPUDP(Script):
    def test_swift_differences(self):
        self.script().ends(
            "TCP, an empty message: nothing arrives\nUDP, an empty message: b''\nTCP, 100000 bytes: 100000 arrive\n"
            "UDP, 100000 bytes: Message too long\nTCP, two messages: b'onetwo'\nUDP, two messages: b'one' b'two'\n")


@program("demo_struct_table")
class StructTable(Script):
    def test_swift_sizes(self):
        import struct
        output = self.script().ends()
        for code in "xcbB?hHiIlLqQefdsp":
            expected = f"{code} native {struct.calcsize(code)} standard {struct.calcsize('<' + code)}"
            self.assertRegex(output, rf"(?m)^{re.escape(expected)}(;|$)")
        for code in "bBhHiIlLqQ":
            with self.assertRaises(struct.error) as caught:
                struct.pack(code, 1 << 100)
            if "requires" in str(caught.exception):
                self.assertIn(str(caught.exception), output)


@program("idea_ipv4_bits")
class IPv4Bits(Script):
    def test_swift_numbers(self):
        output = self.script().ends()
        self.assertIn("100.4.5.6 = 01100100.00000100.00000101.00000110 = 1677985030\n", output)
        self.assertIn("hosts     192.168.1.1 to 192.168.1.62\n", output)
        self.assertIn("192.168.1.64 is not in it\n", output)


@program("idea_tcp_states")
class TCPStates(Script):
    def test_swift_states(self):
        self.assertRegex(
            self.script().ends(),
            "client, new: CLOSE\nserver, listening: LISTEN\nconnected: client ESTABLISHED server ESTABLISHED\n"
            "the client sends its end: client FIN_WAIT[12] server CLOSE_WAIT\n"
            "the server sends its end: server (CLOSE|LAST_ACK)\nboth closed: client's port in TIME_WAIT\n")


@program("idea_nagle")
class Nagle(Script):
    def test_swift_delay(self):
        waits = [float(text) for text in re.findall(r": 50 questions in ([\d.e-]+) seconds\n", self.script().ends())]
        self.assertEqual(len(waits), 3)
        self.assertGreater(waits[0], waits[1], "what is kept back takes longer")


@program("idea_mtu")
class MTU(Script):
    def test_swift_sizes(self):
        output = self.script().ends()
        self.assertRegex(output, r"(?m)^lo: \d+ bytes a packet$")
        self.assertIn("a datagram of 65507: 65507 bytes arrive", output)
        self.assertIn("a datagram of 65508: too long", output)


@program("ping")
class Ping(Script):
    def test_swift_both_families(self):
        for host in ("127.0.0.1", "::1"):
            output = self.script(HOST=host, COUNT=2).ends()
            self.assertRegex(output, rf"^16 bytes from {host}: seq=1 time=[\d.e-]+ seconds\n16 bytes from {host}: seq=2 ")
            self.assertIn("\n2 sent, 2 received\nmin ", output)


class Network:
    """Between two: loses one packet in five, doubles some, and lets others be overtaken."""

    def __init__(self, server_port: int, seed: int):
        self.random = random.Random(seed)
        self.front = socket.socket(type=socket.SOCK_DGRAM)
        self.front.bind(("127.0.0.1", 0))
        self.back = socket.socket(type=socket.SOCK_DGRAM)
        self.back.connect(("127.0.0.1", server_port))
        self.client = None
        self.held = {self.front: [], self.back: []}
        self.lost = 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.stop.is_set():
            ready = select.select([self.front, self.back], [], [], 0.02)[0]
            if not ready:
                for origin in self.held:
                    self.release(origin)
            for origin in ready:
                try:
                    data, sender = origin.recvfrom(65535)
                except ConnectionRefusedError:
                    continue
                if origin is self.front:
                    self.client = sender
                chance = self.random.random()
                if chance < 0.2:
                    self.lost += 1
                elif chance < 0.3:
                    self.held[origin].append(data)
                else:
                    self.deliver(origin, data)
                    if chance < 0.35:
                        self.deliver(origin, data)
                    if len(self.held[origin]) > 3:
                        self.release(origin)

    def release(self, origin):
        while self.held[origin]:
            self.deliver(origin, self.held[origin].pop())

    def deliver(self, origin, data):
        try:
            if origin is self.front:
                self.back.send(data)
            elif self.client:
                self.front.sendto(data, self.client)
        except ConnectionRefusedError:
            pass

    def end(self):
        self.stop.set()
        self.thread.join()
        self.front.close()
        self.back.close()


@program("idea_reliable_udp")
class ReliableUDP(Pairing):
    def test_swift_loss_and_reordering(self):
        for size in (0, 1, 1024, 1025, 200_000):
            content = content_of(size)
            file = self.folder / "sent"
            file.write_bytes(content)
            self.port = free_port()
            server = self.server()
            network = Network(self.port, size)
            self.addCleanup(network.end)
            client = self.start(
                "swift", "client", FILE=file, PORT=network.front.getsockname()[1])
            found = re.fullmatch(r"(\d+) packets, sent (\d+) times\n", client.ends())
            self.assertEqual(int(found[1]), max(1, -(-size // 1024)))
            if size > 100_000:
                self.assertGreater(network.lost, 20)
                self.assertGreater(int(found[2]), int(found[1]))
            server.ends(f"{size} bytes, md5 {hashlib.md5(content).hexdigest()}\n")


@program("idea_layers")
class Layers(Script):
    def test_swift_layers(self):
        output = self.script().ends()
        self.assertIn("IP: from 192.168.1.10 to 192.168.1.20, 78 bytes, time to live 64, protocol 6, checksum right\n", output)
        self.assertIn("TCP: from port 50000 to port 80, flags PSH ACK, header of 20 bytes\n", output)
        self.assertEqual(re.findall(r"(?m)^(\d) [a-z]", output), list("7654321"))
        frame = bytes.fromhex(re.search(r"bytes: ([0-9a-f]+)\n", output)[1])
        total = sum(int.from_bytes(frame[at:at + 2], "big") for at in range(14, 34, 2))
        self.assertEqual((total >> 16) + (total & 0xFFFF), 0xFFFF)


@program("idea_media")
class Media(Script):
    def test_swift_jitter(self):
        self.script().ends(
            "50 frames of 20 ms, a buffer of 4: 42 played in order\nsilence for [6, 10, 13, 20, 27, 34, 41, 48]\n"
            "too late [10]\n")


@program("idea_mail_sink")
class MailSink(Pairing):
    def test_swift_own_client(self):
        server = self.server()
        self.start("swift", "client").ends("sent\n")
        server.expect("MAIL FROM:<one@example.com>\nRCPT TO:<two@example.com>\nFrom: <one@example.com>\n")
        server.expect("\n\nThe first line.\n.\nThe last one.\n")

    def test_swift_python_client(self):
        import smtplib
        server = self.server()
        with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
            client.login("a@example.com", "password")
            client.sendmail("a@example.com", ["b@example.com", "c@example.com"], "Subject: x\r\n\r\n..two dots\r\n")
            self.assertEqual(client.docmd("NONSENSE")[0], 500)
        server.expect("rcpt TO:<b@example.com>\nrcpt TO:<c@example.com>\nSubject: x\n\n..two dots\n")

    def test_swift_email_programs(self):
        server = self.server()
        self.program = "s002_email_plain"
        for language in ("swift", "python"):
            self.start(language, "script").ends("邮件发送完成!\n")
            server.expect("<two@example.com>\n")


@program("idea_peers")
class Peers(Script):
    def test_swift_exchange(self):
        peers, contents = {}, {"ann": content_of(100_000), "bob": b""}
        for name, content in contents.items():
            folder = self.folder / name
            folder.mkdir()
            (folder / "mine").write_bytes(content)
            peers[name] = self.start("swift", "script", folder, NAME=name, FILE="mine")
        for name, other in (("ann", "bob"), ("bob", "ann")):
            peers[name].ends(f"found {other}\nkept from-{other}\n")
            self.assertEqual((self.folder / name / f"from-{other}").read_bytes(), contents[other])
