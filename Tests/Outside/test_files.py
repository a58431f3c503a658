"""The command's side of section 5 of the issue: put, get, ls, stat, rm, cat, verify."""

import os
import re
import signal
import time
import unittest

from harness import (
    DONE, ERROR, FETCHED, MIB, NO_CONNECTION, NOT_ALLOWED, SKIPPED, SOME_FAILED, STORED, USAGE,
    Server, ServerCase, content_of, free_port, hash_of,
)
from line import sha256
from terminal import Terminal


class FilesCase(ServerCase):
    def setUp(self):
        self.client_one = self.client()

    @property
    def place(self) -> str:
        """The test's own folder, as the command names it."""
        return f"s:{self.here}/"

    def put(self, *arguments, **options):
        return self.client_one.run("put", *arguments, self.place, **options)

    def stored_names(self) -> list[str]:
        return sorted(path.name for path in self.on_disk.iterdir())


class PutAndGet(FilesCase):
    def test_there_and_back(self):
        for size in (0, 1, 4096, MIB, MIB + 1, 9 * MIB + 3):
            with self.subTest(size):
                content = content_of(size)
                file = self.client_one.make(f"file{size}", content)
                self.assert_done(self.put(file))
                self.assert_content(self.on_disk / file.name, content)
                back = self.client_one.files / "back"
                back.mkdir(exist_ok=True)
                self.assert_done(self.client_one.run("get", f"{self.place}{file.name}", "-o", "back"))
                self.assert_content(back / file.name, content)

    def test_defaults_are_the_root_and_the_current_folder(self):
        file = self.client_one.make("to-the-root.txt", b"x")
        self.assert_done(self.client_one.run("put", "to-the-root.txt"))
        self.assert_content(self.server.tree / "to-the-root.txt", b"x")
        file.unlink()
        self.assert_done(self.client_one.run("get", "to-the-root.txt"))
        self.assert_content(file, b"x")

    def test_a_name_of_its_own(self):
        file = self.client_one.make("here", b"x")
        self.assert_done(self.client_one.run("put", file, f"s:{self.here}/new/there.txt"))
        self.assert_content(self.on_disk / "new/there.txt", b"x")

    def test_into_a_folder_that_is_there(self):
        (self.on_disk / "folder").mkdir()
        file = self.client_one.make("file", b"x")
        self.assert_done(self.client_one.run("put", file, f"s:{self.here}/folder"))
        self.assert_content(self.on_disk / "folder/file", b"x")

    def test_a_sparse_file(self):
        file = self.client_one.files / "sparse"
        with open(file, "wb") as opened:
            opened.seek(40 * MIB)
            opened.write(b"end")
        self.assert_done(self.put(file))
        self.assertEqual(hash_of(self.on_disk / "sparse"), hash_of(file))
        (self.client_one.files / "back").mkdir()
        self.assert_done(self.client_one.run("get", f"{self.place}sparse", "-o", "back"))
        self.assertEqual(hash_of(self.client_one.files / "back/sparse"), hash_of(file))

    def test_times_and_the_executable_bit(self):
        for name, size, mode, time_ns in (
            ("small", 10, 0o755, 1_234_567_890_123_456_789),
            ("large", 2 * MIB, 0o644, 1_600_000_000_000_000_001),
            ("old", 10, 0o600, -1_000_000_001),
        ):
            with self.subTest(name):
                file = self.client_one.make(name, content_of(size))
                file.chmod(mode)
                os.utime(file, ns=(time_ns, time_ns))
                self.assert_done(self.put(file))
                back = self.client_one.files / "back"
                back.mkdir(exist_ok=True)
                self.assert_done(self.client_one.run("get", f"{self.place}{name}", "-o", "back"))
                for copy in (self.on_disk / name, back / name):
                    found = copy.stat()
                    self.assertEqual(found.st_mtime_ns, time_ns)
                    self.assertEqual(bool(found.st_mode & 0o100), bool(mode & 0o100))

    def test_standard_input_and_output(self):
        for size in (0, 100, 5 * MIB):
            with self.subTest(size):
                content = os.urandom(size)
                path = f"s:{self.here}/piped{size}"
                self.assert_done(self.client_one.run("put", "-", path, input=content))
                self.assert_content(self.on_disk / f"piped{size}", content)
                for arguments in (("cat", path), ("get", path, "-o", "-")):
                    result = self.assert_done(self.client_one.run(*arguments))
                    self.assertEqual(sha256(result.out.encode("utf-8", "surrogateescape")), sha256(content))
        self.assertEqual(list(self.client_one.files.iterdir()), [])

    def test_cat_of_several(self):
        for name in ("a", "b"):
            (self.on_disk / name).write_bytes(name.encode())
        self.assertEqual(self.client_one.run("cat", f"{self.place}a", f"{self.place}b").out, "ab")

    def test_one_bad_file_among_good_ones(self):
        good = [self.client_one.make(f"good{n}", content_of(n * MIB)) for n in range(3)]
        (self.client_one.files / "folder").mkdir()
        result = self.put(good[0], "missing", good[1], "folder", good[2])
        self.assert_exit(result, SOME_FAILED)
        for name in ("missing", "folder"):
            self.assertIn(name, result.err)
        self.assertEqual(self.stored_names(), ["good0", "good1", "good2"])
        (self.client_one.files / "back").mkdir()
        result = self.client_one.run(
            "get", f"{self.place}good0", f"{self.place}missing", f"{self.place}good2", "-o", "back"
        )
        self.assert_exit(result, SOME_FAILED)
        self.assertIn("missing", result.err)
        self.assertEqual({p.name for p in (self.client_one.files / "back").iterdir()}, {"good0", "good2"})

    def test_a_file_that_cannot_be_written_here(self):
        (self.on_disk / "a").write_bytes(b"x")
        result = self.assert_exit(self.client_one.run("get", f"{self.place}a", "-o", "nowhere/at/all"), SOME_FAILED)
        self.assertTrue(result.err.strip())

    def test_get_leaves_nothing_half_written_behind(self):
        (self.on_disk / "a").write_bytes(content_of(3 * MIB))
        self.assert_done(self.client_one.run("get", f"{self.place}a"))
        self.assertEqual([p.name for p in self.client_one.files.iterdir()], ["a"])


class ExistingNames(FilesCase):
    def setUp(self):
        super().setUp()
        self.old = self.on_disk / "a.txt"
        self.old.write_bytes(b"old")
        self.file = self.client_one.make("a.txt", b"new")

    def test_put_without_a_flag_is_an_error_that_names_the_file(self):
        result = self.assert_exit(self.put(self.file), SOME_FAILED)
        self.assertIn("a.txt", result.err)
        self.assert_content(self.old, b"old")

    def test_put_replace(self):
        self.assert_done(self.put(self.file, "--replace"))
        self.assert_content(self.old, b"new")
        self.assertEqual(self.stored_names(), ["a.txt"])

    def test_put_keep_both(self):
        self.assert_done(self.put(self.file, "--keep-both"))
        self.assert_content(self.old, b"old")
        self.assert_content(self.on_disk / "a (1).txt", b"new")

    def test_put_skip(self):
        result = self.assert_done(self.put(self.file, "--skip", "--json"))
        self.assertEqual(len(result.events(SKIPPED)), 1)
        self.assert_content(self.old, b"old")

    def test_get(self):
        def get(*flags: str):
            return self.client_one.run("get", f"{self.place}a.txt", *flags)

        result = self.assert_exit(get(), SOME_FAILED)
        self.assertIn("a.txt", result.err)
        self.assert_content(self.file, b"new")
        self.assert_done(get("--skip"))
        self.assert_content(self.file, b"new")
        self.assert_done(get("--keep-both"))
        self.assert_content(self.file, b"new")
        self.assert_content(self.file.with_name("a (1).txt"), b"old")
        self.assert_done(get("--replace"))
        self.assert_content(self.file, b"old")

    def test_two_of_the_flags_are_wrong_usage(self):
        self.assert_exit(self.put(self.file, "--skip", "--replace"), USAGE)

    def test_a_folder_is_not_replaced(self):
        (self.on_disk / "folder").mkdir()
        folder = self.client_one.make("folder", b"x")
        self.assert_exit(self.put(folder, "--replace"), SOME_FAILED)
        (self.client_one.files / "folder").unlink()
        (self.client_one.files / "folder").mkdir()
        (self.on_disk / "folder").rmdir()
        (self.on_disk / "folder").write_bytes(b"x")
        self.assert_exit(self.client_one.run("get", f"{self.place}folder", "--replace"), SOME_FAILED)
        self.assertTrue((self.client_one.files / "folder").is_dir())


class Looking(FilesCase):
    def test_ls(self):
        (self.on_disk / "folder").mkdir()
        (self.on_disk / "b.txt").write_bytes(b"abc")
        plain = self.assert_done(self.client_one.run("ls", self.place))
        for name in ("folder", "b.txt"):
            self.assertIn(name, plain.out)
        objects = self.client_one.run("ls", self.place, "--json").objects
        self.assertEqual([(e["name"], e["kind"], e.get("size")) for e in objects], [("b.txt", "file", 3), ("folder", "folder", None)])
        self.assertIn(self.here, self.client_one.run("ls").out)
        self.assert_exit(self.client_one.run("ls", f"{self.place}nothing"), SOME_FAILED)

    def test_stat(self):
        stored = self.put(self.client_one.make("a", b"abc"))
        self.assert_done(stored)
        self.assertIn("3", self.assert_done(self.client_one.run("stat", f"{self.place}a")).out)
        (entry,) = self.client_one.run("stat", f"{self.place}a", "--json").objects
        self.assertEqual((entry["path"], entry["kind"], entry["size"], entry["sha256"]), (f"{self.here}/a", "file", 3, sha256(b"abc")))

    def test_rm(self):
        for name in ("a", "b"):
            (self.on_disk / name).touch()
        self.assert_done(self.client_one.run("rm", f"{self.place}a"))
        self.assertEqual(self.stored_names(), ["b"])
        result = self.assert_exit(self.client_one.run("rm", f"{self.place}nothing", f"{self.place}b"), SOME_FAILED)
        self.assertIn("nothing", result.err)
        self.assertEqual(self.stored_names(), [])

    def test_rm_of_a_folder_with_something_in_it(self):
        (self.on_disk / "folder").mkdir()
        (self.on_disk / "folder/a").touch()
        self.assert_exit(self.client_one.run("rm", f"{self.place}folder"), SOME_FAILED)
        self.assertTrue((self.on_disk / "folder/a").exists())


class Verify(FilesCase):
    def verify(self, *names: str):
        return self.client_one.run("verify", *(f"{self.place}{name}" for name in names), "--json")

    def test_intact_changed_and_new(self):
        self.assert_done(self.put(self.client_one.make("a", b"abc")))
        (found,) = self.assert_done(self.verify("a")).objects
        self.assertEqual(
            (found["path"], found["verdict"], found["sha256"], found["recorded"]),
            (f"{self.here}/a", "intact", sha256(b"abc"), sha256(b"abc")),
        )
        (self.on_disk / "a").write_bytes(b"other")
        (found,) = self.verify("a").objects
        self.assertEqual((found["verdict"], found["sha256"], found["recorded"]), ("changed", sha256(b"other"), sha256(b"abc")))
        (self.on_disk / "b").write_bytes(b"by hand")
        (found,) = self.verify("b").objects
        self.assertEqual((found["verdict"], found["sha256"], found.get("recorded")), ("new", sha256(b"by hand"), None))

    def test_plain_output_names_file_and_verdict(self):
        self.assert_done(self.put(self.client_one.make("a", b"abc")))
        out = self.assert_done(self.client_one.run("verify", f"{self.place}a")).out
        self.assertIn("intact", out)
        self.assertIn("a", out)

    def test_damaged(self):
        """Bytes that changed though no time says so. The kernel sets ctime itself, so the record is made
        to say what the file says now: every column with `ctime` in its name, of the only file there is."""
        with Server() as server, server.client() as client:
            self.assert_done(client.run("put", client.make("a", b"precious")))
            file = server.tree / "a"
            times = file.stat()
            server.signal(signal.SIGTERM)
            server.wait()
            with open(file, "r+b") as opened:
                opened.write(b"DAMAGED!")
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
            with server.open_database() as database:
                self.record_ctime(database, times.st_ctime_ns, file.stat().st_ctime_ns)
            server.restart()
            result = client.run("verify", "a", "--json")
            (found,) = result.objects
            self.assertEqual((found["verdict"], found["recorded"]), ("damaged", sha256(b"precious")))
            self.assert_exit(result, SOME_FAILED)
            self.assertNotEqual(client.run("verify", "a", "--json").objects[0]["verdict"], "intact")

    def record_ctime(self, database, old: int, new: int) -> None:
        """Whether kept as nanoseconds, or as seconds and nanoseconds apart."""
        replacements = {old: new, old // 10**9: new // 10**9, old % 10**9: new % 10**9}
        changed = 0
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for column in [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]:
                if "ctime" in column.lower():
                    for before, after in replacements.items():
                        changed += database.execute(
                            f'UPDATE "{table}" SET "{column}" = ? WHERE "{column}" = ?', (after, before)
                        ).rowcount
        self.assertGreater(changed, 0, "a column whose name has 'ctime' in it")


class Output(FilesCase):
    def test_json_of_put_and_get(self):
        files = [self.client_one.make("small", b"abc"), self.client_one.make("large", content_of(3 * MIB))]
        result = self.assert_exit(self.put(*files, "missing", "--json"), SOME_FAILED)
        stored = {event["path"]: event for event in result.events(STORED)}
        for file in files:
            event = stored[f"{self.here}/{file.name}"]
            self.assertEqual((event["size"], event["sha256"]), (file.stat().st_size, hash_of(file)))
        (error,) = result.events(ERROR)
        self.assertIn("missing", error["file"])
        self.assertTrue(error["message"])
        (self.on_disk / "small").write_bytes(b"xyz")
        result = self.assert_exit(self.put(files[0], "--json"), SOME_FAILED)
        self.assertEqual(result.events(ERROR)[0]["code"], "exists")
        (self.on_disk / "small").write_bytes(b"abc")
        (self.client_one.files / "back").mkdir()
        result = self.client_one.run("get", f"{self.place}small", f"{self.place}nothing", "-o", "back", "--json")
        self.assert_exit(result, SOME_FAILED)
        (fetched,) = result.events(FETCHED)
        self.assertEqual((fetched["path"], fetched["size"], fetched["sha256"]), (f"{self.here}/small", 3, sha256(b"abc")))
        self.assertEqual(result.events(ERROR)[0]["code"], "not-found")

    def test_every_command_takes_json(self):
        admin = self.client(role="admin")
        (self.on_disk / "a").write_bytes(b"x")
        path = f"{self.place}a"
        admin.run("token", "create", "t")
        for arguments in (
            ("ls", self.place), ("stat", path), ("verify", path), ("whoami",), ("accounts",), ("token", "list"),
            ("token", "create", "u"), ("token", "revoke", "u"), ("get", path), ("rm", path),
        ):
            with self.subTest(arguments):
                result = self.assert_done(admin.run(*arguments, "--json"))
                self.assertTrue(all(isinstance(found, dict) for found in result.objects), result.out)
                if arguments[0] not in ("rm",) and arguments[1:2] != ("revoke",):
                    self.assertTrue(result.objects, str(result))
        joined = self.new_client().run("join", self.server.new_invite(), "--name", "jason", "--json")
        self.assertEqual(self.assert_done(joined).objects[0]["account"], "jason")
        for command in ("status", "accounts", "invite"):
            with self.subTest(command):
                self.assertTrue(self.assert_done(admin.run(command, "--data", self.server.data, "--json")).objects)

    def test_quiet(self):
        file = self.client_one.make("a", content_of(3 * MIB))
        put = self.assert_done(self.put(file, "--quiet"))
        self.assertEqual((put.out, put.err), ("", ""))
        get = self.assert_done(self.client_one.run("get", f"{self.place}a", "--quiet", "--replace"))
        self.assertEqual((get.out, get.err), ("", ""))
        file.write_bytes(b"other")
        failed = self.assert_exit(self.put(file, "--quiet"), SOME_FAILED)
        self.assertIn("a", failed.err)

    def test_plain_lines_when_not_a_terminal(self):
        result = self.assert_done(self.put(self.client_one.make("a.bin", content_of(9 * MIB))))
        text = result.out + result.err
        self.assertNotIn("\r", text)
        self.assertNotIn("\x1b", text)
        self.assertIn("a.bin", text)

    def test_a_bar_on_a_terminal(self):
        with open(self.client_one.files / "big.bin", "wb") as file:
            file.truncate(160 * MIB)
        with Terminal(self.client_one, "put", "big.bin", self.place) as terminal:
            self.assertEqual(terminal.wait(), DONE, terminal.text)
        self.assertIn("big.bin", terminal.text)
        self.assertRegex(terminal.text, r"\d{1,3} ?%")
        self.assertRegex(terminal.text, r"\d ?[kKMG]i?B/s")
        self.assertTrue("\r" in terminal.text.replace("\r\n", "") or "\x1b[" in terminal.text, "one line, drawn again")
        self.assertRegex(terminal.text, r"100 ?%")

    def test_a_terminal_is_asked(self):
        (self.on_disk / "a.txt").write_bytes(b"old")
        self.client_one.make("a.txt", b"new")
        with Terminal(self.client_one, "put", "a.txt", self.place) as terminal:
            terminal.read_until(r"(?is)a\.txt.*(replace|keep|skip).*[?:\]]")
            self.assert_content(self.on_disk / "a.txt", b"old")
            terminal.write(b"\x03")
            self.assertNotEqual(terminal.wait(), DONE)
        self.assert_content(self.on_disk / "a.txt", b"old")

    def test_a_terminal_is_believed(self):
        """To skip is to skip, also for as many bytes, and for a file in parts."""
        for name, content in (("small", b"same"), ("large", content_of(3 * MIB))):
            with self.subTest(name):
                (self.on_disk / name).write_bytes(content)
                self.client_one.make(name, bytes(len(content)))
                with Terminal(self.client_one, "put", name, self.place) as terminal:
                    terminal.read_until(r"(?is)replace.*[?:\]]")
                    terminal.write(b"s\n")
                    self.assertEqual(terminal.wait(), DONE)
                    self.assertIn("skipped", terminal.text)
                    self.assertNotIn("stored", terminal.text)
                self.assert_content(self.on_disk / name, content)

    def test_nobody_is_asked_about_what_is_there_already(self):
        for name, content in (("small", b"same"), ("large", content_of(3 * MIB))):
            with self.subTest(name):
                (self.on_disk / name).write_bytes(content)
                self.client_one.make(name, content)
                with Terminal(self.client_one, "put", name, self.place) as terminal:
                    self.assertEqual(terminal.wait(), DONE)
                    self.assertIn("stored", terminal.text)
                with Terminal(self.client_one, "get", f"{self.place}{name}") as terminal:
                    self.assertEqual(terminal.wait(), DONE)
                    self.assertIn("received", terminal.text)


class Codes(FilesCase):
    def test_wrong_usage(self):
        for arguments in (
            ("put",), ("get",), ("put", "a", "--no-such-flag"), ("nonsense",), ("join",), ("token", "create"),
            ("join", "landline://nonsense"), ("join", "http://example.com"), ("ls", "unknown-server:"),
            ("invite", "--data", self.server.data, "--expires", "soon"), ("serve", "--listen", "nonsense"),
        ):
            with self.subTest(arguments):
                result = self.assert_exit(self.client_one.run(*arguments, timeout=20), USAGE)
                self.assertTrue(result.err.strip())

    def test_help_and_version(self):
        self.assertIn("put", self.assert_done(self.client_one.run("--help")).out)
        self.assertRegex(self.assert_done(self.client_one.run("--version")).out, r"\d+\.\d+")

    def test_no_server_at_all(self):
        result = self.new_client().run("ls")
        self.assert_exit(result, USAGE)
        self.assertIn("join", result.err)

    def test_nobody_listens(self):
        with Server() as server, server.client() as client:
            file = client.make("a", b"x")
            server.kill()
            for arguments in (("put", file), ("get", "a", "-o", "back")):
                with self.subTest(arguments):
                    began = time.monotonic()
                    self.assert_exit(client.run(*arguments), NO_CONNECTION)
                    self.assertLess(time.monotonic() - began, 18)

    def test_nobody_listens_at_join(self):
        invite = self.server.new_invite()._replace(port=free_port())
        self.assert_exit(self.new_client().join(invite, "x"), NO_CONNECTION)

    def test_several_servers_by_name(self):
        with Server() as other:
            client = self.client_one
            self.assert_done(client.join(other.new_invite(), "second", server="office"))
            file = client.make("a", b"x")
            self.assert_done(client.run("put", file, "office:"))
            self.assert_content(other.tree / "a", b"x")
            self.assertEqual(client.run("cat", "office:a").out, "x")
            self.assert_exit(client.run("ls"), USAGE)
            self.assert_exit(client.run("put", file), USAGE)
            self.assert_done(client.run("ls", "s:"))
            self.assertNotEqual(client.join(other.new_invite(), "third", server="office").code, DONE)


class Accounts(FilesCase):
    def test_whoami(self):
        client = self.client(name="wilma")
        self.assertIn("wilma", self.assert_done(client.run("whoami")).out)
        (found,) = client.run("whoami", "--json").objects
        self.assertEqual((found["account"], found["role"]), ("wilma", "member"))

    def test_accounts(self):
        admin = self.client(name="boss", role="admin")
        self.client(name="leaver", role="guest")
        self.assertIn("leaver", self.assert_done(admin.run("accounts")).out)
        roles = {a["name"]: a["role"] for a in admin.run("accounts", "--json").objects}
        self.assertEqual((roles["boss"], roles["leaver"]), ("admin", "guest"))
        self.assert_done(admin.run("account", "remove", "leaver"))
        self.assertNotIn("leaver", admin.run("accounts").out)
        self.assertNotEqual(admin.run("account", "remove", "leaver").code, DONE)
        self.assert_exit(self.client_one.run("accounts"), NOT_ALLOWED)
        self.assert_exit(self.client_one.run("account", "remove", "boss"), NOT_ALLOWED)

    def test_tokens(self):
        client = self.client(name="tom")
        created = self.assert_done(client.run("token", "create", "backup"))
        (token,) = re.findall(r"lat_[\w-]+", created.out)
        listed = self.assert_done(client.run("token", "list"))
        self.assertIn("backup", listed.out)
        self.assertNotIn(token, listed.out)
        script = {
            "LANDLINE_TOKEN": token,
            "LANDLINE_SERVER": f"landline://127.0.0.1:{self.server.port}/#{self.server.fingerprint}",
        }
        nobody = self.new_client()
        nobody.make("a", b"x")
        self.assertEqual(nobody.run("whoami", "--json", env=script).objects[0]["account"], "tom")
        self.assert_done(nobody.run("put", "a", env=script))
        self.assert_content(self.server.tree / "a", b"x")
        self.assertEqual(nobody.run("cat", "a", env=script).out, "x")
        self.assertFalse(list(nobody.config.rglob("*")) if nobody.config.exists() else [])
        self.assert_done(client.run("token", "revoke", "backup"))
        self.assert_exit(nobody.run("whoami", env=script), NOT_ALLOWED)

    def test_names_default_to_the_persons(self):
        client = self.new_client()
        joined = client.run("join", self.server.new_invite(), env={"USER": "ursula", "LOGNAME": "ursula"})
        self.assert_done(joined)
        self.assertTrue(client.run("whoami", "--json").objects[0]["account"])


if __name__ == "__main__":
    unittest.main()
