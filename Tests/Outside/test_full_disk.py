"""A full disk: a clear error, what arrived is kept, the server lives, and the put resumes when there is room."""

import contextlib
import json
import os
import subprocess
import unittest
from pathlib import Path

from harness import BINARY, ERROR, MIB, SOME_FAILED, Case, Proxy, Server, content_of, scratch_folder, remove_tree, tool, wait_until
from line import sha256

DISK = 48 * MIB


class FullDisk(Case):
    def setUp(self):
        """A server in a mount namespace of its own, where its data folder is a small tmpfs."""
        mount_point = scratch_folder()
        self.addCleanup(remove_tree, mount_point)
        flags = ("-m",) if os.geteuid() == 0 else ("-r", "-m")
        script = 'mount -t tmpfs -o size="$1" none "$2" && shift 2 && exec "$@"'
        self.server = self.enterContext(
            Server(
                data=mount_point / "data",
                prefix=(tool("unshare", "util-linux"), *flags, "sh", "-c", script, "sh", str(DISK), str(mount_point)),
            )
        )
        # The same folder, seen from out here.
        self.disk = Path(f"/proc/{self.server.pid}/root{mount_point}")
        self.tree = self.disk / "data/files"
        self.hog = self.disk / "hog"

    def fill(self, leave: int = 0) -> None:
        """Uses up the disk but for so many bytes."""
        free = os.statvfs(self.disk).f_bavail * os.statvfs(self.disk).f_frsize
        with open(self.hog, "ab", buffering=0) as file, contextlib.suppress(OSError):
            block = bytes(64 * 1024)
            for _ in range(max(0, free - leave) // len(block)):
                file.write(block)
            while not leave:
                file.write(block)

    def assert_lives(self) -> None:
        with self.server.admin.line() as line:
            self.assertEqual(line.call("ping")["type"], "pong")

    def test_the_audit_log_knows_how_much_it_missed(self):
        person = self.server.join("person")
        with person.line() as line:
            for turn in range(8):
                self.fill()
                for number in range(40):
                    # What is missed is told in a shorter line than what happens: it may fit where that does not.
                    with self.fails("forbidden"):
                        line.call("role.show", name="r" * (turn + 1))
                self.hog.unlink()
                with self.fails("forbidden"):
                    line.call("accounts")
        with self.server.admin.line() as line:
            # What is recorded now finds room, and brings the number along.
            line.call("account.set", name="person", role="guest")
        events = [json.loads(text) for text in (self.disk / "data/landline/audit.jsonl").read_text().splitlines()]
        refused = sum(event["what"] == "refused" for event in events)
        missed = sum(event["count"] for event in events if event["what"] == "missed")
        self.assertEqual(refused + missed, 8 * 41)
        self.assertGreater(missed, 0)

    def test_a_file_larger_than_the_disk(self):
        with self.server.client() as client:
            client.make("large", content_of(DISK + 10 * MIB))
            result = self.assert_exit(client.run("put", "large"), SOME_FAILED)
            self.assertIn("large", result.err)
            self.assertRegex(result.err.lower(), "no.space|full")
            self.assert_lives()
            self.assertFalse((self.tree / "large").exists())
            # Others can still store what fits, once the kept part has gone.
            result = client.run("put", "large", "--json")
            self.assertEqual(self.assert_exit(result, SOME_FAILED).events(ERROR)[0]["code"], "no-space")

    def test_a_disk_that_fills_up_in_the_middle_and_has_room_again(self):
        content = content_of(24 * MIB)
        with Proxy(self.server.port) as proxy, self.server.client(port=proxy.port) as client:
            client.make("file", content)
            proxy.hold("up", 8 * MIB)
            put = client.start("put", "file")
            proxy.wait_held("up")
            self.fill()
            proxy.release()
            result = self.assert_exit(put.result(), SOME_FAILED)
            self.assertRegex(result.err.lower(), "no.space|full")
            self.assert_lives()
            self.assertFalse((self.tree / "file").exists())
            self.hog.unlink()
            result = self.assert_done(client.run("put", "file"))
            self.assertRegex(result.err, r"resuming at \d+ %")
            self.assert_content(self.tree / "file", content)

    def test_the_audit_log_says_how_much_of_it_is_missing(self):
        log = self.disk / "data/landline/audit.jsonl"
        account = self.server.join()
        with account.line() as line:
            self.fill()
            for _ in range(100):
                with self.fails("forbidden"):
                    line.call("accounts")
            wait_until(lambda: "the audit log has gaps" in self.server.log(), "the operator is told")
            self.hog.unlink()
            with self.fails("forbidden"):
                line.call("accounts")
            wait_until(lambda: b'"missed"' in log.read_bytes(), "the number is kept")
        events = [json.loads(text) for text in log.read_bytes().splitlines()]
        missed = sum(event["count"] for event in events if event["what"] == "missed")
        self.assertGreater(missed, 0)
        self.assertEqual(missed + sum(event["what"] == "refused" for event in events), 101)
        self.assertEqual(self.server.log().count("the audit log has gaps"), 1)

    def test_small_files_and_the_old_one_stays(self):
        account = self.server.join()
        with account.line() as line:
            line.put("a", b"old")
            self.fill()
            with self.fails("no-space"):
                line.put("a", content_of(MIB), ifExists="replace")
            with self.fails("no-space"):
                line.put("b", content_of(MIB))
            self.assertEqual(line.get("a")[1], b"old")
            self.assertEqual([entry["name"] for entry in line.list()], ["a"])
            self.hog.unlink()
            content = content_of(MIB)
            line.put("a", content, ifExists="replace")
            self.assertEqual(line.get("a")[1], content)

    def test_the_error_in_the_middle_of_an_upload(self):
        """The rest of the data is discarded, and the connection goes on."""
        account = self.server.join()
        content = content_of(8 * MIB)
        fields = {"resume": True, "mtime": 5}
        with account.line() as line:
            # Begun later it would be refused at once.
            id, _ = line.begin_put("a", len(content), **fields)
            self.fill(leave=4 * MIB)
            try:
                line.send_data(id, content)
                line.send({"op": "commit", "id": id, "sha256": sha256(content)})
                with self.fails("no-space"):
                    line.after_working(id)
            finally:
                self.hog.unlink()
            self.assertEqual(line.stray(), [])
            self.assertEqual(line.put_in_parts("a", content, **fields)["sha256"], sha256(content))

    def test_a_full_disk_does_not_keep_people_out(self):
        """Reading, looking and removing need no room."""
        account = self.server.join()
        with account.line() as line:
            line.put("a", b"content")
        self.fill()
        with account.line() as line:
            self.assertEqual(line.get("a")[1], b"content")
            line.call("remove", path="a")
            self.assertEqual(line.list(), [])


class LocalDiskFull(Case):
    def test_get_onto_a_full_disk(self):
        """The client's side, with a limit on the size of its files in place of a small disk."""
        content = content_of(8 * MIB)
        with Server() as server, server.client() as client:
            (server.tree / "a").write_bytes(content)
            limited = subprocess.run(
                ["sh", "-c", 'ulimit -f 2048; trap "" XFSZ; exec "$@"', "sh", BINARY, "get", "a"],
                env=client.environment(), cwd=client.files, capture_output=True, timeout=60,
            )
            self.assertEqual(limited.returncode, SOME_FAILED, limited.stderr)
            self.assertFalse((client.files / "a").exists())
            self.assert_done(client.run("get", "a"))
            self.assert_content(client.files / "a", content)


if __name__ == "__main__":
    unittest.main()
