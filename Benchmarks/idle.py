#!/usr/bin/env python3
"""What 1,000 idle logged-in connections cost the server, and how fast a warm connection answers.

    scripts/python Benchmarks/idle.py --connections 1000

Memory is the growth of the server's anonymous memory (RssAnon), TLS included, divided by the connections.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests/Outside"))
from measure import anonymous_bytes as anonymous  # noqa: E402
from line import Invite, Line  # noqa: E402  (the client of docs/PROTOCOL.md that the tests use)

BINARY = Path(os.environ.get("LANDLINE_BINARY", ROOT / ".build/release/landline"))


def run(arguments, **options):
    return subprocess.run(arguments, check=True, capture_output=True, text=True, **options).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=1_000)
    parser.add_argument("--requests", type=int, default=5_000)
    parser.add_argument("--processes", type=int, default=21)
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        environment = {**os.environ, "XDG_CONFIG_HOME": f"{folder}/config"}
        server = subprocess.Popen(
            [BINARY, "serve", "--data", data, "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, text=True, env=environment)
        try:
            invite = next(word for line in server.stdout for word in line.split() if word.startswith("landline://"))
            run([BINARY, "join", invite, "--name", "admin"], env=environment)
            # An account may have 256 connections, so each token's account gets a part of them.
            place = Invite.parse(invite)
            accounts = -(-options.connections // 250)
            tokens = []
            for number in range(accounts):
                own = {**environment, "XDG_CONFIG_HOME": f"{folder}/config{number}"}
                other = run([BINARY, "invite", "--data", data], env=environment).strip()
                run([BINARY, "join", other, "--name", f"user{number}"], env=own)
                tokens.append(run([BINARY, "token", "create", "idle"], env=own).strip())
            lines = []

            def connect(count: int) -> None:
                for number in range(count):
                    line = Line(place.host, place.port, place.fingerprint)
                    line.hello()
                    line.login_token(tokens[len(lines) % accounts])
                    lines.append(line)

            connect(10)
            time.sleep(0.5)
            before = anonymous(server.pid)
            connect(options.connections - 10)
            time.sleep(2)
            each = (anonymous(server.pid) - before) / (options.connections - 10)
            print(f"idle logged-in connection: {each / 1024:.1f} KiB each ({options.connections} of them)")

            times = []
            for _ in range(options.requests):
                start = time.perf_counter()
                lines[0].call("whoami")
                times.append((time.perf_counter() - start) * 1000)
            times.sort()
            print(f"whoami on a warm connection: p50 {times[len(times) // 2]:.3f} ms, "
                  f"p99 {times[len(times) * 99 // 100]:.3f} ms ({options.requests} requests, client in Python)")
            for line in lines:
                line.close()

            times = []
            for _ in range(options.processes):
                start = time.perf_counter()
                run([BINARY, "whoami"], env=environment)
                times.append((time.perf_counter() - start) * 1000)
            print(f"a whole 'landline whoami': median {statistics.median(times):.1f} ms "
                  f"(of {options.processes}, from {min(times):.1f} to {max(times):.1f})")
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
