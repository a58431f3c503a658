"""Servers on the local network are found, where they want to be (docs/PROTOCOL.md section 10)."""

import json
import secrets
import socket
import struct
import subprocess

from harness import BINARY, Case, Server, environment, landline

GROUP, PORT, SIZE = "239.255.52.63", 5263, 512


def question(nonce: str, **fields) -> bytes:
    return json.dumps({"landline": "who", "nonce": nonce} | fields).encode().ljust(SIZE)


class Discovery(Case):
    def setUp(self):
        self.socket = self.enterContext(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.socket.setsockopt(
            socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
            struct.pack("4s4si", bytes(4), socket.inet_aton("127.0.0.1"), socket.if_nametoindex("lo")))
        self.socket.settimeout(10)

    def ask(self, packet: bytes) -> None:
        self.socket.sendto(packet, (GROUP, PORT))

    def answer(self, nonce: str, name: str) -> dict:
        while True:
            packet, _ = self.socket.recvfrom(65_536)
            self.assertLessEqual(len(packet), SIZE)
            found = json.loads(packet)
            if found["nonce"] == nonce and found["name"] == name:
                return found

    def test_by_the_protocol(self):
        with Server("--discoverable", "--name", "porch") as server:
            nonce = secrets.token_hex(16)
            self.ask(question(nonce))
            found = self.answer(nonce, "porch")
            self.assertEqual(
                found,
                {"landline": "here", "nonce": nonce, "name": "porch", "host": "127.0.0.1", "port": server.port,
                 "fingerprint": server.fingerprint})

    def test_by_the_command(self):
        with Server("--discoverable", "--name", "one") as one, Server("--discoverable", "--name", "two") as two:
            result = self.assert_done(landline("discover"))
            for server, name in ((one, "one"), (two, "two")):
                self.assertRegex(result.out, rf"(?m)^{name}  127\.0\.0\.1:{server.port}  {server.fingerprint}$")
            objects = {found["name"]: found for found in self.assert_done(landline("discover", "--json")).objects}
            self.assertEqual(objects["one"]["port"], one.port)
            self.assertEqual(objects["two"]["fingerprint"], two.fingerprint)

    def test_who_does_not_want_to_be_found_is_not(self):
        with Server("--name", "hidden") as hidden, Server("--discoverable", "--name", "shown"):
            out = self.assert_done(landline("discover")).out
            self.assertIn("shown", out)
            self.assertNotIn("hidden", out)
            self.assertNotIn(hidden.fingerprint, out)

    def test_of_a_long_name_so_much_is_told_as_there_is_room_for(self):
        for name in ("\N{FAMILY}\u200d" * 100, "n" * 200, "\x01" * 70):
            with self.subTest(name[:2]), Server("--discoverable", "--name", name) as server:
                nonce = secrets.token_hex(16)
                self.ask(question(nonce))
                while (found := json.loads(self.socket.recv(65_536))).get("fingerprint") != server.fingerprint:
                    pass
                self.assertTrue(name.startswith(found["name"]))
                self.assertGreaterEqual(len(found["name"]), 30)

    def test_what_is_no_question_is_not_answered(self):
        with Server("--discoverable", "--name", "strict"):
            nonce = secrets.token_hex(16)
            short = question(nonce).strip()
            for packet in (
                short, short.ljust(SIZE - 1), short.ljust(SIZE + 1), bytes(SIZE), b"", b"[]".ljust(SIZE),
                question("x"), question(nonce, landline="here"), question("A" * 32), question("\xff" * 8), b"{" * SIZE,
            ):
                self.ask(packet)
            marker = secrets.token_hex(16)
            self.ask(question(marker))
            while True:
                found = json.loads(self.socket.recv(65_536))
                self.assertNotEqual(found["nonce"], nonce)
                if found["nonce"] == marker and found["name"] == "strict":
                    return

    def test_a_liar_on_the_network_cannot_harm_who_asks(self):
        """Answers that are none, and names with escapes, from somebody who hears the question."""
        liar = self.enterContext(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        liar.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        liar.bind((GROUP, PORT))
        liar.setsockopt(
            socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
            struct.pack("4s4si", socket.inet_aton(GROUP), bytes(4), socket.if_nametoindex("lo")))
        liar.settimeout(10)
        command = subprocess.Popen(
            [BINARY, "discover", "--wait", "2s"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        packet, sender = liar.recvfrom(65_536)
        nonce = json.loads(packet)["nonce"]
        good = {"landline": "here", "nonce": nonce, "name": "\x1b[31mred\nline", "port": 5263, "fingerprint": "a" * 64}
        for lie in (
            good | {"nonce": "0" * 32, "name": "stale"}, good | {"port": 70_000, "name": "port"}, good | {"port": -1, "name": "neg"},
            good | {"fingerprint": "zz", "name": "finger"}, good | {"name": "x" * 2_000}, good | {"landline": "who", "name": "who"},
        ):
            liar.sendto(json.dumps(lie).encode(), sender)
        for junk in (b"", b"\xff" * 100, b"[" * 500):
            liar.sendto(junk, sender)
        liar.sendto(json.dumps(good).encode(), sender)
        out, err = command.communicate(timeout=20)
        self.assertEqual(command.returncode, 0, err)
        lines = [line for line in out.decode().splitlines() if "red" in line]
        self.assertEqual(len(lines), 1)
        self.assertNotIn("\x1b", out.decode())
        for name in ("stale", "port", "neg", "finger", "who", "xxx"):
            self.assertNotIn(name, out.decode())

    def test_nobody_there(self):
        result = self.assert_done(landline("discover", "--json"))
        self.assertEqual([found for found in result.objects if found["name"] in ("one", "porch")], [])
