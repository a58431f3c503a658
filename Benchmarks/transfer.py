#!/usr/bin/env python3
"""One large file, both ways, by landline and by what people use today, in turn; prints medians and ratios.

    make bench                      # 1 GiB, 5 rounds, in memory (tmpfs)
    scripts/python Benchmarks/transfer.py --mib 4096 --rounds 3 --only landline     # memory does not grow
    scripts/python Benchmarks/transfer.py --folder /var/tmp                         # on a disk, where landline waits
                                                                                    # for fsync and the others do not

landline encrypts, and verifies SHA-256 on both sides; scp and https encrypt only, rsync also checks a digest of its own.
All traffic is on loopback.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import limit
from measure import ends_well, measure, medians, ratio, warm_memory
from servers import BINARY, Landline, Nginx, Sshd


class Peer:
    """One way to move the file: commands for both directions."""

    def __init__(self, name: str, server, put: str, get: str):
        self.name, self.server, self.put, self.get = name, server, put, get
        self.stored = server.root / "big.bin"


def same(digest: str, one: Path, other: Path) -> str:
    return f'test "$({digest} < {one})" = "$({digest} < {other})"'


def make_peers(folder: Path, source: Path, target: Path, only: list[str]) -> list[Peer]:
    servers = [("landline", Landline), ("ssh", Sshd), ("nginx", Nginx)]
    started = {kind: make(folder / kind) for kind, make in servers if not only or any(kind in name for name in only)}
    peers = []
    if server := started.get("landline"):
        peers.append(Peer(
            "landline", server, f"{BINARY} put --quiet --replace {source}",
            f"{BINARY} get --quiet --replace big.bin -o {target.parent}"))
    if server := started.get("ssh"):
        here, there = f"{server.root}/big.bin", f"127.0.0.1:{server.root}/big.bin"
        put, get = f"{server.scp} {source} {there}", f"{server.scp} {there} {target}"
        peers.append(Peer("scp", server, put, get))
        for name, digest in (("openssl", "openssl dgst -r -sha256"), ("sha256sum", "sha256sum")):
            check = ' && test "$({0} < {1})" = "$({2} 127.0.0.1 "{0} < {3}")"'
            peers.append(Peer(
                f"scp + {name}", server, put + check.format(digest, source, server.ssh, here),
                get + check.format(digest, target, server.ssh, here)))
        peers.append(Peer(
            "rsync over ssh", server, f"{server.rsync} {source} {there}", f"{server.rsync} {there} {target}"))
    if server := started.get("nginx"):
        put = f"{server.curl} -T {source} {server.address}/big.bin"
        get = f"{server.curl} -o {target} {server.address}/big.bin"
        digest = "openssl dgst -r -sha256"
        peers.append(Peer("https (nginx, curl)", server, put, get))
        peers.append(Peer(
            "https + openssl", server, f"{put} && {same(digest, source, server.root / 'big.bin')}",
            f"{get} && {same(digest, target, server.root / 'big.bin')}"))
    return peers


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", default="/dev/shm" if os.path.isdir("/dev/shm") else None)
    parser.add_argument("--only", default="", help="kinds of servers, comma between: landline,ssh,nginx")
    options = parser.parse_args()

    folder = Path(tempfile.mkdtemp(prefix="landline-bench-", dir=options.folder))
    folder.chmod(0o755)
    source, target = folder / "big.bin", folder / "back" / "big.bin"
    target.parent.mkdir()
    peers = []
    ends_well()
    try:
        peers = make_peers(folder, source, target, [part for part in options.only.split(",") if part])
        with open(source, "wb") as file:
            for _ in range(options.mib):
                file.write(os.urandom(1 << 20))
        results = {(peer.name, way): [] for peer in peers for way in ("put", "get")}
        for number in range(options.rounds + 1):
            for way in ("put", "get"):
                for peer in peers if number % 2 else reversed(peers):
                    run(peer, way, source, target, folder, options, results, counts=number > 0)
        report(results, peers, options)
        limit.report(source, target)
    finally:
        for server in {id(peer.server): peer.server for peer in peers}.values():
            server.stop()
        shutil.rmtree(folder)


def run(peer, way, source, target, folder, options, results, counts):
    target.unlink(missing_ok=True)
    if way == "put":
        peer.stored.unlink(missing_ok=True)
    elif not peer.stored.exists():
        # Another peer of the same server has taken it away.
        shutil.copy2(source, peer.stored)
    warm_memory(folder, options.mib)
    environment = getattr(peer.server, "environment", None)
    row = measure(peer.put if way == "put" else peer.get, peer.server.process, environment)
    if subprocess.run(["cmp", "-s", source, peer.stored if way == "put" else target]).returncode != 0:
        sys.exit(f"{peer.name}: the file arrived changed")
    if counts:  # the first round warms up
        results[peer.name, way].append(row)
    print(f"  {peer.name:22} {way}  {row['wall']:.2f} s", file=sys.stderr)


def report(results: dict, peers: list, options):
    print(f"{options.mib} MiB, median of {options.rounds} rounds, in turn")
    print(f"{'':26} {'seconds':>8} {'MiB/s':>7} {'client CPU':>11} {'server CPU':>11} {'client MiB':>11} "
          f"{'server MiB':>11}  landline is so many times as fast")
    ours = peers[0].name
    for way in ("put", "get"):
        for peer in peers:
            row = medians(results[peer.name, way])
            times = "" if peer.name == ours else ratio(results[peer.name, way], results[ours, way])
            print(f"{way + ' ' + peer.name:26} {row['wall']:8.2f} {options.mib / row['wall']:7.0f} "
                  f"{row['client_cpu']:11.2f} {row['server_cpu']:11.2f} {row['client_memory'] / 2**20:11.1f} "
                  f"{row['server_memory'] / 2**20:11.1f}  {times}")


if __name__ == "__main__":
    main()
