"""Folder operations and the disk: what was answered is durable (seen by strace), and kill -9 leaves a tree that makes sense.

LANDLINE_CRASH_ROUNDS (50; a fifth of them here) says how many rounds, LANDLINE_CRASH_SEED repeats a run.
"""

import contextlib
import os
import random
import re
import threading
import time
import unittest

import test_durability
from harness import Case, Server, free_port, wait_until
from line import Closed, LineError
from test_durability import RENAMES, SENDS, SYNCS, Call

ROUNDS = max(3, int(os.environ.get("LANDLINE_CRASH_ROUNDS", 50)) // 5)
SEED = os.environ.get("LANDLINE_CRASH_SEED") or str(random.SystemRandom().randrange(10**9))
REMOVALS = ("unlink", "unlinkat", "rmdir")
MAKES = ("mkdir", "mkdirat")


class Order(Case):
    """The system calls of each operation, up to its answer."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.tracer = test_durability.Tracer(cls, *REMOVALS)
        cls.server = cls.tracer.server
        cls.ada = cls.server.join("ada")

    def traced(self, run, failed: bool = False) -> list[Call]:
        return self.tracer.traced(self.ada, run, failed)

    def only(self, calls: list[Call], names: tuple[str, ...], text: str) -> Call:
        """The last of these calls that names something."""
        found = [call for call in calls if call.name in names and text in call.text]
        self.assertTrue(found, f"{names} of {text} among\n" + self.shown(calls))
        return found[-1]

    def answer(self, calls: list[Call], after: Call) -> Call:
        answers = [
            call for call in calls
            if call.name in SENDS and f":{self.server.port}" in call.text and call.began > after.ended
        ]
        self.assertTrue(answers, "the answer is in the trace:\n" + self.shown(calls))
        return answers[0]

    def assert_synced(self, calls: list[Call], folder: str, after: Call, before: Call) -> None:
        real = str(self.server.tree / folder).rstrip("/")
        found = [
            call for call in calls
            if call.began > after.ended and call.ended < before.began
            and (
                call.name in ("fsync", "fdatasync") and real in call.files
                or call.name == "syncfs" and any(file.startswith(str(self.server.data)) for file in call.files)
            )
        ]
        self.assertTrue(found, f"'{folder}' is synced between lines {after.ended} and {before.began}:\n" + self.shown(calls))

    def shown(self, calls: list[Call]) -> str:
        return "\n".join(f"{call.began}-{call.ended} {call.text[:160]}" for call in calls[-80:])

    def test_move_of_a_file(self):
        with self.ada.line() as line:
            line.put("from/name", b"x")
        calls = self.traced(lambda line: line.call("move", path="from/name", to="to/deep/name"))
        rename = self.only(calls, RENAMES, '"name"')
        answer = self.answer(calls, rename)
        for folder in ("from", "to/deep"):
            self.assert_synced(calls, folder, rename, answer)
        # The folders that were made for it, too.
        for folder, above in (("deep", "to"), ("to", "")):
            self.assert_synced(calls, above, self.only(calls, MAKES, f'"{folder}"'), answer)

    def test_move_in_one_folder_and_over_a_file(self):
        with self.ada.line() as line:
            line.put("one/a", b"x")
            line.put("one/b", b"y")
        calls = self.traced(lambda line: line.call("move", path="one/a", to="one/b", ifExists="replace"))
        rename = self.only(calls, RENAMES, '"b"')
        self.assert_synced(calls, "one", rename, self.answer(calls, rename))

    def test_move_of_a_folder(self):
        with self.ada.line() as line:
            line.put("old/folder/file", b"x")
        calls = self.traced(lambda line: line.call("move", path="old/folder", to="new/folder"))
        rename = self.only(calls, RENAMES, '"folder"')
        answer = self.answer(calls, rename)
        for folder in ("old", "new"):
            self.assert_synced(calls, folder, rename, answer)
        # What is put into it afterwards is durable with its whole new way: nothing is believed of the old one.
        calls = self.traced(lambda line: line.put("new/folder/file2", b"x"))
        rename = self.only(calls, RENAMES, '"file2"')
        self.assert_synced(calls, "new/folder", rename, self.answer(calls, rename))

    def test_mkdir(self):
        calls = self.traced(lambda line: line.call("mkdir", path="made/in/folders"))
        last = self.only(calls, MAKES, '"folders"')
        answer = self.answer(calls, last)
        for folder, above in (("folders", "made/in"), ("in", "made"), ("made", "")):
            self.assert_synced(calls, above, self.only(calls, MAKES, f'"{folder}"'), answer)

    def test_mkdir_of_one_that_is_there(self):
        """Whoever made it may not have been told yet that it is durable."""
        os.makedirs(self.server.tree / "by/hand")
        calls = self.traced(lambda line: line.call("mkdir", path="by/hand", ifExists="skip"), failed=True)
        tried = self.only(calls, MAKES, '"hand"')
        answer = self.answer(calls, tried)
        for folder in ("by", ""):
            self.assert_synced(calls, folder, tried, answer)

    def test_remove(self):
        with self.ada.line() as line:
            line.put("gone/file", b"x")
        for path, name, above in (("gone/file", "file", "gone"), ("gone", "gone", "")):
            calls = self.traced(lambda line: line.call("remove", path=path))
            removed = self.only(calls, REMOVALS, f'"{name}"')
            self.assert_synced(calls, above, removed, self.answer(calls, removed))

    def test_remove_with_everything(self):
        with self.ada.line() as line:
            for n in range(20):
                line.put(f"in/all/{n % 3}/{n}", b"x")
        calls = self.traced(lambda line: line.call("remove", path="in/all", recursive=True))
        removed = self.only(calls, REMOVALS, '"all"')
        self.assert_synced(calls, "in", removed, self.answer(calls, removed))
        self.assertEqual(len([call for call in calls if call.name in REMOVALS and "in/all" in call.text]), 23)

    def test_many_at_once(self):
        """They share their syncs: far fewer than there are, and one behind the last."""
        count = 200

        def make_all(line) -> None:
            ids = [line.request("mkdir", path=f"many/folder{n}") for n in range(count)]
            for id in ids:
                line.after_working(id)

        calls = self.traced(make_all)
        makes = [call for call in calls if call.name in MAKES and '"folder' in call.text]
        self.assertEqual(len(makes), count)
        syncs = [call for call in calls if call.name in SYNCS and any(f.startswith(str(self.server.data)) for f in call.files)]
        answers = [call for call in calls if call.name in SENDS and f":{self.server.port}" in call.text]
        last = max(call.ended for call in makes)
        self.assertTrue(any(sync.began > last and sync.ended < answers[-1].began for sync in syncs), self.shown(calls))
        self.assertLess(len(syncs), count)


class Crash(Case):
    """A server that is killed in the middle of moves and removals."""

    def setUp(self):
        self.server = self.enterContext(Server(port=free_port()))
        self.ada = self.server.join("ada")
        self.random = random.Random(SEED)

    def until_killed(self, *workers) -> None:
        """Runs each worker on a connection of its own until the server dies at some moment."""
        counts = [0] * len(workers)

        def run(place: int, worker) -> None:
            with contextlib.suppress(Closed, OSError), self.ada.line() as line:
                while True:
                    worker(line)
                    counts[place] += 1

        threads = [threading.Thread(target=run, args=item) for item in enumerate(workers)]
        for thread in threads:
            thread.start()
        wait_until(lambda: all(counts), "each worker has done something")
        time.sleep(self.random.uniform(0, 0.1))
        self.server.kill()
        for thread in threads:
            thread.join()
        self.server.restart()

    def test_a_tree_that_moves_is_in_one_place(self):
        tree = self.server.tree
        with self.ada.line() as line:
            for n in range(40):
                line.put(f"a/{n % 4}/{n}", str(n).encode())
            line.put("x/file", b"content")
        state = {"folder": "a", "file": "x/file", "trying": "", "trying file": ""}

        def move_folder(line) -> None:
            state["trying"] = self.random.choice(("a", "b", "c/d", "e/f/g"))
            if state["trying"] != state["folder"]:
                line.call("move", path=state["folder"], to=state["trying"])
                state["folder"] = state["trying"]

        def move_file(line) -> None:
            state["trying file"] = self.random.choice(("x/file", "x/other", "y/file", "z z/🎉"))
            if state["trying file"] != state["file"]:
                line.call("move", path=state["file"], to=state["trying file"])
                state["file"] = state["trying file"]

        for number in range(ROUNDS):
            with self.subTest(seed=SEED, round=number):
                self.until_killed(move_folder, move_file)
                found = sorted(str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file())
                # All of it is in one place: where it was said to be, or where it was on its way to.
                for key, size in (("folder", 40), ("file", 1)):
                    places = [
                        place for place in {state[key], state["trying" if key == "folder" else "trying file"]}
                        if place and len([path for path in found if path == place or path.startswith(place + "/")]) == size
                    ]
                    self.assertEqual(len(places), 1, f"{key} of {state} in {found}")
                    state[key] = places[0]
                self.assertEqual(len(found), 41)
                for n in range(40):
                    self.assertEqual((tree / state["folder"] / str(n % 4) / str(n)).read_bytes(), str(n).encode())
                # The index tells no lies about what has moved.
                with self.ada.line() as line:
                    for entry in line.tree("", sha256=True)[0]:
                        if entry["kind"] == "file":
                            self.assertIn(line.call("verify", path=entry["name"])["verdict"], ("intact", "new"))

    def test_a_removal_that_is_cut_can_be_repeated(self):
        tree = self.server.tree
        turn = [0]
        gone: set[str] = set()
        made: set[str] = set()

        def remove(line) -> None:
            turn[0] += 1
            name = f"r{turn[0]}"
            for n in range(200):
                os.makedirs(tree / name / str(n % 20), exist_ok=True)
                (tree / name / str(n % 20) / str(n)).touch()
            line.call("remove", path=name, recursive=True)
            gone.add(name)

        def make(line) -> None:
            name = f"m{len(made)}/{self.random.randrange(10**9)}/x"
            line.call("mkdir", path=name)
            made.add(name)

        (tree / "kept").mkdir()
        (tree / "kept/file").write_text("kept")
        for number in range(ROUNDS):
            with self.subTest(seed=SEED, round=number):
                self.until_killed(remove, make)
                self.assertFalse([name for name in gone if (tree / name).exists()])
                self.assertFalse([name for name in made if not (tree / name).is_dir()])
                self.assertEqual((tree / "kept/file").read_text(), "kept")
                left = [path.name for path in tree.iterdir() if re.fullmatch(r"r\d+", path.name)]
                self.assertLessEqual(len(left), 1)
                with self.ada.line() as line:
                    for name in left:
                        line.call("remove", path=name, recursive=True)
                        self.assertFalse((tree / name).exists())
                turn[0] += 1


if __name__ == "__main__":
    unittest.main()
