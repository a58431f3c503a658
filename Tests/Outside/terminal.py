"""`landline` on a terminal of its own, and what that terminal shows.

    with Terminal(client, "put", "a.bin", "s:") as terminal:
        terminal.read_until(r"61 ?%")
        terminal.resize(24, 60)
        terminal.wait()
        terminal.screen.lines        what a person sees
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata

from harness import BINARY, Client


class Screen:
    """The part of a terminal (ECMA-48) that the command uses; anything else is an error."""

    def __init__(self, rows: int, columns: int):
        self.rows, self.columns = rows, columns
        self.history: list[str] = []  # what has left the screen at its top
        # Cells: a character with its marks; behind a wide one an empty cell.
        self.grid: list[list[str]] = [[]]
        self.row = self.column = 0
        self.redraws = 0
        self._rest = ""

    def resize(self, rows: int, columns: int) -> None:
        """As most terminals do it: what was too long for a line is broken, and what was broken is joined (not here)."""
        broken: list[list[str]] = []
        row = 0
        for number, line in enumerate(self.grid):
            pieces = [line[at : at + columns] for at in range(0, max(len(line), 1), columns)]
            if number == self.row:
                row = len(broken) + min(self.column // columns, len(pieces) - 1)
                self.column -= (row - len(broken)) * columns
            broken += pieces
        self.grid, self.row = broken, row
        self.rows, self.columns = rows, columns
        self._scroll()

    def feed(self, text: str) -> None:
        text = self._rest + text
        self._rest = ""
        at = 0
        while at < len(text):
            character = text[at]
            if character == "\x1b":
                found = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])").match(text, at)
                if not found:
                    if len(text) - at < 12:
                        self._rest = text[at:]
                        return
                    raise AssertionError(f"an unknown sequence: {text[at : at + 12]!r}")
                self._control(found[2], found[1])
                at = found.end()
                continue
            if character == "\r":
                self.column = 0
            elif character == "\n":
                self.row += 1
                self._scroll()
            elif ord(character) < 0x20:
                raise AssertionError(f"an unexpected control character: {character!r}")
            else:
                self._put(character)
            at += 1

    def _put(self, character: str) -> None:
        if unicodedata.combining(character) or character in "\u200d\ufe0f":
            self.grid[self.row][self.column - 1] += character
            return
        width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if self.column + width > self.columns:
            self.row, self.column = self.row + 1, 0
            self._scroll()
        line = self.grid[self.row]
        line += [" "] * (self.column - len(line))
        cells = [character] + [""] * (width - 1)
        line[self.column : self.column + width] = cells
        self.column += width

    def _control(self, command: str, argument: str) -> None:
        if command == "A":
            self.row = max(0, self.row - int(argument or 1))
            self.redraws += 1
        elif command == "K" and argument in ("", "0"):
            self.grid[self.row] = self.grid[self.row][: self.column]
        elif command == "J" and argument in ("", "0"):
            self.grid[self.row] = self.grid[self.row][: self.column]
            del self.grid[self.row + 1 :]
        elif command != "m":
            raise AssertionError(f"an unexpected sequence: {argument}{command}")

    def _scroll(self) -> None:
        while len(self.grid) <= self.row:
            self.grid.append([])
        while len(self.grid) > self.rows:
            self.history.append("".join(self.grid.pop(0)))
            self.row -= 1

    @property
    def lines(self) -> list[str]:
        """Everything that a person can see or scroll back to."""
        lines = self.history + ["".join(line) for line in self.grid]
        return [line.rstrip() for line in lines if line.strip()]


class Terminal:
    """`landline`, or another program, with a terminal of its own."""

    def __init__(
        self, client: Client, *arguments: str, rows: int = 24, columns: int = 160, program: str | None = None,
        env: dict[str, str] | None = None,
    ):
        self.text = ""
        self.screen = Screen(rows, columns)
        self.near, far = pty.openpty()
        self._set_size(far, rows, columns)
        self.process = subprocess.Popen(
            [program or BINARY, *arguments], stdin=far, stdout=far, stderr=far,
            env=client.environment() | (env or {}), cwd=client.files,
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(far)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.near)

    @staticmethod
    def _set_size(descriptor: int, rows: int, columns: int) -> None:
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows: int, columns: int) -> None:
        """Between two drawings: what is drawn for one width and shown at another is garbage on every terminal."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitpid(self.process.pid, os.WUNTRACED)
        while select.select([self.near], [], [], 0)[0]:
            self._read(time.monotonic())
        self.screen.resize(rows, columns)
        self._set_size(self.near, rows, columns)
        self.process.send_signal(signal.SIGCONT)

    def write(self, data: bytes) -> None:
        os.write(self.near, data)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def _read(self, deadline: float) -> bool:
        readable, _, _ = select.select([self.near], [], [], max(0, deadline - time.monotonic()))
        if not readable:
            raise AssertionError(f"nothing more came; until now: {self.text[-1500:]!r}")
        try:
            piece = os.read(self.near, 65_536)
        except OSError:  # EIO: the other side is closed
            return False
        text = piece.decode(errors="replace")
        self.text += text
        self.screen.feed(text)
        return bool(piece)

    def read_until(self, pattern: str, timeout: float = 30) -> None:
        """Until the text has what fits; what came before the call counts, too."""
        self.read_while(lambda: not re.search(pattern, self.text), timeout)

    def read_while(self, condition, timeout: float = 30) -> None:
        deadline = time.monotonic() + timeout
        while condition():
            if not self._read(deadline):
                raise AssertionError(f"it ended; until then: {self.text[-1500:]!r}")

    def wait(self, timeout: float = 60) -> int:
        deadline = time.monotonic() + timeout
        while self._read(deadline):
            pass
        return self.process.wait(10)
