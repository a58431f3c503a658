"""Starts the real binary, and keeps what is left of it in order.

    with Server() as server:                  a server on a port of its own, data in a temporary folder
        ada = server.join("ada")              an account with a device key, through line.py
        client = server.client("bert")        the command `landline` with a configuration of its own
        client.run("put", "a.txt", "s:")      every client calls its server `s`

What the tests expect of the command's --json output is here too, in one place.
"""

import contextlib
import functools
import hashlib
import json
import os
import random
import re
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterator

from line import DeviceKey, Invite, Line, LineError

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("LANDLINE_BINARY", ROOT / ".build/debug/landline")).absolute()
SCRATCH = "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"
MEMORY_LIMIT = 150 << 20  # anonymous memory of a debug server, whatever is done to it
MIB = 1 << 20

# The `event` member of the objects that put and get print with --json.
STORED, SKIPPED, FETCHED, RESUME, ERROR = "stored", "skipped", "received", "resume", "failed"

DONE, SOME_FAILED, USAGE, NO_CONNECTION, NOT_TRUSTED, NOT_ALLOWED = range(6)
READER_GONE = 141

# A thousand connections need a thousand descriptors here and in the server, which inherits this.
_soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (_hard if _hard != resource.RLIM_INFINITY else 65_536, _hard))


@functools.cache
def tool(name: str, package: str) -> str:
    """The path of a program that a test needs; without it the test fails, it is not skipped."""
    if found := shutil.which(name):
        return found
    raise AssertionError(f"'{name}' is missing: install the Debian package {package}")


def need_binary() -> None:
    if not os.access(BINARY, os.X_OK):
        raise AssertionError(f"there is no {BINARY}: swift build, or set LANDLINE_BINARY")


def wait_until(condition: Callable[[], Any], what: str, timeout: float = 20) -> Any:
    """Polls until the condition holds, and returns its value."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what}")
        time.sleep(0.01)
    return value


def free_port() -> int:
    """A port for something that is stopped and started again: below the range that the kernel hands out."""
    while True:
        port = random.SystemRandom().randrange(10_000, 32_000)
        with socket.socket() as probe:
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port


def scratch_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="landline-", dir=SCRATCH))


def content_of(size: int, seed: Any = 0) -> bytes:
    return random.Random(f"{size} {seed}").randbytes(size)


def hash_of(file: Path) -> str:
    with open(file, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def snapshot(folder: Path) -> dict[bytes, str]:
    """Every name below a folder with its kind, and for files the hash: to show that nothing changed."""
    found: dict[bytes, str] = {}
    for parent, folders, files in os.walk(os.fsencode(folder)):
        for name in folders + files:
            path = os.path.join(parent, name)
            if os.path.islink(path):
                found[path] = "link to " + os.fsdecode(os.readlink(path))
            elif os.path.isfile(path):
                found[path] = hash_of(Path(os.fsdecode(path)))
            else:
                found[path] = "folder" if os.path.isdir(path) else "other"
    return found


def environment(**more: str) -> dict[str, str]:
    """A small environment: nothing of the developer's own settings reaches the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"LANG": "C.UTF-8", "TERM": "xterm"} | more


@dataclass
class Result:
    """How a run of `landline` ended."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict]:
        """Standard output with --json: one object a line. A last line without its end is not one yet."""
        return [json.loads(line) for line in self.out.splitlines(keepends=True) if line.endswith("\n")]

    def events(self, name: str) -> list[dict]:
        return [found for found in self.objects if found.get("event") == name]

    def __str__(self) -> str:
        return f"exit {self.code}\n--- stdout\n{self.out}--- stderr\n{self.err}---"


class Running:
    """A `landline` that is still running."""

    def __init__(
        self, arguments: tuple, env: dict[str, str], cwd: Path | None = None, input: bytes | None = None,
        prefix: tuple[str, ...] = (),
    ):
        need_binary()
        self.arguments = [a if isinstance(a, str | bytes | os.PathLike) else str(a) for a in arguments]
        self.input = input
        self.process = subprocess.Popen(
            [*prefix, BINARY, *self.arguments],
            stdin=subprocess.PIPE if input is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            cwd=cwd,
        )

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def close(self) -> None:
        if not self.ended:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()

    def result(self, timeout: float = 60) -> Result:
        try:
            out, err = self.process.communicate(self.input, timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            text = Result(-9, _text(out), _text(err))
            raise AssertionError(f"{self.arguments} did not end within {timeout} s: {text}") from None
        return Result(self.process.returncode, _text(out), _text(err))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def landline(*arguments: Any, timeout: float = 60, env: dict[str, str] | None = None) -> Result:
    """Runs the command with no client configuration: the control commands, and servers that do not start."""
    with tempfile.TemporaryDirectory(prefix="landline-", dir=SCRATCH) as empty:
        return Running(arguments, environment(XDG_CONFIG_HOME=empty, HOME=empty) | (env or {})).result(timeout)


class Client:
    """One person's `landline`: a configuration and a folder for files of its own."""

    def __init__(self):
        self.home = scratch_folder()
        self.config = self.home / "config"
        self.files = self.home / "files"
        self.files.mkdir()
        self.started: list[Running] = []

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        for running in self.started:
            running.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def environment(self) -> dict[str, str]:
        return environment(XDG_CONFIG_HOME=str(self.config), HOME=str(self.home))

    def start(
        self, *arguments: Any, input: bytes | None = None, env: dict[str, str] | None = None,
        prefix: tuple[str, ...] = (),
    ) -> Running:
        running = Running(arguments, self.environment() | (env or {}), self.files, input, prefix)
        self.started.append(running)
        return running

    def run(
        self, *arguments: Any, input: bytes | None = None, env: dict[str, str] | None = None, timeout: float = 60,
        prefix: tuple[str, ...] = (),
    ) -> Result:
        return self.start(*arguments, input=input, env=env, prefix=prefix).result(timeout)

    def join(self, invite: Any, name: str, server: str = "s") -> Result:
        return self.run("join", str(invite), "--name", name, "--as", server)

    def make(self, name: str, content: bytes) -> Path:
        """A file in this client's folder."""
        file = self.files / name
        file.write_bytes(content)
        return file


@dataclass
class Account:
    """An account made by line.py."""

    server: "Server"
    name: str
    key: DeviceKey

    def line(self, **options: Any) -> Line:
        line = self.server.line(**options)
        line.login_device(self.key)
        return line


class Server:
    """A `landline serve` in a temporary folder, on 127.0.0.1."""

    running: list["Server"] = []

    def __init__(
        self,
        *flags: Any,
        data: Path | None = None,
        port: int = 0,
        env: dict[str, str] | None = None,
        prefix: tuple[str, ...] = (),
        umask: int = -1,
    ):
        self.folder = scratch_folder()
        self.data = data or self.folder / "data"
        self.flags, self.env, self.prefix, self.umask = flags, env or {}, prefix, umask
        self.port = port
        self.fingerprint: str | None = None
        self.invite: Invite | None = None
        self._admin: Account | None = None
        self._names = 0
        self.process: subprocess.Popen | None = None
        self.log_file = open(self.folder / "stderr", "ab")
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    @property
    def tree(self) -> Path:
        return self.data / "files"

    @property
    def private(self) -> Path:
        return self.data / "landline"

    @property
    def pid(self) -> int:
        return self.process.pid

    def start(self) -> None:
        need_binary()
        self.lines: list[str] = []
        self.changed = threading.Condition()
        self.process = subprocess.Popen(
            [*self.prefix, BINARY, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}"]
            + [str(flag) for flag in self.flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.log_file,
            env=environment(HOME=str(self.folder)) | self.env,
            umask=self.umask,
        )
        Server.running.append(self)
        self.reader = threading.Thread(target=self._read_lines, args=(self.process,), daemon=True)
        self.reader.start()
        self.port = int(self._line_after("listening on ").rpartition(":")[2])
        if self.fingerprint is None:
            self.fingerprint = self._line_after("fingerprint ").strip()
            self.printed_invite = self._line_after("invite ").strip()
            # The machine's own name need not lead to 127.0.0.1.
            self.invite = Invite.parse(self.printed_invite)._replace(host="127.0.0.1", port=self.port)

    def _read_lines(self, process: subprocess.Popen) -> None:
        for line in process.stdout:
            with self.changed:
                self.lines.append(_text(line))
                self.changed.notify_all()
        with self.changed:
            self.lines.append("")  # the end
            self.changed.notify_all()

    def _line_after(self, prefix: str, timeout: float = 30) -> str:
        def found() -> str | None:
            return next((line for line in self.lines if line.startswith(prefix) or not line), None)

        with self.changed:
            line = self.changed.wait_for(found, timeout)
        if not line:
            raise AssertionError(f"the server did not print '{prefix}…'; it printed {self.lines}\n{self.log()}")
        return line[len(prefix) :]

    def log(self) -> str:
        with contextlib.suppress(FileNotFoundError):
            return (self.folder / "stderr").read_text(errors="replace")
        return ""

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.wait()

    def wait(self, timeout: float = 30) -> int:
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the server did not end within {timeout} s") from None
        self.reader.join(5)
        return code

    def restart(self) -> None:
        """Starts it again, on the same port, after it has ended."""
        self.process.stdout.close()
        self.start()

    def close(self) -> None:
        if process := self.process:
            if process.poll() is None:
                process.kill()
            process.wait()
            self.reader.join(5)
            process.stdout.close()
        self.last_log = self.log()
        self.log_file.close()
        remove_tree(self.folder)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Accounts

    def line(self, **options: Any) -> Line:
        """A connection that has said hello."""
        line = Line("127.0.0.1", self.port, self.fingerprint, **options)
        line.hello()
        return line

    @property
    def admin(self) -> Account:
        """The account of the first invite."""
        if not self._admin:
            self._admin = Account(self, "root", DeviceKey())
            with self.line() as line:
                line.join(self.invite.token, "root", self._admin.key)
        return self._admin

    def admin_call(self, op: str, **fields: Any) -> dict:
        with self.admin.line() as line:
            return line.call(op, **fields)

    @property
    def accounts(self) -> list[dict]:
        with self.admin.line() as line:
            return line.listed("accounts")

    def new_invite(self, role: str = "member", port: int | None = None, **fields: Any) -> Invite:
        """An invite to this server, or to what relays to it."""
        answer = self.admin_call("invite.create", role=role, **fields)
        return Invite.parse(answer["invite"])._replace(host="127.0.0.1", port=port or self.port)

    def new_name(self) -> str:
        self._names += 1
        return f"person{self._names}"

    def join(self, name: str | None = None, role: str = "member") -> Account:
        account = Account(self, name or self.new_name(), DeviceKey())
        with self.line() as line:
            line.join(self.new_invite(role).token, account.name, account.key)
        return account

    def client(self, name: str | None = None, role: str = "member", port: int | None = None) -> Client:
        client = Client()
        result = client.join(self.new_invite(role, port), name or self.new_name())
        if result.code != DONE:
            raise AssertionError(f"join failed: {result}")
        return client

    # What can be seen of it

    @property
    def memory(self) -> int:
        """Anonymous memory in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"^RssAnon:\s+(\d+) kB", status, re.MULTILINE)[1]) * 1024

    @property
    def database(self) -> Path:
        files = [file for file in sorted(self.private.iterdir()) if file.is_file()]
        return next(file for file in files if file.read_bytes()[:16] == b"SQLite format 3\0")

    @contextlib.contextmanager
    def open_database(self) -> Iterator[sqlite3.Connection]:
        """The database of a server that is stopped; nothing is left in a log beside it afterwards."""
        connection = sqlite3.connect(self.database)
        try:
            yield connection
            connection.commit()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


def remove_tree(folder: Path) -> None:
    """rmtree, also for paths longer than PATH_MAX."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        subprocess.run(["rm", "-rf", folder], check=False)


class Proxy:
    """A TCP relay that can hold the bytes of a direction after so many, and cut."""

    def __init__(self, target: int):
        self.target = target
        self.port = free_port()
        self.counts = {"up": 0, "down": 0}
        self.limits = {"up": float("inf"), "down": float("inf")}
        self.changed = threading.Condition()
        self.sockets: set[socket.socket] = set()
        self.listen()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_: object) -> None:
        self.deaf()
        self.release()
        self.cut()

    def listen(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def deaf(self) -> None:
        """New connections are refused by the kernel, as if the machine were gone."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def hold(self, direction: str, after: float) -> None:
        """Lets so many more bytes pass in a direction, counted from now."""
        with self.changed:
            self.limits[direction] = self.counts[direction] + after

    def release(self) -> None:
        with self.changed:
            self.limits = {"up": float("inf"), "down": float("inf")}
            self.changed.notify_all()

    def wait_held(self, direction: str, timeout: float = 30) -> None:
        """Until the held direction has passed all that it may."""
        wait_until(lambda: self.counts[direction] >= self.limits[direction], f"bytes {direction}", timeout)

    def cut(self) -> None:
        """Ends every connection that there is, as a broken cable does: with no goodbye."""
        with self.changed:
            for one in list(self.sockets):
                with contextlib.suppress(OSError):
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    one.shutdown(socket.SHUT_RDWR)
            self.sockets.clear()
            self.changed.notify_all()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target), 10)
                far.settimeout(None)
            except OSError:
                near.close()
                continue
            with self.changed:
                self.sockets |= {near, far}
            for source, sink, direction in ((near, far, "up"), (far, near, "down")):
                threading.Thread(target=self._pump, args=(source, sink, direction), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, direction: str) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65_536):
                while piece:
                    with self.changed:
                        self.changed.wait_for(
                            lambda: source not in self.sockets or self.counts[direction] < self.limits[direction]
                        )
                        if source not in self.sockets:
                            piece = b""
                            break
                        room = min(len(piece), self.limits[direction] - self.counts[direction])
                    sent = sink.send(piece[: int(room)])
                    piece = piece[sent:]
                    with self.changed:
                        self.counts[direction] += sent
        with self.changed:
            self.sockets.discard(source)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
        with contextlib.suppress(OSError):
            source.shutdown(socket.SHUT_RD)


class Case(unittest.TestCase):
    """What all tests share: the servers' logs on failure, and the checks that many of them make."""

    maxDiff = 2000

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        Server.running = [server for server in Server.running if server.process.poll() is None]
        failed = len(result.failures) + len(result.errors) if result else 0
        outcome = super().run(result)
        if result and len(result.failures) + len(result.errors) > failed:
            for server in {id(server): server for server in Server.running}.values():
                log = (getattr(server, "last_log", "") or server.log()).splitlines()[-30:]
                print(f"--- the server's log at the end of {self.id()}", *log, "---", sep="\n", file=sys.stderr)
        return outcome

    @contextlib.contextmanager
    def fails(self, *codes: str) -> Iterator[Any]:
        """The body of the `with` gets an error with one of these codes."""
        with self.assertRaises(LineError) as caught:
            yield caught
        self.assertIn(caught.exception.code, codes, str(caught.exception))

    def assert_done(self, result: Result) -> Result:
        self.assertEqual(result.code, DONE, str(result))
        return result

    def assert_exit(self, result: Result, code: int) -> Result:
        self.assertEqual(result.code, code, str(result))
        return result

    def assert_content(self, file: Path, content: bytes) -> None:
        """Compares without printing megabytes."""
        self.assertTrue(file.is_file(), f"{file} is there")
        self.assertEqual(hash_of(file), hashlib.sha256(content).hexdigest(), f"content of {file.name}")

    def assert_mode(self, path: Path, mode: int) -> None:
        self.assertEqual(oct(os.lstat(path).st_mode & 0o7777), oct(mode), str(path))

    def new_client(self) -> Client:
        return self.enterContext(Client())


class ServerCase(Case):
    """A server for all tests of a class, with the member `ada`. Each test has a folder of its own in the tree."""

    flags: tuple = ()
    server: Server
    ada: Account

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = cls.enterClassContext(Server(*cls.flags))
        cls.ada = cls.server.join("ada")

    def line(self, account: Account | None = None, **options: Any) -> Line:
        return self.enterContext((account or self.ada).line(**options))

    def nobody(self, **options: Any) -> Line:
        """A connection that has said hello and not logged in."""
        return self.enterContext(self.server.line(**options))

    def client(self, **options: Any) -> Client:
        return self.enterContext(self.server.client(**options))

    @property
    def here(self) -> str:
        """The test's own folder."""
        return self._testMethodName

    @property
    def on_disk(self) -> Path:
        """The same, on the server's disk; made if need be."""
        folder = self.server.tree / self.here
        folder.mkdir(exist_ok=True)
        return folder
