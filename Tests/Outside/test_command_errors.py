"""Errors say what was tried, on what, why, and what to do next."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

from harness import (
    BINARY, NO_CONNECTION, NOT_ALLOWED, NOT_TRUSTED, READER_GONE, SOME_FAILED, USAGE, Proxy, Server, ServerCase, content_of,
    environment, wait_until,
)


class Usage(ServerCase):
    def run_command(self, *arguments, **options):
        return self.new_client().run(*arguments, **options)

    def test_a_mistyped_command(self):
        for arguments, meant in (
            (("putt", "a"), "put"), (("lst",), "ls"), (("copy", "a"), "put"), (("delete", "x"), "rm"),
            (("token", "creat", "x"), "create"), (("help", "gett"), "get"), (("snyc",), "sync"), (("acounts",), "accounts"),
        ):
            with self.subTest(arguments):
                result = self.assert_exit(self.run_command(*arguments), USAGE)
                self.assertRegex(result.err, rf"there is no command .*; did you mean 'landline (token )?{meant}'\?")
        result = self.assert_exit(self.run_command("xyzzy"), USAGE)
        self.assertNotIn("did you mean", result.err)
        self.assertIn("'landline --help' lists", result.err)

    def test_a_mistyped_option(self):
        result = self.assert_exit(self.run_command("put", "a", "--replce"), USAGE)
        self.assertRegex(result.err, r"^landline: unknown option '--replce'. Did you mean '--replace'\?\nUsage: landline put")

    def test_the_message_in_json_is_one_sentence(self):
        for arguments in (("ls", "--nope"), ("putt", "a"), ("invite", "--role"), ("put", "--jobs", "99", "a")):
            with self.subTest(arguments):
                result = self.assert_exit(self.run_command(*arguments, "--json"), USAGE)
                error = json.loads(result.out)["error"]
                self.assertEqual(error["code"], "usage")
                for text in ("Usage", "Error:", "\n"):
                    self.assertNotIn(text, error["message"])

    def test_a_value_that_cannot_be_read_says_how_to_write_it(self):
        for arguments, hint in (
            (("put", "a", "--limit-rate", "fast"), "10M"), (("account", "limit", "ada", "0.5"), "10M"),
            (("invite", "--expires", "soon"), "24h"), (("put", "a", "--jobs", "0"), "1 to 32"),
        ):
            with self.subTest(arguments):
                self.assertIn(hint, self.assert_exit(self.run_command(*arguments), USAGE).err.splitlines()[0])

    def test_half_of_a_scripts_login(self):
        place = f"landline://127.0.0.1:{self.server.port}/#{self.server.fingerprint}"
        result = self.assert_exit(self.run_command("ls", env={"LANDLINE_SERVER": place}), USAGE)
        self.assertIn("LANDLINE_TOKEN is not", result.err)
        result = self.assert_exit(self.run_command("ls", env={"LANDLINE_TOKEN": "lat_x"}), USAGE)
        self.assertIn("LANDLINE_SERVER is not", result.err)
        result = self.assert_exit(self.run_command("ls", env={"LANDLINE_TOKEN": "x", "LANDLINE_SERVER": "porch"}), USAGE)
        self.assertIn("landline://HOST:PORT/#FINGERPRINT", result.err)
        self.assertNotIn("that is not an invite", result.err)
        # A server that is named needs neither.
        self.assert_done(self.client().run("ls", "s:", env={"LANDLINE_SERVER": place}))


class Paths(ServerCase):
    def setUp(self):
        self.person = self.client()
        self.person.make("a.txt", b"abc")

    def test_stored_says_where(self):
        done = self.assert_done(self.person.run("put", "a.txt", f":{self.here}/"))
        self.assertRegex(done.out, rf"^stored s:{self.here}/a\.txt \(3 B, sha256 ")

    def test_a_destination_without_its_colon(self):
        result = self.assert_exit(self.person.run("put", "a.txt", "docs/"), USAGE)
        self.assertIn("':docs/'", result.err)
        result = self.assert_exit(self.person.run("put", "a.txt", f"{self.here}x"), USAGE)
        self.assertIn(f"':{self.here}x'", result.err)

    def test_a_path_from_the_root(self):
        (self.on_disk / "b.txt").touch()
        for command in ("ls", "get", "stat", "rm"):
            with self.subTest(command):
                result = self.assert_exit(self.person.run(command, f"s:/{self.here}/b.txt"), SOME_FAILED)
                self.assertIn(f"write '{self.here}/b.txt'", result.err)

    def test_something_that_is_not_there(self):
        result = self.assert_exit(self.person.run("get", f"s:{self.here}/nothing"), SOME_FAILED)
        self.assertIn("nothing", result.err)
        result = self.assert_exit(self.person.run("put", "nothing", "s:"), SOME_FAILED)
        self.assertIn("cannot read 'nothing'", result.err)

    def test_what_one_may_not_do(self):
        guest = self.client(role="guest")
        guest.make("a.txt", b"x")
        for arguments in (("put", "a.txt"), ("rm", "x"), ("mkdir", "x"), ("accounts",)):
            with self.subTest(arguments):
                result = self.assert_exit(guest.run(*arguments), NOT_ALLOWED)
                self.assertIn("whoami", result.err)


    def test_the_root(self):
        result = self.assert_exit(self.person.run("rm", "-r", "/"), SOME_FAILED)
        self.assertNotIn("write ''", result.err)
        self.assertIn("empty path", result.err)
        self.assertIn("path        the root", self.assert_done(self.person.run("stat", ":")).out)


class Advice(ServerCase):
    """What to do is said once, and is about what went wrong."""

    def said(self, result, code: int, *parts: str, without: tuple[str, ...] = ()) -> None:
        self.assert_exit(result, code)
        for part in parts:
            self.assertIn(part, result.err)
        for part in without:
            self.assertNotIn(part, result.err)

    def test_an_account_that_was_removed(self):
        client = self.client(name="bernd")
        self.server.admin_call("account.remove", name="bernd")
        result = client.run("ls")
        self.said(result, NOT_ALLOWED, "this device is not known here", "new invite")
        self.assertEqual((result.err.count("invite"), result.err.count("account")), (1, 1))

    def test_a_token_that_was_revoked(self):
        place = f"landline://127.0.0.1:{self.server.port}/#{self.server.fingerprint}"
        result = self.new_client().run("ls", env={"LANDLINE_SERVER": place, "LANDLINE_TOKEN": "lat_" + "A" * 43})
        self.said(result, NOT_ALLOWED, "may have been revoked", "landline token create", without=("invite",))

    def test_what_a_server_refuses_as_wrong(self):
        client = self.client(role="admin")
        for arguments, said in (
            (("token", "create", "a b"), "cannot name a token"), (("invite", "--expires", "10000d"), "366 days"),
        ):
            with self.subTest(arguments):
                self.said(client.run(*arguments), USAGE, said, without=("another version",))
        self.said(client.run("invite", "--role", "x"), USAGE, "there is no role 'x'", "admin, member and guest")
        self.said(client.run("token", "create", "a", "--role", "x"), USAGE, "there is no role 'x'")

    def test_the_last_admin(self):
        with Server() as server, server.client(role="admin", name="eva") as client, server.client() as member:
            self.assert_done(client.run("account", "remove", "root"))
            self.said(client.run("account", "remove", "eva"), NOT_ALLOWED, "last admin", without=("whoami",))
            self.said(member.run("account", "remove", "eva"), NOT_ALLOWED, "whoami")

    def test_the_control_socket_of_somebody_else(self):
        with tempfile.TemporaryDirectory() as folder:
            binary = shutil.copy(BINARY, folder)
            os.chmod(folder, 0o755)
            done = subprocess.run(
                [binary, "status", "--data", self.server.data], capture_output=True, text=True, user=65534, group=65534,
                extra_groups=[], env=environment(HOME=folder), cwd="/", timeout=30,
            )
        self.assertEqual(done.returncode, NOT_ALLOWED, done.stderr)
        self.assertIn("sudo", done.stderr)
        self.assertNotIn("whoami", done.stderr)

    def test_a_rate_of_nothing(self):
        result = self.client().run("put", "a", "--limit-rate", "0")
        self.said(result, USAGE, "leave --limit-rate out", without=("'none'",))

    def test_a_name_that_looks_like_options(self):
        client = self.client()
        client.make("-dash", b"x")
        result = client.run("put", "-dash")
        self.said(result, USAGE, "no option '-dash'", "'./-dash'")
        self.assertEqual(result.out, "")
        self.assert_done(client.run("put", "./-dash", ":test/"))
        self.assert_done(client.run("put", "--", "-dash", ":test2/"))
        self.assertIn("USAGE:", self.assert_done(client.run("put", "-h")).out)

    def test_a_number_below_zero(self):
        self.said(self.client().run("du", "--depth", "-1"), USAGE, "0 to 128, not -1")

    def test_ls_a(self):
        client = self.client()
        (self.on_disk / ".hidden").touch()
        self.assertEqual(client.run("ls", "-a", self.here).out, ".hidden\n")
        self.assertEqual(client.run("ls", "-la", self.here).out, client.run("ls", "-l", self.here).out)


class ReaderGone(ServerCase):
    def test_cat_and_get_end_as_cat_does(self):
        (self.on_disk / "big").write_bytes(content_of(8 << 20))
        client = self.client()
        for arguments in (("cat",), ("cat", "--json"), ("get", "-o", "-"), ("get", "-o", "-", "--quiet")):
            with self.subTest(arguments):
                running = client.start(*arguments, f"s:{self.here}/big")
                self.assertEqual(len(running.process.stdout.read(100)), 100)
                running.process.stdout.close()
                self.assertEqual(running.process.wait(30), READER_GONE)
                self.assertNotIn(b"Broken pipe", running.process.stderr.read())

    def test_a_full_disk_is_not_that(self):
        with open("/dev/full", "wb") as full:
            client = self.client()
            (self.on_disk / "a").write_bytes(b"abc")
            done = subprocess.run(
                [BINARY, "cat", f"s:{self.here}/a"], env=client.environment(), stdout=full, stderr=subprocess.PIPE, text=True,
                timeout=30,
            )
        self.assertEqual(done.returncode, SOME_FAILED)
        self.assertIn("No space left", done.stderr)


class Records(ServerCase):
    def test_a_stray_entry_is_passed_over(self):
        client = self.client(name="nora")
        servers = client.config / "landline/servers"
        for text, mode in (("{}", 0o644), ("nonsense", 0o600)):
            with self.subTest(mode):
                (servers / "x.json").write_text(text)
                (servers / "x.json").chmod(mode)
                for arguments in (("servers",), ("ls",), ("whoami", "--json")):
                    result = self.assert_done(client.run(*arguments))
                    self.assertRegex(result.err, r"^landline: warning: '.*/x\.json' .*passed over\n$")
                self.assertEqual([found["name"] for found in client.run("servers", "--json").objects], ["s"])
                self.assertEqual(self.assert_done(client.run("ls", "s:")).err, "")
                self.assertIn("x.json", self.assert_exit(client.run("ls", "x:"), SOME_FAILED).err)
                self.assertIn("x.json", self.assert_exit(client.run("doctor"), SOME_FAILED).out)

    def test_the_only_one_is_broken(self):
        client = self.client(name="nina")
        (client.config / "landline/servers/s.json").chmod(0o644)
        self.assertIn("chmod 600", self.assert_exit(client.run("ls"), SOME_FAILED).err)


class Interrupted(ServerCase):
    def test_json_says_so_last(self):
        client = self.client(name="ines")
        self.server.admin_call("account.limit", name="ines", rate=64 << 10)
        client.make("big", content_of(8 << 20))
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(number):
                running = client.start("put", "big", f"s:{self.here}/", "--json")
                while json.loads(running.process.stdout.readline())["event"] != "progress":
                    pass
                running.signal(number)
                out, _ = running.process.communicate(timeout=30)
                self.assertEqual(running.process.returncode, code)
                self.assertEqual(json.loads(out.splitlines()[-1])["error"]["code"], "interrupted")


class Lost(ServerCase):
    def test_a_server_that_is_killed(self):
        with Server() as server, server.client() as client:
            server.admin_call("account.limit", name=server.accounts[-1]["name"], rate=64 << 10)
            client.make("big", content_of(8 << 20))
            running = client.start("put", "big", "--json")
            wait_until(lambda: any(server.data.glob("landline/partial/*")), "it has begun")
            server.kill()
            result = running.result()
        self.assertEqual(result.code, NO_CONNECTION)
        for text in (result.out, result.err):
            self.assertNotRegex(text, r"uncleanShutdown|Error\(|ioOnClosed")
        (lost,) = result.events("reconnecting")[:1]
        self.assertRegex(lost["message"], "^the connection was lost: [a-zA-Z ,]+$")


class Connecting(ServerCase):
    def test_nobody_listens(self):
        with Server() as server, server.client() as client:
            server.kill()
            result = self.assert_exit(client.run("ls"), NO_CONNECTION)
            self.assertIn(f"127.0.0.1:{server.port}", result.err)
            self.assertIn("is the server running", result.err)
            error = json.loads(client.run("ls", "--json").out)["error"]
            self.assertNotIn("is the server running", error["message"])
            self.assertIn("is the server running", error["advice"])

    def test_no_server_on_the_data_folder(self):
        result = self.assert_exit(self.new_client().run("status", "--data", "nowhere"), NO_CONNECTION)
        self.assertIn("landline serve --data nowhere", result.err)

    def test_something_else_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            def answer() -> None:
                with listener.accept()[0] as peer:
                    peer.recv(10_000)
                    peer.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
                    peer.shutdown(socket.SHUT_WR)
                    while peer.recv(10_000):
                        pass

            threading.Thread(target=answer, daemon=True).start()
            invite = self.server.new_invite(port=listener.getsockname()[1])
            result = self.assert_exit(self.new_client().join(invite, "x"), NOT_TRUSTED)
            self.assertIn("nothing was sent", result.err)

    def test_another_server_than_the_invites(self):
        with Server() as other:
            invite = self.server.new_invite(port=other.port)
            result = self.assert_exit(self.new_client().join(invite, "x"), NOT_TRUSTED)
        for text in (self.server.fingerprint, other.fingerprint, "nothing was sent", "new invite", "between you"):
            self.assertIn(text, result.err)


class Joining(ServerCase):
    def names(self, client) -> list[tuple[str, str, bool]]:
        return [(found["name"], found["account"], found["pending"]) for found in client.run("servers", "--json").objects]

    def test_a_dead_entry_is_replaced(self):
        client = self.client(name="walter")
        self.server.admin_call("account.remove", name="walter")
        result = self.assert_done(client.run("join", self.server.new_invite(), "--name", "walter2"))
        self.assertIn("joined s as walter2", result.out)
        self.assertIn("replaces 's'", result.err)
        self.assertEqual(self.names(client), [("s", "walter2", False)])
        self.assert_done(client.run("ls"))

    def test_a_dead_entry_is_replaced_under_a_new_name(self):
        client = self.client(name="wendy")
        self.server.admin_call("account.remove", name="wendy")
        self.assert_done(client.run("join", self.server.new_invite(), "--name", "wendy2", "--as", "porch"))
        self.assertEqual(self.names(client), [("porch", "wendy2", False)])

    def test_a_living_entry_is_not(self):
        client = self.client(name="vera")
        invite = self.server.new_invite()
        result = self.assert_exit(client.run("join", invite, "--name", "vera2"), SOME_FAILED)
        self.assertIn("--as", result.err)
        self.assertEqual(self.names(client), [("s", "vera", False)])
        self.assert_done(client.run("join", invite, "--name", "vera2", "--as", "again"))
        self.assertEqual(self.names(client), [("again", "vera2", False), ("s", "vera", False)])

    def test_an_unfinished_entry_is_replaced(self):
        client = self.new_client()
        with Proxy(self.server.port) as proxy:
            proxy.deaf()
            self.assert_exit(client.run("join", self.server.new_invite(port=proxy.port), "--name", "peter"), NO_CONNECTION)
        self.assertEqual([pending for *_, pending in self.names(client)], [True])
        self.assert_done(client.run("join", self.server.new_invite(), "--name", "peter"))
        self.assertEqual([pending for *_, pending in self.names(client)], [False])

    def test_a_refused_join_changes_nothing(self):
        client = self.client(name="tina")
        self.server.admin_call("account.remove", name="tina")
        used = self.server.new_invite()
        self.assert_done(self.new_client().join(used, "first-user"))
        before = client.run("servers", "--json").out
        result = self.assert_exit(client.run("join", used, "--name", "tina2"), NOT_ALLOWED)
        self.assertIn("new one", result.err)
        self.assertEqual(client.run("servers", "--json").out, before)

    def test_a_removed_account_is_told_what_to_do(self):
        client = self.client(name="rita")
        self.server.admin_call("account.remove", name="rita")
        result = self.assert_exit(client.run("ls"), NOT_ALLOWED)
        self.assertIn("new invite", result.err)


if __name__ == "__main__":
    unittest.main()
