"""What all benchmarks here share: running a command and what it cost, and medians."""

import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_it_listens(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child))
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all its children, those that have ended too."""
    total = 0.0
    for process in family(pid):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
            total += sum(int(field) for field in fields[11:15]) / TICKS
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total


def anonymous_bytes(pid: int) -> int:
    """Anonymous memory of a process and its descendants."""
    total = 0
    for process in family(pid):
        try:
            for line in Path(f"/proc/{process}/status").read_text().splitlines():
                if line.startswith("RssAnon:"):
                    total += int(line.split()[1]) * 1024
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total


class PeakMemory(threading.Thread):
    """Watches a process's anonymous memory, ten times a second: to look costs time for each of its threads, and a
    hundred times were an eighth of two cores."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.pid, self.peak, self.ending = pid, 0, threading.Event()

    def run(self):
        while not self.ending.wait(0.1):
            self.peak = max(self.peak, anonymous_bytes(self.pid))

    def stop(self) -> int:
        self.ending.set()
        self.join()
        return self.peak


def warm_memory(folder: Path, mib: int) -> None:
    """Takes and frees as much memory as the run will need.

    On a virtual machine freed memory goes back to the host after a while, and the next one to touch it pays, up to two
    seconds a GiB, whoever it is. This way nobody pays within what is measured.
    """
    scratch = folder / "scratch"
    block = b"x" * (1 << 20)
    with open(scratch, "wb") as file:
        for _ in range(mib + 128):
            file.write(block)
    scratch.unlink()


def measure(command, server: subprocess.Popen, environment=None, memory: bool = True) -> dict:
    """Runs a command (an argv, or a string for the shell) against a server: seconds, CPU seconds and memory of both."""
    before = cpu_seconds(server.pid)
    server_memory = PeakMemory(server.pid) if memory else None
    if server_memory:
        server_memory.start()
    start = time.monotonic()
    client = subprocess.Popen(command, shell=isinstance(command, str), env=environment, stdout=subprocess.DEVNULL)
    client_memory = PeakMemory(client.pid) if memory else None
    if client_memory:
        client_memory.start()
    _, status, usage = os.wait4(client.pid, 0)
    wall = time.monotonic() - start
    client.returncode = 0
    if status != 0:
        sys.exit(f"failed: {command}")
    # sshd's child is counted when sshd has reaped it.
    time.sleep(0.1)
    return {
        "wall": wall,
        "client_cpu": usage.ru_utime + usage.ru_stime,
        "server_cpu": cpu_seconds(server.pid) - before,
        "client_memory": client_memory.stop() if client_memory else 0,
        "server_memory": server_memory.stop() if server_memory else 0,
    }


def ends_well() -> None:
    """Lets SIGTERM end this program as Ctrl-C does, so that servers and gigabytes in memory do not stay."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))


def medians(rows: list[dict]) -> dict:
    return {field: statistics.median(row[field] for row in rows) for field in rows[0]}


def ratio(theirs: list[dict], ours: list[dict]) -> str:
    """How many times as fast we are: the median of the pairs of one round each, and their range."""
    pairs = [b["wall"] / a["wall"] for a, b in zip(ours, theirs)]
    return f"{statistics.median(pairs):.2f} ({min(pairs):.2f} to {max(pairs):.2f})"


def end(server: subprocess.Popen) -> None:
    server.send_signal(signal.SIGTERM)
    server.wait()
