"""Certificates, invites, tokens, roles: who is refused, and that nothing changed then."""

import contextlib
import hashlib
import json
import secrets
import socket
import ssl
import stat
import struct
import subprocess
import threading
import time
import unittest
from pathlib import Path

from harness import (
    DONE, MIB, NO_CONNECTION, NOT_ALLOWED, NOT_TRUSTED, USAGE,
    Case, Proxy, Server, ServerCase, content_of, free_port, scratch_folder, remove_tree, snapshot, tool, wait_until,
)
from line import DeviceKey, Invite, LineError


class FakeServer:
    """Accepts on a port, speaks TLS with a key of its own (or only `greeting`), and keeps what it is told."""

    def __init__(
        self, port: int = 0, greeting: bytes | None = None, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
        hangs_up: bool = False,
    ):
        self.hangs_up = hangs_up
        self.folder = scratch_folder()
        self.received = bytearray()
        self.connections = 0
        self.greeting = greeting
        if greeting is None:
            key, certificate = self.folder / "key.pem", self.folder / "certificate.pem"
            subprocess.run(
                [tool("openssl", "openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate, "-days", "30",
                 "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
                check=True, capture_output=True, timeout=60,
            )
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate, key)
            self.context.maximum_version = newest
            self.context.set_alpn_protocols(["landline/1"])
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> "FakeServer":
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        remove_tree(self.folder)

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            plain.settimeout(10)
            with contextlib.suppress(OSError), plain:
                if self.greeting is not None:
                    plain.sendall(self.greeting)
                    while plain.recv(65_536):
                        pass
                    continue
                with self.context.wrap_socket(plain, server_side=True) as secure:
                    if self.hangs_up:
                        # A reset, as from a process that was killed.
                        secure.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        continue
                    while data := secure.recv(65_536):
                        self.received += data


def invented(port: int, fingerprint: str) -> Invite:
    return Invite("127.0.0.1", port, fingerprint, secrets.token_urlsafe(32))


class Certificates(Case):
    """The client's side: exit 4, and not a byte of application data."""

    def assert_refused(self, fake: FakeServer, result) -> None:
        self.assert_exit(result, NOT_TRUSTED)
        self.assertGreaterEqual(fake.connections, 1)
        self.assertEqual(bytes(fake.received), b"")
        self.assertTrue(result.err.strip(), "an explanation on standard error")

    def test_a_wrong_certificate_at_join(self):
        with FakeServer() as fake:
            client = self.new_client()
            self.assert_refused(fake, client.join(invented(fake.port, "0" * 64), "ada"))
            self.assertNotEqual(client.run("ls", "s:").code, DONE)

    def test_a_self_signed_certificate_where_an_authority_is_expected(self):
        with FakeServer() as fake:
            self.assert_refused(fake, self.new_client().join(invented(fake.port, "ca"), "ada"))

    def test_a_server_that_dies_behind_the_handshake(self):
        with FakeServer(hangs_up=True) as fake:
            der = ssl.PEM_cert_to_DER_cert((fake.folder / "certificate.pem").read_text())
            invite = invented(fake.port, hashlib.sha256(der).hexdigest())
            for _ in range(20):
                result = self.assert_exit(self.new_client().join(invite, "ada"), NO_CONNECTION)
                self.assertIn("cannot connect", result.err)

    def test_an_invite_without_a_fingerprint_is_none(self):
        with FakeServer() as fake:
            token = secrets.token_urlsafe(32)
            for fragment in (token, f".{token}", f"{'0' * 63}.{token}", ""):
                with self.subTest(fragment):
                    result = self.new_client().join(f"landline://127.0.0.1:{fake.port}/#{fragment}", "ada")
                    self.assertIn(result.code, (USAGE, NOT_TRUSTED), str(result))
            self.assertEqual(bytes(fake.received), b"")

    def test_something_that_speaks_no_tls(self):
        with FakeServer(greeting=b"220 ready\r\n" * 100) as fake:
            self.assert_refused(fake, self.new_client().join(invented(fake.port, "0" * 64), "ada"))

    def test_a_server_with_only_tls_1_2(self):
        with FakeServer(newest=ssl.TLSVersion.TLSv1_2) as fake:
            self.assert_refused(fake, self.new_client().join(invented(fake.port, "0" * 64), "ada"))

    def test_a_certificate_that_changed_after_joining(self):
        with Server(port=free_port()) as server, server.client() as client:
            file = client.make("secret.txt", b"secret")
            self.assert_done(client.run("put", file))
            token = json.loads(client.run("token", "create", "t", "--json").out)["token"]
            server.kill()
            with FakeServer(server.port) as fake:
                self.assert_refused(fake, client.run("ls"))
                self.assert_refused(fake, client.run("put", file, "--replace"))
                self.assert_refused(fake, client.run("get", "secret.txt", "-o", "."))
                script = {
                    "LANDLINE_TOKEN": token,
                    "LANDLINE_SERVER": f"landline://127.0.0.1:{server.port}/#{server.fingerprint}",
                }
                self.assert_refused(fake, self.new_client().run("ls", env=script))
            server.restart()
            self.assert_done(client.run("ls"))

    def test_a_certificate_that_changes_while_a_transfer_runs(self):
        """The new attempt after a lost connection is checked like the first."""
        with Server() as server, Proxy(server.port) as proxy, server.client(port=proxy.port) as client:
            proxy.hold("up", 4 * MIB)
            put = client.start("put", client.make("a", content_of(12 * MIB)))
            proxy.wait_held("up")
            with FakeServer() as fake:
                proxy.target = fake.port
                proxy.cut()
                proxy.release()
                self.assert_refused(fake, put.result())


class Authority:
    """A certificate authority of the test's own, made with openssl."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.certificate = folder / "authority.pem"
        self._openssl("req", "-x509", *self.NEW_KEY, "-keyout", folder / "authority.key", "-out", self.certificate,
                      "-days", "30", "-subj", "/CN=Authority")

    NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")

    def _openssl(self, *arguments) -> None:
        subprocess.run([tool("openssl", "openssl"), *arguments], check=True, capture_output=True, timeout=60)

    def issue(self, names: str) -> None:
        """A new key and certificate for `names`, in place of those before."""
        request, extensions = self.folder / "request.pem", self.folder / "extensions"
        extensions.write_text(f"subjectAltName={names}\n")
        self._openssl("req", "-new", *self.NEW_KEY, "-keyout", self.folder / "server.key", "-out", request,
                      "-subj", "/CN=server")
        self._openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.folder / "authority.key",
                      "-CAcreateserial", "-out", self.folder / "server.pem", "-days", "30", "-extfile", extensions)

    @property
    def flags(self) -> tuple:
        return ("--certificate", self.folder / "server.pem", "--private-key", self.folder / "server.key",
                "--advertise", "localhost")


class CertifiedByAnAuthority(Case):
    """A server with a certificate of its own is known by its name, so that a new certificate breaks nothing."""

    def setUp(self):
        folder = scratch_folder()
        self.addCleanup(remove_tree, folder)
        self.authority = Authority(folder)
        self.trusting = {"LANDLINE_CA_FILE": str(self.authority.certificate)}

    def test_join_put_and_a_renewed_certificate(self):
        self.authority.issue("DNS:localhost")
        with Server(*self.authority.flags, port=free_port()) as server:
            self.assertIn("/#ca.", server.printed_invite)
            client = self.new_client()
            refused = client.run("join", server.printed_invite, "--name", "ada")
            self.assert_exit(refused, NOT_TRUSTED)
            self.assert_done(client.run("join", server.printed_invite, "--name", "ada", env=self.trusting))
            self.assert_done(client.run("put", client.make("a.txt", b"a"), env=self.trusting))
            server.kill()
            self.authority.issue("DNS:localhost")
            server.restart()
            self.assertEqual(client.run("cat", "a.txt", env=self.trusting).out, "a")

    def test_a_certificate_for_another_name(self):
        # That of the address alone would also be anybody's who can answer for the name server.
        for names in ("DNS:elsewhere.example", "IP:127.0.0.1"):
            with self.subTest(names):
                self.authority.issue(names)
                with Server(*self.authority.flags) as server:
                    result = self.new_client().run("join", server.printed_invite, "--name", "ada", env=self.trusting)
                    self.assert_exit(result, NOT_TRUSTED)
                    self.assertEqual([account["name"] for account in self.local_accounts(server)], [])

    def local_accounts(self, server: Server) -> list[dict]:
        return self.assert_done(self.new_client().run("accounts", "--data", server.data, "--json")).objects


class Transport(ServerCase):
    """The server's side of section 1."""

    def connect(self, protocols: list[str], newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLSocket:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.maximum_version = newest
        if protocols:
            context.set_alpn_protocols(protocols)
        plain = self.enterContext(socket.create_connection(("127.0.0.1", self.server.port), 20))
        return self.enterContext(context.wrap_socket(plain))

    def test_other_alpns_and_none_get_http(self):
        for protocols in (["http/1.1"], [], ["h2", "http/1.1"]):
            with self.subTest(protocols):
                secure = self.connect(protocols)
                self.assertNotEqual(secure.selected_alpn_protocol(), "landline/1")
                secure.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                answer = b""
                while piece := secure.recv(65_536):
                    answer += piece
                self.assertRegex(answer, rb"^HTTP/1\.1 404 ")

    def test_landline_is_chosen_among_others(self):
        self.assertEqual(self.connect(["http/1.1", "landline/1"]).selected_alpn_protocol(), "landline/1")

    def test_tls_1_2_is_refused(self):
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.connect(["landline/1"], ssl.TLSVersion.TLSv1_2)

    def test_openssl_agrees(self):
        run = subprocess.run(
            [tool("openssl", "openssl"), "s_client", "-connect", f"127.0.0.1:{self.server.port}", "-alpn", "landline/1"],
            input=b"", capture_output=True, timeout=30,
        )
        self.assertIn(b"TLSv1.3", run.stdout)
        self.assertIn(b"ALPN protocol: landline/1", run.stdout)

    def test_the_printed_fingerprint_is_that_of_the_certificate(self):
        # line.py compares it with the SHA-256 of the DER on every connection.
        self.assertEqual(self.nobody().certificate.hex(), self.server.fingerprint)
        self.assertRegex(self.server.fingerprint, "^[0-9a-f]{64}$")


class Invites(ServerCase):
    def assert_no_entry(self, invite: Invite) -> None:
        before = self.names()
        with self.fails("unauthenticated"):
            self.nobody().join(invite.token, "intruder", DeviceKey())
        client = self.new_client()
        self.assert_exit(client.join(invite, "intruder"), NOT_ALLOWED)
        self.assertNotEqual(client.run("ls", "s:").code, DONE)
        self.assertEqual(self.names(), before)

    def names(self) -> list[str]:
        return [account["name"] for account in self.server.accounts]

    def test_a_used_invite(self):
        invite = self.server.new_invite()
        self.assert_done(self.new_client().join(invite, "first"))
        self.assert_no_entry(invite)

    def test_an_expired_invite(self):
        answer = self.server.admin_call("invite.create", expiresIn=1)
        wait_until(lambda: time.time() > answer["expires"] + 0.1, "the invite expires")
        self.assert_no_entry(Invite.parse(answer["invite"])._replace(host="127.0.0.1", port=self.server.port))

    def test_an_invented_invite(self):
        self.assert_no_entry(invented(self.server.port, self.server.fingerprint))

    def test_an_invite_is_good_once_even_for_two_at_the_same_time(self):
        token = self.server.new_invite().token
        lines = [self.nobody() for _ in range(8)]
        keys = [DeviceKey() for _ in lines]
        for n, (line, key) in enumerate(zip(lines, keys)):
            line.request(
                "join", invite=token, name=f"racer{n}", deviceName="x", publicKey=key.public_text,
                signature=key.sign(line.certificate, line.nonce),
            )
        outcomes = []
        for line in lines:
            try:
                outcomes.append(line.after_working(1)["type"])
            except LineError as error:
                outcomes.append(error.code)
        self.assertEqual(sorted(outcomes), ["unauthenticated"] * 7 + ["welcome"])

    def test_the_first_invite_is_an_admins(self):
        self.assertEqual(self.server.admin_call("whoami")["role"], "admin")

    def test_join_reads_the_invite_from_standard_input(self):
        client = self.new_client()
        invite = f"{self.server.new_invite()}\n".encode()
        self.assert_done(client.run("join", "-", "--name", "quiet", "--as", "s", input=invite))
        self.assert_done(client.run("ls", "s:"))

    def test_a_name_that_is_taken_leaves_the_invite(self):
        client, invite = self.new_client(), self.server.new_invite()
        self.assertNotIn(client.join(invite, "ada").code, (DONE, NO_CONNECTION, NOT_TRUSTED))
        self.assert_done(client.join(invite, "adam"))

    def test_tokens_are_kept_hashed(self):
        """Neither invites nor access tokens can be read from the disk."""
        invite = self.server.new_invite().token
        token = self.line().call("token.create", name="hashed")["token"]
        files = [file for file in self.server.private.rglob("*") if file.is_file()]
        for file in files:
            content = file.read_bytes()
            for secret in (invite, token, token.removeprefix("lat_")):
                self.assertNotIn(secret.encode(), content, file.name)


class Removed(ServerCase):
    def test_open_connections_of_a_removed_account_end_at_once(self):
        account = self.server.join("leaver")
        token = self.line(account).call("token.create", name="t")["token"]
        idle, busy, script = self.line(account), self.line(account), self.nobody()
        script.login_token(token)
        id, _ = busy.begin_put(f"{self.here}/a", 2 * MIB, mtime=1, resume=True)
        busy.send_data(id, bytes(MIB))
        self.server.admin_call("account.remove", name="leaver")
        for line in (idle, busy, script):
            line.socket.settimeout(3)
            self.assertEqual(line.ending(), "unauthenticated")
        with self.fails("unauthenticated"):
            self.nobody().login_device(account.key)
        with self.fails("unauthenticated"):
            self.nobody().login_token(token)
        self.assertNotIn("leaver", [a["name"] for a in self.server.accounts])
        self.assertFalse((self.server.tree / self.here / "a").exists())

    def test_the_command_says_so_in_the_middle_of_a_put(self):
        with Proxy(self.server.port) as proxy:
            client = self.client(name="gone", port=proxy.port)
            proxy.hold("up", 4 * MIB)
            put = client.start("put", client.make("a", content_of(12 * MIB)))
            proxy.wait_held("up")
            admin = self.client(role="admin")
            self.assert_done(admin.run("account", "remove", "gone"))
            proxy.release()
            self.assert_exit(put.result(), NOT_ALLOWED)
            self.assert_exit(client.run("ls"), NOT_ALLOWED)
        self.assertFalse((self.server.tree / "a").exists())

    def test_the_invites_of_a_removed_admin_are_no_way_back(self):
        rogue = self.server.join(role="admin")
        with rogue.line() as line:
            invite = Invite.parse(line.call("invite.create", role="admin")["invite"])
        self.server.admin_call("account.remove", name=rogue.name)
        with self.fails("unauthenticated"):
            self.nobody().join(invite.token, "back-again", DeviceKey())

    def test_a_revoked_token(self):
        line = self.line()
        token = line.call("token.create", name="short-lived")["token"]
        script = {
            "LANDLINE_TOKEN": token,
            "LANDLINE_SERVER": f"landline://127.0.0.1:{self.server.port}/#{self.server.fingerprint}",
        }
        client = self.new_client()
        self.assert_done(client.run("ls", env=script))
        line.call("token.revoke", name="short-lived")
        self.assert_exit(client.run("ls", env=script), NOT_ALLOWED)
        self.assert_exit(client.run("ls", env=script | {"LANDLINE_TOKEN": "lat_" + "A" * 43}), NOT_ALLOWED)

    def test_an_account_made_anew_is_another(self):
        old = self.server.join("phoenix")
        self.line(old).call("token.create", name="feather")
        self.server.admin_call("account.remove", name="phoenix")
        new = self.server.join("phoenix")
        with self.fails("unauthenticated"):
            self.nobody().login_device(old.key)
        self.assertEqual(self.line(new).listed("token.list"), [])


class Grants(ServerCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.guest = cls.server.join("guest", "guest")
        cls.narrow = cls.server.join("narrow")
        cls.clerk = cls.server.join("clerk")
        with cls.ada.line() as line:
            for path in ("open/in/a.txt", "open/a.txt", "closed/a.txt", "docs/a.txt", "docs/a.md", "docs/sub/a.txt", "docs/b1.txt"):
                line.put(path, path.encode())
        cls.server.signal(15)
        cls.server.wait()
        with cls.server.open_database() as database:
            for role, grants in (
                ("narrow", ["files.read=open/**", "files.write=open/in/**"]),
                ("clerk", ["files.read=docs/*.txt", "files.write=docs/b?.txt"]),
            ):
                database.execute("INSERT INTO roles (name, grants) VALUES (?, ?)", (role, json.dumps(grants)))
                changed = database.execute("UPDATE accounts SET role = ? WHERE name = ?", (role, role))
                assert changed.rowcount == 1, "the account is in the table"
        cls.server.restart()

    def setUp(self):
        self.before = snapshot(self.server.tree)

    def assert_unchanged(self) -> None:
        self.assertEqual(snapshot(self.server.tree), self.before)

    def assert_cannot_read(self, line, *paths: str) -> None:
        for path in paths:
            for op in ("get", "stat", "verify"):
                with self.subTest(op=op, path=path), self.fails("forbidden"):
                    line.call(op, path=path)

    def assert_cannot_write(self, line, *paths: str) -> None:
        for path in paths:
            with self.subTest(path=path):
                with self.fails("forbidden"):
                    line.put(path, b"changed", ifExists="replace")
                for if_exists in ("fail", "skip", "keep-both"):
                    with self.fails("forbidden"):
                        line.put(path, b"changed", ifExists=if_exists)
                with self.fails("forbidden"):
                    line.begin_put(path, 5 * MIB, ifExists="replace")
                with self.fails("forbidden"):
                    line.call("remove", path=path)
        self.assert_unchanged()

    def test_a_guest_reads_and_does_not_write(self):
        line = self.line(self.guest)
        self.assertEqual(line.get("open/a.txt")[1], b"open/a.txt")
        self.assertEqual(line.call("whoami")["grants"], ["files.read=**"])
        self.assert_cannot_write(line, "open/a.txt", "new.txt", "new/new.txt")

    def test_a_guests_command_exits_5(self):
        client = self.client(role="guest")
        file = client.make("a.txt", b"changed")
        for arguments in (("put", file), ("put", file, "s:open/", "--replace"), ("rm", "open/a.txt")):
            with self.subTest(arguments):
                result = self.assert_exit(client.run(*arguments), NOT_ALLOWED)
                self.assertIn("a.txt", result.err)
        self.assert_done(client.run("cat", "open/a.txt"))
        self.assert_unchanged()

    def test_reading_outside_the_grant(self):
        line = self.line(self.narrow)
        self.assertEqual(line.get("open/a.txt")[1], b"open/a.txt")
        self.assertEqual(line.get("open/in/a.txt")[1], b"open/in/a.txt")
        self.assertEqual([e["name"] for e in line.list("open/in")], ["a.txt"])
        # What is not there is as forbidden as what is: nobody learns the names.
        self.assert_cannot_read(line, "closed/a.txt", "closed/nothing", "nothing", "closed", "openly")
        for path in ("closed", "nothing", "docs/sub"):
            with self.subTest(path), self.fails("forbidden"):
                line.list(path)
        self.assertEqual(set(line.call("whoami")["grants"]), {"files.read=open/**", "files.write=open/in/**"})

    def test_writing_outside_the_grant(self):
        self.assert_cannot_write(self.line(self.narrow), "open/a.txt", "open/new", "closed/a.txt", "new", "open/in2/a")

    def test_a_grant_cannot_be_left_by_dots(self):
        line = self.line(self.narrow)
        for path in ("open/../closed/a.txt", "open/in/../../closed/a.txt", "open//../closed/a.txt"):
            with self.subTest(path):
                with self.fails("bad-path", "forbidden"):
                    line.call("get", path=path)
                with self.fails("bad-path", "forbidden"):
                    line.put(path, b"x", ifExists="replace")
        self.assert_unchanged()

    def test_stars_and_question_marks_stay_in_one_component(self):
        line = self.line(self.clerk)
        self.assertEqual(line.get("docs/a.txt")[1], b"docs/a.txt")
        self.assert_cannot_read(line, "docs/a.md", "docs/sub/a.txt", "open/a.txt")
        self.assert_cannot_write(line, "docs/a.txt", "docs/b.txt", "docs/b12.txt", "docs/b/.txt")

    def test_writing_inside_the_grant(self):
        self.line(self.narrow).put("open/in/deep/er/b.txt", b"new")
        self.line(self.clerk).put("docs/b1.txt", b"new", ifExists="replace")
        self.assertEqual((self.server.tree / "docs/b1.txt").read_bytes(), b"new")

    def test_a_token_has_no_more_than_its_maker(self):
        with self.fails("forbidden"):
            self.line(self.narrow).call("token.create", name="wide", role="member")
        token = self.line(self.narrow).call("token.create", name="own")["token"]
        line = self.nobody()
        line.login_token(token)
        self.assert_cannot_read(line, "closed/a.txt")


class Modes(Case):
    def test_what_is_private_is_private_whatever_the_umask(self):
        with Server(umask=0) as server:
            self.assert_mode(server.private, 0o700)
            self.assert_mode(server.private / "control.sock", 0o600)
            self.assert_mode(server.private / "control.secret", 0o600)
            self.assert_keys_private(server.private, 1)

    def test_the_clients_state_is_private(self):
        with Server() as server, server.client() as client:
            folder = client.config / "landline"
            self.assert_mode(folder, 0o700)
            files = [file for file in folder.rglob("*") if file.is_file()]
            self.assertTrue(files)
            for file in files:
                self.assertFalse(file.stat().st_mode & 0o077 and b"key" in file.read_bytes().lower(), file)
            for sub in (path for path in folder.rglob("*") if path.is_dir()):
                self.assert_mode(sub, 0o700)
            self.assertTrue([f for f in files if stat.S_IMODE(f.stat().st_mode) == 0o600], "a key of mode 0600")

    def assert_keys_private(self, folder: Path, at_least: int) -> None:
        keys = [f for f in folder.rglob("*") if f.is_file() and b"PRIVATE KEY" in f.read_bytes()]
        self.assertGreaterEqual(len(keys), at_least, "a private key in PEM")
        for key in keys:
            self.assert_mode(key, 0o600)


if __name__ == "__main__":
    unittest.main()
