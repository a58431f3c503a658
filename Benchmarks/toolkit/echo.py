#!/usr/bin/env python3
"""Echo servers of the toolkit beside plain C, SwiftNIO, FlyingSocks and Python, in turn; prints medians and ratios.

    make bench-toolkit                                         # everything, 5 rounds
    scripts/python Benchmarks/toolkit/echo.py --only udp       # cases whose name has the word
    scripts/python Benchmarks/toolkit/echo.py --rounds 3 --seconds 2

Messages of 64 bytes (datagrams also of 1200) over loopback. The server runs on core 0, the load generator (tcpload.c, udpload.c) on core 1. On a
machine that does other things as well, the CPU time a message is the steadier figure, and ratios of alternating runs are the
only ones that say something.

Peers that are not there are left out, and said to be: `make bench-toolkit` builds those of the package `peers` and installs
uvloop into a folder of its own.
"""

import argparse
import json
import os
import resource
import signal
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))

from measure import anonymous_bytes, cpu_seconds, free_port, wait_until_it_listens  # noqa: E402

BUILD = ROOT / ".build" / "bench-toolkit"
ECHOD = os.environ.get("LANDLINE_ECHOD", str(ROOT / ".build" / "release" / "echod"))
PYTHON = [sys.executable, "-S", str(HERE / "python_echo.py")]
PEERS = os.environ.get("LANDLINE_PEERS", str(ROOT / ".build" / "bench-peers" / "release" / "peerechod"))
# A virtual environment that has uvloop; without it asyncio still runs.
VENV = os.environ.get("LANDLINE_BENCH_PYTHON", str(ROOT / ".build" / "bench-python" / "bin" / "python"))
ASYNCIO = [VENV if Path(VENV).exists() else sys.executable, str(HERE / "asyncio_echo.py")]

SERVERS = {
    "C epoll": [str(BUILD / "epoll_echo"), "{port}"],
    "C recvmmsg": [str(BUILD / "recvmmsg_echo"), "{port}"],
    "multiplexed": [ECHOD, "--engine", "multiplexed", "--port", "{port}"],
    "threading": [ECHOD, "--engine", "threading", "--port", "{port}"],
    "forking": [ECHOD, "--engine", "forking", "--port", "{port}"],
    "async": [ECHOD, "--engine", "async", "--port", "{port}"],
    "NIO handler": [PEERS, "nio-handler", "{port}"],
    "NIOAsyncChannel": [PEERS, "nio-async", "{port}"],
    "NIOAsyncChannel loop": [PEERS, "nio-async-loop", "{port}"],
    "FlyingSocks": [PEERS, "flyingsocks", "{port}"],
    "asyncio streams": [*ASYNCIO, "streams", "asyncio", "{port}"],
    "asyncio protocol": [*ASYNCIO, "protocol", "asyncio", "{port}"],
    "uvloop streams": [*ASYNCIO, "streams", "uvloop", "{port}"],
    "uvloop protocol": [*ASYNCIO, "protocol", "uvloop", "{port}"],
    "async UDP": [ECHOD, "--engine", "async", "--udp", "--port", "{port}"],
    "asyncio UDP": [*ASYNCIO, "udp", "asyncio", "{port}"],
    "uvloop UDP": [*ASYNCIO, "udp", "uvloop", "{port}"],
    "UDP": [ECHOD, "--udp", "--port", "{port}"],
    "Python threading": [*PYTHON, "threading", "{port}"],
    "Python forking": [*PYTHON, "forking", "{port}"],
    "Python UDP": [*PYTHON, "udp", "{port}"],
}


@dataclass
class Case:
    """What load, on which servers, and what is compared with what: (ours, peer, of which figure, at least)."""

    name: str
    load: list[str]
    servers: list[str]
    goals: list[tuple[str, str, str, float]] = field(default_factory=list)

    @property
    def is_udp(self) -> bool:
        return self.load[0] == "udpload"


def tcp(connections: int, depth: int) -> list[str]:
    return ["tcpload", "{port}", str(connections), str(depth)]


def udp(sockets: int, depth: int, size: int = 64) -> list[str]:
    return ["udpload", "{port}", str(sockets), str(depth), str(size)]


# Economy is messages for the same CPU time: 0.909 is 1.10 times the peer's CPU a message.
ASYNC_PEERS = ["NIO handler", "NIOAsyncChannel", "NIOAsyncChannel loop", "FlyingSocks", "asyncio streams", "asyncio protocol",
               "uvloop streams", "uvloop protocol"]
ASYNC = ["async", "C epoll", *ASYNC_PEERS]
ASYNC_GOALS = [("async", "C epoll", "rate", 0.9), ("async", "C epoll", "economy", 0.909),
               *(("async", peer, figure, 1.0) for peer in ASYNC_PEERS for figure in ("rate", "economy"))]
ASYNC_UDP = ["async UDP", "C recvmmsg", "asyncio UDP", "uvloop UDP"]
ASYNC_UDP_GOALS = [("async UDP", "C recvmmsg", "rate", 0.9), ("async UDP", "C recvmmsg", "economy", 0.9)]
EPOLL = [("multiplexed", "C epoll", "rate", 0.9)]
THREADS = ["threading", "Python threading"]
UDP = ["UDP", "C recvmmsg", "Python UDP"]
UDP_GOALS = [("UDP", "C recvmmsg", "economy", 0.9), ("UDP", "Python UDP", "economy", 1.5), ("UDP", "Python UDP", "rate", 1.5)]

CASES = [
    Case("TCP, 50 connections", tcp(50, 1), ["multiplexed", "C epoll"], EPOLL),
    Case("TCP, 500 connections", tcp(500, 1), ["multiplexed", "C epoll"], EPOLL),
    Case("TCP, 50 connections, 32 in flight", tcp(50, 32), ["multiplexed", "C epoll"], EPOLL),
    Case("TCP, 500 connections, 32 in flight", tcp(500, 32), ["multiplexed", "C epoll"], EPOLL),
    Case("Async TCP, 50 connections", tcp(50, 1), ASYNC, ASYNC_GOALS),
    Case("Async TCP, 500 connections", tcp(500, 1), ASYNC, ASYNC_GOALS),
    Case("Async TCP, 50 connections, 32 in flight", tcp(50, 32), ASYNC, [("async", "C epoll", "rate", 0.9)]),
    Case("Async UDP, 64 sockets", udp(64, 1), ASYNC_UDP, ASYNC_UDP_GOALS),
    Case("Async UDP, 64 sockets, 1200 bytes", udp(64, 1, 1200), ASYNC_UDP, ASYNC_UDP_GOALS),
    Case("Async UDP, 4 sockets, 32 in flight", udp(4, 32), ASYNC_UDP, ASYNC_UDP_GOALS),
    Case("TCP threads, 64 connections", tcp(64, 1), THREADS,
         [("threading", "Python threading", "rate", 1.0), ("threading", "Python threading", "economy", 1.0)]),
    Case("TCP threads, 64 connections, 16 in flight", tcp(64, 16), THREADS,
         [("threading", "Python threading", "rate", 1.5)]),
    Case("TCP threads, a connection a request", tcp(32, 0), THREADS, [("threading", "Python threading", "rate", 2.0)]),
    Case("TCP forks, a connection a request", tcp(32, 0), ["forking", "Python forking"],
         [("forking", "Python forking", "rate", 2.0)]),
    Case("UDP, 64 sockets", udp(64, 1), UDP, UDP_GOALS),
    Case("UDP, 4 sockets, 32 in flight", udp(4, 32), UDP, UDP_GOALS),
]

IDLE = ["multiplexed", "async", "C epoll", "threading", "Python threading", "NIO handler", "NIOAsyncChannel",
        "uvloop streams", "uvloop protocol"]
# Bytes a connection, at most.
IDLE_GOALS = {"multiplexed": 530, "async": 1331}


def is_there(name: str) -> bool:
    command = SERVERS[name]
    if "uvloop" in command:
        return subprocess.run([command[0], "-c", "import uvloop"], capture_output=True).returncode == 0
    return Path(command[0]).exists()


def compile_tools() -> None:
    BUILD.mkdir(parents=True, exist_ok=True)
    for source in HERE.glob("*.c"):
        target = BUILD / source.stem
        newest = max(source.stat().st_mtime, (HERE / "load.h").stat().st_mtime)
        if not target.exists() or target.stat().st_mtime < newest:
            subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", target, source], check=True)


class Server:
    """A server on core 0, until the end of the `with`."""

    def __init__(self, name: str, is_udp: bool = False):
        self.port = free_port()
        self.command = [word.format(port=self.port) for word in SERVERS[name]]
        self.is_udp = is_udp

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, {0}))
        if self.is_udp:
            self.wait_for_datagram()
        else:
            wait_until_it_listens(self.port)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait_for_datagram(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.05)
            probe.connect(("127.0.0.1", self.port))
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                try:
                    probe.send(b"probe")
                    probe.recv(100)
                    return
                except OSError:
                    time.sleep(0.02)
        raise RuntimeError(f"{self.command} does not answer")


def run(case: Case, name: str, seconds: float) -> dict[str, float]:
    """One measurement: messages a second, and CPU microseconds a message."""
    with Server(name, case.is_udp) as server:
        before = cpu_seconds(server.process.pid)
        command = [str(BUILD / case.load[0]), *(word.format(port=server.port) for word in case.load[1:]), str(seconds)]
        output = subprocess.run(
            command, check=True, capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, {1})).stdout
        result = json.loads(output)
        # Processes of forked requests are added to their parent's account when they have ended.
        time.sleep(0.1 if "fork" in name.lower() else 0)
        used = cpu_seconds(server.process.pid) - before
    return {"rate": result["per_second"], "cpu": used / result["total"] * 1e6, "lost": result["lost"]}


def measure(case: Case, rounds: int, seconds: float) -> list[str]:
    missing = [name for name in case.servers if not is_there(name)]
    case.servers = [name for name in case.servers if name not in missing]
    case.goals = [goal for goal in case.goals if goal[1] not in missing]
    results: dict[str, list[dict[str, float]]] = {name: [] for name in case.servers}
    for number in range(rounds):
        for name in case.servers if number % 2 == 0 else reversed(case.servers):
            results[name].append(run(case, name, seconds))
    print(f"\n{case.name}" + (f" (without {', '.join(missing)}: not there)" if missing else ""))
    for name, runs in results.items():
        rates = [one["rate"] for one in runs]
        print(f"  {name:20} {statistics.median(rates):>11,.0f}/s  "
              f"{statistics.median(one['cpu'] for one in runs):8.2f} us CPU each  "
              f"(rates {min(rates):,.0f} to {max(rates):,.0f}, lost {sum(one['lost'] for one in runs):.0f})")
    return [verdict(case, goal, results) for goal in case.goals]


def verdict(case: Case, goal: tuple[str, str, str, float], results: dict[str, list[dict[str, float]]]) -> str:
    """The median of the ratios of runs that stood side by side."""
    ours, peer, figure, wanted = goal
    pairs = list(zip(results[ours], results[peer]))
    if figure == "rate":
        ratio = statistics.median(one["rate"] / other["rate"] for one, other in pairs)
    else:
        ratio = statistics.median(other["cpu"] / one["cpu"] for one, other in pairs)
    mark = "" if ratio >= wanted else "   <- missed"
    print(f"  {ours} / {peer}, {figure}: {ratio:.2f} (at least {wanted}){mark}")
    return mark


def idle(connections: int) -> list[str]:
    """Memory of connections that do nothing, each of them used once, beside the kernel's."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(f"\n{connections:,} idle connections")
    marks = []
    for name in filter(is_there, IDLE):
        count = connections if "threading" not in name else connections // 5
        clients: list[socket.socket] = []
        with Server(name) as server:
            def connect(number: int) -> None:
                for _ in range(number):
                    client = socket.create_connection(("127.0.0.1", server.port), 30)
                    client.sendall(b"x" * 64)
                    client.recv(64)
                    clients.append(client)
            connect(20)
            before = anonymous_bytes(server.process.pid)
            connect(count)
            each = (anonymous_bytes(server.process.pid) - before) / count
            before = cpu_seconds(server.process.pid)
            time.sleep(2)
            used = cpu_seconds(server.process.pid) - before
            for client in clients:
                client.close()
        mark = "   <- missed" if name in IDLE_GOALS and each > IDLE_GOALS[name] else ""
        marks.append(mark)
        goal = f" (at most {IDLE_GOALS[name]:,})" if name in IDLE_GOALS else ""
        print(f"  {name:20} {each:9,.0f} bytes each{goal}, {used / 2:.1%} CPU{mark}")
    return marks


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--only", default="", help="cases whose name has this word")
    parser.add_argument("--connections", type=int, default=10_000, help="idle connections")
    arguments = parser.parse_args()
    if not Path(ECHOD).exists():
        sys.exit(f"{ECHOD} is missing: swift build -c release --product echod, or say where in LANDLINE_ECHOD")
    compile_tools()
    marks: list[str] = []
    for case in CASES:
        if arguments.only.lower() in case.name.lower():
            marks += measure(case, arguments.rounds, arguments.seconds)
    if arguments.only.lower() in "idle connections":
        marks += idle(arguments.connections)
    missed = sum(1 for mark in marks if mark)
    print(f"\n{len(marks) - missed} of {len(marks)} goals reached")
    return 0


sys.exit(main())
