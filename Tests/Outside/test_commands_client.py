"""`landline run`, `jobs`, `attach` and `kill`, as people use them."""

import contextlib
import json
import os
import re
import resource
import select
import signal
import subprocess
import time
import unittest
from pathlib import Path

from commands import PYTHON, CommandCase, is_running
from harness import DONE, MIB, NO_CONNECTION, NOT_ALLOWED, READER_GONE, USAGE, Proxy, wait_until
from test_commands import AWKWARD


class RunCase(CommandCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.me = cls.enterClassContext(cls.server.client(role="operator"))

    def run_there(self, *arguments, **options):
        return self.me.run("run", *arguments, **options)


class Run(RunCase):
    def test_its_output_and_its_exit_code(self):
        done = self.run_there("--", "sh", "-c", "echo out; echo err >&2; exit 3")
        self.assertEqual((done.code, done.out, done.err), (3, "out\n", "err\n"))

    def test_a_server_by_name(self):
        for server in ("s", "s:"):
            self.assertEqual(self.run_there(server, "--", "echo", "x").out, "x\n")
        self.assert_exit(self.run_there("other", "--", "true"), USAGE)

    def test_arguments_go_as_they_are(self):
        done = self.run_there("--", PYTHON, "-c", "import json, sys; print(json.dumps(sys.argv[1:]))", *AWKWARD)
        self.assert_done(done)
        self.assertEqual(json.loads(done.out), AWKWARD)

    def test_options_behind_the_dashes_are_the_programs(self):
        self.assertEqual(self.run_there("--", "echo", "--json", "--", "--timeout", "5s").out, "--json -- --timeout 5s\n")

    def test_mistakes(self):
        for arguments in ((), ("true",), ("--",), ("--timeout", "soon", "--", "true"), ("--encoding", "klingon", "--", "true"),
                          ("--detach", "--tty", "--", "true"), ("--", PYTHON, b"\xff")):
            with self.subTest(arguments):
                self.assert_exit(self.run_there(*arguments), USAGE)

    def test_programs_that_cannot_be_run(self):
        for program, code in (("no-such-program", 127), ("/no/such/program", 127), ("/etc/passwd", 126)):
            done = self.run_there("--", program)
            self.assert_exit(done, code)
            self.assertIn(program, done.err)
            said = json.loads(self.run_there("--json", "--", program).err.splitlines()[0])
            self.assertIn(said["error"]["code"], ("not-found", "wrong-kind"))
        stranger = self.enterContext(self.server.client())
        done = stranger.run("run", "--", "true")
        self.assert_exit(done, NOT_ALLOWED)
        self.assertIn("commands.run", done.err)

    def test_a_signal_that_ends_it(self):
        self.assert_exit(self.run_there("--", "sh", "-c", "kill -KILL $$"), 128 + signal.SIGKILL)

    def test_its_time_is_up(self):
        began = time.monotonic()
        self.assert_exit(self.run_there("--timeout", "1s", "--", "sleep", "60"), 124)
        self.assertLess(time.monotonic() - began, 20)

    def test_json_and_time(self):
        done = self.run_there("--json", "--", "sh", "-c", "echo x; exit 2")
        started, exited = (json.loads(line) for line in done.err.splitlines())
        self.assertEqual((done.code, done.out), (2, "x\n"))
        self.assertEqual((started["event"], started["program"]), ("started", "/usr/bin/sh"))
        self.assertEqual((exited["event"], exited["status"], exited["job"]), ("exited", 2, started["job"]))
        self.assertRegex(self.run_there("--time", "--", "true").err, r"^landline: exit 0, after 0\.\d{3} s \(processor ")

    def test_input(self):
        data = os.urandom(3 * MIB)
        running = self.me.start("run", "--", "sha256sum", input=data)
        self.assertIn(__import__("hashlib").sha256(data).hexdigest(), running.result().out)
        self.assertEqual(self.run_there("--no-input", "--", "cat", input=b"x").out, "")

    def test_gbk(self):
        text = "你好，世界\n"
        code = f"import os, time\nfor b in {text.encode('gbk')!r}: os.write(1, bytes([b])); time.sleep(0.002)"
        done = self.run_there("--encoding", "gbk", "--", PYTHON, "-c", code)
        self.assertEqual(done.out, text)
        done = self.run_there("--encoding", "gbk", "--", PYTHON, "-c", "import os; os.write(2, b'\\xff\\xc4')")
        self.assertEqual(done.err, "\ufffd\ufffd")
        self.assertEqual(self.run_there("--", PYTHON, "-c", "import os; os.write(1, b'ok')").out, "ok")

    def test_ctrl_c_is_the_programs(self):
        code = "trap 'echo got it; exit 9' INT; echo ready; while :; do sleep 0.1; done"
        running = self.me.start("run", "--", "sh", "-c", code)
        self.assertEqual(running.process.stdout.readline(), b"ready\n")
        running.signal(signal.SIGINT)
        done = running.result()
        self.assertEqual((done.code, done.out), (9, "got it\n"))

    def test_the_third_ctrl_c_ends_this_side(self):
        code = "trap '' INT TERM; echo $$; while :; do sleep 0.1; done"
        running = self.me.start("run", "--", "sh", "-c", code)
        pid = int(running.process.stdout.readline())
        for _ in range(2):
            running.signal(signal.SIGINT)
            # So that the two are not one signal; that it does not end is no event.
            time.sleep(0.2)
            self.assertFalse(running.ended)

        def ended() -> bool:
            # Two that came in quick succession were one, perhaps.
            running.signal(signal.SIGINT)
            return running.ended

        wait_until(ended, "this side ends", 60)
        self.assertEqual(running.process.wait(60), 128 + signal.SIGINT)
        self.assert_gone(pid, 60)

    def test_nobody_reads_the_output(self):
        reading, writing = os.pipe()
        process = subprocess.Popen(
            [str(__import__("harness").BINARY), "run", "--", "sh", "-c", "echo $$ >&2; exec cat /dev/zero"],
            stdout=writing, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=self.me.environment())
        os.close(writing)
        pid = int(process.stderr.readline())
        os.read(reading, 10)
        os.close(reading)
        self.assertEqual(process.wait(60), READER_GONE)
        process.stderr.close()
        self.assert_gone(pid, 60)

    def test_a_slow_reader_takes_no_memory(self):
        running = self.me.start("run", "--", "head", "-c", "64M", "/dev/zero")
        process = running.process
        wait_until(lambda: select.select([process.stdout], [], [], 0)[0], "output")
        memory = lambda: int(re.search(r"RssAnon:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())[1]) << 10
        highest = {"client": 0, "server": 0}
        start = self.server.memory
        total = 0
        while piece := os.read(process.stdout.fileno(), 65_536):
            total += len(piece)
            if total < 4 * MIB or total % (4 * MIB) < 65_536:
                # The reader is slow: that is the test.
                time.sleep(0.02)
                with contextlib.suppress(TypeError, FileNotFoundError):
                    highest["client"] = max(highest["client"], memory())
                highest["server"] = max(highest["server"], self.server.memory - start)
        self.assertEqual(total, 64 * MIB)
        self.assertLess(highest["server"], 12 * MIB)
        self.assertLess(highest["client"], 48 * MIB)
        self.assertEqual(running.result().code, DONE)

    def test_a_lost_server(self):
        with Proxy(self.server.port) as proxy:
            me = self.enterContext(self.server.client(role="operator", port=proxy.port))
            running = me.start("run", "--", "sh", "-c", "echo $$; exec sleep 60")
            pid = int(running.process.stdout.readline())
            proxy.cut()
            done = running.result()
            self.assert_exit(done, NO_CONNECTION)
            self.assert_gone(pid, 60)


class Jobs(RunCase):
    def test_from_its_beginning_to_its_end(self):
        done = self.run_there("--detach", "--", "sh", "-c", "echo begun; echo also >&2; sleep 0.5; echo ended; exit 4")
        job = done.out.strip()
        self.assertRegex(job, r"^\d+$")
        done = self.me.run("attach", job)
        self.assertEqual((done.code, done.out, done.err), (4, "begun\nended\n", "also\n"))
        lines = self.me.run("jobs").out.splitlines()
        self.assertTrue(any(line.startswith(job) and "exit 4" in line for line in lines), lines)
        entry = next(one for one in self.me.run("jobs", "--json").objects if one["job"] == int(job))
        self.assertEqual((entry["exited"]["status"], entry["detached"]), (4, True))

    def test_leaving_and_killing(self):
        job = self.run_there("--detach", "--json", "--", "sh", "-c", "echo begun; exec sleep 60").objects[0]
        self.assertEqual(job["event"], "detached")
        number = str(job["job"])
        watching = self.me.start("attach", number)
        self.assertEqual(watching.process.stdout.readline(), b"begun\n")
        watching.signal(signal.SIGINT)
        self.assertEqual(watching.process.wait(10), 130)
        self.assertIn("running", self.me.run("jobs").out)
        self.assert_exit(self.me.run("kill", number, "--signal", "nonsense"), USAGE)
        self.assert_done(self.me.run("kill", number))
        self.assert_exit(self.me.run("attach", number), 128 + signal.SIGTERM)
        done = self.me.run("kill", number)
        self.assertEqual(done.code, 1)
        self.assertIn("ended already", done.err)

    def test_a_job_that_there_is_not(self):
        self.assertIn("landline jobs", self.me.run("attach", "999999").err)


if __name__ == "__main__":
    unittest.main()
