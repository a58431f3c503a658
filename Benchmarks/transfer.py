#!/usr/bin/env python3
"""Moves one large file both ways, by landline and by scp (aes128-gcm), in turn, and prints medians and ratios.

    make bench                      # 1 GiB, 5 rounds, in memory (tmpfs)
    scripts/python Benchmarks/transfer.py --mib 256 --rounds 7 --folder /var/tmp

landline encrypts, and verifies SHA-256 on both sides; scp encrypts only. All traffic is on loopback.
"""

import argparse
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BINARY = Path(os.environ.get("LANDLINE_BINARY", ROOT / ".build/release/landline"))
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(field) for field in fields[11:15]) / TICKS


def anonymous_bytes(pid: int) -> int:
    """Anonymous memory of a process and its descendants."""
    total = 0
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                total += int(line.split()[1]) * 1024
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                total += anonymous_bytes(int(child))
    except (FileNotFoundError, ProcessLookupError):
        pass
    return total


class PeakMemory(threading.Thread):
    """Watches a process's anonymous memory, a hundred times a second."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.pid, self.peak, self.ending = pid, 0, threading.Event()

    def run(self):
        while not self.ending.wait(0.01):
            self.peak = max(self.peak, anonymous_bytes(self.pid))

    def stop(self) -> int:
        self.ending.set()
        self.join()
        return self.peak


class Landline:
    name = "landline"

    def __init__(self, folder: Path):
        self.folder = folder
        self.environment = {**os.environ, "XDG_CONFIG_HOME": str(folder / "config")}
        self.server = subprocess.Popen(
            [BINARY, "serve", "--data", folder / "data", "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, text=True)
        for line in self.server.stdout:
            if line.startswith("invite "):
                self.run("join", line.split()[1], "--name", "bench")
                break
        self.stored = folder / "data/files/big.bin"

    def run(self, *arguments: str):
        subprocess.run([BINARY, *arguments], env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def put(self, source: Path) -> list:
        return [BINARY, "put", "--quiet", "--replace", source]

    def get(self, target: Path) -> list:
        return [BINARY, "get", "--quiet", "--replace", "big.bin", "-o", target.parent]

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        self.server.wait()


class Scp:
    name = "scp aes128-gcm"
    environment = dict(os.environ)

    def __init__(self, folder: Path):
        self.folder = folder
        self.port = free_port()
        for key in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True)
        shutil.copy(folder / "user.pub", folder / "authorized")
        (folder / "sshd_config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
            f"AuthorizedKeysFile {folder}/authorized\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n"
            f"Subsystem sftp internal-sftp\nCiphers aes128-gcm@openssh.com\n")
        os.makedirs("/run/sshd", exist_ok=True)
        self.server = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", folder / "sshd_config"],
                                       stderr=subprocess.DEVNULL)
        self.wait_until_it_listens()
        self.stored = folder / "stored.bin"
        self.options = ["-q", "-P", str(self.port), "-i", folder / "user", "-c", "aes128-gcm@openssh.com",
                        "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"]

    def wait_until_it_listens(self):
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def put(self, source: Path) -> list:
        return ["scp", *self.options, source, f"127.0.0.1:{self.stored}"]

    def get(self, target: Path) -> list:
        return ["scp", *self.options, f"127.0.0.1:{self.stored}", target]

    def stop(self):
        self.server.terminate()
        self.server.wait()


def warm_memory(folder: Path, mib: int):
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


def measure(peer, command: list) -> dict:
    before = cpu_seconds(peer.server.pid)
    server_memory = PeakMemory(peer.server.pid)
    server_memory.start()
    start = time.monotonic()
    client = subprocess.Popen(command, env=peer.environment, stdout=subprocess.DEVNULL)
    client_memory = PeakMemory(client.pid)
    client_memory.start()
    _, status, usage = os.wait4(client.pid, 0)
    wall = time.monotonic() - start
    if status != 0:
        sys.exit(f"failed: {command}")
    client.returncode = 0
    # sshd's child is counted when sshd has reaped it.
    time.sleep(0.1)
    return {
        "wall": wall,
        "client_cpu": usage.ru_utime + usage.ru_stime,
        "server_cpu": cpu_seconds(peer.server.pid) - before,
        "client_memory": client_memory.stop(),
        "server_memory": server_memory.stop(),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", default="/dev/shm" if os.path.isdir("/dev/shm") else None)
    options = parser.parse_args()

    folder = Path(tempfile.mkdtemp(prefix="landline-bench-", dir=options.folder))
    peers = []
    try:
        for kind in (Landline, Scp):
            (folder / kind.__name__).mkdir()
            peers.append(kind(folder / kind.__name__))
        source = folder / "big.bin"
        with open(source, "wb") as file:
            for _ in range(options.mib):
                file.write(os.urandom(1 << 20))
        results = {(peer.name, way): [] for peer in peers for way in ("put", "get")}
        for round_number in range(options.rounds + 1):
            for way in ("put", "get"):
                for peer in peers if round_number % 2 else reversed(peers):
                    target = folder / "back" / "big.bin"
                    target.parent.mkdir(exist_ok=True)
                    target.unlink(missing_ok=True)
                    if way == "put":
                        peer.stored.unlink(missing_ok=True)
                    warm_memory(folder, options.mib)
                    row = measure(peer, peer.put(source) if way == "put" else peer.get(target))
                    if way == "get" and subprocess.run(["cmp", "-s", source, target]).returncode != 0:
                        sys.exit(f"{peer.name}: the file came back changed")
                    if round_number > 0:  # the first round warms up
                        results[peer.name, way].append(row)
                    print(f"  {peer.name:15} {way}  {row['wall']:.2f} s", file=sys.stderr)
        report(results, peers, options)
    finally:
        for peer in peers:
            peer.stop()
        shutil.rmtree(folder)


def report(results: dict, peers: list, options):
    median = {key: {field: statistics.median(row[field] for row in rows) for field in rows[0]}
              for key, rows in results.items()}
    print(f"{options.mib} MiB, median of {options.rounds}, in turn")
    print(f"{'':20} {'seconds':>8} {'MiB/s':>7} {'client CPU':>11} {'server CPU':>11} {'client MiB':>11} {'server MiB':>11}")
    for (name, way), row in median.items():
        print(f"{name + ' ' + way:20} {row['wall']:8.2f} {options.mib / row['wall']:7.0f} {row['client_cpu']:11.2f}"
              f" {row['server_cpu']:11.2f} {row['client_memory'] / 2**20:11.1f} {row['server_memory'] / 2**20:11.1f}")
    ours, theirs = (peer.name for peer in peers)
    for way in ("put", "get"):
        pairs = [b["wall"] / a["wall"] for a, b in zip(results[ours, way], results[theirs, way])]
        print(f"{way}: {ours} is {statistics.median(pairs):.2f} times as fast as {theirs}"
              f" (pairs from {min(pairs):.2f} to {max(pairs):.2f})")


if __name__ == "__main__":
    main()
