#!/usr/bin/env python3
"""Commands by landline and by ssh, in turn: how long `true` takes, 64 MiB of output, and the echo of a typed key.

    make bench                                                      # everything, 5 rounds
    scripts/python Benchmarks/commands.py --only true --rounds 3    # true, output or echo
    scripts/python Benchmarks/commands.py --rounds 1 --times 50 --mib 8      # a short run, to see that it works

Everything is on loopback and in memory (tmpfs). sshd is one of its own, with a key and without PAM, and the shell
that it starts reads no ~/.bashrc; both sides of ssh use aes128-gcm@openssh.com, the fastest that it has here. The
times are what a clock beside the caller says, with nothing taken off: over a warm connection the client is the tests'
own, in Python, whose part is in it. landline-launch is what the server starts for each command, and guards it; beside
it `true` is spawned from here, without it. Exits with 1 when a goal is missed.
"""

import argparse
import contextlib
import fcntl
import os
import pty
import select
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests/Outside"))

from line import Invite, Line  # noqa: E402  (the client of docs/PROTOCOL.md that the tests use)
from measure import cpu_seconds, ends_well, measure, warm_memory  # noqa: E402
from servers import BINARY, Landline, Sshd  # noqa: E402

TRUE, CAT = shutil.which("true", path="/usr/bin:/bin"), shutil.which("cat", path="/usr/bin:/bin")


def launcher() -> Path:
    """Where the server looks for it, too."""
    beside = BINARY.parent / "landline-launch"
    return beside if beside.exists() else BINARY.parent.parent / "libexec/landline/landline-launch"


class Office:
    """A landline server whose one account may run `true`, `cat` and a shell."""

    def __init__(self, folder: Path, user: str | None):
        settings = ("--commands-user", user) if user else ()
        self.server = Landline(folder, "--log-level", "warning", *settings)
        self.server.run(
            "role", "define", "operator", "--parent", "admin", "--grant", f"commands.run={TRUE},{CAT}", "--grant",
            "commands.shell", "--data", self.server.data)
        self.server.run("account", "set", "bench", "--role", "operator", "--data", self.server.data)
        place = Invite.parse(self.server.invite)
        self.line = Line(place.host, place.port, place.fingerprint)
        self.line.hello()
        self.line.login_token(self.server.run("token", "create", "bench").strip())

    def run_true(self) -> None:
        number = self.line.request("run", argv=["true"])
        while (head := self.line.answer(number)[0])["type"] != "exited":
            pass
        if head.get("status") != 0:
            sys.exit(f"true failed: {head}")

    def stop(self) -> None:
        self.line.close()
        self.server.stop()


class Master:
    """A connection of ssh that stays, and the options with which others use it."""

    def __init__(self, folder: Path, sshd: Sshd):
        path = folder / "master"
        self.options = f"-o ControlPath={path} -o ControlMaster=no"
        self.process = subprocess.Popen(
            [*sshd.ssh.split(), "-o", f"ControlPath={path}", "-o", "ControlMaster=yes", "-N", "127.0.0.1"])
        deadline = time.monotonic() + 60
        while not path.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit("there is no connection of ssh to share")
            time.sleep(0.02)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


# true


def spawn(command: list[str], environment: dict[str, str]) -> None:
    """Starts a program without a shell and waits for it (man 3 posix_spawn)."""
    actions = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
               (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    child = os.posix_spawn(command[0], command, environment, file_actions=actions)
    _, status = os.waitpid(child, 0)
    if status != 0:
        sys.exit(f"failed: {command}")


class Launcher:
    """One that waits, as with the server, and limits like the server's, though not on how many processes the user may
    have here, and without Landlock."""

    def __init__(self):
        words = ["--folder", "/", "--cpu", "3600", "--memory", str(2 << 30), "--processes", "1000000", "--", TRUE, "true"]
        variables = ["PATH=/usr/bin:/bin"]
        strings = "".join(f"{text}\0" for text in (*words, *variables)).encode()
        self.order = struct.pack("=III", 0, len(words), len(variables)) + strings
        self.null = os.open("/dev/null", os.O_RDWR)
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            actions = ((os.POSIX_SPAWN_DUP2, theirs.fileno(), 3),)
            self.process = os.posix_spawn(launcher(), [str(launcher())], {}, file_actions=actions)

    def run_true(self) -> None:
        socket.send_fds(self.control, [self.order], [self.null] * 3)
        self.control.recv(64)  # it runs
        kind, status = struct.unpack_from("=Ii", self.control.recv(64))
        if (kind, status) != (3, 0):
            sys.exit(f"the launcher failed: {kind}, {status}")

    def stop(self) -> None:
        self.control.close()
        os.waitpid(self.process, 0)
        os.close(self.null)


@dataclass
class Way:
    """A way to run `true`, how often of --times, and whose CPU it costs."""

    name: str
    once: Callable[[], None]
    part: float
    server: subprocess.Popen | None = None


def measure_true(office: Office, sshd: Sshd, master: Master, options: argparse.Namespace) -> bool:
    ssh = [shutil.which("ssh"), *sshd.ssh.split()[1:]]
    ours, theirs = office.server.process, sshd.process
    environment = dict(os.environ)
    run_true = [str(BINARY), "run", "--no-input", "--", "true"]
    shared = [*ssh, *master.options.split(), "127.0.0.1", "true"]
    waiting = Launcher()
    ways = [
        Way("spawned, no server", lambda: spawn([TRUE], environment), 1),
        Way("by landline-launch, no server", waiting.run_true, 1),
        Way("landline, a warm connection", office.run_true, 1, ours),
        Way("landline run, a process each", lambda: spawn(run_true, office.server.environment), 0.05, ours),
        Way("ssh ControlMaster, a process each", lambda: spawn(shared, environment), 0.1, theirs),
        Way("ssh, a process each", lambda: spawn([*ssh, "127.0.0.1", "true"], environment), 0.02, theirs),
    ]
    rows: dict[str, list[dict[str, float]]] = {way.name: [] for way in ways}
    for number in range(options.rounds):
        for way in ways if number % 2 == 0 else reversed(ways):
            rows[way.name].append(time_way(way, max(int(options.times * way.part), 3)))
    waiting.stop()
    print(f"\ntrue, {options.times} times over a warm connection, median of {options.rounds} rounds, in turn")
    print(f"{'':34} {'times':>6} {'p50 ms':>8} {'p99 ms':>8} {'server CPU ms':>14}")
    middle = {}
    for way in ways:
        row = {field: statistics.median(one[field] for one in rows[way.name]) for field in rows[way.name][0]}
        middle[way.name] = row["p50"]
        cpu = f"{row['cpu']:14.2f}" if way.server else ""
        print(f"{way.name:34} {row['times']:6.0f} {row['p50']:8.2f} {row['p99']:8.2f} {cpu}")
    launch = middle["by landline-launch, no server"] - middle["spawned, no server"]
    print(f"the launcher costs {launch:.2f} ms of the {middle['landline, a warm connection']:.2f}")
    pairs = [mine["p50"] / other["p50"] for mine, other in
             zip(rows["landline run, a process each"], rows["ssh, a process each"])]
    return all([
        at_most("landline, a warm connection: p50 in ms", middle["landline, a warm connection"], 2),
        at_most(f"landline run / ssh, p50 ({min(pairs):.2f} to {max(pairs):.2f})", statistics.median(pairs), 1 / 3)])


def time_way(way: Way, times: int) -> dict[str, float]:
    for _ in range(2):
        way.once()
    before = cpu_seconds(way.server.pid) if way.server else 0
    took = []
    for _ in range(times):
        start = time.perf_counter()
        way.once()
        took.append((time.perf_counter() - start) * 1000)
    took.sort()
    if way.server:
        # sshd's child is counted when sshd has reaped it.
        time.sleep(0.1)
    cpu = (cpu_seconds(way.server.pid) - before) * 1000 / times if way.server else 0
    print(f"  {way.name:34} p50 {took[times // 2]:.2f} ms", file=sys.stderr)
    return {"times": times, "p50": took[times // 2], "p99": took[times * 99 // 100], "cpu": cpu}


# output


def measure_output(office: Office, sshd: Sshd, master: Master, folder: Path, options: argparse.Namespace) -> bool:
    # The client's files have a folder of their own: a file beside the server's folder is named in its Landlock rules,
    # and the server would have to free its blocks when it is gone.
    files = folder / "files"
    files.mkdir()
    source, target = files / "source", files / "target"
    with open(source, "wb") as file:
        for _ in range(options.mib):
            file.write(os.urandom(1 << 20))
    source.chmod(0o644)
    cat = f"{CAT} {source} >{target}"
    ways = {
        "landline run": (f"{BINARY} run --no-input -- {cat}", office.server),
        "ssh": (f"{sshd.ssh} -n 127.0.0.1 {cat}", sshd),
        "ssh ControlMaster": (f"{sshd.ssh} {master.options} -n 127.0.0.1 {cat}", sshd),
    }
    rows: dict[str, list[dict]] = {name: [] for name in ways}
    for number in range(options.rounds + 1):
        for name in ways if number % 2 else reversed(ways):
            command, server = ways[name]
            target.unlink(missing_ok=True)
            warm_memory(folder, options.mib)
            row = measure(command, server.process, getattr(server, "environment", None), memory=False)
            if subprocess.run(["cmp", "-s", source, target]).returncode != 0:
                sys.exit(f"{name}: the output arrived changed")
            if number > 0:  # the first round warms up
                rows[name].append(row)
            print(f"  {name:20} {row['wall']:.2f} s", file=sys.stderr)
    print(f"\n{options.mib} MiB of output (cat into a file), median of {options.rounds} rounds, in turn")
    print(f"{'':20} {'seconds':>8} {'MB/s':>7} {'client CPU':>11} {'server CPU':>11}")
    is_well = True
    for name, runs in rows.items():
        row = {field: statistics.median(one[field] for one in runs) for field in runs[0]}
        print(f"{name:20} {row['wall']:8.2f} {(options.mib << 20) / row['wall'] / 1e6:7.0f} {row['client_cpu']:11.2f} "
              f"{row['server_cpu']:11.2f}")
    for name, goal in (("ssh", 3), ("ssh ControlMaster", 1.5)):
        pairs = [other["wall"] / mine["wall"] for mine, other in zip(rows["landline run"], rows[name])]
        ratio = statistics.median(pairs)
        is_short = ratio < goal
        mark = "   <- missed" if is_short else ""
        print(f"landline run is {ratio:.2f} times as fast as {name} ({min(pairs):.2f} to {max(pairs):.2f}), "
              f"at least {goal}{mark}")
        is_well = is_well and not is_short
    return is_well


# echo


class Typist:
    """Types into a program on a terminal, and sees what it shows."""

    def __init__(self, command: list[str], environment: dict[str, str]):
        self.near, far = pty.openpty()
        self.process = subprocess.Popen(
            command, stdin=far, stdout=far, stderr=far, env=environment, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(far)

    def type(self, text: bytes, awaited: bytes, seconds: float = 60) -> None:
        """Types and reads until it is shown."""
        os.write(self.near, text)
        shown, deadline = b"", time.monotonic() + seconds
        while awaited not in shown:
            if not select.select([self.near], [], [], max(deadline - time.monotonic(), 0))[0]:
                raise TimeoutError(f"{awaited!r} is not among {shown!r}")
            shown += os.read(self.near, 65536)

    def end(self) -> None:
        """The end of `cat`, which the shell has become."""
        with contextlib.suppress(OSError):
            os.write(self.near, b"\x04")
            while select.select([self.near], [], [], 5)[0] and os.read(self.near, 65536):
                pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.near)


def time_keys(command: list[str], environment: dict[str, str], times: int) -> list[float]:
    """Milliseconds from a key until its echo, of the terminal at the other side on which `cat` reads."""
    typist = Typist(command, environment)
    took, line = [], bytearray()
    try:
        # As typed it is not the awaited word yet.
        typist.type(b"echo rea''dy; exec cat\r", b"ready\r\n")
        for number in range(times):
            key = b"abcdefghijklmnopqrstuvwxyz"[number % 26:][:1]
            start = time.perf_counter()
            typist.type(key, key)
            took.append((time.perf_counter() - start) * 1000)
            line += key
            if number % 50 == 49:
                # A terminal's line is not endless. It is shown twice, by the terminal, key by key, and whole by cat.
                typist.type(b"\r", bytes(line) + b"\r\n")
                line.clear()
    finally:
        typist.end()
    return sorted(took)


def measure_echo(office: Office, sshd: Sshd, options: argparse.Namespace) -> bool:
    ways = {
        "landline shell": ([str(BINARY), "shell"], office.server.environment),
        "ssh -tt": ([*sshd.ssh.split(), "-tt", "127.0.0.1"], dict(os.environ)),
    }
    rows: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for number in range(options.rounds):
        for name in ways if number % 2 == 0 else reversed(ways):
            took = time_keys(*ways[name], options.times)
            rows[name].append((took[len(took) // 2], took[len(took) * 99 // 100]))
            print(f"  {name:20} p50 {took[len(took) // 2]:.3f} ms", file=sys.stderr)
    print(f"\nthe echo of a typed key, {options.times} keys, median of {options.rounds} rounds, in turn")
    print(f"{'':20} {'p50 ms':>8} {'p99 ms':>8}")
    for name, runs in rows.items():
        p50, p99 = (statistics.median(one[place] for one in runs) for place in (0, 1))
        print(f"{name:20} {p50:8.3f} {p99:8.3f}")
    return at_most("landline shell: p50 in ms", statistics.median(one[0] for one in rows["landline shell"]), 2)


def at_most(what: str, value: float, goal: float) -> bool:
    is_well = value <= goal
    print(f"{what}: {value:.2f}, at most {goal:.2f}" + ("" if is_well else "   <- missed"))
    return is_well


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--times", type=int, default=1_000, help="of true over a warm connection, and keys")
    parser.add_argument("--mib", type=int, default=64)
    parser.add_argument("--only", choices=("true", "output", "echo"))
    parser.add_argument("--folder", default="/dev/shm" if os.path.isdir("/dev/shm") else None)
    parser.add_argument("--commands-user", help="run landline's commands as this user, who has a shell (as root)")
    options = parser.parse_args()
    ends_well()
    folder = Path(tempfile.mkdtemp(prefix="landline-bench-", dir=options.folder))
    folder.chmod(0o755)
    verdicts = []
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        office = Office(folder / "landline", options.commands_user)
        stack.callback(office.stop)
        sshd = Sshd(folder / "ssh")
        stack.callback(sshd.stop)
        master = Master(folder, sshd)
        stack.callback(master.stop)
        if options.only in (None, "true"):
            verdicts.append(measure_true(office, sshd, master, options))
        if options.only in (None, "output"):
            verdicts.append(measure_output(office, sshd, master, folder, options))
        if options.only in (None, "echo"):
            verdicts.append(measure_echo(office, sshd, options))
    return 0 if all(verdicts) else 1


sys.exit(main())
