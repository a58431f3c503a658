"""Starts the two sides of a program, each in Swift or in Python, and watches what they say.

    @program("s000_tcp_hello")
    class TCPHello(Pairing):
        def test_exchange(self):
            server = self.server()              # started, and waited for until it listens
            client = self.client()
            client.ends("b'hi'\n")              # status 0, and all that it has printed
            server.ends("b'hello!'\n")

`program` makes of such a class four: Swift/Swift, Swift server with Python client, Python server with Swift client, and
Python/Python as the control. Of a test whose name begins with `test_swift_` it makes one, with the Swift server (and a
client of the test's own). A class of `Script` tests runs one side in both languages, those of `test_swift_` in Swift.

Nothing here sleeps for luck: a server is waited for in /proc/net, a text in the output, an end by its status.
"""

import contextlib
import hashlib
import os
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BINARY = Path(os.environ.get("TUTORIALS_BINARY", ROOT / ".build/debug/tutorials")).absolute()
SCRATCH = "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"
LIMIT = 60  # seconds for anything that is waited for
SIZES = (0, 1, 1023, 1024, 1025, 10 << 20)  # of the files that are sent


def wait_until(condition, what: str, timeout: float = LIMIT):
    """Polls until the condition holds, and returns its value."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what() if callable(what) else what}")
        time.sleep(0.005)
    return value


_given: set[int] = set()


def free_port() -> int:
    """A port that nobody has and no other test was given: below the range from which the kernel gives ports."""
    while True:
        port = random.SystemRandom().randrange(10_000, 32_000)
        if port in _given:
            continue
        with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagram:
            try:
                stream.bind(("127.0.0.1", port))
                datagram.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port


def content_of(size: int, newlines: bool = True, seed: int = 0) -> bytes:
    data = random.Random(f"{size} {seed}").randbytes(size)
    return data if newlines else data.replace(b"\n", b"\r")


def hash_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def is_open(port: int) -> bool:
    """Whether a stream socket listens at the port, or a datagram socket is bound to it."""
    for table, state in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == state and int(words[1].rsplit(":", 1)[1], 16) == port:
                return True
    return False


class Peer:
    """A side of a program that runs; its output, standard error too, is gathered as it comes."""

    def __init__(self, name: str, command: list, folder: Path, environment: dict):
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LD_LIBRARY_PATH") if key in os.environ}
        self.name = name
        self.process = subprocess.Popen(
            [str(word) for word in command], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=kept | {"LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"} | environment)
        self._changed = threading.Condition()
        self._output = {"stdout": b"", "stderr": b""}
        self._readers = [
            threading.Thread(target=self._read, args=(stream,), daemon=True) for stream in ("stdout", "stderr")]
        for reader in self._readers:
            reader.start()
        self._position = 0

    def _read(self, stream: str) -> None:
        while data := os.read(getattr(self.process, stream).fileno(), 65536):
            with self._changed:
                self._output[stream] += data
                self._changed.notify_all()

    @property
    def output(self) -> str:
        return self._output["stdout"].decode("utf-8", "replace")

    @property
    def errors(self) -> str:
        return self._output["stderr"].decode("utf-8", "replace")

    def __str__(self) -> str:
        return f"{self.name} said {self.output!r} and, to standard error, {self.errors!r}"

    def expect(self, text: str) -> None:
        """Waits until the output has the text, behind the one that was expected before."""
        deadline = time.monotonic() + LIMIT
        wanted = text.encode()
        with self._changed:
            while (found := self._output["stdout"].find(wanted, self._position)) < 0:
                left = deadline - time.monotonic()
                if left <= 0 or (self.process.poll() is not None and not self._changed.wait(0.5)):
                    raise AssertionError(f"{text!r} did not come: {self}")
                self._changed.wait(min(left, 0.5))
            self._position = found + len(wanted)

    def tell(self, *lines: str) -> None:
        for line in lines:
            self.process.stdin.write((line + "\n").encode())
        self.process.stdin.flush()

    def ends(self, output: str | None = None, status: int = 0) -> str:
        """Ends its input, and waits for its own end; returns, and compares, all that it has printed."""
        if not self.process.stdin.closed:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
        try:
            found = self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end: {self}") from None
        for reader in self._readers:
            reader.join(LIMIT)
        if found != status:
            raise AssertionError(f"status {found} instead of {status}: {self}")
        if output is not None and self.output != output:
            raise AssertionError(f"not {output!r}: {self}")
        return self.output

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for reader in self._readers:
            reader.join(LIMIT)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                stream.close()
            except BrokenPipeError:
                pass


class Programs(unittest.TestCase):
    """What all tests have: a folder, a port, and the processes, which end with the test."""

    program = ""
    maxDiff = None
    longMessage = True

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="tutorials-", dir=SCRATCH))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.port = free_port()

    def start(self, language: str, side: str, folder: Path | None = None, **environment) -> Peer:
        if language == "swift":
            if not os.access(BINARY, os.X_OK):
                raise AssertionError(f"there is no {BINARY}: swift build --product tutorials, or set TUTORIALS_BINARY")
            command = [BINARY, self.program, side]
        else:
            command = [sys.executable, "-B", HERE / "python" / f"{self.program}.py", side]
        environment = {"HOST": "127.0.0.1", "PORT": str(self.port)} | {k: str(v) for k, v in environment.items()}
        peer = Peer(f"{self.program} {side} in {language}", command, folder or self.folder, environment)
        self.addCleanup(peer.kill)
        return peer


class Pairing(Programs):
    server_language = client_language = ""

    def id(self) -> str:
        name = self._testMethodName.removeprefix("test_")
        return f"{self.program}.{name} {self.server_language}/{self.client_language}"

    def server(self, wait: bool = True, **environment) -> Peer:
        """Starts the server, in the folder `server`, and waits until it listens."""
        folder = self.folder / "server"
        folder.mkdir(exist_ok=True)
        server = self.start(self.server_language, "server", folder, **environment)
        if wait:
            wait_until(
                lambda: is_open(self.port) or server.process.poll() is not None, lambda: f"it does not listen: {server}")
        return server

    def client(self, *lines: str, **environment) -> Peer:
        """Starts a client, in the folder `client`, and gives it lines."""
        folder = self.folder / "client"
        folder.mkdir(exist_ok=True)
        client = self.start(self.client_language, "client", folder, **environment)
        if lines:
            client.tell(*lines)
        return client

    def has_files(self, *names: str) -> None:
        """Waits until the folder has these files and no others: what was cut off may be removed later than the next is
        kept, for its server has a thread for each."""
        def found():
            files = [file for file in self.folder.rglob("*") if file.is_file()]
            return sorted(str(file.relative_to(self.folder)) for file in files)

        wait_until(lambda: found() == sorted(names), lambda: f"the files are {found()}, not {names}")

    def connect(self) -> socket.socket:
        """A connection of the test's own."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT)
        self.addCleanup(connection.close)
        return connection

    def many(self, talk, count: int = 50) -> None:
        """So many connections that are all there before the first says a word; `talk` has each of them in turn."""
        connections = [self.connect() for _ in range(count)]
        for number, connection in enumerate(connections):
            talk(number, connection)
        for connection in connections:
            connection.close()


class Script(Programs):
    """Tests of a program with one side, in both languages."""

    language = ""

    def id(self) -> str:
        return f"{self.program}.{self._testMethodName.removeprefix('test_')} {self.language}"

    def script(self, *lines: str, **environment) -> Peer:
        script = self.start(self.language, "script", **environment)
        if lines:
            script.tell(*lines)
        return script


def program(name: str):
    """Makes the classes of each pairing of a program of a class of tests."""

    def make(tests: type) -> None:
        module = sys.modules[tests.__module__]
        methods = [method for method in dir(tests) if method.startswith("test_")]
        own = {method for method in methods if method.startswith("test_swift_")}
        if issubclass(tests, Script):
            variants = [({"language": "swift"}, set()), ({"language": "python"}, own)]
        else:
            variants = [
                ({"server_language": server, "client_language": client}, own)
                for server in ("swift", "python") for client in ("swift", "python")]
            variants.append(({"server_language": "swift", "client_language": "test"}, set(methods) - own))
        for settings, without in variants:
            members = settings | {"program": name} | {method: None for method in without}
            made = type(f"{tests.__name__}_{'_'.join(settings.values())}", (tests,), members)
            made.__module__ = tests.__module__
            setattr(module, made.__name__, made)

    return make


def reset(connection: socket.socket) -> None:
    """Ends a connection as a client does that is killed: the other side is told of an error, not of an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def close_listener(listener: socket.socket) -> None:
    """Ends the listening at once: a process that another test is just starting may hold a copy of the descriptor for a
    while, and of a port that somebody listens at nobody else can have a share."""
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def receive_all(connection: socket.socket) -> bytes:
    data = b""
    while part := connection.recv(65536):
        data += part
    return data


def receive_exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise AssertionError(f"the connection ended after {data!r}, {len(data)} of {count} bytes")
        data += part
    return data


def send_and_end(connection: socket.socket, data: bytes) -> None:
    """Sends what the other side may refuse in the middle, by closing, and then the end."""
    try:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass
