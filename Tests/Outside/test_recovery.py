"""What goes wrong with a server's own things is said, and nothing goes on as if it had not: a key that is gone, restored
files that are damaged, folders of the wrong owner, a damaged database, settings that are none."""

import json
import os
import re
import shutil
import signal
import subprocess
import unittest

from harness import (
    DONE, NO_CONNECTION, SOME_FAILED, USAGE, Case, Server, ServerCase, content_of, landline, remove_tree, scratch_folder, tool,
    wait_until,
)
from line import sha256

ENVIRONMENT = {"LANDLINE_LISTEN": "127.0.0.1:0", "LANDLINE_KEEP_FREE": "1M"}


def stop(server: Server) -> None:
    server.signal(signal.SIGTERM)
    server.wait()


class OperatorCase(Case):
    def doctor(self, server: Server, check: str, code: int) -> str:
        """What it says of one check; of several findings the worst."""
        result = self.assert_exit(landline("doctor", "--data", server.data, "--json", env=ENVIRONMENT), code)
        found = [one for one in result.objects if one["check"] == check]
        worst = max(found, key=lambda one: ("ok", "warning", "error").index(one["level"]))
        self.assertEqual(worst["level"] == "error", code != DONE, str(result))
        return worst["message"]

    def serve(self, server: Server, code: int = SOME_FAILED) -> str:
        """Why it does not start."""
        result = landline("serve", "--data", server.data, env=ENVIRONMENT, timeout=20)
        self.assertEqual(result.out, "")
        return self.assert_exit(result, code).err


class Key(OperatorCase):
    def test_accounts_without_their_key(self):
        with Server() as server:
            server.join("ada")
            stop(server)
            key = server.private / "identity.pem"
            kept = key.read_bytes()
            key.unlink()
            for said in (self.doctor(server, "certificate", SOME_FAILED), self.serve(server)):
                for part in ("2 accounts", str(key), "backup", "--certificate", "landline.sqlite away"):
                    self.assertIn(part, said)
            self.assertFalse(key.exists())
            key.write_bytes(kept)
            key.chmod(0o600)
            server.restart()
            self.assertEqual(server.admin_call("ping")["type"], "pong")

    def test_to_begin_anew_is_said_and_works(self):
        with Server() as server:
            server.join("ada").line().put("a", b"stays")
            stop(server)
            before = server.fingerprint
            (server.private / "identity.pem").unlink()
            (server.private / "landline.sqlite").rename(server.folder / "away.sqlite")
            server.fingerprint, server._admin = None, None
            server.restart()
            self.assertNotEqual(server.fingerprint, before)
            self.assertEqual([account["name"] for account in server.accounts], ["root"])
            self.assert_content(server.tree / "a", b"stays")

    def test_a_first_start_that_nobody_used(self):
        with Server() as server:
            stop(server)
            (server.private / "identity.pem").unlink()
            self.assertIn("none yet", self.doctor(server, "certificate", DONE))
            server.restart()

    def test_a_damaged_one_is_named_by_both(self):
        with Server() as server:
            stop(server)
            key = server.private / "identity.pem"
            key.write_bytes(key.read_bytes()[:100])
            for said in (self.doctor(server, "certificate", SOME_FAILED), self.serve(server)):
                self.assertIn(f"{key} is damaged; put it back from a backup", said)


class Restored(OperatorCase):
    """A file comes back from a copy: a new inode, a new change time, the old size and time of its last change."""

    def restored(self, server: Server, name: str, content: bytes, **times) -> None:
        file = server.tree / name
        kept = file.stat()
        copy = server.folder / "copy"
        copy.write_bytes(content)
        os.utime(copy, ns=times.get("ns", (kept.st_atime_ns, kept.st_mtime_ns)))
        copy.rename(file)

    def test_bytes_that_differ_are_damaged_and_stay_so(self):
        good, bad = b"precious", b"precioux"
        for times, description in (
            ({}, "with the time of its last change"),
            ({"ns": (1_700_000_000 * 10**9,) * 2}, "with the whole seconds of it"),
        ):
            with self.subTest(description), Server() as server, server.client() as client:
                file = client.make("a", good)
                os.utime(file, ns=(1_700_000_000_123_456_789,) * 2)
                self.assert_done(client.run("put", file))
                stop(server)
                self.restored(server, "a", bad, **times)
                server.restart()
                for _ in range(2):
                    result = self.assert_exit(client.run("verify", "a", "--json"), SOME_FAILED)
                    (found,) = result.objects
                    self.assertEqual(
                        (found["verdict"], found["sha256"], found["recorded"]), ("damaged", sha256(bad), sha256(good))
                    )
                    # Whoever reads it meanwhile does not make it right.
                    self.assert_done(client.run("get", "a", "-o", "b", "--replace"))
                    self.assert_done(client.run("sync", ":", "c"))
                plain = self.assert_exit(client.run("verify", "a"), SOME_FAILED)
                self.assertIn(f"damaged a (8 B, sha256 {sha256(bad)}, recorded {sha256(good)})", plain.out)
                self.assertIn("put it again", plain.err)
                self.restored(server, "a", good, **times)
                self.assertIn("intact", self.assert_done(client.run("verify", "a")).out)

    def test_put_again_it_is_well(self):
        with Server() as server, server.client() as client:
            self.assert_done(client.run("put", client.make("a", b"precious")))
            self.restored(server, "a", b"precioux")
            self.assert_exit(client.run("verify", "a"), SOME_FAILED)
            self.assert_done(client.run("put", "a", "--replace"))
            self.assertIn("intact", self.assert_done(client.run("verify", "a")).out)

    def test_another_size_or_time_is_a_change(self):
        with Server() as server, server.client() as client:
            for content, times in ((b"longer than it was", {}), (b"precioux", {"ns": (10**18,) * 2})):
                with self.subTest(content):
                    self.assert_done(client.run("put", client.make("a", b"precious"), "--replace"))
                    self.restored(server, "a", content, **times)
                    (found,) = self.assert_done(client.run("verify", "a", "--json")).objects
                    self.assertEqual((found["verdict"], found["recorded"]), ("changed", sha256(b"precious")))
                    self.assertIn("intact", self.assert_done(client.run("verify", "a")).out)

    def test_everything_by_one_pattern(self):
        """As docs/OPERATIONS.md has it."""
        with Server() as server, server.client() as client:
            for name in ("a", "b"):
                client.make(name, b"precious")
            self.assert_done(client.run("put", "a", "b", "s:"))
            self.assert_done(client.run("put", "a", "s:deep/down/"))
            self.restored(server, "deep/down/a", b"precioux")
            result = self.assert_exit(client.run("verify", "s:**", "--json"), SOME_FAILED)
            self.assertEqual(
                {found["path"]: found["verdict"] for found in result.objects},
                {"a": "intact", "b": "intact", "deep/down/a": "damaged"},
            )


class Owners(OperatorCase):
    """As root, who may do everything, which the server's user may not."""

    def setUp(self):
        self.assertEqual(os.geteuid(), 0, "this needs root, to give folders away")

    def test_folders_of_different_owners(self):
        with Server() as server:
            stop(server)
            for landline_, files, user in ((0, 1234, 1234), (1234, 0, 1234), (1234, 1235, 1234)):
                with self.subTest(landline=landline_, files=files):
                    for folder, _, names in os.walk(server.private):
                        for path in (folder, *(os.path.join(folder, name) for name in names)):
                            os.lchown(path, landline_, landline_)
                    os.chown(server.tree, files, files)
                    said = self.doctor(server, "data folder", SOME_FAILED)
                    self.assertIn(f"chown -R {user} '{server.data}'", said)

    def test_a_folder_that_its_user_cannot_enter(self):
        with Server() as server:
            stop(server)
            subprocess.run(["chown", "-R", "1234", server.data], check=True)
            self.assertIn("1234", self.doctor(server, "data folder", DONE))
            os.chown(server.data, 0, 0)
            # As systemd's StateDirectory is not, but /srv usually is.
            os.chmod(server.data, 0o755)
            self.doctor(server, "data folder", DONE)
            os.chmod(server.data, 0o700)
            self.assertIn(f"chown -R 1234 '{server.data}'", self.doctor(server, "data folder", SOME_FAILED))


class Database(Case):
    def test_a_damaged_page_is_in_the_log_soon(self):
        with Server() as server:
            stop(server)
            with server.open_database() as database:
                rows = ((f"f{n}".encode(), os.urandom(32)) for n in range(20_000))
                database.executemany("INSERT INTO files VALUES (?, 1, 1, 1, 1, 1, 1, 1, ?, 1, 1)", rows)
            size = server.database.stat().st_size
            with open(server.database, "r+b") as file:
                file.seek(size // 2 // 4096 * 4096)
                file.write(b"\xff" * 4096)
            server.restart()
            wait_until(lambda: "the database is damaged" in server.log(), "the log says so")
            self.assertRegex(server.log(), r'level=error message="the database is damaged: put it back from a backup" damage=')

    def test_of_a_whole_one_nothing_is_said(self):
        with Server("--log-level", "info") as server:
            server.join("ada")
            stop(server)
            self.assertNotIn("database", server.log())


class SettingsFile(Case):
    def setUp(self):
        self.folder = scratch_folder()
        self.addCleanup(remove_tree, self.folder)
        self.file = self.folder / "settings.json"

    def refused(self, text: str | bytes, *parts: str) -> None:
        self.file.write_bytes(text if isinstance(text, bytes) else text.encode())
        for command in ("serve", "doctor"):
            with self.subTest(command, text=text):
                result = landline(command, "--config", self.file, "--data", self.folder / "data", timeout=20)
                self.assert_exit(result, USAGE)
                for part in (*parts, f"Usage: landline {command} "):
                    self.assertIn(part, result.err)
                self.assertNotIn("Error Domain", result.err)
                self.assertFalse((self.folder / "data").exists())

    def test_a_setting_that_there_is_not(self):
        self.refused('{"listn": "127.0.0.1:1"}', "'listn'", "did you mean 'listen'?", str(self.file))
        self.refused('{"zzzzzz": 1}', "'zzzzzz'", "max-connections")
        self.refused('{"maxUse": "1G"}', "'maxUse'", "max-use")

    def test_a_value_of_the_wrong_kind(self):
        for member, said in (
            ('"listen": 5', "listen: 5"), ('"max-use": true', "max-use: true"), ('"max-use": 1.5', "max-use: 1.5"),
            ('"keep-free": null', "keep-free: null"), ('"data": ["a"]', "data: a list"), ('"name": {"a": 1}', "name: a list"),
            ('"max-connections": false', "max-connections: false"), ('"log-level": 3', "log-level: 3"),
        ):
            self.refused(f"{{{member}}}", said, "must be")

    def test_a_value_that_makes_no_sense(self):
        for member, said in (
            ('"listen": "nowhere"', "listen 'nowhere'"), ('"max-use": -1', "max-use '-1'"), ('"max-connections": 0', "max-connections '0'"),
            ('"log-level": "loud"', "log-level 'loud'"), ('"log-format": "xml"', "log-format 'xml'"),
            ('"advertise": "a b"', "advertise 'a b'"),
        ):
            self.refused(f"{{{member}}}", said)

    def test_a_file_that_is_none(self):
        for text in ("{", "[]", "5", "listen = 1", '{"a": "b"} x', b"\xff\xfe"):
            self.refused(text, f"'{self.file}' is not a JSON object", '{"listen": ')
        self.refused("", f"'{self.file}' is empty")
        self.refused(" " * 2_000_000, "longer than a mebibyte")
        for path, reason in ((self.folder / "nothing", "No such file"), (self.folder, "Is a directory")):
            result = self.assert_exit(landline("serve", "--config", path, "--data", self.folder / "data"), USAGE)
            self.assertIn(f"'{path}' cannot be read: {reason}", result.err)

    def test_what_it_may_say(self):
        self.file.write_text(json.dumps({
            "data": str(self.folder / "data"), "listen": "127.0.0.1:0", "name": "porch", "max-use": 1_000_000, "keep-free": "1K",
            "limit-rate": "none", "max-connections": 10, "stall-timeout": "60", "log-format": "json", "advertise": "porch:1",
        }))
        self.assert_exit(landline("doctor", "--config", self.file), SOME_FAILED)  # there is no such folder yet
        with Server("--config", self.file) as server:
            self.assertRegex(server.printed_invite, "^landline://porch:1/")


if __name__ == "__main__":
    unittest.main()
