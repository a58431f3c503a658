"""Names and places: what a path may be, and that no name and no link leads out of the tree."""

import contextlib
import os
import shutil
import socket
import threading
import unittest
from pathlib import Path

from harness import MIB, SOME_FAILED, ServerCase, snapshot
from line import LineError, message, sha256

BAD_PATHS = [
    "../x", "..", "a/../../x", "a/..", "a/../b", ".", "./a", "a/./b", "/etc/passwd", "/", "//", "a//b", "a/b//",
    "a\0b", "\0", "a\nb", "a\rb", "a\tb", "\x01", "a\x1fb", "a\x7fb", "x" * 256, "a/" + "é" * 128, "a/" * 2500 + "b",
    "/".join(["x" * 200] * 25),
]

GOOD_NAMES = [
    "plain.txt", " ", " leading and trailing ", "two  spaces", "emoji 😀🏳️‍🌈", "é (one code point)",
    "e\u0301 (two code points)", "\u212b", "\u00c5", "A\u030a", "日本語", "עברית", "\u202eright to left", "-rf",
    "--help", ".hidden", "..two dots", "...", "trailing.", "back\\slash", "quote'\"`", "$HOME", "%2e%2e%2f", "a:b",
    "C:\\x", "*?[a]", "~", "#x", "new&old;", "|", "\u0085", "\u2028", "\ufeff", "😀" * 63 + "abc", "x" * 255, "é" * 127 + "x",
    "con", "name (1).txt",
]


class BadPaths(ServerCase):
    def test_every_operation_refuses_them(self):
        line = self.line()
        line.put("a/b", b"x", ifExists="replace")
        before = snapshot(self.server.data / "files")
        outside = sorted(os.listdir(self.server.data)), sorted(os.listdir(self.server.folder))
        for path in BAD_PATHS:
            for op in ("get", "stat", "list", "verify", "remove"):
                with self.subTest(op=op, path=path[:60]), self.fails("bad-path"):
                    line.call(op, path=path)
            with self.subTest(op="put whole", path=path[:60]), self.fails("bad-path"):
                line.put(path, b"x", ifExists="replace")
            with self.subTest(op="put in parts", path=path[:60]), self.fails("bad-path"):
                line.begin_put(path, 5 * MIB, ifExists="replace")
        self.assertEqual(line.stray(), [])
        self.assertEqual(snapshot(self.server.tree), before)
        self.assertEqual((sorted(os.listdir(self.server.data)), sorted(os.listdir(self.server.folder))), outside)

    def test_names_that_are_no_utf8(self):
        """A lone surrogate is JSON that stands for no text."""
        for head in (br'{"op":"stat","id":50,"path":"\ud800"}', br'{"op":"stat","id":50,"path":"a\udc00b"}'):
            with self.subTest(head), self.fails("bad-path", "bad-request"):
                line = self.line()
                line.send_raw(message(head))
                line.answer(50)

    def test_an_empty_path_is_no_file(self):
        with self.fails("wrong-kind", "bad-path"):
            self.line().put("", b"x", ifExists="replace")
        with self.fails("wrong-kind", "bad-path"):
            self.line().call("get", path="")

    def test_a_path_of_4095_bytes(self):
        line = self.line()
        path = "/".join(["x" * 240] * 16 + ["y" * 239])
        self.assertEqual(len(path), 4095)
        self.assertEqual(line.put(path, b"deep")["path"], path)
        self.assertEqual(line.get(path)[1], b"deep")
        self.assertEqual(line.call("stat", path=path)["size"], 4)
        line.call("remove", path=path)
        with self.fails("bad-path"):
            line.put(path + "y", b"deep")

    def test_the_command_refuses_them_too(self):
        client = self.client()
        file = client.make("file", b"x")
        before = snapshot(self.server.folder / "data/files"), snapshot(client.files)
        for path in ("../x", "/etc/passwd", "a/../../x", "x" * 256):
            for arguments in (("put", file, f"s:{path}"), ("get", f"s:{path}", "-o", "."), ("cat", f"s:{path}"), ("rm", f"s:{path}")):
                with self.subTest(arguments[0], path=path[:20]):
                    result = self.assert_exit(client.run(*arguments), SOME_FAILED)
                    self.assertTrue(result.err.strip())
        self.assertEqual((snapshot(self.server.folder / "data/files"), snapshot(client.files)), before)


class Kinds(ServerCase):
    """A folder where a file is expected, the reverse, and what is neither."""

    def test_folder_and_file_confused(self):
        line = self.line()
        file, folder = f"{self.here}/file", f"{self.here}/folder"
        line.put(file, b"content")
        line.put(f"{folder}/inner", b"inner")
        before = snapshot(self.on_disk)
        for op, path in (("get", folder), ("get", folder + "/"), ("verify", folder), ("get", file + "/"), ("list", file)):
            with self.subTest(op=op, path=path), self.fails("wrong-kind"):
                line.call(op, path=path)
        for path in (folder, folder + "/", file + "/"):
            with self.subTest(put=path), self.fails("wrong-kind"):
                line.put(path, b"x", ifExists="replace")
        for op in ("get", "stat", "list", "remove", "verify"):
            with self.subTest(op, path="below a file"), self.fails("wrong-kind", "not-found"):
                line.call(op, path=file + "/x")
        with self.fails("wrong-kind"):
            line.put(file + "/x", b"x")
        with self.fails("wrong-kind"):
            line.begin_put(file + "/x/y", 5 * MIB)
        self.assertEqual(snapshot(self.on_disk), before)

    def test_pipes_and_sockets_do_not_hang(self):
        os.mkfifo(self.on_disk / "pipe")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.on_disk / "socket"))
        line = self.line(timeout=10)
        for name in ("pipe", "socket"):
            path = f"{self.here}/{name}"
            with self.subTest(name):
                self.assertEqual(line.call("stat", path=path)["kind"], "other")
                for op in ("get", "verify", "list"):
                    with self.fails("wrong-kind"):
                        line.call(op, path=path)
                with self.fails("wrong-kind"):
                    line.put(path, b"x", ifExists="replace")
                with self.fails("wrong-kind", "exists"):
                    line.put(path, b"x")
                self.assertEqual(line.call("remove", path=path)["type"], "removed")
        self.assertEqual(list(self.on_disk.iterdir()), [])

    def test_the_command_with_a_pipe_in_the_tree(self):
        os.mkfifo(self.on_disk / "pipe")
        client = self.client()
        self.assert_exit(client.run("get", f"{self.here}/pipe", timeout=20), SOME_FAILED)
        self.assertEqual(list(client.files.iterdir()), [])


class Links(ServerCase):
    """Symbolic links planted in the tree, to places outside and inside."""

    REFUSED = ("wrong-kind", "not-found", "bad-path", "forbidden")

    def setUp(self):
        self.outside = self.server.folder / f"outside-{self.here}"
        (self.outside / "folder").mkdir(parents=True)
        (self.outside / "secret").write_bytes(b"secret")
        (self.outside / "folder/secret").write_bytes(b"secret")
        inside = self.on_disk / "inside"
        inside.mkdir()
        (inside / "file").write_bytes(b"inside")
        self.links = {
            "to-file": self.outside / "secret",
            "to-folder": self.outside / "folder",
            "to-nothing": self.outside / "nothing",
            "relative": Path("../../../" + self.outside.name + "/secret"),
            "inner-file": Path("inside/file"),
            "inner-folder": Path("inside"),
            "to-itself": Path("to-itself"),
            "to-proc": Path("/proc/self/root"),
        }
        for name, target in self.links.items():
            (self.on_disk / name).symlink_to(target)
        self.before = snapshot(self.on_disk), snapshot(self.outside)

    def assert_unchanged(self):
        self.assertEqual((snapshot(self.on_disk), snapshot(self.outside)), self.before)

    def test_links_are_listed_as_other(self):
        line = self.line()
        kinds = {e["name"]: e["kind"] for e in line.list(self.here)}
        self.assertEqual(kinds, {name: "other" for name in self.links} | {"inside": "folder"})
        for name in self.links:
            entry = line.call("stat", path=f"{self.here}/{name}")
            self.assertEqual((entry["kind"], "size" in entry, "sha256" in entry), ("other", False, False), name)

    def test_links_are_not_read(self):
        line = self.line()
        for name in self.links:
            for path in (name, f"{name}/", f"{name}/secret", f"{name}/file", f"{name}/folder/secret", f"{name}/etc/passwd"):
                for op in ("get", "verify", "list"):
                    with self.subTest(op=op, path=path), self.fails(*self.REFUSED):
                        line.call(op, path=f"{self.here}/{path}")
                if "/" in path.rstrip("/"):
                    with self.subTest(op="stat", path=path), self.fails(*self.REFUSED):
                        line.call("stat", path=f"{self.here}/{path}")

    def test_links_are_not_written_through(self):
        line = self.line()
        for name in self.links:
            for path in (name, f"{name}/secret", f"{name}/file", f"{name}/new", f"{name}/new/new"):
                for fields in ({"ifExists": "replace"}, {"ifExists": "fail"}):
                    with self.subTest(path=path, **fields), self.fails("exists", *self.REFUSED):
                        line.put(f"{self.here}/{path}", b"overwritten", **fields)
                    with self.subTest(path=path, way="parts", **fields), self.fails("exists", *self.REFUSED):
                        line.put_in_parts(f"{self.here}/{path}", b"overwritten", **fields)
        self.assert_unchanged()

    def test_nothing_is_removed_through_a_link(self):
        line = self.line()
        for name in self.links:
            for path in (f"{name}/secret", f"{name}/file", f"{name}/folder"):
                with self.subTest(path), self.fails(*self.REFUSED):
                    line.call("remove", path=f"{self.here}/{path}")
        self.assert_unchanged()

    def test_a_link_itself_can_be_removed(self):
        line = self.line()
        for name in self.links:
            self.assertEqual(line.call("remove", path=f"{self.here}/{name}")["type"], "removed", name)
        self.assertEqual(snapshot(self.outside), self.before[1])
        self.assertEqual([e["name"] for e in line.list(self.here)], ["inside"])
        self.assertEqual(line.get(f"{self.here}/inside/file")[1], b"inside")

    def test_a_folder_that_becomes_a_link_again_and_again(self):
        """Looking first and opening then would be too late: the kernel refuses the link while it walks."""
        folder, aside, link = (self.on_disk / name for name in ("folder", "aside", "link"))
        folder.mkdir()
        (folder / "secret").write_bytes(b"harmless")
        link.symlink_to(self.outside / "folder")
        before = snapshot(self.outside)
        done = threading.Event()

        def swap() -> None:
            while not done.is_set():
                os.rename(folder, aside)
                # In between the put makes the folder that it misses; then there is none to swap in this round.
                with contextlib.suppress(OSError):
                    os.rename(link, folder)
                    os.rename(folder, link)
                while True:
                    shutil.rmtree(folder, ignore_errors=True)
                    # Another put may have made it meanwhile.
                    with contextlib.suppress(OSError):
                        os.rename(aside, folder)
                        break

        swapper = threading.Thread(target=swap)
        swapper.start()
        line = self.line()
        try:
            for n in range(300):
                with contextlib.suppress(LineError):
                    self.assertEqual(line.get(f"{self.here}/folder/secret")[1], b"harmless")
                with contextlib.suppress(LineError):
                    line.put(f"{self.here}/folder/planted{n % 7}", b"planted", ifExists="replace")
                with contextlib.suppress(LineError):
                    line.call("remove", path=f"{self.here}/folder/planted{n % 5}")
        finally:
            done.set()
            swapper.join()
        self.assertEqual(snapshot(self.outside), before)


class Names(ServerCase):
    def test_names_are_bytes(self):
        line = self.line()
        for n, name in enumerate(GOOD_NAMES):
            with self.subTest(name):
                content = name.encode() + bytes([n])
                self.assertEqual(line.put(f"{self.here}/{name}", content)["path"], f"{self.here}/{name}")
                self.assertEqual(line.get(f"{self.here}/{name}")[1], content)
        self.assertEqual({os.fsencode(p.name) for p in self.on_disk.iterdir()}, {n.encode() for n in GOOD_NAMES})
        self.assertEqual([e["name"] for e in line.list(self.here)], sorted(GOOD_NAMES, key=str.encode))
        for name in GOOD_NAMES:
            self.assertEqual(line.call("stat", path=f"{self.here}/{name}")["path"], f"{self.here}/{name}")
            line.call("remove", path=f"{self.here}/{name}")
        self.assertEqual(list(self.on_disk.iterdir()), [])

    def test_both_normalisations_side_by_side(self):
        line = self.line()
        one, two = f"{self.here}/caf\u00e9", f"{self.here}/cafe\u0301"
        line.put(one, b"one")
        self.assertEqual(line.put(two, b"two")["path"].encode(), two.encode())
        self.assertEqual((line.get(one)[1], line.get(two)[1]), (b"one", b"two"))
        line.call("remove", path=one)
        self.assertEqual(line.get(two)[1], b"two")

    def test_keep_both_of_a_name_of_255_bytes(self):
        """The number needs room: a name that fits, or a clear error; never half a character."""
        line, name = self.line(), "é" * 125 + ".text"
        line.put(f"{self.here}/{name}", b"one")
        try:
            kept = line.put(f"{self.here}/{name}", b"two", ifExists="keep-both")["path"]
            self.assertLessEqual(len(kept.rpartition("/")[2].encode()), 255)
            self.assertEqual(line.get(kept)[1], b"two")
        except LineError as error:
            self.assertEqual(error.code, "bad-path")
        self.assertEqual(line.get(f"{self.here}/{name}")[1], b"one")

    def test_the_command_with_all_of_them(self):
        client = self.client()
        names = [name for name in GOOD_NAMES if "\0" not in name]
        for n, name in enumerate(names):
            client.make(name, f"{n}".encode())
        put = client.run("put", *(f"./{name}" for name in names), f"s:{self.here}/")
        self.assert_done(put)
        self.assertEqual({os.fsencode(p.name) for p in self.on_disk.iterdir()}, {n.encode() for n in names})
        (client.files / "back").mkdir()
        self.assert_done(client.run("get", *(f"s:{self.here}/{name}" for name in names), "-o", "back"))
        for n, name in enumerate(names):
            self.assertEqual((client.files / "back" / name).read_bytes(), f"{n}".encode(), name)
        listed = client.run("ls", f"s:{self.here}", "--json").objects
        self.assertEqual({entry["name"] for entry in listed}, set(names))

    def test_a_name_like_an_option_after_two_dashes(self):
        client = self.client()
        client.make("-rf", b"x")
        self.assert_done(client.run("put", "--", "-rf", f"s:{self.here}/"))
        self.assertEqual(client.run("cat", f"s:{self.here}/-rf").out, "x")

    def test_a_local_name_that_cannot_be_stored(self):
        client = self.client()
        client.make("new\nline", b"x")
        client.make("good", b"x")
        result = client.run("put", "new\nline", "good", f"s:{self.here}/")
        self.assert_exit(result, SOME_FAILED)
        self.assertEqual([p.name for p in self.on_disk.iterdir()], ["good"])


class EditedByHand(ServerCase):
    """Under DATA/files lies a plain tree, and people edit it."""

    def assert_true(self, path: str, content: bytes) -> None:
        line = self.line()
        file, got = line.get(path)  # which compares what came with the server's hash
        self.assertEqual(got, content)
        self.assertEqual(line.call("stat", path=path).get("sha256", sha256(content)), sha256(content))
        verified = line.call("verify", path=path)
        self.assertEqual((verified["sha256"], verified["verdict"]), (sha256(content), "intact"))

    def test_a_file_made_by_hand(self):
        (self.on_disk / "a").write_bytes(b"by hand")
        file, content = self.line().get(f"{self.here}/a")
        self.assertEqual(content, b"by hand")

    def test_an_edit(self):
        self.line().put(f"{self.here}/a", b"stored")
        (self.on_disk / "a").write_bytes(b"edited, longer")
        self.assertEqual(self.line().get(f"{self.here}/a")[1], b"edited, longer")
        self.line().call("verify", path=f"{self.here}/a")
        self.assert_true(f"{self.here}/a", b"edited, longer")

    def test_an_edit_of_the_same_size_with_the_old_time(self):
        self.line().put(f"{self.here}/a", b"stored", mtime=1_600_000_000)
        file = self.on_disk / "a"
        times = file.stat()
        with open(file, "r+b") as opened:
            opened.write(b"edited")
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
        self.assertEqual(file.stat().st_mtime_ns, times.st_mtime_ns)
        stat = self.line().call("stat", path=f"{self.here}/a")
        self.assertEqual(stat.get("sha256", sha256(b"edited")), sha256(b"edited"))
        self.assertEqual(self.line().get(f"{self.here}/a")[1], b"edited")
        self.assertEqual(self.line().call("verify", path=f"{self.here}/a")["sha256"], sha256(b"edited"))

    def test_a_file_moved_over_it(self):
        self.line().put(f"{self.here}/a", b"stored", mtime=1_600_000_000)
        other = self.server.folder / "other"
        other.write_bytes(b"edited")
        os.utime(other, (1_600_000_000, 1_600_000_000))
        os.rename(other, self.on_disk / "a")
        self.assertEqual(self.line().get(f"{self.here}/a")[1], b"edited")

    def test_renamed_and_removed_by_hand(self):
        line = self.line()
        line.put(f"{self.here}/a", b"a")
        os.rename(self.on_disk / "a", self.on_disk / "b")
        self.assertEqual(line.get(f"{self.here}/b")[1], b"a")
        with self.fails("not-found"):
            line.get(f"{self.here}/a")
        line.put(f"{self.here}/a", b"new")
        self.assertEqual(line.get(f"{self.here}/a")[1], b"new")


if __name__ == "__main__":
    unittest.main()
