"""Resume after anything: whoever is killed, cut off or stopped, the transfer continues, and says so."""

import contextlib
import os
import re
import signal
import time
import unittest
from pathlib import Path

from harness import (
    DONE, FETCHED, MIB, NO_CONNECTION, RESUME, STORED,
    Case, Client, Proxy, Result, Server, content_of, free_port, wait_until,
)
from line import sha256

SIZE = 24 * MIB
PAUSE = 60 if os.environ.get("LANDLINE_SOAK") else 4  # seconds that something is stopped
CONTENT = content_of(SIZE)


class ResumeCase(Case):
    """A server, a relay in front of it that can hold bytes back, and a client that knows only the relay."""

    flags: tuple = ()

    def setUp(self):
        self.server = self.enterContext(Server(*self.flags, port=free_port()))
        self.proxy = self.enterContext(Proxy(self.server.port))
        self.client: Client = self.enterContext(self.server.client(name="ada", port=self.proxy.port))
        self.file = self.client.make("big.bin", CONTENT)
        self.stored = self.server.tree / "big.bin"
        self.back = self.client.files / "back"
        self.back.mkdir()
        self.fetched = self.back / "big.bin"

    # Each way of transferring is started, and held in the middle by the relay.

    def start_put(self, *flags: str, after: int = 10 * MIB):
        self.proxy.hold("up", after)
        running = self.client.start("put", "big.bin", *flags)
        self.proxy.wait_held("up")
        # What has passed the relay is on its way to the disk; a good part of it is to be there before anybody dies.
        wait_until(lambda: self.largest(self.server.private / "partial") >= after // 2, "the server has kept some")
        return running

    def start_get(self, *flags: str, after: int = 10 * MIB):
        self.proxy.hold("down", after)
        running = self.client.start("get", "big.bin", "-o", "back", *flags)
        self.proxy.wait_held("down")
        wait_until(lambda: self.largest(self.back) >= after // 2, "the client has kept some")
        return running

    def largest(self, folder: Path) -> int:
        """The size of the largest file there."""
        sizes = [0]
        for path in folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                sizes.append(path.stat().st_size)
        return max(sizes)

    def store(self, content: bytes = CONTENT) -> None:
        """A file on the server, by hand."""
        self.stored.write_bytes(content)
        os.utime(self.stored, (1_700_000_000, 1_700_000_000))

    def kill(self, running) -> None:
        """The client dies; what it had sent on the way arrives no more."""
        running.signal(signal.SIGKILL)
        running.result()
        self.proxy.cut()
        self.proxy.release()

    def assert_resumed(self, result: Result, most: int = 45) -> None:
        """It said so, with a percentage that what had passed the relay allows."""
        self.assert_done(result)
        found = re.findall(r"resuming at (\d+) %", result.err)
        self.assertTrue(found, str(result))
        self.assertTrue(1 <= int(found[-1]) <= most, f"resumed at {found} %")

    def assert_not_resumed(self, result: Result) -> None:
        self.assert_done(result)
        self.assertNotIn("resuming", result.err + result.out)

    def put_again(self, *flags: str) -> Result:
        return self.client.run("put", "big.bin", *flags)

    def get_again(self, *flags: str) -> Result:
        return self.client.run("get", "big.bin", "-o", "back", *flags)


class Put(ResumeCase):
    def test_client_killed(self):
        self.kill(self.start_put())
        self.assertFalse(self.stored.exists())
        before = self.proxy.counts["up"]
        self.assert_resumed(self.put_again())
        self.assert_content(self.stored, CONTENT)
        self.assertLess(self.proxy.counts["up"] - before, SIZE - 4 * MIB, "the rest only")

    def test_client_killed_json(self):
        self.kill(self.start_put("--json"))
        result = self.assert_done(self.put_again("--json"))
        (event,) = result.events(RESUME)
        self.assertTrue(0 < event["offset"] < SIZE, event)
        self.assertEqual(result.events(STORED)[0]["sha256"], sha256(CONTENT))

    def test_client_killed_twice(self):
        self.kill(self.start_put(after=6 * MIB))
        self.kill(self.start_put(after=6 * MIB))
        self.assert_resumed(self.put_again(), most=60)
        self.assert_content(self.stored, CONTENT)

    def test_server_killed_and_back(self):
        put = self.start_put()
        self.lose_server()
        self.server.restart()
        self.proxy.listen()
        self.assert_resumed(put.result())
        self.assert_content(self.stored, CONTENT)

    def lose_server(self) -> None:
        self.proxy.deaf()
        self.server.kill()
        self.proxy.cut()
        self.proxy.release()

    def test_server_killed_for_good(self):
        put, began = self.start_put(), time.monotonic()
        self.lose_server()
        self.assert_exit(put.result(), NO_CONNECTION)
        self.assertTrue(5 < time.monotonic() - began < 18, "it tries again for at most 10 s")
        self.server.restart()
        self.proxy.listen()
        self.assert_resumed(self.put_again())
        self.assert_content(self.stored, CONTENT)

    def test_connection_cut(self):
        put = self.start_put()
        self.proxy.cut()
        self.proxy.release()
        self.assert_resumed(put.result())
        self.assert_content(self.stored, CONTENT)

    def test_connection_cut_again_and_again(self):
        put = self.start_put(after=5 * MIB)
        for _ in range(3):
            self.proxy.cut()
            self.proxy.hold("up", 5 * MIB)
            with self.proxy.changed:
                self.proxy.changed.notify_all()
            self.proxy.wait_held("up")
        self.proxy.cut()
        self.proxy.release()
        self.assert_resumed(put.result(), most=99)
        self.assert_content(self.stored, CONTENT)

    def test_replace_keeps_the_old_file_until_the_new_one_is_whole(self):
        old = content_of(1000, "old")
        self.store(old)
        self.kill(self.start_put("--replace"))
        self.assert_content(self.stored, old)
        self.assert_resumed(self.put_again("--replace"))
        self.assert_content(self.stored, CONTENT)

    def test_no_resume(self):
        self.kill(self.start_put())
        self.assert_not_resumed(self.put_again("--no-resume"))
        self.assert_content(self.stored, CONTENT)

    def test_a_file_that_changed_between(self):
        """Once with another time, and once with the same size and time: the hash of the prefix tells."""
        times = self.file.stat()
        for same_time in (False, True):
            with self.subTest(same_time=same_time):
                self.file.write_bytes(CONTENT)
                os.utime(self.file, ns=(times.st_atime_ns, times.st_mtime_ns))
                self.kill(self.start_put("--replace"))
                changed = content_of(SIZE, f"changed {same_time}")
                self.file.write_bytes(changed)
                if same_time:
                    os.utime(self.file, ns=(times.st_atime_ns, times.st_mtime_ns))
                self.assert_not_resumed(self.put_again("--replace"))
                self.assert_content(self.stored, changed)

    def test_a_change_behind_what_was_sent(self):
        """The prefix agrees, so it resumes, and the end is the new one."""
        times = self.file.stat()
        self.kill(self.start_put())
        changed = CONTENT[:-5] + b"other"
        self.file.write_bytes(changed)
        os.utime(self.file, ns=(times.st_atime_ns, times.st_mtime_ns))
        self.assert_resumed(self.put_again())
        self.assert_content(self.stored, changed)

    def test_a_lost_answer_is_asked_for_again(self):
        """The file is stored, the answer never arrives: neither an error `exists` nor a second copy."""
        for flags in ((), ("--keep-both",)):
            for size in (600_000, SIZE):
                with self.subTest(flags=flags, size=size):
                    name = f"lost{size}{''.join(flags)}"
                    self.client.make(name, CONTENT[:size])
                    self.proxy.hold("up", size // 2)
                    put = self.client.start("put", name, *flags)
                    self.proxy.wait_held("up")
                    self.proxy.hold("down", 0)
                    self.release_up()
                    wait_until((self.server.tree / name).exists, "the file is stored")
                    self.proxy.cut()
                    self.proxy.release()
                    self.assert_done(put.result())
                    self.assert_content(self.server.tree / name, CONTENT[:size])
        self.assertEqual([p.name for p in self.server.tree.iterdir() if "(1)" in p.name], [])

    def release_up(self) -> None:
        with self.proxy.changed:
            self.proxy.limits["up"] = float("inf")
            self.proxy.changed.notify_all()

    def test_client_stopped(self):
        put = self.start_put()
        put.signal(signal.SIGSTOP)
        self.proxy.release()
        time.sleep(PAUSE)  # the point of the test: nobody moves for so long
        put.signal(signal.SIGCONT)
        self.assert_done(put.result())
        self.assert_content(self.stored, CONTENT)

    def test_server_stopped(self):
        put = self.start_put()
        self.server.signal(signal.SIGSTOP)
        self.proxy.release()
        time.sleep(PAUSE)
        self.server.signal(signal.SIGCONT)
        self.assert_done(put.result())
        self.assert_content(self.stored, CONTENT)

    def test_standard_input_cannot_be_resumed_and_says_so(self):
        put = self.client.start("put", "-", "s:piped", input=CONTENT)
        self.proxy.hold("up", 10 * MIB)
        put.process.stdin.write(CONTENT[: 10 * MIB + MIB // 2])
        self.proxy.wait_held("up")
        put.input = CONTENT[10 * MIB + MIB // 2 :]
        self.proxy.cut()
        self.proxy.release()
        self.assertNotEqual(put.result().code, DONE)
        self.assertFalse((self.server.tree / "piped").exists())


class StoppedForLongerThanTheServerWaits(ResumeCase):
    flags = ("--stall-timeout", 2)

    def test_put(self):
        put = self.start_put()
        put.signal(signal.SIGSTOP)
        self.proxy.release()
        time.sleep(PAUSE + 1)
        put.signal(signal.SIGCONT)
        self.assert_done(put.result())
        self.assert_content(self.stored, CONTENT)

    def test_get(self):
        self.store()
        get = self.start_get()
        get.signal(signal.SIGSTOP)
        self.proxy.release()
        time.sleep(PAUSE + 1)
        get.signal(signal.SIGCONT)
        self.assert_done(get.result())
        self.assert_content(self.fetched, CONTENT)


class Get(ResumeCase):
    def setUp(self):
        super().setUp()
        self.file.unlink()
        self.store()

    def test_client_killed(self):
        self.kill(self.start_get())
        self.assertFalse(self.fetched.exists())
        before = self.proxy.counts["down"]
        self.assert_resumed(self.get_again())
        self.assert_content(self.fetched, CONTENT)
        self.assertLess(self.proxy.counts["down"] - before, SIZE - 4 * MIB, "the rest only")
        self.assertEqual([p.name for p in self.back.iterdir()], ["big.bin"])

    def test_client_killed_json(self):
        self.kill(self.start_get("--json"))
        result = self.assert_done(self.get_again("--json"))
        (event,) = result.events(RESUME)
        self.assertTrue(0 < event["offset"] < SIZE, event)
        self.assertEqual(result.events(FETCHED)[0]["sha256"], sha256(CONTENT))

    def test_server_killed_and_back(self):
        get = self.start_get()
        self.proxy.deaf()
        self.server.kill()
        self.proxy.cut()
        self.proxy.release()
        self.server.restart()
        self.proxy.listen()
        self.assert_resumed(get.result())
        self.assert_content(self.fetched, CONTENT)

    def test_server_killed_for_good(self):
        get = self.start_get()
        self.proxy.deaf()
        self.server.kill()
        self.proxy.cut()
        self.proxy.release()
        self.assert_exit(get.result(), NO_CONNECTION)
        self.assertFalse(self.fetched.exists())
        self.server.restart()
        self.proxy.listen()
        self.assert_resumed(self.get_again())
        self.assert_content(self.fetched, CONTENT)

    def test_connection_cut(self):
        get = self.start_get()
        self.proxy.cut()
        self.proxy.release()
        self.assert_resumed(get.result())
        self.assert_content(self.fetched, CONTENT)

    def test_client_stopped(self):
        get = self.start_get()
        get.signal(signal.SIGSTOP)
        self.proxy.release()
        time.sleep(PAUSE)
        get.signal(signal.SIGCONT)
        self.assert_done(get.result())
        self.assert_content(self.fetched, CONTENT)

    def test_server_stopped(self):
        get = self.start_get()
        self.server.signal(signal.SIGSTOP)
        self.proxy.release()
        time.sleep(PAUSE)
        self.server.signal(signal.SIGCONT)
        self.assert_done(get.result())
        self.assert_content(self.fetched, CONTENT)

    def test_no_resume(self):
        self.kill(self.start_get())
        self.assert_not_resumed(self.get_again("--no-resume"))
        self.assert_content(self.fetched, CONTENT)

    def test_a_file_that_changed_between(self):
        self.kill(self.start_get())
        changed = content_of(SIZE, "changed")
        self.store(changed)  # the same size and mtime
        self.assert_not_resumed(self.get_again())
        self.assert_content(self.fetched, changed)

    def test_a_file_that_became_shorter(self):
        self.kill(self.start_get())
        self.store(CONTENT[:MIB])
        self.assert_not_resumed(self.get_again())
        self.assert_content(self.fetched, CONTENT[:MIB])

    def test_replace_keeps_the_old_file_until_the_new_one_is_whole(self):
        self.fetched.write_bytes(b"old")
        self.kill(self.start_get("--replace"))
        self.assert_content(self.fetched, b"old")
        self.assert_resumed(self.get_again("--replace"))
        self.assert_content(self.fetched, CONTENT)


if __name__ == "__main__":
    unittest.main()
