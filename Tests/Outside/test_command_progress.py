"""What a person sees on a terminal: one file, many, another size of the terminal, Ctrl-C, the list to choose from."""

import os
import re
import signal
import time
import unittest

from harness import BINARY, DONE, MIB, Proxy, ServerCase, content_of, tool, wait_until
from terminal import Terminal


class TerminalCase(ServerCase):
    def setUp(self):
        self.proxy = self.enterContext(Proxy(self.server.port))
        self.person = self.client(port=self.proxy.port)
        self.place = f"s:{self.here}/"

    def large(self, name: str, size: int = 64 * MIB) -> None:
        with open(self.person.files / name, "wb") as file:
            file.truncate(size)

    def terminal(self, *arguments: str, **options) -> Terminal:
        options.setdefault("env", {"NO_COLOR": "1"})
        return self.enterContext(Terminal(self.person, *arguments, **options))


class One(TerminalCase):
    def test_a_bar_that_stays(self):
        self.large("big.bin")
        self.proxy.hold("up", 20 * MIB)
        terminal = self.terminal("put", "big.bin", self.place)
        terminal.read_until(r"big\.bin.*\[#+-+\].*%.*of 64\.0 MiB.*/s")
        self.assertEqual(len(terminal.screen.lines), 1, terminal.screen.lines)
        self.proxy.release()
        self.assertEqual(terminal.wait(), DONE)
        bar, stored = terminal.screen.lines
        self.assertRegex(bar, r"^big\.bin  \[#+\]  100 %  64\.0 MiB  .*/s  in \d:\d\d$")
        self.assertRegex(stored, rf"^stored s:{self.here}/big\.bin \(64\.0 MiB, sha256 [0-9a-f]+")

    def test_it_follows_the_width(self):
        self.large("a-rather-long-name-for-a-file.bin")
        self.proxy.hold("up", 20 * MIB)
        terminal = self.terminal("put", "a-rather-long-name-for-a-file.bin", self.place, columns=100)
        terminal.read_until(r"a-rather-long-name-for-a-file\.bin  \[.*/s")
        self.proxy.wait_held("up")
        for columns in (60, 40, 20, 200):
            terminal.resize(24, columns)
            terminal.text = ""
            # What stood there is taken away, and one line drawn that fits.
            terminal.read_until(r"%.*\x1b\[J")
            (line,) = terminal.screen.lines
            self.assertLess(len(line), columns)
            self.assertRegex(line, r"^a.*\d+ %")
        self.proxy.release()
        self.assertEqual(terminal.wait(), DONE)
        self.assertEqual(len(terminal.screen.lines), 2, terminal.screen.lines)

    def test_the_pace(self):
        """At most ten drawings a second, and each one write."""
        self.large("big.bin")
        terminal = self.terminal("put", "big.bin", self.place, "--limit-rate", "40M")
        terminal.read_until(r"/s")
        began = time.monotonic()
        count = terminal.text.count("\r")
        terminal.read_while(lambda: terminal.text.count("\r") < count + 6)
        self.assertGreater(time.monotonic() - began, 0.45)

    def test_colours(self):
        for env, colour in (({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)):
            with self.subTest(env):
                self.large("big.bin")
                terminal = self.terminal("put", "big.bin", self.place, "--replace", env=env)
                self.assertEqual(terminal.wait(), DONE)
                self.assertEqual("\x1b[32m" in terminal.text, colour)

    def test_a_dumb_terminal_gets_plain_lines(self):
        self.large("big.bin")
        terminal = self.terminal("put", "big.bin", self.place, env={"TERM": "dumb"})
        self.assertEqual(terminal.wait(), DONE)
        self.assertNotIn("\x1b", terminal.text)
        self.assertEqual(len(terminal.screen.lines), 1)


class Many(TerminalCase):
    def test_some_large_ones(self):
        for number in range(6):
            self.large(f"{number}.bin", 8 * MIB)
        self.proxy.hold("up", 12 * MIB)
        terminal = self.terminal("put", *(f"{number}.bin" for number in range(6)), self.place, "--jobs", "3")
        terminal.read_until(r"\d\.bin  \[.*\n.*of 6 files  \[")
        total = terminal.screen.lines[-1]
        self.assertRegex(total, r"^\d of 6 files  \[[#-]+\]  +\d+ %  .* of 48\.0 MiB  .*/s")
        files = [line for line in terminal.screen.lines[:-1] if re.match(r"^\d\.bin  \[", line)]
        self.assertTrue(1 <= len(files) <= 4, terminal.screen.lines)
        self.proxy.release()
        self.assertEqual(terminal.wait(), DONE)
        lines = terminal.screen.lines
        self.assertEqual(sum(line.startswith("stored ") for line in lines), 6, lines)
        self.assertRegex(lines[-1], r"^6 files stored \(48\.0 MiB in 0:\d\d, .*/s\)$")
        self.assertEqual([line for line in lines if "of 6 files" in line], [], "the totals are gone")

    def test_a_low_terminal(self):
        for number in range(6):
            self.large(f"{number}.bin", 8 * MIB)
        self.proxy.hold("up", 12 * MIB)
        terminal = self.terminal("put", *(f"{number}.bin" for number in range(6)), self.place, rows=3, columns=60)
        terminal.read_until(r"of 6 files")
        self.assertLess(len(terminal.screen.lines), 3)
        terminal.resize(24, 30)
        terminal.text = ""
        terminal.read_until(r"of 6 files.*\x1b\[J")
        drawn = [line for line in terminal.screen.lines if "%" in line]
        self.assertTrue(all(len(line) < 30 for line in drawn), drawn)
        self.proxy.release()
        self.assertEqual(terminal.wait(), DONE)
        self.assertEqual(sum(line.startswith("stored ") for line in terminal.screen.lines), 6)

    def test_many_small_ones_get_no_line_each(self):
        folder = self.person.files / "many"
        folder.mkdir()
        for number in range(300):
            (folder / f"{number}").write_bytes(content_of(1_000, number))
        terminal = self.terminal("put", "-r", "many", self.place)
        self.assertEqual(terminal.wait(), DONE)
        self.assertRegex(terminal.screen.lines[-1], r"^300 files stored \(292 KiB in ")
        self.assertNotIn("stored s:", terminal.text)
        terminal = self.terminal("get", "-r", f"{self.place}many", "-o", "back", "--verbose")
        self.assertEqual(terminal.wait(), DONE)
        self.assertEqual(sum(line.startswith("received back/many/") for line in terminal.screen.lines), 300)

    def test_a_flood_of_failures_is_counted(self):
        folder = self.person.files / "many"
        folder.mkdir()
        (self.on_disk / "many").mkdir()
        for number in range(100):
            (folder / f"{number}").write_bytes(b"new")
            (self.on_disk / "many" / f"{number}").write_bytes(b"old")
        terminal = self.terminal("put", "-r", "many", self.place, columns=300)
        # A person could be asked about each.
        terminal.read_until(r"is there already")
        terminal.write(b"la\n")
        self.assertEqual(terminal.wait(), 1)
        lines = terminal.screen.lines
        self.assertIn("100 failed:", lines[-101])
        self.assertEqual(sorted(lines[-100:]), sorted(f"  many/{number}" for number in range(100)))
        self.assertLess(len(lines), 140)


class Interrupted(TerminalCase):
    def test_what_arrived_is_kept(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(number):
                self.large("big.bin")
                self.proxy.hold("up", 20 * MIB)
                terminal = self.terminal("put", "big.bin", self.place, "--replace")
                terminal.read_until(r"\d MiB of 64")
                self.proxy.wait_held("up")
                if number == signal.SIGINT:
                    terminal.write(b"\x03")
                else:
                    terminal.signal(number)
                self.assertEqual(terminal.wait(), code)
                last = terminal.screen.lines[-1]
                self.assertRegex(last, r"interrupted; what arrived is kept")
                self.assertTrue(terminal.text.endswith("\n"))
                self.proxy.release()
                again = self.terminal("put", "big.bin", self.place, "--replace")
                self.assertEqual(again.wait(), DONE)
                self.assertRegex(again.text, r"resuming at \d+ %")

    def test_stopped_and_continued(self):
        """Ctrl-Z in a shell, and fg: what stood on the terminal stays, and the bar goes on below."""
        self.large("big.bin")
        self.proxy.hold("up", 20 * MIB)
        shell = self.terminal(
            "--norc", "--noprofile", "--noediting", "-i", program=tool("bash", "bash"), env={"NO_COLOR": "1", "PS1": "> "}
        )
        shell.write(f"{BINARY} put big.bin {self.place}\n".encode())
        shell.read_until(r"big\.bin  \[.*/s")
        self.proxy.wait_held("up")
        shell.write(b"\x1a")
        shell.read_until(r"Stopped")
        self.proxy.release()
        shell.text = ""
        shell.write(b"fg\n")
        shell.read_until(rf"stored s:{self.here}/big\.bin")
        lines = shell.screen.lines
        bars = [number for number, line in enumerate(lines) if "big.bin  [" in line]
        stopped = next(number for number, line in enumerate(lines) if "Stopped" in line)
        # Another thread may draw once more while the one that was interrupted stops them all.
        self.assertIn(sum(number < stopped for number in bars), (1, 2), lines)
        self.assertEqual(sum(number > stopped for number in bars), 1, lines)
        shell.write(b"exit\n")
        self.assertEqual(shell.wait(), DONE)

    def test_without_a_transfer_there_is_nothing_to_keep(self):
        self.person.make("a", b"x")
        terminal = self.terminal("put")
        terminal.read_until(r"Which")
        terminal.write(b"\x03")
        self.assertEqual(terminal.wait(), 130)
        self.assertNotIn("kept", terminal.text)

    def test_standard_input_cannot_be_continued(self):
        sent = self.proxy.counts["down"] + 1_000  # more than a handshake has
        terminal = self.terminal("put", "-", f"{self.place}piped")
        wait_until(lambda: self.proxy.counts["down"] > sent, "the login")
        terminal.write(b"a line\n")
        terminal.write(b"\x03")
        self.assertEqual(terminal.wait(), 130)
        self.assertNotIn("kept", terminal.text)


class Picker(TerminalCase):
    def setUp(self):
        super().setUp()
        for name, size in (("a.txt", 10), ("b.txt", 2_048), ("c.txt", 0), ("-odd", 1), (".hidden", 1)):
            self.person.make(name, content_of(size))
        (self.person.files / "folder").mkdir()
        (self.person.files / "folder/x").touch()

    def stored(self) -> set[str]:
        return {path.name for path in self.on_disk.iterdir()}

    def pick(self, *answers: bytes, arguments: tuple = (), code: int = DONE) -> Terminal:
        terminal = self.terminal("put", *arguments, self.place)
        for number, answer in enumerate(answers, 1):
            terminal.read_while(lambda: terminal.text.count("Which of them?") < number)
            terminal.write(answer)
        self.assertEqual(terminal.wait(), code)
        return terminal

    def test_some(self):
        terminal = self.pick(b"1, 3-4\n")
        for line in (r"^ +1 +1 B  -odd$", r"^ +2 +10 B  a\.txt$", r"^ +3  2\.0 KiB  b\.txt$", r"^ +4 +0 B  c\.txt$"):
            self.assertRegex("\n".join(terminal.screen.lines), re.compile(line, re.MULTILINE))
        self.assertNotIn("hidden", terminal.text)
        self.assertNotIn("folder", terminal.text)
        self.assertEqual(self.stored(), {"-odd", "b.txt", "c.txt"})

    def test_all(self):
        self.pick(b"all\n")
        self.assertEqual(self.stored(), {"-odd", "a.txt", "b.txt", "c.txt"})

    def test_with_folders(self):
        self.assertIn("folder/", self.pick(b"5\n", arguments=("-r",)).text)
        self.assertEqual(self.stored(), {"folder"})

    def test_none(self):
        for answer in (b"\n", b"\x04"):
            self.pick(answer)
        self.assertEqual(self.stored(), set())

    def test_nonsense_is_asked_again(self):
        terminal = self.pick(b"9\n", b"two\n", b"3-1\n", b"2\n")
        self.assertIn("'9' is not between 1 and 4", terminal.text)
        self.assertIn("'two' is no number", terminal.text)
        self.assertEqual(self.stored(), {"a.txt"})

    def test_without_a_terminal_it_is_an_error(self):
        self.assert_exit(self.person.run("put", self.place), 2)


if __name__ == "__main__":
    unittest.main()
