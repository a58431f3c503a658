"""What the page cache would hide from a kill: the order of the system calls, seen by strace.

For every way to put a file: the bytes are written, the file is synced, then renamed into the tree,
then the folder is synced, and only then does the server answer.
"""

import os
import re
import unittest
from dataclasses import dataclass
from typing import Callable

from harness import MIB, Account, Case, Server, content_of, remove_tree, scratch_folder, tool, wait_until
from line import Line, sha256

WRITES = ("write", "pwrite64", "writev", "pwritev", "pwritev2", "copy_file_range", "splice", "sendfile", "ftruncate", "fallocate")
SENDS = ("write", "writev", "sendto", "sendmsg", "sendmmsg")
SYNCS = ("fsync", "fdatasync", "sync_file_range", "syncfs", "sync")
RENAMES = ("rename", "renameat", "renameat2", "link", "linkat")
MAKES = ("mkdir", "mkdirat")


@dataclass
class Call:
    """One system call: the lines of the trace where it began and where it had ended."""

    name: str
    text: str
    began: int
    ended: int = -1
    result: int = -1

    @property
    def files(self) -> list[str]:
        """The paths that strace -yy shows behind descriptors: `12</data/files>`."""
        return re.findall(r"(?<=\d)<(/[^>]*?)(?: \(deleted\))?>", self.text)


def parse(trace: str, failed: bool = False) -> list[Call]:
    """The finished calls of a trace of several threads, in the order in which they began; failed ones if asked for."""
    calls: list[Call] = []
    pending: dict[str, Call] = {}
    for number, line in enumerate(trace.splitlines()):
        thread, _, rest = line.partition(" ")
        rest = rest.lstrip()
        if found := re.match(r"<\.\.\. (\w+) resumed>(.*)", rest):
            call = pending.pop(thread, None)
            if not call:
                continue
            call.text += found[2]
        elif found := re.match(r"(\w+)\(", rest):
            call = Call(found[1], rest, number)
            calls.append(call)
            if rest.endswith("<unfinished ...>"):
                call.text = rest.removesuffix("<unfinished ...>")
                pending[thread] = call
                continue
        else:
            continue
        call.ended = number
        if found := re.search(r"\) += (-?\d+)[^=]*$", call.text):
            call.result = int(found[1])
    return [call for call in calls if call.ended >= 0 and (call.result >= 0 or failed)]


class Tracer:
    """A server under strace, for all tests of a class."""

    def __init__(self, case: type[Case], *more: str):
        folder = scratch_folder()
        case.addClassCleanup(remove_tree, folder)
        self.trace = folder / "trace"
        wanted = ",".join(f"?{name}" for name in sorted({*WRITES, *SENDS, *SYNCS, *RENAMES, *MAKES, *more}))
        self.server = case.enterClassContext(
            Server(
                # -D: the server, not strace, is the child of this process.
                prefix=(tool("strace", "strace"), "-D", "-f", "-qq", "-yy", "-s", "16", "-e", "signal=none",
                        "-e", f"trace={wanted}", "-o", str(self.trace)),
            )
        )

    def traced(self, account: Account, run: Callable[[Line], None], failed: bool = False) -> list[Call]:
        """The calls that the server makes while `run` runs on a connection of its own."""
        with account.line() as line:
            line.call("ping")
            start = self.mark(line)
            run(line)
            end = self.mark(line)
        return parse("\n".join(self.trace.read_text(errors="replace").splitlines()[start:end]), failed)

    def mark(self, line: Line) -> int:
        """How long the trace is once everything up to now is in it; strace writes a little behind."""
        name = f"mark{os.urandom(8).hex()}"
        line.put(name, b"")

        def position() -> int | None:
            lines = self.trace.read_text(errors="replace").splitlines()
            return next((n + 1 for n, text in enumerate(lines) if f'{name}"' in text), None)

        return wait_until(position, "the mark is in the trace")


class Durability(Case):
    @classmethod
    def setUpClass(cls) -> None:
        cls.tracer = Tracer(cls)
        cls.server = cls.tracer.server
        cls.ada = cls.server.join("ada")

    def traced(self, put: Callable[[Line], None]) -> list[Call]:
        return self.tracer.traced(self.ada, put)

    def assert_order(self, calls: list[Call], path: str, *sizes: int, made: tuple[str, ...] = ()) -> None:
        """write → fsync → rename → fsync of the folder → answer; and the same for folders made on the way."""
        files = str(self.server.tree)
        folder, name = os.path.split(f"{files}/{path}")

        def names_it(call: Call) -> bool:
            return f'"{name}"' in call.text and folder in call.files or f'"{folder}/{name}"' in call.text

        renames = [call for call in calls if call.name in RENAMES and names_it(call)]
        self.assertTrue(renames, f"a rename to {path} among {[c.text[:150] for c in calls if c.name in RENAMES]}")
        rename = renames[-1]

        written: dict[str, int] = {}
        last_write: dict[str, Call] = {}
        for call in calls:
            if call.name in WRITES and call.files and call.files[-1].startswith(str(self.server.data)):
                file = call.files[-1]
                written[file] = written.get(file, 0) + (call.result if call.name not in ("ftruncate", "fallocate") else 0)
                last_write[file] = call
        sources = [file for file, count in written.items() if count in sizes]
        self.assertEqual(len(sources), 1, f"the file that got {sizes} bytes, among {written}")
        source, write = sources[0], last_write[sources[0]]
        self.assertLess(write.ended, rename.began, "written before it is renamed")

        def synced(what: str, after: int, before: int, folder: str) -> Call:
            found = [
                call
                for call in calls
                if call.began > after
                and call.ended < before
                and (
                    call.name in ("fsync", "fdatasync") and folder in call.files
                    or call.name == "sync"
                    or call.name == "syncfs" and any(file.startswith(str(self.server.data)) for file in call.files)
                )
            ]
            self.assertTrue(found, f"{what} is synced between lines {after} and {before}:\n" + self.shown(calls))
            return found[0]

        answers = [
            call for call in calls
            if call.name in SENDS and re.search(r"^\w+\(\d+<(TCP|socket)", call.text)
            and f":{self.server.port}" in call.text and call.began > write.ended
        ]
        self.assertTrue(answers, "the answer is in the trace:\n" + self.shown(calls))
        answer = answers[0]
        synced("the file", write.ended, rename.began, source)
        synced("the folder", rename.ended, answer.began, folder)
        for path_made in made:
            makes = [c for c in calls if c.name in MAKES and f'{os.path.basename(path_made)}"' in c.text]
            self.assertTrue(makes, f"{path_made} is made")
            synced(f"the folder above {path_made}", makes[0].ended, answer.began, os.path.dirname(f"{files}/{path_made}"))

    def shown(self, calls: list[Call]) -> str:
        return "\n".join(f"{call.began}-{call.ended} {call.text[:160]}" for call in calls[-80:])

    def test_whole(self):
        content = content_of(300_007)
        for path, fields in (("whole", {}), ("whole", {"ifExists": "replace"})):
            with self.subTest(**fields):
                calls = self.traced(lambda line: line.put(path, content, **fields))
                self.assert_order(calls, path, len(content))

    def test_whole_keep_both(self):
        content = content_of(300_011)
        with self.ada.line() as line:
            line.put("both.txt", b"old")
        calls = self.traced(lambda line: line.put("both.txt", content, ifExists="keep-both"))
        self.assert_order(calls, "both (1).txt", len(content))

    def test_in_parts(self):
        content = content_of(3 * MIB + 17)
        fields_of = ({}, {"ifExists": "replace"}, {"ifExists": "replace", "resume": True, "mtime": 5})
        for fields in fields_of:
            with self.subTest(**fields):
                calls = self.traced(lambda line: line.put_in_parts("parts", content, **fields))
                self.assert_order(calls, "parts", len(content))

    def test_folders_made_on_the_way(self):
        content = content_of(300_017)
        calls = self.traced(lambda line: line.put("new/sub/file", content))
        self.assert_order(calls, "new/sub/file", len(content), made=("new", "new/sub"))

    def test_resumed(self):
        """The bytes that were written before the connection was lost are synced too."""
        content, fields = content_of(3 * MIB + 23), {"resume": True, "mtime": 5}
        with self.ada.line() as line:
            id, _ = line.begin_put("resumed", len(content), **fields)
            line.send_data(id, content[:MIB])
            line.call("ping")
            line.cancel(id)
            with self.fails("cancelled"):
                line.after_working(id)
        calls = self.traced(lambda line: line.put_in_parts("resumed", content, **fields))
        # Whether it writes the rest only, or all of it anew, is its own affair.
        self.assert_order(calls, "resumed", len(content) - MIB, len(content))

    def test_again(self):
        """What is there already may not be durable yet: it is synced, its name too, before the answer says `stored`."""
        for number, (put, fields) in enumerate(
            ((Line.put, {}), (Line.put, {"ifExists": "keep-both"}), (Line.put_in_parts, {"sha256": True}))
        ):
            with self.subTest(put=put.__name__, **fields):
                content, path = content_of(MIB + 5 if put is Line.put_in_parts else 1000, number), f"again{number}/file"
                if "sha256" in fields:
                    fields["sha256"] = sha256(content)
                (self.server.tree / path).parent.mkdir()
                # By hand: nobody has synced it.
                (self.server.tree / path).write_bytes(content)
                calls = self.traced(lambda line: put(line, path, content, again=True, **fields))
                file = str(self.server.tree / path)
                answer = next(
                    c for c in reversed(calls)
                    if c.name in SENDS and f":{self.server.port}" in c.text and c.began < calls[-1].began)
                self.assertFalse([c for c in calls if c.name in RENAMES and '"file"' in c.text], "nothing is written")
                synced = {f for c in calls if c.name in SYNCS and c.ended < answer.began for f in c.files}
                for needed in (file, os.path.dirname(file), str(self.server.tree)):
                    self.assertIn(needed, synced, self.shown(calls))

    def test_many_at_once(self):
        """A group may share its syncs; each answer still comes after those of its own file."""
        contents = {f"many{n}": content_of(100_003 + n) for n in range(20)}

        def put_all(line) -> None:
            ids = [
                line.request("put", content, path=path, size=len(content), sha256=sha256(content))
                for path, content in contents.items()
            ]
            for id in ids:
                line.after_working(id)

        calls = self.traced(put_all)
        # The answers cannot be told apart from outside: the first must come after a sync of some file
        # and of the folder, and there is no answer after the last rename without a sync between them.
        syncs = [call for call in calls if call.name in SYNCS and any(f.startswith(str(self.server.data)) for f in call.files)]
        renames = [c for c in calls if c.name in RENAMES and any(f'"{p}"' in c.text or f'/{p}"' in c.text for p in contents)]
        answers = [c for c in calls if c.name in SENDS and f":{self.server.port}" in c.text]
        self.assertEqual(len({re.search(r'many\d+"', c.text)[0] for c in renames}), len(contents))
        last = max(call.ended for call in renames)
        self.assertTrue(any(sync.began > last and sync.ended < answers[-1].began for sync in syncs), self.shown(calls))


if __name__ == "__main__":
    unittest.main()
