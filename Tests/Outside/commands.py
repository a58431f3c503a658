"""What the tests of commands share: roles that may run things, and a conversation with a program over the line."""

import base64
import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from harness import DONE, Account, Case, Client, Server, landline, wait_until
from line import Line, LineError

PYTHON = os.path.realpath(sys.executable)
EVERY_PROGRAM = "commands.run=/*,/*/*,/*/*/*,/*/*/*/*,/*/*/*/*/*,/*/*/*/*/*/*,/*/*/*/*/*/*/*"
CREDIT = 262_144


def define_role(server: Server, name: str, *grants: str, parent: str = "member") -> None:
    done = landline(
        "role", "define", name, "--parent", parent, *(word for grant in grants for word in ("--grant", grant)),
        "--data", server.data,
    )
    assert done.code == DONE, str(done)


class Conversation:
    """A `run`, `shell` or `attach` and what has come of it."""

    def __init__(self, line: Line, op: str, **fields: Any):
        self.line = line
        self.id = line.request(op, **fields)
        self.out = {"stdout": bytearray(), "stderr": bytearray()}
        self.count = {"stdout": 0, "stderr": 0}
        self.started: dict | None = None
        self.exited: dict | None = None
        self.input_credit = CREDIT

    def step(self, grant: bool = True, keep: bool = True) -> dict:
        """Takes one message; raises the request's error."""
        head, body = self.line.answer(self.id)
        kind = head["type"]
        if kind == "started":
            self.started = head
        elif kind in self.out:
            self.count[kind] += len(body)
            if keep:
                self.out[kind] += body
            if grant:
                self.grant(kind, len(body))
        elif kind == "credit":
            assert head["stream"] == "stdin"
            self.input_credit += head["bytes"]
        elif kind == "exited":
            self.exited = head
        else:
            assert kind == "working", head
        return head

    def until_started(self) -> "Conversation":
        while not self.started:
            self.step()
        return self

    def until_said(self, text: bytes, stream: str = "stdout") -> "Conversation":
        while text not in self.out[stream]:
            if self.step()["type"] == "exited":
                raise AssertionError(f"it ended and never said {text!r}: {self.out}")
        return self

    def until_exit(self, **options: Any) -> dict:
        while not self.exited:
            self.step(**options)
        return self.exited

    def add(self, op: str, body: bytes = b"", **fields: Any) -> None:
        self.line.send({"op": op, "id": self.id} | fields, body)

    def grant(self, stream: str, count: int) -> None:
        self.add("credit", stream=stream, bytes=count)

    def signal(self, name: str) -> None:
        self.add("signal", signal=name)

    def write(self, data: bytes) -> None:
        """Sends input as credit allows; what the program says meanwhile is taken."""
        while data:
            while not self.input_credit:
                self.step()
            piece, data = data[: min(self.input_credit, 65_536)], data[min(self.input_credit, 65_536) :]
            self.input_credit -= len(piece)
            self.add("stdin", piece)

    def end_input(self) -> None:
        self.add("stdin", end=True)

    def cancel(self) -> None:
        self.line.cancel(self.id)

    @property
    def text(self) -> str:
        return self.out["stdout"].decode()


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid: int) -> dict[int, str]:
    """The names of what a process has started and not waited for."""
    names = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for child in (task / "children").read_text().split():
                names[int(child)] = Path(f"/proc/{child}/comm").read_text().strip()
    return names


class CommandCase(Case):
    """A server for all tests of a class, and an account `op` that may run every program."""

    flags: tuple = ()
    server: Server
    op: Account

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = cls.enterClassContext(Server(*cls.flags))
        define_role(cls.server, "operator", EVERY_PROGRAM, "commands.shell")
        cls.op = cls.server.join("op", "operator")

    def line_of(self, account: Account | None = None, **options: Any) -> Line:
        return self.enterContext((account or self.op).line(**options))

    def begin(self, *argv: str, line: Line | None = None, **fields: Any) -> Conversation:
        return Conversation(line or self.line_of(), "run", argv=list(argv), **fields)

    def python(self, code: str, *arguments: str, **fields: Any) -> Conversation:
        return self.begin(PYTHON, "-u", "-c", code, *arguments, **fields)

    def finish(self, *argv: str, **fields: Any) -> Conversation:
        conversation = self.begin(*argv, **fields)
        conversation.until_exit()
        return conversation

    def assert_gone(self, pid: int, timeout: float = 20) -> None:
        wait_until(lambda: not is_running(pid), f"process {pid} ends", timeout)

    def audited(self, what: str, server: Server | None = None) -> list[dict]:
        text = ((server or self.server).private / "audit.jsonl").read_text()
        return [event for line in text.splitlines() if (event := json.loads(line))["what"] == what]
