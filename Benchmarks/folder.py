#!/usr/bin/env python3
"""A folder of 10,000 files of 4 KiB, both ways and then again unchanged, by landline and by what people use today.

    scripts/python Benchmarks/folder.py
    scripts/python Benchmarks/folder.py --folder /var/tmp       # on a disk: landline answers when all is durable

landline encrypts and compares the SHA-256 of every file; scp and tar check nothing, rsync a digest of its own.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import ends_well, measure, medians, ratio
from servers import BINARY, Landline, Sshd


class Peer:
    def __init__(self, name: str, server, **commands: str):
        self.name, self.server, self.commands = name, server, commands


def make_peers(folder: Path, source: Path, target: Path) -> list[Peer]:
    line, ssh = Landline(folder / "landline"), Sshd(folder / "ssh")
    there = f"127.0.0.1:{ssh.root}"
    sums = "find many -type f | LC_ALL=C sort | xargs openssl dgst -r -sha256 | openssl dgst -r -sha256"
    # What is in quotes for the remote shell.
    check = ' && test "$(cd {0} && ' + sums + ')" = "$(' + ssh.ssh + ' 127.0.0.1 \'cd {1} && ' + sums + '\')"'
    tar_put = f"tar -C {source.parent} -cf - many | {ssh.ssh} 127.0.0.1 tar -C {ssh.root} -xf -"
    tar_get = f"{ssh.ssh} 127.0.0.1 tar -C {ssh.root} -cf - many | tar -C {target.parent} -xf -"
    return [
        Peer("landline", line, put=f"{BINARY} put -r --quiet {source}",
             get=f"{BINARY} get -r --quiet many -o {target.parent}",
             again=f"{BINARY} sync --quiet {source} :many"),
        Peer("rsync over ssh", ssh, put=f"{ssh.rsync} -r {source} {there}/", get=f"{ssh.rsync} -r {there}/many {target.parent}/",
             again=f"{ssh.rsync} -r {source} {there}/"),
        Peer("scp -r", ssh, put=f"{ssh.scp} -r {source} {there}/", get=f"{ssh.scp} -r {there}/many {target.parent}/"),
        Peer("tar through ssh", ssh, put=tar_put, get=tar_get),
        Peer("tar + openssl", ssh, put=tar_put + check.format(source.parent, ssh.root),
             get=tar_get + check.format(target.parent, ssh.root)),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--bytes", type=int, default=4_096)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", default="/dev/shm" if os.path.isdir("/dev/shm") else None)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="landline-bench-", dir=options.folder))
    source, target = folder / "source" / "many", folder / "target" / "many"
    for path in (source, target.parent):
        path.mkdir(parents=True)
    for number in range(options.files):
        (source / f"f{number:05d}").write_bytes(os.urandom(options.bytes))
    peers = []
    ends_well()
    try:
        peers = make_peers(folder, source, target)
        ways = ("put", "get", "again")
        results = {(peer.name, way): [] for peer in peers for way in ways}
        for number in range(options.rounds + 1):
            for peer in peers if number % 2 else reversed(peers):
                stored = peer.server.root / "many"
                shutil.rmtree(stored, ignore_errors=True)
                for way in ways:
                    if way not in peer.commands:
                        continue
                    shutil.rmtree(target, ignore_errors=True)
                    os.sync()
                    row = measure(
                        peer.commands[way], peer.server.process, getattr(peer.server, "environment", None),
                        memory=False)
                    arrived = target if way == "get" else stored
                    if subprocess.run(["diff", "-rq", source, arrived], stdout=subprocess.DEVNULL).returncode != 0:
                        sys.exit(f"{peer.name}: {way} changed something")
                    if number > 0:  # the first round warms up
                        results[peer.name, way].append(row)
                    print(f"  {peer.name:18} {way:6} {row['wall']:.2f} s", file=sys.stderr)
        report(results, peers, ways, options)
    finally:
        for server in {id(peer.server): peer.server for peer in peers}.values():
            server.stop()
        shutil.rmtree(folder)


def report(results, peers, ways, options):
    print(f"{options.files} files of {options.bytes} bytes, median of {options.rounds} rounds, in turn")
    print(f"{'':24} {'seconds':>8} {'client CPU':>11} {'server CPU':>11}  landline is so many times as fast")
    ours = peers[0].name
    for way in ways:
        for peer in peers:
            rows = results[peer.name, way]
            if not rows:
                continue
            row = medians(rows)
            times = "" if peer.name == ours else ratio(rows, results[ours, way])
            print(f"{way + ' ' + peer.name:24} {row['wall']:8.2f} {row['client_cpu']:11.2f} {row['server_cpu']:11.2f}"
                  f"  {times}")


if __name__ == "__main__":
    main()
