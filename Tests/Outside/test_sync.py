"""Many files: whole trees there and back, over cut connections, and `sync` through kill -9 of either side.

LANDLINE_SYNC_KILLS (6) says how many kills, LANDLINE_SYNC_SEED repeats a run.
"""

import contextlib
import fcntl
import os
import random
import shutil
import signal
import time
import unittest
from pathlib import Path

from harness import (
    DONE, ERROR, FETCHED, MIB, SOME_FAILED, STORED,
    Case, Client, Proxy, Result, Server, ServerCase, content_of, free_port, hash_of, wait_until,
)
from line import sha256

KILLS = int(os.environ.get("LANDLINE_SYNC_KILLS", 6))
SEED = os.environ.get("LANDLINE_SYNC_SEED") or str(random.SystemRandom().randrange(10**9))


def describe(folder: Path, times: bool = True) -> dict[str, tuple]:
    """Everything below a folder: what it is, its content, its time to the nanosecond, whether it may be executed."""
    found: dict[str, tuple] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        # What a client has asked for before it died may still go on.
        with contextlib.suppress(FileNotFoundError):
            status = path.lstat()
            if path.is_symlink():
                found[name] = ("link", os.readlink(path))
            elif path.is_dir():
                found[name] = ("folder",)
            else:
                time_of = status.st_mtime_ns if times else 0
                found[name] = ("file", status.st_size, hash_of(path), time_of, bool(status.st_mode & 0o100))
    return found


def make_tree(folder: Path, files: int = 60, large: int = 2, seed: str = SEED) -> None:
    """Small files, a few large ones, odd names, odd times, empty folders."""
    chance = random.Random(seed)
    names = ["a", "ä ö", "😀", "-rf", "a b", "quote'\"", "[x]*", ".hidden", "back\\slash", "x" * 255, "e\u0301"]
    for number in range(files):
        parent = folder / "/".join(chance.choice(names[:9]) + str(chance.randrange(3)) for _ in range(chance.randrange(4)))
        parent.mkdir(parents=True, exist_ok=True)
        file = parent / (names[number] if number < len(names) else f"file{number}")
        file.write_bytes(content_of(chance.choice((0, 1, 700, 4096, 30_000)), f"{seed} {number}"))
        if chance.random() < 0.2:
            file.chmod(0o755)
        at = chance.choice((-5, 0, 1_000_000_000, 1_700_000_000, 4_000_000_000)) * 10**9 + chance.randrange(10**9)
        os.utime(file, ns=(at, at))
    for number, size in enumerate((MIB, MIB + 1, 3 * MIB, 5 * MIB)[: large + 1]):
        (folder / f"large{number}").write_bytes(content_of(size, f"{seed} large {number}"))
    (folder / "empty/within/empty").mkdir(parents=True)


class SyncCase(ServerCase):
    """A person with a local folder `here`, and a folder of the test's own on the server."""

    def setUp(self):
        self.person = self.client()
        self.local = self.person.files / "here"
        self.remote = self.server.tree / self.here
        self.place = f"s:{self.here}"

    def sync_up(self, *flags: str) -> Result:
        return self.person.run("sync", "here", self.place, "--json", *flags)

    def sync_down(self, *flags: str, folder: str = "here") -> Result:
        return self.person.run("sync", self.place, folder, "--json", *flags)

    def assert_equal_trees(self, left: Path, right: Path, times: bool = True) -> None:
        self.assertEqual(describe(left, times), describe(right, times))

    def moved(self, result: Result) -> int:
        self.assert_done(result)
        return len(result.events(STORED)) + len(result.events(FETCHED))


class Trees(SyncCase):
    def test_up_and_down(self):
        make_tree(self.local)
        self.assertGreater(self.moved(self.sync_up()), 60)
        self.assert_equal_trees(self.local, self.remote)
        self.assertGreater(self.moved(self.sync_down(folder="back")), 60)
        self.assert_equal_trees(self.local, self.person.files / "back")
        for again in (self.sync_up(), self.sync_down(), self.sync_down(folder="back"), self.sync_up("--delete")):
            self.assertEqual(self.moved(again), 0)

    def test_what_differs_is_moved(self):
        make_tree(self.local, files=20)
        self.moved(self.sync_up())
        for number, change in enumerate((
            lambda file: file.write_bytes(b"longer than before"),
            lambda file: os.utime(file, ns=(5, 5)),
            lambda file: os.utime(file, ns=(6, 7 + 10**9 * 1_600_000_000)),
            lambda file: file.chmod(file.stat().st_mode ^ 0o111),
        )):
            file = self.local / f"changed{number}"
            file.write_bytes(b"before")
            self.assertEqual(self.moved(self.sync_up()), 1)
            change(file)
            self.assertEqual(self.moved(self.sync_up()), 1, number)
            self.assert_equal_trees(self.local, self.remote)
            # And the same the other way, from what is there now.
            other = self.remote / f"other{number}"
            shutil.copyfile(file, other)
            os.utime(other, ns=(1, 99))
            self.assertEqual(self.moved(self.sync_down()), 1)
            change(other)
            self.assertEqual(self.moved(self.sync_down()), 1, number)
            self.assert_equal_trees(self.local, self.remote)

    def test_delete(self):
        make_tree(self.local, files=20)
        self.moved(self.sync_up())
        (self.remote / "more/and/more").mkdir(parents=True)
        (self.remote / "more/and/file").write_bytes(b"x")
        (self.remote / "file").write_bytes(b"x")
        before = describe(self.remote)
        self.moved(self.sync_up())
        self.assertEqual(describe(self.remote), before, "nothing goes without being asked")
        self.assert_done(self.sync_up("--delete", "--dry-run"))
        self.assertEqual(describe(self.remote), before, "a dry run does nothing")
        self.assert_done(self.sync_up("--delete"))
        self.assert_equal_trees(self.local, self.remote)
        (self.local / "extra").mkdir()
        (self.local / "extra/link").symlink_to("/")
        (self.local / "extra/file").write_bytes(b"x")
        self.assert_done(self.sync_down("--delete"))
        self.assert_equal_trees(self.local, self.remote)

    def test_a_file_in_the_place_of_a_folder(self):
        for name in ("here/one/file", "here/two"):
            (self.person.files / name).parent.mkdir(parents=True, exist_ok=True)
            (self.person.files / name).write_bytes(b"new")
        self.remote.mkdir()
        (self.remote / "one").write_bytes(b"old")
        (self.remote / "two").mkdir()
        (self.remote / "two/file").write_bytes(b"old")
        before = describe(self.remote)
        result = self.assert_exit(self.sync_up(), SOME_FAILED)
        self.assertEqual(len(result.events(ERROR)), 2, str(result))
        self.assertEqual(describe(self.remote), before)
        self.assert_done(self.sync_up("--delete"))
        self.assert_equal_trees(self.local, self.remote)
        # The other way round, and back to where it was.
        shutil.rmtree(self.remote)
        (self.remote / "two").mkdir(parents=True)
        (self.remote / "two/file").write_bytes(b"old")
        (self.remote / "one").write_bytes(b"old")
        self.assert_exit(self.sync_down(), SOME_FAILED)
        self.assert_done(self.sync_down("--delete"))
        self.assert_equal_trees(self.local, self.remote)

    def test_checksum(self):
        self.local.mkdir()
        for name in ("same", "touched", "damaged"):
            (self.local / name).write_bytes(content_of(40_000, name))
        self.moved(self.sync_up())
        os.utime(self.local / "touched", ns=(1, 1))
        file = self.remote / "damaged"
        times = file.stat().st_mtime_ns
        file.write_bytes(content_of(40_000, "other"))
        os.utime(file, ns=(times, times))
        self.assertEqual(self.moved(self.sync_up("--checksum", "--dry-run")), 0)
        result = self.sync_up("--checksum")
        self.assertEqual([event["path"] for event in result.events(STORED)], [f"{self.here}/damaged"])
        self.assert_equal_trees(self.local, self.remote, times=False)
        file.write_bytes(content_of(40_000, "other"))
        os.utime(file, ns=(times, times))
        self.assertEqual(self.moved(self.sync_down()), 1, "only the time of one is another")
        self.assertEqual(self.moved(self.sync_down("--checksum")), 1)
        self.assertEqual(self.moved(self.sync_down("--checksum")), 0)
        self.assert_equal_trees(self.local, self.remote)

    def test_what_cannot_be_read_holds_deleting_back(self):
        make_tree(self.local, files=5, large=0)
        (self.local / "new\nline").write_bytes(b"x")
        self.remote.mkdir()
        (self.remote / "extra").write_bytes(b"x")
        result = self.assert_exit(self.sync_up("--delete"), SOME_FAILED)
        self.assertIn("new\\x0aline", result.err)
        self.assertTrue((self.remote / "extra").exists())

    def test_links_protect_what_has_their_name(self):
        self.local.mkdir()
        (self.local / "link").symlink_to("/etc")
        (self.local / "file").write_bytes(b"x")
        (self.remote / "link").mkdir(parents=True)
        (self.remote / "link/file").write_bytes(b"x")
        self.assert_done(self.sync_up("--delete"))
        self.assertTrue((self.remote / "link/file").exists())
        self.assertTrue((self.remote / "file").exists())

    def test_into_something_new_and_out_of_nothing(self):
        self.local.mkdir()
        self.assert_done(self.sync_up())
        self.assertTrue(self.remote.is_dir())
        self.assert_done(self.sync_down(folder="deep/down"))
        self.assertTrue((self.person.files / "deep/down").is_dir())
        result = self.person.run("sync", "nothing", self.place)
        self.assertNotEqual(result.code, DONE)
        self.assertIn("nothing", result.err)
        result = self.person.run("sync", "s:nowhere", "new")
        self.assertNotEqual(result.code, DONE)
        self.assertFalse((self.person.files / "new").exists())

    def test_stale_parts_go_with_delete_and_those_in_use_stay(self):
        make_tree(self.local, files=5, large=0)
        self.moved(self.sync_up())
        stale, used = self.local / ".gone.landline-part", self.local / ".used.landline-part"
        for part in (stale, used):
            part.write_bytes(b"half")
        with open(used, "rb") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX)
            self.moved(self.sync_down())
            self.assertTrue(stale.exists() and used.exists())
            self.assert_done(self.sync_down("--delete"))
        self.assertFalse(stale.exists())
        self.assertTrue(used.exists())
        self.assertFalse((self.remote / used.name).exists())


class NoWayOut(SyncCase):
    def test_links_below_the_destination_are_not_followed(self):
        (self.remote / "folder").mkdir(parents=True)
        (self.remote / "folder/file").write_bytes(b"from the server")
        (self.remote / "good").write_bytes(b"good")
        outside = self.person.files / "outside"
        outside.mkdir()
        self.local.mkdir()
        (self.local / "folder").symlink_to(outside)
        for arguments in (
            ("get", "-r", f"{self.place}/", "-o", "here", "--replace"),
            ("sync", self.place, "here"),
        ):
            result = self.assert_exit(self.person.run(*arguments), SOME_FAILED)
            self.assertIn("folder", result.err)
            self.assertEqual(list(outside.iterdir()), [])
            self.assertEqual((self.local / "good").read_bytes(), b"good")
            (self.local / "good").unlink()

    def test_a_link_in_the_place_of_a_file_is_replaced_and_not_followed(self):
        self.remote.mkdir()
        (self.remote / "file").write_bytes(b"from the server")
        target = self.person.make("target", b"precious")
        self.local.mkdir()
        (self.local / "file").symlink_to(target)
        self.assert_done(self.person.run("get", f"{self.place}/file", "-o", "here", "--replace"))
        self.assertEqual(target.read_bytes(), b"precious")
        self.assertFalse((self.local / "file").is_symlink())


class Cut(Case):
    """A relay that is cut in the middle of many files."""

    def setUp(self):
        self.server = self.enterContext(Server())
        self.proxy = self.enterContext(Proxy(self.server.port))
        self.client: Client = self.enterContext(self.server.client(name="ada", port=self.proxy.port))
        self.local = self.client.files / "here"
        make_tree(self.local, files=250)

    def cut_at(self, running, direction: str, places: tuple[int, ...]) -> Result:
        for place in places:
            self.proxy.hold(direction, place)
            wait_until(
                lambda: running.ended or self.proxy.counts[direction] >= self.proxy.limits[direction], "bytes are held")
            self.assertFalse(running.ended, "it was cut before its end")
            self.proxy.cut()
            self.proxy.release()
        return running.result()

    def test_put(self):
        running = self.client.start("put", "-r", "here", "s:", "--json")
        result = self.assert_done(self.cut_at(running, "up", (400_000, 900_000, 1_500_000)))
        self.assertTrue(result.events("reconnecting"))
        self.assertEqual(describe(self.server.tree / "here"), describe(self.local))
        # Nothing twice: without --replace a second copy would have been refused, or have another name.
        files = [path for path in self.local.rglob("*") if path.is_file()]
        self.assertEqual(len(result.events(STORED)), len(files))

    def test_get(self):
        shutil.copytree(self.local, self.server.tree / "here")
        running = self.client.start("get", "-r", "s:here", "-o", "back", "--json")
        result = self.assert_done(self.cut_at(running, "down", (300_000, 900_000, 1_500_000)))
        self.assertTrue(result.events("reconnecting"))
        back = self.client.files / "back/here"
        self.assertEqual(describe(back), describe(self.server.tree / "here"))
        self.assertEqual(len(result.events(FETCHED)), len([path for path in back.rglob("*") if path.is_file()]))

    def test_keep_both_makes_no_second_copy(self):
        for number in range(20):
            (self.local / f"both{number}").write_bytes(content_of(30_000, number))
        names = [f"here/both{number}" for number in range(20)]
        running = self.client.start("put", *names, "s:flat/", "--keep-both", "--json")
        self.assert_done(self.cut_at(running, "up", (200_000, 200_000)))
        self.assertEqual(len(list((self.server.tree / "flat").iterdir())), 20)

    def test_a_server_that_does_not_come_back(self):
        running = self.client.start("put", "-r", "here", "s:", "--json")
        self.proxy.hold("up", 500_000)
        self.proxy.wait_held("up")
        self.proxy.deaf()
        self.proxy.cut()
        result = running.result()
        self.assertNotEqual(result.code, DONE)
        files = [path for path in self.local.rglob("*") if path.is_file()]
        ended = len(result.events(STORED)) + len(result.events(ERROR))
        self.assertEqual(ended, len(files) + 1, "each file is accounted for, and the empty folder")


class BadOnes(SyncCase):
    def test_one_bad_file_among_many(self):
        make_tree(self.local, files=80, large=1)
        good = describe(self.local)
        (self.local / "bad\x01name").write_bytes(b"x")
        os.mkfifo(self.local / "pipe")
        (self.remote / "large0").mkdir(parents=True)
        (self.remote / "file79").mkdir()
        result = self.assert_exit(self.person.run("put", "-r", "here/", self.place, "--replace", "--json"), SOME_FAILED)
        for name in ("bad\\x01name", "large0"):
            self.assertIn(name, result.err)
        stored = describe(self.remote)
        for name, what in good.items():
            if name != "large0" and name != "file79":
                self.assertEqual(stored.get(name), what, name)

    def test_a_file_that_grows_while_it_is_read(self):
        """It may fail, and must not be stored half, nor stop the others."""
        self.local.mkdir()
        for number in range(50):
            (self.local / f"file{number}").write_bytes(content_of(3_000, number))
        growing = self.local / "growing"
        growing.write_bytes(b"x" * 900_000)
        running = self.person.start("sync", "here", self.place, "--json")
        with open(growing, "ab") as opened:
            while not running.ended:
                opened.write(b"x" * 100)
                opened.flush()
        result = running.result()
        self.assertIn(result.code, (DONE, SOME_FAILED), str(result))
        self.assertGreaterEqual(len(result.events(STORED)), 50)
        self.assert_done(self.sync_up())
        self.assert_equal_trees(self.local, self.remote)


class Lanes(Case):
    def setUp(self):
        self.server = self.enterContext(Server())
        self.proxy = self.enterContext(Proxy(self.server.port))
        self.client: Client = self.enterContext(self.server.client(name="ada", port=self.proxy.port))

    def connections_of(self, *arguments: str) -> int:
        """The most connections that a held command has at the same time."""
        self.proxy.hold("up", 1_500_000)
        running = self.client.start(*arguments)
        self.proxy.wait_held("up")
        with self.server.admin.line() as line:
            most = line.call("status")["connections"] - 1
        self.proxy.release()
        self.assert_done(running.result())
        return most

    def test_large_files_travel_beside_each_other(self):
        for number in range(4):
            self.client.make(f"large{number}", content_of(3 * MIB, number))
        names = [f"large{number}" for number in range(4)]
        self.assertEqual(self.connections_of("put", names[0], "s:one/"), 1)
        self.assertEqual(self.connections_of("put", *names, "s:single/", "--jobs", "1"), 1)
        self.assertGreater(self.connections_of("put", *names, "s:several/"), 1)
        for folder in ("single", "several"):
            for number, name in enumerate(names):
                self.assert_content(self.server.tree / folder / name, content_of(3 * MIB, number))

    def test_a_limit_holds(self):
        rate = 1 << 20
        self.client.make("large", content_of(2 * MIB))
        for number in range(40):
            self.client.make(f"small{number}", content_of(5_000, number))
        names = ["large"] + [f"small{number}" for number in range(40)]
        least = (2 * MIB + 200_000) / rate * 0.9
        for arguments in (
            ("put", *names, "s:limited/", "--limit-rate", "1M"),
            ("get", *(f"s:limited/{name}" for name in names), "-o", "back", "--limit-rate", "1M"),
        ):
            (self.client.files / "back").mkdir(exist_ok=True)
            began = time.monotonic()
            self.assert_done(self.client.run(*arguments))
            self.assertGreater(time.monotonic() - began, least)
        self.assertEqual(
            {name: hash_of(self.client.files / "back" / name) for name in names},
            {name: hash_of(self.client.files / name) for name in names})


class SameNames(SyncCase):
    """Files of one command that are to have the same name do not get into each other's way."""

    def setUp(self):
        super().setUp()
        self.content = {}
        for size in (0, 5_000, 2 * MIB):
            for folder in "abcde":
                self.content[folder, size] = content_of(size, folder)

    def test_get(self):
        for (folder, size), content in self.content.items():
            (self.remote / folder).mkdir(parents=True, exist_ok=True)
            (self.remote / folder / f"file{size}").write_bytes(content)
        self.local.mkdir()
        for size in (0, 5_000, 2 * MIB):
            paths = [f"{self.place}/{folder}/file{size}" for folder in "abcde"]
            self.assert_done(self.person.run("get", *paths, "-o", "here", "--keep-both"))
            found = sorted(hash_of(file) for file in self.local.glob(f"file{size}*"))
            self.assertEqual(found, sorted(sha256(self.content[folder, size]) for folder in "abcde"))
            self.assert_done(self.person.run("get", *paths, "-o", "here", "--replace"))
            # What is there already with the same content is as good as fetched.
            there = hash_of(self.local / f"file{size}")
            others = sum(sha256(self.content[folder, size]) != there for folder in "abcde")
            result = self.person.run("get", *paths, "-o", "here", "--json")
            self.assert_exit(result, SOME_FAILED if others else DONE)
            self.assertEqual([event["code"] for event in result.events(ERROR)], ["exists"] * others)
        self.assertEqual(list(self.local.glob(".*")), [])

    def test_put(self):
        for (folder, size), content in self.content.items():
            (self.local / folder).mkdir(parents=True, exist_ok=True)
            file = self.local / folder / f"file{size}"
            file.write_bytes(content)
            os.utime(file, (5, 5))
        for size in (0, 5_000, 2 * MIB):
            names = [f"here/{folder}/file{size}" for folder in "abcde"]
            self.assert_done(self.person.run("put", *names, f"{self.place}/", "--keep-both"))
            found = sorted(hash_of(file) for file in self.remote.glob(f"file{size}*"))
            self.assertEqual(found, sorted(sha256(self.content[folder, size]) for folder in "abcde"))
            self.assert_done(self.person.run("put", *names, f"{self.place}/", "--replace"))

    def test_another_command_has_it(self):
        self.remote.mkdir()
        self.local.mkdir()
        for size in (10, 2 * MIB):
            (self.remote / f"file{size}").write_bytes(content_of(size))
            part = self.local / f".file{size}.landline-part"
            part.write_bytes(b"")
            with open(part, "rb") as opened:
                fcntl.flock(opened, fcntl.LOCK_EX)
                result = self.person.run("get", f"{self.place}/file{size}", "-o", "here", "--json")
                self.assert_exit(result, SOME_FAILED)
                self.assertEqual([event["code"] for event in result.events(ERROR)], ["busy"])
                self.assertTrue(part.exists())


class TwoAtOnce(SyncCase):
    def test_up(self):
        make_tree(self.local, files=100)
        running = [self.person.start("sync", "here", self.place, "--delete", "--json") for _ in range(2)]
        for one in running:
            self.assertIn(one.result().code, (DONE, SOME_FAILED))
        self.moved(self.sync_up("--delete"))
        self.assert_equal_trees(self.local, self.remote)

    def test_down(self):
        make_tree(self.remote, files=100)
        running = [self.person.start("sync", self.place, "here", "--delete", "--json") for _ in range(2)]
        for one in running:
            self.assertIn(one.result().code, (DONE, SOME_FAILED))
        self.moved(self.sync_down("--delete"))
        self.assert_equal_trees(self.local, self.remote)


class Kills(Case):
    """Random changes at the source, a sync, and somebody dies in it; again and again, then once in peace."""

    def setUp(self):
        self.server = self.enterContext(Server(port=free_port()))
        self.client: Client = self.enterContext(self.server.client(name="ada"))
        self.random = random.Random(SEED)
        self.duration = 0.3
        self.interrupted = 0

    def test_up(self):
        local, remote = self.client.files / "up", self.server.tree / "up"
        self.rounds(local, remote, ("sync", "up", "s:up", "--delete", "--json"))

    def test_down(self):
        local, remote = self.client.files / "down", self.server.tree / "down"
        self.rounds(remote, local, ("sync", "s:down", "down", "--delete", "--json"))

    def rounds(self, source: Path, destination: Path, arguments: tuple[str, ...]) -> None:
        print(f"[seed {SEED}, {KILLS} kills]", flush=True)
        make_tree(source, files=120)
        known = self.known(source)
        for number in range(KILLS):
            with self.subTest(seed=SEED, round=number):
                self.change(source, number)
                for name, hashes in self.known(source).items():
                    known.setdefault(name, set()).update(hashes)
                result = self.run_and_kill(arguments, self.random.choice(("client", "client", "server")))
                self.check(result, destination, known)
        self.assert_done(self.client.run(*arguments))
        self.assertEqual(describe(destination), describe(source))
        result = self.assert_done(self.client.run(*arguments))
        self.assertEqual(result.events(STORED) + result.events(FETCHED), [])
        print(f"[{self.interrupted} interrupted]", end=" ")
        if KILLS >= 20:
            self.assertGreater(self.interrupted, 0, "some kill was in time")

    def known(self, folder: Path) -> dict[str, set[str]]:
        return {name: {what[2]} for name, what in describe(folder).items() if what[0] == "file"}

    def change(self, folder: Path, number: int) -> None:
        """Some files new, some different, some gone; a file becomes a folder and the reverse."""
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        for file in self.random.sample(files, min(len(files), 15)):
            way = self.random.choice(("write", "write", "remove", "time", "mode", "folder"))
            if way == "write":
                file.write_bytes(content_of(self.random.choice((10, 5_000, 200_000)), f"{SEED} {number} {file}"))
            elif way == "time":
                os.utime(file, ns=(number, number))
            elif way == "mode":
                file.chmod(file.stat().st_mode ^ 0o111)
            else:
                file.unlink()
                if way == "folder":
                    file.mkdir()
                    (file / "within").write_bytes(content_of(3_000, f"{SEED} {number}"))
        new = folder / f"new{number % 5}"
        if new.exists():
            shutil.rmtree(new) if new.is_dir() else new.unlink()
        if self.random.random() < 0.3:
            new.write_bytes(b"a file now")
        else:
            new.mkdir()
            for n in range(30):
                (new / f"file{n}").write_bytes(content_of(self.random.choice((0, 4_096, 20_000)), f"{SEED} {number} {n}"))
            (new / "large").write_bytes(content_of(2 * MIB + number, f"{SEED} {number}"))

    def run_and_kill(self, arguments: tuple[str, ...], victim: str) -> Result:
        began = time.monotonic()
        running = self.client.start(*arguments)
        with contextlib.suppress(Exception):
            running.process.wait(self.random.uniform(0, self.duration * 1.2))
        ended = running.ended
        if victim == "client":
            running.signal(signal.SIGKILL)
        else:
            self.server.kill()
            self.server.restart()
        result = running.result()
        if ended:
            self.duration = 0.5 * self.duration + 0.5 * (time.monotonic() - began)
        else:
            self.interrupted += 1
            self.duration = min(3.0, self.duration * 1.1)
        if victim == "server":
            # Losing its server is no reason to fail: it comes back within the 10 s.
            self.assert_done(result)
        return result

    def check(self, result: Result, destination: Path, known: dict[str, set[str]]) -> None:
        """Every file at the destination has a content that it had at the source at some time: never a part."""
        for name, what in describe(destination).items() if destination.exists() else ():
            if what[0] == "file" and not name.endswith(".landline-part"):
                self.assertIn(what[2], known.get(name, set()), name)
        for event in result.events(STORED) + result.events(FETCHED):
            name = event["path"].partition("/")[2]
            self.assertIn(event["sha256"], known[name], name)


if __name__ == "__main__":
    unittest.main()
