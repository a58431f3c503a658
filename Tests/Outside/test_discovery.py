"""Servers on the local network are found, where they want to be (docs/PROTOCOL.md section 10)."""

import json
import secrets
import socket
import struct
import subprocess

from harness import BINARY, Case, Server, environment, landline

GROUP, PORT, SIZE = "239.255.52.63", 5263, 512


def unique(name: str) -> str:
    """There may be other servers on this machine."""
    return f"{name}-{secrets.token_hex(4)}"


def question(nonce: str, **fields) -> bytes:
    return json.dumps({"landline": "who", "nonce": nonce} | fields).encode().ljust(SIZE)


class Discovery(Case):
    def setUp(self):
        self.socket = self.enterContext(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.socket.setsockopt(
            socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
            struct.pack("4s4si", bytes(4), socket.inet_aton("127.0.0.1"), socket.if_nametoindex("lo")))
        self.socket.settimeout(30)

    def ask(self, packet: bytes) -> None:
        self.socket.sendto(packet, (GROUP, PORT))

    def answer(self, nonce: str, name: str) -> dict:
        while True:
            packet, _ = self.socket.recvfrom(65_536)
            self.assertLessEqual(len(packet), SIZE)
            found = json.loads(packet)
            if found["nonce"] == nonce and found["name"] == name:
                return found

    def discovered(self, *names: str) -> str:
        """What the command prints once it has found all of these: a busy machine may answer too late for the first try."""
        for _ in range(6):
            result = self.assert_done(landline("discover", "--wait", "2s"))
            if all(name in result.out for name in names):
                break
        return result.out

    def test_by_the_protocol(self):
        name = unique("porch")
        with Server("--discoverable", "--name", name) as server:
            nonce = secrets.token_hex(16)
            self.ask(question(nonce))
            found = self.answer(nonce, name)
            self.assertEqual(
                found,
                {"landline": "here", "nonce": nonce, "name": name, "host": "127.0.0.1", "port": server.port,
                 "fingerprint": server.fingerprint})

    def test_by_the_command(self):
        names = unique("one"), unique("two")
        with Server("--discoverable", "--name", names[0]) as one, Server("--discoverable", "--name", names[1]) as two:
            out = self.discovered(*names)
            for server, name in ((one, names[0]), (two, names[1])):
                self.assertRegex(out, rf"(?m)^{name} +127\.0\.0\.1:{server.port} +{server.fingerprint}$")
            result = self.assert_done(landline("discover", "--wait", "8s", "--json"))
            objects = {found["name"]: found for found in result.objects}
            self.assertEqual(objects[names[0]]["port"], one.port)
            self.assertEqual(objects[names[1]]["fingerprint"], two.fingerprint)

    def test_who_does_not_want_to_be_found_is_not(self):
        shown = unique("shown")
        with Server("--name", "hidden") as hidden, Server("--discoverable", "--name", shown):
            out = self.discovered(shown)
            self.assertIn(shown, out)
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
        name = unique("strict")
        with Server("--discoverable", "--name", name):
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
                if found["nonce"] == marker and found["name"] == name:
                    return

    def test_a_liar_on_the_network_cannot_harm_who_asks(self):
        """Answers that are none, and names with escapes, from somebody who hears the question."""
        liar = self.enterContext(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        liar.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        liar.bind((GROUP, PORT))
        liar.setsockopt(
            socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
            struct.pack("4s4si", socket.inet_aton(GROUP), bytes(4), socket.if_nametoindex("lo")))
        liar.settimeout(0.2)
        command = subprocess.Popen(
            [BINARY, "discover", "--wait", "4s"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        while command.poll() is None:
            try:
                packet, sender = liar.recvfrom(65_536)
                nonce = json.loads(packet)["nonce"]
            except (TimeoutError, ValueError, LookupError, TypeError):
                # Nothing yet, or what another test on this machine asks.
                continue
            good = {"landline": "here", "nonce": nonce, "name": "\x1b[31mred\nline", "port": 5263, "fingerprint": "a" * 64}
            for lie in (
                good | {"nonce": "0" * 32, "name": "stale"}, good | {"port": 70_000, "name": "port"},
                good | {"port": -1, "name": "neg"}, good | {"fingerprint": "zz", "name": "finger"},
                good | {"name": "x" * 2_000}, good | {"landline": "who", "name": "who"},
            ):
                liar.sendto(json.dumps(lie).encode(), sender)
            for junk in (b"", b"\xff" * 100, b"[" * 500):
                liar.sendto(junk, sender)
            liar.sendto(json.dumps(good).encode(), sender)
        out, err = command.communicate(timeout=60)
        self.assertEqual(command.returncode, 0, err)
        lines = [line for line in out.decode().splitlines() if "red" in line]
        self.assertEqual(len(lines), 1)
        self.assertNotIn("\x1b", out.decode())
        for name in ("stale", "port", "neg", "finger", "who", "xxx"):
            self.assertNotIn(name, out.decode())

    def test_nobody_there(self):
        result = self.assert_done(landline("discover", "--json"))
        # None of this class; of others on this machine nothing is known.
        self.assertEqual([found for found in result.objects if found["name"].startswith(("one-", "porch-"))], [])
