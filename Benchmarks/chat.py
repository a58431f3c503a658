#!/usr/bin/env python3
"""A room full of clients, one of which speaks: how fast everybody has heard it, beside ngircd and a broadcaster in C.

    make bench                                                          # everything, 5 rounds
    scripts/python Benchmarks/chat.py --only "200 clients" --rounds 3
    scripts/python Benchmarks/chat.py --rounds 1 --messages 50          # a short run, to see that it works

One load generator (chat/chatload.c) for all of them: it counts a message of 100 bytes as delivered when another
client has it whole, checks that every client gets every message once and in order, and says what it takes itself (a
load of about one core is what is slow then). landline encrypts (TLS 1.3) and stores each message durably before it
says so; its data is in memory (tmpfs), and for "on a disk" on one. ngircd and the broadcaster neither encrypt nor
store. Exits with 1 when a goal is missed, or a message.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT / "Tests/Outside"))

from line import Invite  # noqa: E402
from measure import end, ends_well, free_port, wait_until_it_listens  # noqa: E402
from servers import Landline, Ngircd  # noqa: E402

BUILD = ROOT / ".build" / "bench-chat"
# An account may have 256 connections.
CLIENTS_OF_AN_ACCOUNT = 250


@dataclass
class Case:
    """So many clients, of whose speaker so many messages are outstanding; the goal is a part of ngircd's deliveries."""

    clients: int
    outstanding: int
    # Of the messages of --messages.
    part: float
    goal: float | None
    # At most: 2,000 clients take long to enter, for everybody in an IRC channel is told of each of them.
    rounds: int = 1_000

    @property
    def name(self) -> str:
        return f"{self.clients:,} clients, {self.outstanding} outstanding"


CASES = [
    Case(200, 1, 1, 0.8),
    Case(200, 8, 1, 1.0),
    Case(2_000, 1, 0.25, None, rounds=3),
    Case(2_000, 8, 0.25, None, rounds=3),
]


class LandlineRoom:
    """A server, and access tokens for so many clients."""

    def __init__(self, folder: Path, clients: int):
        self.server = Landline(folder, "--chat-rate", "1000000", "--log-level", "warning")
        self.process = self.server.process
        place = Invite.parse(self.server.invite)
        tokens = []
        for number in range(-(-clients // CLIENTS_OF_AN_ACCOUNT)):
            own = {**self.server.environment, "XDG_CONFIG_HOME": str(folder / f"config{number}")}
            invite = self.server.run("invite", "--data", self.server.data).strip()
            self.server.run("join", invite, "--name", f"user{number}", environment=own)
            tokens.append(self.server.run("token", "create", "load", environment=own).strip())
        self.load = ("line", str(place.port), place.fingerprint, "bench")
        self.input = "".join(f"{token}\n" for token in tokens)

    def stop(self) -> None:
        self.server.stop()


class IrcRoom:
    input = ""

    def __init__(self, folder: Path, _: int):
        self.server = Ngircd(folder)
        self.process = self.server.process
        self.load = ("irc", str(self.server.port))

    def stop(self) -> None:
        self.server.stop()


class BroadcasterRoom:
    input = ""

    def __init__(self, _: Path, __: int):
        port = free_port()
        self.process = subprocess.Popen([BUILD / "broadcaster", str(port)])
        self.load = ("plain", str(port))
        wait_until_it_listens(port)

    def stop(self) -> None:
        end(self.process)


OURS, PEER, ON_DISK = "landline", "ngircd", "landline on a disk"
ROOMS = {OURS: LandlineRoom, PEER: IrcRoom, "C broadcaster": BroadcasterRoom, ON_DISK: LandlineRoom}


def compile_tools() -> None:
    BUILD.mkdir(parents=True, exist_ok=True)
    for source, libraries in (("chatload", ["-lssl", "-lcrypto"]), ("broadcaster", [])):
        subprocess.run(
            ["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", BUILD / source, HERE / f"chat/{source}.c", *libraries],
            check=True)


def run(name: str, case: Case, messages: int, parent: str) -> dict | None:
    """One measurement on a server of its own; None when it failed."""
    folder = Path(tempfile.mkdtemp(prefix="landline-bench-", dir=parent))
    folder.chmod(0o755)
    room = None
    try:
        room = ROOMS[name](folder / "server", case.clients)
        protocol, port, *rest = room.load
        command = [str(BUILD / "chatload"), protocol, port, str(case.clients), str(messages), str(case.outstanding),
                   str(room.process.pid), *rest]
        done = subprocess.run(command, input=room.input, capture_output=True, text=True)
        if done.returncode != 0:
            print(f"  {name}, {case.name}: {done.stderr.strip()}", file=sys.stderr)
            return None
        return json.loads(done.stdout)
    finally:
        if room:
            room.stop()
        shutil.rmtree(folder)


def measure(case: Case, options: argparse.Namespace) -> bool:
    """Measures and prints one case; whether all is well."""
    names = [name for name in ROOMS if name != ON_DISK or options.disk]
    messages = max(int(options.messages * case.part), 1)
    results: dict[str, list[dict | None]] = {name: [] for name in names}
    rounds = min(options.rounds, case.rounds)
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            result = run(name, case, messages, options.disk if name == ON_DISK else options.folder)
            results[name].append(result)
            if result:
                print(f"  {name}, {case.name}: {result['deliveries_s']:,}/s", file=sys.stderr)
    print(f"\n{case.name}: {messages:,} messages of 100 bytes, median of {rounds} rounds, in turn")
    print(f"{'':20} {'deliveries/s':>13} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8} {'server us':>10} {'its cores':>10} "
          f"{'its MiB':>8} {'load cores':>11}")
    for name, runs in results.items():
        report(name, [one for one in runs if one])
    return verdict(case, results)


def report(name: str, runs: list[dict]) -> None:
    if not runs:
        print(f"{name:20} failed")
        return
    row = {field: statistics.median(one[field] for one in runs) for field in runs[0]}
    print(f"{name:20} {row['deliveries_s']:13,.0f} {row['p50_us'] / 1e3:8.2f} {row['p99_us'] / 1e3:8.2f} "
          f"{row['max_us'] / 1e3:8.2f} {row['server_us']:10.2f} {row['server_cores']:10.2f} "
          f"{row['server_kib'] / 1024:8.1f} {row['load_cores']:11.2f}")


def verdict(case: Case, results: dict[str, list[dict | None]]) -> bool:
    """The median of the ratios of runs that stood side by side; whether nothing failed and the goal is reached."""
    is_well = True
    for name, runs in results.items():
        if None in runs:
            print(f"{name}: {runs.count(None)} of {len(runs)} rounds failed   <- missed")
            is_well = False
    pairs = [ours["deliveries_s"] / peer["deliveries_s"]
             for ours, peer in zip(results[OURS], results[PEER]) if ours and peer]
    if not pairs:
        return False
    ratio = statistics.median(pairs)
    is_short = case.goal is not None and ratio < case.goal
    goal = "" if case.goal is None else f", at least {case.goal}" + ("   <- missed" if is_short else "")
    print(f"{OURS} / {PEER}: {ratio:.2f} ({min(pairs):.2f} to {max(pairs):.2f}){goal}")
    return is_well and not is_short


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=1_000, help="a quarter of them for 2,000 clients")
    parser.add_argument("--only", default="", help="cases whose name has these words")
    parser.add_argument("--folder", default="/dev/shm" if os.path.isdir("/dev/shm") else None)
    parser.add_argument("--disk", default="/var/tmp", help="a folder on a real disk; '' leaves that row out")
    options = parser.parse_args()
    ends_well()
    compile_tools()
    verdicts = [measure(case, options) for case in CASES if options.only in case.name]
    return 0 if all(verdicts) else 1


sys.exit(main())
