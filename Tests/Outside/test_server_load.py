"""What one client's slowness, haste or size may do to others and to itself: nothing."""

import re
import time
import unittest

from harness import MIB, Case, Server, ServerCase, content_of, remove_tree, scratch_folder, tool, wait_until
from line import Line, sha256

LARGEST = 2**63 - 1


class SlowReaders(ServerCase):
    flags = ("--log-level", "info")

    def test_who_does_not_read_holds_up_nobody(self):
        """More connections than there are slots for rounds, each with 64 MiB of small files that it does not take."""
        content = content_of(MIB)
        self.line().put(f"{self.here}/file", content)
        for _ in range(12):
            slow = self.line(receive_buffer=4096)
            for _ in range(64):
                slow.request("get", path=f"{self.here}/file", whole=True)
        # Their rounds have come as far as they can: what the kernel takes of them is all that goes.
        wait_until(self.is_stuck, "all of them are stuck", 60)
        quick = self.line(timeout=10)
        self.assertEqual(quick.put(f"{self.here}/other", b"x")["type"], "stored")
        self.assertEqual(quick.call("get", path=f"{self.here}/other", whole=True)["type"], "whole")

    def is_stuck(self) -> bool:
        """Whether something went to the slow ones, and in the last seconds nothing more."""
        status = self.server.admin_call("status")
        return status["sent"] > 12 * MIB and status["sendRate"] == 0

    def test_what_was_not_taken_is_not_fetched(self):
        content = content_of(MIB)
        account = self.server.join()
        with account.line() as line:
            line.put(f"{self.here}/file", content)
        slow = account.line(receive_buffer=4096)
        for _ in range(64):
            slow.request("get", path=f"{self.here}/file", whole=True)
        slow.receive()
        slow.close()
        # Joined, put, and this one.
        wait_until(lambda: len(self.logged("logout", account.name)) == 3, "it has logged out")
        fetched = len(self.logged("fetched", account.name))
        self.assertGreater(fetched, 0)
        self.assertLess(fetched, 40)
        end = self.logged("logout", account.name)[-1]
        self.assertEqual(int(re.search(r"sent=(\d+)", end)[1]), fetched * MIB)

    def logged(self, message: str, account: str) -> list[str]:
        return [
            line for line in self.server.log().splitlines()
            if f"message={message} " in line and f"account={account} " in line
        ]


class Stalls(ServerCase):
    flags = ("--stall-timeout", "2")

    def test_who_takes_256_kib_in_time_is_not_stalled(self):
        """Many bodies of 1 MiB, of which the client takes 256 KiB in less than the deadline, and 1 MiB in more."""
        content = content_of(MIB)
        with self.ada.line() as line:
            line.put(f"{self.here}/file", content)
        line = self.line(receive_buffer=65_536)
        ids = [line.request("get", path=f"{self.here}/file", whole=True) for _ in range(14)]
        began = time.monotonic()
        while (seconds := time.monotonic() - began) < 9:
            if line.arrived < seconds * 300_000:
                line.take_some(16_384)
            else:
                time.sleep(0.02)
        for id in ids:
            while (answer := line.answer(id))[0]["type"] == "working":
                pass
            self.assertEqual((answer[0]["type"], len(answer[1])), ("whole", MIB))


class Haste(ServerCase):
    """A limit on how many counts those that are not answered, and no others."""

    def keep_in_flight(self, line: Line, count: int, total: int, begin) -> None:
        waiting = {begin(n) for n in range(count)}
        begun = count
        while waiting:
            head, _ = line.receive()
            self.assertNotIn("error", head)
            if head["type"] == "working":
                continue
            waiting.remove(head["id"])
            if begun < total:
                waiting.add(begin(begun))
                begun += 1

    def test_as_many_transfers_as_may_be_open(self):
        line = self.line()
        line.put(f"{self.here}/file", b"x")
        for n in range(3000):
            (self.on_disk / str(n)).mkdir()

        def begin(n: int) -> int:
            if n % 2:
                return line.request("verify", path=f"{self.here}/file")
            return line.request("remove", path=f"{self.here}/{n // 2}", recursive=True)

        self.keep_in_flight(line, 64, 6000, begin)

    def test_as_many_requests_as_may_be_open(self):
        line = self.line()
        line.put(f"{self.here}/file", b"x")

        def begin(n: int) -> int:
            return line.request("get", path=f"{self.here}/file", whole=True) if n % 2 else line.request("ping")

        self.keep_in_flight(line, 1024, 12_000, begin)


class Sizes(Case):
    def test_a_tree_of_more_than_2_63_bytes(self):
        with Server() as server, server.join().line() as line:
            for name in "abc":
                with open(server.tree / name, "wb") as file:
                    file.truncate(LARGEST)
            entries, total = line.tree()
            self.assertEqual([entry["size"] for entry in entries], [LARGEST] * 3)
            self.assertEqual((total["files"], total["bytes"]), (3, LARGEST))

    def test_more_than_2_63_bytes_in_use(self):
        data = scratch_folder()
        self.addCleanup(remove_tree, data)
        (data / "files").mkdir()
        for name in "abc":
            with open(data / "files" / name, "wb") as file:
                file.truncate(LARGEST)
        with Server("--max-use", "1G", data=data) as server, server.join().line() as line:
            with self.fails("no-space"):
                line.put("d", b"x")
            with self.fails("no-space"):
                line.begin_put("d", LARGEST)
            for name in "abc":
                line.call("remove", path=name)

    def test_a_put_of_2_63_bytes(self):
        with Server("--max-use", "1G") as server, server.join().line() as line:
            line.put("a", b"x")
            id, _ = line.begin_put("b", 1000)
            with self.fails("no-space"):
                line.begin_put("c", LARGEST)
            line.send_data(id, bytes(1000))
            self.assertEqual(line.commit(id, sha256(bytes(1000)))["type"], "stored")


class SlowDisk(Case):
    """With a disk that takes 5 seconds for a sync of the tree's root, the server says meanwhile that it is alive."""

    def test_working_while_a_sync_is_waited_for(self):
        data = scratch_folder()
        self.addCleanup(remove_tree, data)
        (data / "files").mkdir()
        prefix = (tool("strace", "strace"), "-D", "-f", "-qq", "-o", "/dev/null", "-P", str(data / "files"),
                  "-e", "trace=fsync,syncfs", "-e", "inject=fsync,syncfs:delay_enter=5000000")
        with Server(data=data, prefix=prefix) as server, server.join().line() as line:
            requests = {
                "put": {"path": "whole", "size": 0, "sha256": sha256(b"")},
                "mkdir": {"path": "folder"},
                "move": {"path": "whole", "to": "moved"},
                "remove": {"path": "moved"},
            }
            for op, fields in requests.items():
                with self.subTest(op=op):
                    self.assertEqual(line.answer(id := line.request(op, **fields))[0]["type"], "working")
                    line.after_working(id)
                    self.assertEqual(line.stray(), [])


class WaitingTrees(ServerCase):
    def test_working_while_others_are_walked(self):
        account = self.server.join()
        for n in range(2000):
            (self.on_disk / f"a-long-name-{'x' * 200}-{n}").touch()
        self.server.admin_call("account.limit", name=account.name, rate=1024)
        with account.line() as line:
            ids = [line.request("tree", path=self.here) for _ in range(5)]
            # The other four have the slots for a minute and more.
            self.assertEqual(line.answer(ids[-1])[0]["type"], "working")
            for id in ids:
                line.cancel(id)


class FewDescriptors(Case):
    def test_rounds_of_small_files_do_not_use_them_up(self):
        prefix = (tool("prlimit", "util-linux"), "--nofile=512:512")
        with Server(prefix=prefix) as server:
            account = server.join()
            lines = [self.enterContext(account.line()) for _ in range(12)]
            for turn in range(3):
                ids = [
                    (line, line.request("put", b"x", path=f"{turn}/{number}/{n}/file", size=1, sha256=sha256(b"x")))
                    for number, line in enumerate(lines) for n in range(64)
                ]
                ids += [
                    (line, line.request("get", path=f"{turn - 1}/{number}/{n}/file", whole=True))
                    for number, line in enumerate(lines) for n in range(64) if turn
                ]
                for line, id in ids:
                    self.assertIn(line.after_working(id)["type"], ("stored", "whole"))
            self.assertNotIn("Too many open files", server.log())


if __name__ == "__main__":
    unittest.main()
