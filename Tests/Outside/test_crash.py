"""kill -9 at random moments: old or new, never a part; what was acknowledged is there; the next put completes.

LANDLINE_CRASH_ROUNDS (50) says how many rounds, LANDLINE_CRASH_SEED repeats a run.
"""

import os
import random
import signal
import time
import unittest

from harness import ERROR, FETCHED, MIB, STORED, Case, Server, content_of, free_port, hash_of
from line import sha256

ROUNDS = int(os.environ.get("LANDLINE_CRASH_ROUNDS", 50))
SEED = os.environ.get("LANDLINE_CRASH_SEED") or str(random.SystemRandom().randrange(10**9))
ABSENT = "absent"
SIZES = (0, 700, 40_000, MIB, MIB + 1, 6 * MIB, 12 * MIB)


class Crash(Case):
    def setUp(self):
        self.server = self.enterContext(Server(port=free_port()))
        self.client = self.enterContext(self.server.client())
        self.random = random.Random(SEED)
        # For each name the hashes that its file may have now.
        self.possible: dict[str, set[str]] = {f"file{n}": {ABSENT} for n in range(6)}
        self.duration = 0.3  # of a transfer that nobody interrupts; learned on the way
        self.acknowledged = self.interrupted = 0

    def test_rounds(self):
        print(f"[seed {SEED}, {ROUNDS} rounds]", flush=True)
        for number in range(ROUNDS):
            victim = self.random.choice(("client", "server"))
            way = self.random.choice(("put", "put", "put", "get"))
            with self.subTest(seed=SEED, round=number, victim=victim, way=way):
                (self.put_round if way == "put" else self.get_round)(number, victim)
                self.check_tree()
        print(f"[{self.acknowledged} acknowledged, {self.interrupted} interrupted]", end=" ")
        if ROUNDS >= 20:
            self.assertGreater(self.interrupted, 0, "some kill was in time")

    def kill_at_random(self, running, victim: str):
        """The victim dies somewhere within the transfer, or a little before or after it; what the client said."""
        began = time.monotonic()
        time.sleep(self.random.uniform(0, self.duration * 1.2))
        if victim == "client":
            if running.ended:
                self.duration = max(0.05, 0.8 * self.duration)
            running.signal(signal.SIGKILL)
        else:
            self.server.kill()
            self.server.restart()
        result = running.result()
        if victim == "client" and result.code == 0:
            self.duration = 0.5 * self.duration + 0.5 * (time.monotonic() - began)
        elif result.code != 0 or victim == "server":
            self.interrupted += 1
            self.duration = min(2.0, self.duration * 1.1)
        return result

    def put_round(self, number: int, victim: str) -> None:
        names = self.random.sample(sorted(self.possible), self.random.choice((1, 1, 3)))
        sent = {}
        for name in names:
            content = content_of(self.random.choice(SIZES), f"{SEED} {number} {name}")
            self.client.make(name, content)
            sent[name] = sha256(content)
        result = self.kill_at_random(self.client.start("put", *names, "--replace", "--json"), victim)
        if victim == "server":
            # Losing its server is no reason to fail: it comes back within the 10 s.
            self.assertEqual((result.code, result.events(ERROR)), (0, []), str(result))
        for name in names:
            self.possible[name] = self.possible[name] | {sent[name]}
        for event in result.events(STORED):
            self.assertEqual(event["sha256"], sent[event["path"]])
            self.possible[event["path"]] = {event["sha256"]}
            self.acknowledged += 1
        self.check_tree()
        # The next put completes, whatever was left behind.
        self.assert_done(self.client.run("put", *names, "--replace", "--json"))
        for name in names:
            self.possible[name] = {sent[name]}

    def get_round(self, number: int, victim: str) -> None:
        name = self.random.choice(sorted(self.possible))
        if self.possible[name] == {ABSENT}:
            return
        folder = self.client.files / f"back{number}"
        folder.mkdir()
        copy = folder / name
        old = self.random.choice((None, b"old"))
        if old:
            copy.write_bytes(old)
        arguments = ("get", name, "-o", folder.name, "--replace", "--json")
        result = self.kill_at_random(self.client.start(*arguments), victim)
        there = hash_of(copy) if copy.exists() else ABSENT
        self.assertIn(there, self.possible[name] | {sha256(old) if old else ABSENT})
        if result.events(FETCHED):
            self.assertIn(there, self.possible[name])
        self.assert_done(self.client.run(*arguments))
        self.assertIn(hash_of(copy), self.possible[name])
        self.assertEqual([p.name for p in folder.iterdir()], [name])

    def check_tree(self) -> None:
        """Every file is one that it may be, and there is nothing else in the tree."""
        found = {path.name: hash_of(path) for path in self.server.tree.iterdir()}
        self.assertLessEqual(found.keys(), self.possible.keys())
        for name, hashes in self.possible.items():
            self.assertIn(found.get(name, ABSENT), hashes, name)
            if name in found:
                self.possible[name] = {found[name]}


class AfterTheRounds(Case):
    def test_an_index_that_survived_tells_the_truth(self):
        """What was stored just before a kill is found with its hash by the server that comes after."""
        with Server(port=free_port()) as server:
            account = server.join()
            stored = {}
            for number in range(5):
                with account.line() as line:
                    for n in range(20):
                        content = content_of(1000 + n, number)
                        stored[f"{number}/{n}"] = line.put(f"{number}/{n}", content)["sha256"]
                    server.kill()
                server.restart()
                with account.line() as line:
                    for path, sha in stored.items():
                        self.assertEqual(line.call("stat", path=path).get("sha256", sha), sha)
                        self.assertEqual(sha256(line.get(path)[1]), sha)
                        self.assertIn(line.call("verify", path=path)["verdict"], ("intact", "new"))


if __name__ == "__main__":
    unittest.main()
