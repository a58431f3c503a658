"""Folders over the line: `tree`, `move`, `mkdir`, `remove` with `recursive` (section 6 of docs/PROTOCOL.md)."""

import contextlib
import json
import os
import random
import socket
import threading
import unittest
from pathlib import Path

from harness import MEMORY_LIMIT, MIB, Case, Server, ServerCase, content_of, hash_of, remove_tree, scratch_folder, snapshot, tool
from line import LineError, sha256

SEED = os.environ.get("LANDLINE_FOLDERS_SEED") or str(random.SystemRandom().randrange(10**9))
PIECES = [
    "a", "b", "Z", "0", "-", ".", " ", "é", "e\u0301", "日本", "🎉", "👩‍👩‍👧‍👦", '"', "\\", "'", "$(x)", "*", "\u2028", "\ufeff", "%2f", "~",
]


def is_good(name: bytes) -> bool:
    """Whether section 5 allows the name."""
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return not any(byte < 0x20 or byte == 0x7F for byte in name)


def entry_of(path: bytes, name: str) -> dict:
    """What the server is to say of a file."""
    status = os.lstat(path)
    kind = "file" if os.path.isfile(path) and not os.path.islink(path) else "other"
    kind = "folder" if os.path.isdir(path) and not os.path.islink(path) else kind
    entry = {
        "name": name, "kind": kind, "mtime": status.st_mtime_ns // 10**9, "mtimeNanos": status.st_mtime_ns % 10**9,
    }
    if kind == "file":
        entry |= {"size": status.st_size, "executable": bool(status.st_mode & 0o100)}
    return entry


def walk(folder: Path) -> list[dict]:
    """The entries that `tree` is to have, in order, found by os.walk."""
    found: list[dict] = []

    def visit(path: bytes, prefix: str) -> None:
        _, folders, files = next(os.walk(path))
        for name in sorted(folders + files):
            if not is_good(name):
                continue
            inner, shown = os.path.join(path, name), prefix + name.decode()
            entry = entry_of(inner, shown)
            found.append(entry)
            if entry["kind"] == "folder":
                visit(inner, shown + "/")

    visit(os.fsencode(folder), "")
    return found


def totals(entries: list[dict]) -> tuple[int, int, int]:
    return (
        sum(entry["kind"] == "file" for entry in entries),
        sum(entry["kind"] == "folder" for entry in entries),
        sum(entry.get("size", 0) for entry in entries),
    )


class FolderCase(ServerCase):
    def make(self, *paths: str | bytes, content: bytes = b"x") -> None:
        """Files in the test's own folder, by hand."""
        for path in paths:
            file = os.path.join(os.fsencode(self.on_disk), os.fsencode(path))
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(file, "wb") as opened:
                opened.write(content)

    def at(self, path: str) -> str:
        return f"{self.here}/{path}"

    def names(self, path: str = "") -> list[str]:
        """Every name below a folder of the test, as `tree` says."""
        with self.ada.line() as line:
            return [entry["name"] for entry in line.tree(f"{self.here}/{path}".rstrip("/"))[0]]


class Trees(FolderCase):
    def assert_tree(self, line, path: str, folder: Path, **fields) -> list[dict]:
        entries, end = line.tree(path, **fields)
        expected = walk(folder)
        plain = [{key: value for key, value in entry.items() if key != "sha256"} for entry in entries]
        self.assertEqual([entry["name"] for entry in plain], [entry["name"] for entry in expected])
        self.assertEqual(plain, expected)
        self.assertEqual((end["files"], end["folders"], end["bytes"]), totals(expected))
        return entries

    def test_a_nasty_tree_is_that_of_os_walk(self):
        chooser = random.Random(SEED)
        root = os.fsencode(self.on_disk)
        folders = [root]
        for _ in range(1200):
            name = "".join(chooser.choices(PIECES, k=chooser.randrange(1, 6))).encode()
            name = chooser.choice([name] * 40 + [name + b"\n", b"\xb0\xa1\xb1\xce" + name, name + b"\x7f", b"\t"])
            if name in (b".", b".."):
                continue
            path = os.path.join(chooser.choice(folders), name)
            with contextlib.suppress(OSError):
                match chooser.randrange(10):
                    case 0 | 1 | 2:
                        os.mkdir(path)
                        folders.append(path)
                    case 3:
                        os.symlink(chooser.choice([b"/etc", b"..", b"nowhere", name]), path)
                    case 4:
                        os.mkfifo(path)
                    case 5 if len(path) < 100:
                        with socket.socket(socket.AF_UNIX) as listener:
                            listener.bind(path)
                    case _:
                        if not os.path.lexists(path):
                            with open(path, "wb") as file:
                                file.write(bytes(chooser.randrange(5000)))
                            os.chmod(path, chooser.choice([0o644, 0o755]))
                            when = chooser.randrange(-(10**17), 2 * 10**18)
                            os.utime(path, ns=(when, when))
        with self.subTest(seed=SEED):
            line = self.line()
            entries = self.assert_tree(line, self.here, self.on_disk)
            self.assertGreater(len(entries), 100)
            self.assertLess(len(entries), sum(len(a) + len(b) for _, a, b in os.walk(root)), "some were left out")
            # `list` says the same of each folder.
            for entry in [{"name": "", "kind": "folder"}] + entries:
                if entry["kind"] == "folder":
                    prefix = entry["name"] + "/" if entry["name"] else ""
                    listed = line.list(f"{self.here}/{entry['name']}")
                    for item in listed:
                        item["name"] = prefix + item["name"]
                    own = [e for e in entries if e["name"].startswith(prefix) and "/" not in e["name"][len(prefix) :]]
                    self.assertEqual(listed, own, entry["name"])

    def test_names_that_cannot_be_asked_for_are_left_out(self):
        self.make("good/a", b"good/\xb0\xa1", b"good/\xb0\xa1 folder/in", "good/line\nbreak", "good/line\nfolder/in", "good/\x7f")
        self.assertEqual(self.names(), ["good", "good/a"])
        end = self.line().tree(self.here)[1]
        # A folder counts once, whatever is in it.
        self.assertEqual((end["files"], end["folders"], end["omitted"]), (1, 1, 5))

    def test_deep(self):
        folder = os.fsencode(self.on_disk)
        for depth in range(127):
            folder += b"/d"
        os.makedirs(folder)
        (Path(os.fsdecode(folder)) / "file").write_bytes(b"x")
        os.makedirs(folder + b"/d/too deep")
        line = self.line()
        entries, end = line.tree(self.here)
        # 128 components are the most that a path can have: the test's own folder is one of them.
        self.assertEqual(len(entries[-1]["name"].split("/")), 127)
        self.assertEqual((end["files"], end["folders"], end["omitted"]), (0, 127, 1))
        path = "/".join([self.here] + ["d"] * 120)
        self.assertEqual([e["name"].count("/") for e in line.tree(path)[0]], list(range(7)))
        line.call("remove", path=self.here, recursive=True)
        self.assertFalse(os.path.exists(self.on_disk / "d"))

    def test_twenty_thousand_entries(self):
        for folder in range(20):
            (self.on_disk / f"folder {folder}").mkdir()
            for number in range(1000):
                os.close(os.open(self.on_disk / f"folder {folder}/file {number} 🎉", os.O_CREAT | os.O_WRONLY))
        line = self.line()
        self.assertEqual(len(self.assert_tree(line, self.here, self.on_disk)), 20_020)
        id, bodies = line.request("tree", path=self.here), []
        while (answer := line.answer(id))[0]["type"] != "tree":
            if answer[0]["type"] == "branch":
                bodies.append(len(answer[1]))
        self.assertLessEqual(max(bodies), MIB)
        self.assertGreater(len(bodies), 1)
        self.assertLess(len(bodies), 100, "not a message for each name")

    def test_the_root_and_a_slash(self):
        line = self.line()
        self.make("a/b")
        self.assertEqual(line.tree(self.here)[0], line.tree(self.here + "/")[0])
        names = [entry["name"] for entry in line.tree("")[0]]
        self.assertIn(self.at("a/b"), names)
        # Each is what `stat` says.
        for entry in line.tree(self.here)[0]:
            stat = line.call("stat", path=self.at(entry["name"]))
            self.assertEqual({key: stat[key] for key in entry if key != "name"}, {k: v for k, v in entry.items() if k != "name"})

    def test_only_folders_have_trees(self):
        self.make("file")
        os.symlink("/etc", self.on_disk / "link")
        line = self.line()
        for path, code in (("file", "wrong-kind"), ("link", "wrong-kind"), ("nothing", "not-found"), ("../x", "bad-path"), ("link/x", "wrong-kind")):
            with self.subTest(path), self.fails(code):
                line.tree(self.at(path))
        self.assertEqual(line.tree(self.at("link/.."[:0]))[1]["files"], 1)

    def test_hashes_are_computed_and_recorded(self):
        contents = {f"f{number // 7}/{number}": content_of(number * 1000, number) for number in range(30)}
        line = self.line()
        for path, content in contents.items():
            if len(content) % 3:
                line.put(self.at(path), content)
            else:
                self.make(path, content=content)
        os.symlink("f0/1", self.on_disk / "link")
        for _ in range(2):
            entries = self.assert_tree(line, self.here, self.on_disk, sha256=True)
            found = {entry["name"]: entry["sha256"] for entry in entries if entry["kind"] == "file"}
            self.assertEqual(found, {path: sha256(content) for path, content in contents.items()})
        for path, content in contents.items():
            self.assertEqual(line.call("verify", path=self.at(path))["verdict"], "intact")
        self.assertFalse(any("sha256" in entry for entry in line.tree(self.here)[0]))
        # A file that was changed by hand has its new one.
        (self.on_disk / "f0/3").write_bytes(b"changed")
        found = {entry["name"]: entry.get("sha256") for entry in line.tree(self.here, sha256=True)[0]}
        self.assertEqual(found["f0/3"], sha256(b"changed"))

    def test_what_vanishes_meanwhile_does_no_harm(self):
        """Folders come and go, and turn into links, while trees are walked: each answer is whole and true."""
        self.make(*(f"kept/{n}" for n in range(50)), *(f"z kept/{n}" for n in range(50)))
        over = threading.Event()

        def churn() -> None:
            number = 0
            while not over.is_set():
                number += 1
                folder = self.on_disk / f"m{number % 5}"
                with contextlib.suppress(OSError):
                    os.mkdir(folder)
                    (folder / "file").touch()
                    os.mkdir(folder / "sub")
                with contextlib.suppress(OSError):
                    os.rename(folder, self.on_disk / "aside")
                    os.symlink("/etc", folder)
                    os.unlink(folder)
                    os.rename(self.on_disk / "aside", self.on_disk / f"m{(number + 1) % 5}")

        thread = threading.Thread(target=churn)
        thread.start()
        try:
            line = self.line()
            for _ in range(60):
                names = [entry["name"] for entry in line.tree(self.here)[0]]
                self.assertEqual(names, sorted(names, key=lambda name: [part.encode() for part in name.split("/")]))
                self.assertEqual(len([name for name in names if "kept/" in name]), 100)
                self.assertFalse([name for name in names if "passwd" in name])
        finally:
            over.set()
            thread.join()


class Slowly(FolderCase):
    """Clients that do not read, or change their mind."""

    FILES = 20_000  # with names so long that their tree is 4 MB

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        for folder in range(cls.FILES // 1000):
            (cls.server.tree / f"big/{folder}").mkdir(parents=True)
            for number in range(1000):
                os.close(os.open(cls.server.tree / f"big/{folder}/{'long ' * 20}{number}", os.O_CREAT | os.O_WRONLY))

    def test_a_cancelled_tree_ends(self):
        line = self.line(receive_buffer=65_536)
        id = line.request("tree", path="big")
        self.assertEqual(line.answer(id)[0]["type"], "branch")
        line.cancel(id)
        count = 0
        with self.fails("cancelled"):
            while line.answer(id)[0]["type"] != "tree":
                count += 1
        # What was on its way, and not all of it.
        self.assertLess(count, 14)
        self.assertEqual(line.call("ping")["type"], "pong")

    def test_one_that_waits_for_others_can_be_cancelled(self):
        line = self.line(receive_buffer=65_536)
        ids = [line.request("tree", path="big") for _ in range(10)]
        line.answer(ids[0])
        line.cancel(ids[9])
        with self.fails("cancelled"):
            line.answer(ids[9])
        # The others go on.
        for id in ids[1:8]:
            line.cancel(id)
        self.assertEqual(line.finish_tree(ids[0])[1]["files"], self.FILES)
        self.assertEqual(line.finish_tree(ids[8])[1]["files"], self.FILES)

    def test_who_does_not_read_holds_nobody_up_and_costs_little(self):
        before = self.server.memory
        open_files = self.descriptors()
        slow = [self.line(receive_buffer=65_536) for _ in range(4)]
        for line in slow:
            ids = [line.request("tree", path="big") for _ in range(64)]
            line.answer(ids[0])
            with self.fails("too-many"):
                line.answer(line.request("tree", path="big"))
        self.assertEqual(self.line().tree("big")[1]["files"], self.FILES)
        self.assertLess(self.server.memory - before, 64 * MIB)
        self.assertLess(self.server.memory, MEMORY_LIMIT)
        # A connection, and a folder for each tree that runs; four at once do.
        self.assertLessEqual(self.descriptors() - open_files, 4 * 5 + 8)

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.server.pid}/fd"))

    def test_a_folder_of_very_many_names(self):
        folder = self.on_disk / "many"
        folder.mkdir()
        count = 60_000
        for number in range(count):
            os.close(os.open(folder / f"{number * 7919 % count:06} {'n' * 80}", os.O_CREAT | os.O_WRONLY))
        before = self.server.memory
        line = self.line(timeout=120)
        id, last, total = line.request("tree", path=self.at("many")), "", 0
        while (answer := line.answer(id))[0]["type"] != "tree":
            if answer[0]["type"] == "branch":
                for entry in json.loads(answer[1]):
                    self.assertLess(last, entry["name"])
                    last = entry["name"]
                    total += 1
        self.assertEqual((total, answer[0]["files"]), (count, count))
        self.assertLess(self.server.memory - before, 40 * MIB)
        line.call("remove", path=self.here, recursive=True)
        self.assertFalse(folder.exists())


class Removes(FolderCase):
    def test_a_folder_with_everything_in_it(self):
        outside = self.server.folder / "outside"
        outside.mkdir(exist_ok=True)
        (outside / "kept").write_text("kept")
        self.make("x/a/b/c", "x/d", b"x/\xb0\xa1/in", "x/line\nbreak/in", "xy")
        os.symlink(outside, self.on_disk / "x/link")
        os.symlink(outside / "kept", self.on_disk / "x/a/file link")
        os.mkfifo(self.on_disk / "x/pipe")
        (self.on_disk / "x/empty").mkdir()
        line = self.line()
        with self.fails("not-empty"):
            line.call("remove", path=self.at("x"))
        self.assertEqual(line.call("remove", path=self.at("x"), recursive=True)["type"], "removed")
        self.assertEqual(os.listdir(self.on_disk), ["xy"])
        self.assertEqual((outside / "kept").read_text(), "kept")
        with self.fails("not-found"):
            line.call("remove", path=self.at("x"), recursive=True)

    def test_what_is_no_folder(self):
        self.make("file", "folder/in")
        os.symlink("folder", self.on_disk / "link")
        line = self.line()
        with self.fails("wrong-kind"):
            line.call("remove", path=self.at("file/"), recursive=True)
        line.call("remove", path=self.at("file"), recursive=True)
        line.call("remove", path=self.at("link"), recursive=True)
        self.assertEqual(self.names(), ["folder", "folder/in"])
        with self.fails("wrong-kind", "not-found"):
            line.call("remove", path=self.at("link/in"), recursive=True)
        for path in ("", "/", "..", "a/.."):
            with self.subTest(path), self.fails("bad-path"):
                line.call("remove", path=path, recursive=True)

    def test_cancelled_it_stops(self):
        for folder in range(30):
            self.make(*(f"x/{folder}/{n}" for n in range(300)))
        line = self.line()
        id = line.request("remove", path=self.at("x"), recursive=True)
        line.cancel(id)
        try:
            line.after_working(id)
        except LineError as error:
            self.assertEqual(error.code, "cancelled")
            # It is not one step: what is left is whole, and a second try takes it.
            line.call("remove", path=self.at("x"), recursive=True)
        self.assertEqual(os.listdir(self.on_disk), [])

    def test_two_at_once(self):
        for folder in range(10):
            self.make(*(f"x/{folder}/{n}" for n in range(100)))
        lines = [self.line() for _ in range(3)]
        ids = [line.request("remove", path=self.at("x"), recursive=True) for line in lines]
        outcomes = []
        for line, id in zip(lines, ids):
            try:
                outcomes.append(line.after_working(id)["type"])
            except LineError as error:
                outcomes.append(error.code)
        self.assertIn("removed", outcomes)
        self.assertLessEqual(set(outcomes), {"removed", "not-found"})
        self.assertEqual(os.listdir(self.on_disk), [])

    def test_a_race_with_links(self):
        """Somebody at the machine swaps folders for links to the outside while they are removed."""
        outside = self.server.folder / "precious"
        for n in range(50):
            file = outside / f"sub/{n}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("precious")
        before = snapshot(outside)
        over = threading.Event()
        base = self.on_disk

        def swap() -> None:
            number = 0
            while not over.is_set():
                for name in ("x/a", "x/a/b"):
                    number += 1
                    aside = base / f"aside {number}"
                    with contextlib.suppress(OSError):
                        os.rename(base / name, aside)
                        os.symlink(outside, base / name)
                        # Now and then it stays for the server to find.
                        if number % 5 == 0:
                            continue
                        os.unlink(base / name)
                        os.rename(aside, base / name)

        thread = threading.Thread(target=swap)
        thread.start()
        try:
            line = self.line()
            for _ in range(40):
                with contextlib.suppress(OSError):
                    for n in range(40):
                        file = base / f"x/a/b/{n % 4}/{n}"
                        file.parent.mkdir(parents=True, exist_ok=True)
                        file.touch()
                with contextlib.suppress(LineError):
                    line.call("remove", path=self.at("x"), recursive=True)
        finally:
            over.set()
            thread.join()
        # This test itself may have made files through a link; what was there is all there.
        after = snapshot(outside)
        self.assertEqual({path: after.get(path) for path in before}, before)


class Moves(FolderCase):
    def move(self, line, path: str, to: str, **fields) -> dict:
        return line.call("move", path=self.at(path), to=self.at(to), **fields)

    def test_a_file(self):
        line = self.line()
        stored = line.put(self.at("a"), b"content", mtime=1_000_000_000, mtimeNanos=5, executable=True)
        before = line.call("stat", path=self.at("a"))
        answer = self.move(line, "a", "new/folder/b 🎉")
        self.assertEqual((answer["type"], answer["path"]), ("moved", self.at("new/folder/b 🎉")))
        after = line.call("stat", path=self.at("new/folder/b 🎉"))
        self.assertEqual({**before, "path": "", "id": 0}, {**after, "path": "", "id": 0})
        # Its hash has come along, and was not computed again.
        self.assertEqual(after["sha256"], stored["sha256"])
        self.assertEqual(line.call("verify", path=self.at("new/folder/b 🎉"))["verdict"], "intact")
        self.assertEqual(self.names(), ["new", "new/folder", "new/folder/b 🎉"])

    def test_a_file_that_was_edited_takes_no_hash_along(self):
        line = self.line()
        line.put(self.at("a"), b"content", mtime=5)
        (self.on_disk / "a").write_bytes(b"CONTENT")
        os.utime(self.on_disk / "a", (5, 5))
        self.move(line, "a", "b")
        self.assertNotIn("sha256", line.call("stat", path=self.at("b")))

    def test_a_folder_with_everything(self):
        line = self.line()
        contents = {f"a/{n % 3}/{n}": content_of(1000 + n) for n in range(30)}
        hashes = {path: line.put(self.at(path), content)["sha256"] for path, content in contents.items()}
        self.make(b"a/\xb0\xa1", "a/line\nbreak")
        self.move(line, "a", "z/y")
        self.assertEqual(sorted(os.listdir(self.on_disk)), ["z"])
        for path, digest in hashes.items():
            moved = "z/y" + path[1:]
            self.assertEqual(line.call("stat", path=self.at(moved)).get("sha256"), digest, moved)
            self.assertEqual(hash_of(self.on_disk / moved), digest)
        self.assertEqual(len(os.listdir(os.fsencode(self.on_disk / "z/y"))), 5)
        # A file that gets an old name is not taken for the one that was there.
        line.put(self.at("a/1/1"), b"another")
        self.assertEqual(line.call("stat", path=self.at("a/1/1"))["sha256"], sha256(b"another"))

    def test_every_choice_for_every_kind(self):
        """`exists`, or what the choice says; `wrong-kind` for another kind, and for a folder that would be replaced."""
        line = self.line()
        expected = {
            ("file", "file"): {"fail": "exists", "replace": "moved", "keep-both": "moved", "skip": "skipped"},
            ("folder", "folder"): {"fail": "exists", "replace": "wrong-kind", "keep-both": "moved", "skip": "skipped"},
        }
        for taken in ("file", "folder", "other"):
            for moved in ("file", "folder"):
                for choice in (None, "fail", "replace", "keep-both", "skip"):
                    with self.subTest(taken=taken, moved=moved, choice=choice):
                        self.make("to/file")
                        line.call("remove", path=self.here, recursive=True)
                        self.make("to/file", "to/folder/in", content=b"old")
                        self.make("from/file", "from/folder/in", content=b"new")
                        os.symlink("file", self.on_disk / "to/other")
                        before = snapshot(self.on_disk)
                        outcome = expected.get((taken, moved), {}).get(choice or "fail", "wrong-kind")
                        try:
                            answer = self.move(line, f"from/{moved}", f"to/{taken}", ifExists=choice)
                        except LineError as error:
                            self.assertEqual(error.code, outcome)
                        else:
                            self.assertEqual(answer["type"], outcome)
                            name = f"to/{taken} (1)" if choice == "keep-both" else f"to/{taken}"
                            self.assertEqual(answer["path"], self.at(name))
                        if outcome != "moved":
                            self.assertEqual(snapshot(self.on_disk), before)
                            continue
                        new = self.on_disk / (f"to/{taken} (1)" if choice == "keep-both" else f"to/{taken}")
                        self.assertEqual((new / "in" if moved == "folder" else new).read_bytes(), b"new")
                        self.assertFalse((self.on_disk / f"from/{moved}").exists())

    def test_numbers(self):
        line = self.line()
        self.make("a.tar.gz", "b.tar.gz", "b.tar (1).gz", "v1.2/in", "w/in")
        self.assertEqual(self.move(line, "a.tar.gz", "b.tar.gz", ifExists="keep-both")["path"], self.at("b.tar (2).gz"))
        self.assertEqual(self.move(line, "w", "v1.2", ifExists="keep-both")["path"], self.at("v1.2 (1)"))

    def test_not_into_itself(self):
        line = self.line()
        self.make("a/b/file")
        before = snapshot(self.on_disk)
        for to in ("a/b", "a/b/c", "a/x/y/z"):
            with self.subTest(to), self.fails("bad-path"):
                self.move(line, "a", to)
        for path, code in (("a", "exists"), ("a/b/file", "exists")):
            with self.subTest(path, to="itself"), self.fails(code):
                self.move(line, path, path)
        self.assertEqual(self.move(line, "a/b/file", "a/b/file", ifExists="replace")["type"], "moved")
        self.assertEqual(self.move(line, "a", "a", ifExists="skip")["type"], "skipped")
        self.assertEqual(snapshot(self.on_disk), before)
        self.move(line, "a", "ab/a")
        self.assertEqual(self.names(), ["ab", "ab/a", "ab/a/b", "ab/a/b/file"])

    def test_what_cannot_be_moved(self):
        line = self.line()
        self.make("file", "folder/in")
        os.symlink("file", self.on_disk / "link")
        os.symlink("folder", self.on_disk / "way")
        before = snapshot(self.on_disk)
        for path, to, code in (
            ("nothing", "new/name", "not-found"), ("link", "new/name", "wrong-kind"), ("way/in", "new/name", "wrong-kind"),
            ("file", "way/file", "wrong-kind"), ("file", "file/x", "wrong-kind"), ("file", "folder/in/x", "wrong-kind"),
            ("file/", "new/name", "wrong-kind"), ("file", "new/", "wrong-kind"), ("file", "../x", "bad-path"),
            ("../x", "file", "bad-path"), ("file", "a\nb", "bad-path"), ("file", "x" * 256, "bad-path"),
        ):
            with self.subTest(path=path, to=to[:20]), self.fails(code):
                self.move(line, path, to)
        for path, to in (("", "x"), (self.at("file"), "")):
            with self.subTest(path=path, to=to), self.fails("bad-path"):
                line.call("move", path=path, to=to)
        with self.fails("bad-request"):
            self.move(line, "file", "new", ifExists="maybe")
        with self.fails("bad-request"):
            line.call("move", path=self.at("file"))
        self.assertEqual(snapshot(self.on_disk), before)

    def test_one_of_many_gets_the_name(self):
        lines = [self.line() for _ in range(4)]
        for turn in range(20):
            self.make(*(f"{turn}/from {n}" for n in range(4)))
            ids = [
                line.request("move", path=self.at(f"{turn}/from {n}"), to=self.at(f"{turn}/to/name"))
                for n, line in enumerate(lines)
            ]
            outcomes = []
            for line, id in zip(lines, ids):
                try:
                    outcomes.append(line.answer(id)[0]["type"])
                except LineError as error:
                    outcomes.append(error.code)
            self.assertEqual(sorted(outcomes), ["exists"] * 3 + ["moved"])
            self.assertEqual(len(os.listdir(self.on_disk / f"{turn}")), 4)

    def test_a_folder_moves_while_files_are_put_into_it(self):
        """A put that was answered is found, in one place or the other."""
        line, other = self.line(), self.line()
        stored: list[str] = []
        over = threading.Event()

        def put() -> None:
            number = 0
            while not over.is_set():
                number += 1
                with contextlib.suppress(LineError):
                    other.put(self.at(f"a/sub/{number}"), b"x")
                    stored.append(str(number))

        line.call("mkdir", path=self.at("a/sub"))
        thread = threading.Thread(target=put)
        thread.start()
        try:
            for turn in range(60):
                with contextlib.suppress(LineError):
                    self.move(line, "a", f"b{turn}")
        finally:
            over.set()
            thread.join()
        found = [file.name for file in self.on_disk.glob("*/sub/*")]
        self.assertEqual(len(found), len(set(found)))
        self.assertLessEqual(set(stored), set(found))


class MakesFolders(FolderCase):
    def test_folders(self):
        line = self.line()
        self.make("file")
        os.symlink("/etc", self.on_disk / "link")
        self.assertEqual(line.call("mkdir", path=self.at("a/b/c 🎉"))["type"], "made")
        self.assertEqual(line.call("mkdir", path=self.at("d/"))["type"], "made")
        self.assertEqual(self.names(), ["a", "a/b", "a/b/c 🎉", "d", "file", "link"])
        for path, choice, code in (
            ("a/b", None, "exists"), ("a/b", "fail", "exists"), ("file", None, "wrong-kind"), ("file", "skip", "wrong-kind"),
            ("file/x", None, "wrong-kind"), ("link", "skip", "wrong-kind"), ("link/x", None, "wrong-kind"),
            ("e", "replace", "bad-request"), ("e", "keep-both", "bad-request"), ("..", None, "bad-path"),
            ("a\nb", None, "bad-path"), ("x" * 256, None, "bad-path"),
        ):
            with self.subTest(path[:20], choice=choice), self.fails(code):
                line.call("mkdir", path=self.at(path), ifExists=choice)
        answer = line.call("mkdir", path=self.at("a/b"), ifExists="skip")
        self.assertEqual((answer["type"], answer["path"]), ("skipped", self.at("a/b")))
        with self.fails("exists"):
            line.call("mkdir", path="")
        self.assertEqual(self.names(), ["a", "a/b", "a/b/c 🎉", "d", "file", "link"])

    def test_many_in_flight(self):
        line = self.line()
        ids = [line.request("mkdir", path=self.at(f"{n % 10}/{n}")) for n in range(500)]
        for id in ids:
            self.assertEqual(line.answer(id)[0]["type"], "made")
        self.assertEqual(len(self.names()), 510)
        ids = [line.request("remove", path=self.at(f"{n % 10}/{n}")) for n in range(500)]
        for id in ids:
            self.assertEqual(line.answer(id)[0]["type"], "removed")
        self.assertEqual(len(self.names()), 10)


class Mounted(Case):
    """Another file system that somebody has mounted in the tree."""

    def setUp(self):
        data = scratch_folder()
        self.addCleanup(remove_tree, data)
        mounted = data / "files/folder/mounted"
        mounted.mkdir(parents=True)
        flags = ("-m",) if os.geteuid() == 0 else ("-r", "-m")
        script = 'mount -t tmpfs none "$1" && shift && exec "$@"'
        self.server = self.enterContext(
            Server(data=data, prefix=(tool("unshare", "util-linux"), *flags, "sh", "-c", script, "sh", str(mounted)))
        )
        self.tree = Path(f"/proc/{self.server.pid}/root{data}/files")
        self.line = self.enterContext(self.server.join().line())

    def test_it_is_neither_moved_into_nor_emptied(self):
        for path in ("folder/mounted/sub/precious", "folder/file", "other/file"):
            (self.tree / path).parent.mkdir(exist_ok=True)
            (self.tree / path).write_text(path)
        for path, to in (("other/file", "folder/mounted/file"), ("other", "folder/mounted/other"), ("folder/mounted/sub", "sub")):
            with self.subTest(path=path, to=to), self.fails("wrong-kind"):
                self.line.call("move", path=path, to=to)
        for path, recursive in (("folder", True), ("folder/mounted", True), ("folder/mounted", None)):
            with self.subTest(remove=path, recursive=recursive), self.fails("wrong-kind"):
                self.line.call("remove", path=path, recursive=recursive)
        self.assertEqual((self.tree / "folder/mounted/sub/precious").read_text(), "folder/mounted/sub/precious")
        # What lies in it can be removed by its own name.
        self.line.call("remove", path="folder/mounted/sub", recursive=True)
        self.assertEqual(os.listdir(self.tree / "folder/mounted"), [])
        self.assertEqual((self.tree / "other/file").read_text(), "other/file")


class Grants(FolderCase):
    """What a guest may: look."""

    def test_a_guest_may_look_and_nothing_else(self):
        self.make("a/b/file")
        before = snapshot(self.server.tree)
        line = self.line(self.server.join(role="guest"))
        self.assertEqual([e["name"] for e in line.tree(self.here)[0]], ["a", "a/b", "a/b/file"])
        for op, fields in (
            ("remove", {"path": self.at("a"), "recursive": True}), ("remove", {"path": self.at("a/b/file"), "recursive": True}),
            ("move", {"path": self.at("a"), "to": self.at("c")}), ("move", {"path": self.at("a/b/file"), "to": self.at("c")}),
            ("mkdir", {"path": self.at("c")}), ("mkdir", {"path": self.at("a"), "ifExists": "skip"}),
        ):
            with self.subTest(op, **fields), self.fails("forbidden"):
                line.call(op, **fields)
        self.assertEqual(snapshot(self.server.tree), before)

    def test_nobody_may_anything(self):
        for op in ("tree", "mkdir", "move", "remove"):
            with self.subTest(op), self.fails("unauthenticated"):
                self.nobody().call(op, path="a", to="b")


class Limits(FolderCase):
    def test_trees_and_removals_are_transfers(self):
        line = self.line()
        ids = [line.request("put", path=self.at(f"{n}"), size=5 * MIB) for n in range(64)]
        for id in ids:
            self.assertEqual(line.after_working(id)["type"], "ready")
        self.make("x/y", "z")
        for op, fields in (("tree", {}), ("remove", {"recursive": True})):
            with self.subTest(op), self.fails("too-many"):
                line.call(op, path=self.at("x"), **fields)
        # Other operations are not.
        line.call("mkdir", path=self.at("folder"))
        line.call("move", path=self.at("folder"), to=self.at("other"))
        line.call("remove", path=self.at("other"))
        line.call("remove", path=self.at("z"))
        for id in ids:
            line.cancel(id)


if __name__ == "__main__":
    unittest.main()
