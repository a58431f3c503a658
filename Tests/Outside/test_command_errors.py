"""Errors say what was tried, on what, why, and what to do next."""

import json
import socket
import threading
import unittest

from harness import (
    DONE, NO_CONNECTION, NOT_ALLOWED, NOT_TRUSTED, SOME_FAILED, USAGE, Proxy, Server, ServerCase, content_of, free_port,
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
        result = self.assert_exit(self.person.run("put", "a.txt", f"{self.here}x"), SOME_FAILED)
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
