"""Commands whose connection, or whose server, is lost."""

import os
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

from commands import PYTHON, CommandCase, Conversation, children, define_role, EVERY_PROGRAM, is_running
from harness import Proxy, Server, tool, wait_until
from line import Closed, Line

# Says when SIGTERM comes, into a file, and goes on if it is stubborn.
WITNESS = """
import os, signal, sys, time
def note(*_):
    open(sys.argv[1], "a").write(f"{time.monotonic()}\\n")
    if sys.argv[2] == "meek": os._exit(0)
signal.signal(signal.SIGTERM, note)
print(os.getpid(), flush=True)
while True: time.sleep(1)
"""


# In a network of its own, whose only cable is cut while a command runs; prints after how many seconds that has ended.
SILENCE = """
import os, subprocess, time
from commands import *
link = lambda state: subprocess.run([os.environ["IP"], "link", "set", "lo", state], check=True)
link("up")
with Server("--stall-timeout", "4") as server:
    define_role(server, "operator", EVERY_PROGRAM)
    line = server.join(role="operator").line()
    pid = int(Conversation(line, "run", argv=["sh", "-c", "echo $$; exec sleep 120"]).until_said(b"\\n").text)
    link("down")
    began = time.monotonic()
    wait_until(lambda: not is_running(pid), "the command ends", 60)
    print(time.monotonic() - began)
"""


class Lost(CommandCase):
    def begin_witness(self, kind: str) -> tuple[Conversation, int, Path]:
        note = self.server.data / f"commands/{self._testMethodName}-{kind}"
        ran = self.python(WITNESS, str(note), kind)
        return ran, int(ran.until_said(b"\n").text), note

    def test_ten_seconds_then_sigterm_then_five_then_sigkill(self):
        witnesses = {kind: self.begin_witness(kind) for kind in ("meek", "stubborn")}
        began = time.monotonic()
        for ran, _, _ in witnesses.values():
            ran.line.socket.close()
        ended = {}
        for kind, (_, pid, _) in witnesses.items():
            wait_until(lambda: not is_running(pid), f"the {kind} one ends", 60)
            ended[kind] = time.monotonic() - began
        for kind, (_, _, note) in witnesses.items():
            times = [float(line) - began for line in note.read_text().split()]
            self.assertEqual(len(times), 1, "SIGTERM comes once")
            self.assertTrue(9.5 < times[0] < 30, f"SIGTERM came after {times[0]} s")
        self.assertTrue(9.5 < ended["meek"] < 30, ended)
        self.assertTrue(14.5 < ended["stubborn"] < 40, ended)
        wait_until(lambda: any(event.get("signal") == signal.SIGKILL for event in self.audited("exit")), "it is noted")

    def test_what_reads_its_input_hears_of_the_loss_at_once(self):
        ran = self.begin("sh", "-c", "echo $$; cat; echo over > lost-input", input=True)
        pid = int(ran.until_said(b"\n").text)
        ran.line.socket.close()
        self.assert_gone(pid, 30)
        # Signals would have ended it before.
        self.assertTrue((self.server.data / "commands/lost-input").exists())

    def test_a_cut_in_the_midst_of_much_output(self):
        with Proxy(self.server.port) as proxy:
            line = Line("127.0.0.1", proxy.port, self.server.fingerprint)
            line.hello()
            line.login_device(self.op.key)
            ran = self.begin("sh", "-c", "echo $$ >&2; exec cat /dev/zero", line=line)
            while not ran.out["stderr"]:
                ran.step(keep=ran.count["stderr"] == 0)
            proxy.cut()
            self.assert_gone(int(ran.out["stderr"]), 60)

    def test_a_cable_that_is_cut_says_nothing(self):
        done = subprocess.run(
            [tool("unshare", "util-linux"), "-n", sys.executable, "-B", "-c", SILENCE], cwd=Path(__file__).parent,
            env=os.environ | {"IP": tool("ip", "iproute2")}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=90)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertTrue(10 < float(done.stdout.split()[-1]) < 60, done.stdout)

    def test_the_connection_goes_at_once_and_other_requests_with_it(self):
        ran, pid, _ = self.begin_witness("stubborn")
        with self.server.admin.line() as admin:
            count = lambda: admin.call("status")["connections"]
            before = count()
            ran.line.socket.close()
            wait_until(lambda: count() < before, "its connection is gone")
        self.assertTrue(is_running(pid))
        self.assert_gone(pid, 60)


class ServerGone(CommandCase):
    def test_kill_9_of_the_server_ends_what_runs(self):
        with Server() as server:
            define_role(server, "operator", EVERY_PROGRAM)
            line = self.enterContext(server.join(role="operator").line())
            code = ("import os, time\n"
                    "if os.fork() == 0:\n  os.setsid()\n  print(os.getpid(), flush=True)\n  time.sleep(60)\n"
                    "print(os.getpid(), flush=True)\ntime.sleep(60)")
            ran = Conversation(line, "run", argv=[PYTHON, "-c", code])
            while ran.text.count("\n") < 2:
                ran.step()
            job = line.call("run", argv=["sh", "-c", "echo $$ > job; exec sleep 60"], detach=True)["job"]
            self.assertGreater(job, 0)
            note = server.data / "commands/job"
            wait_until(lambda: note.exists() and note.read_text(), "the job runs")
            pids = [int(text) for text in ran.text.split()] + [int(note.read_text())]
            # Those among them that guard these, and those that wait for more.
            wait_until(lambda: set(children(server.process.pid).values()) == {"landline-launch"}, "they wait")
            launchers = children(server.process.pid)
            server.process.kill()
            server.process.wait()
            for pid in [*pids, *launchers]:
                self.assert_gone(pid)

    def test_a_server_that_ends_in_order_lets_commands_end(self):
        with Server("--drain-timeout", "20") as server:
            define_role(server, "operator", EVERY_PROGRAM)
            line = self.enterContext(server.join(role="operator").line())
            ran = Conversation(line, "run", argv=["cat"], input=True).until_started()
            line.call("run", argv=["sh", "-c", "echo $$ > job; exec sleep 60"], detach=True)
            note = server.data / "commands/job"
            wait_until(lambda: note.exists() and note.read_text(), "the job runs")
            server.process.send_signal(signal.SIGTERM)
            with self.fails("shutting-down"):
                # It may take one more request before it knows.
                while True:
                    line.call("run", argv=["true"])
            ran.write(b"still there\n")
            ran.end_input()
            self.assertEqual(ran.until_exit()["status"], 0)
            self.assertEqual(ran.text, "still there\n")
            self.assertEqual(server.process.wait(60), 0)
            self.assert_gone(int(note.read_text()))

    def test_one_that_does_not_wait_ends_them(self):
        with Server("--drain-timeout", "0") as server:
            define_role(server, "operator", EVERY_PROGRAM)
            line = self.enterContext(server.join(role="operator").line())
            pid = int(Conversation(line, "run", argv=["sh", "-c", "echo $$; exec sleep 60"]).until_said(b"\n").text)
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(server.process.wait(60), 0)
            self.assert_gone(pid)


if __name__ == "__main__":
    unittest.main()
