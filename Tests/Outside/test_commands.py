"""Commands over the line (docs/PROTOCOL.md section 10): who may run what, how it arrives, and its streams."""

import contextlib
import json
import os
import re
import signal
import time
import unittest
from pathlib import Path

from commands import CREDIT, PYTHON, CommandCase, Conversation, children, define_role, is_running
from harness import MIB, wait_until
from line import Closed, LineError

AWKWARD = [
    "; rm -rf /", "$(touch broken)", "`touch broken`", "a\nb", "\r\n", "", " ", "'", '"', "\\", "*", "~", "-n", "--",
    "a b", "&& true", "| cat", "> broken", "$HOME", "%s", "é", "日本", "\x1b[31m", "../..", "x" * 10_000,
]


class Rights(CommandCase):
    def test_nobody_runs_anything_unless_a_role_says_so(self):
        for role in ("guest", "member", "admin"):
            line = self.line_of(self.server.join(role=role))
            for argv in (["/bin/true"], ["true"], ["no-such-program"]):
                with self.subTest(role=role, argv=argv), self.fails("forbidden"):
                    line.call("run", argv=argv)
            with self.subTest(role), self.fails("forbidden"):
                line.call("shell", columns=80, rows=24)
            with self.subTest(role), self.fails("forbidden"):
                line.call("run", argv=["/bin/true"], detach=True)

    def test_not_even_the_control_socket(self):
        from line import Line

        with Line.unix(f"{self.server.private}/control.sock") as line:
            line.hello()
            line.login_secret((self.server.private / "control.secret").read_text().strip())
            with self.fails("forbidden"):
                line.call("run", argv=["/bin/true"])

    def test_a_program_that_is_listed_and_none_other(self):
        define_role(self.server, "env-only", "commands.run=/usr/bin/env,/bin/echo hello *")
        line = self.line_of(self.server.join(role="env-only"))
        Conversation(line, "run", argv=["/usr/bin/env"]).until_exit()
        Conversation(line, "run", argv=["env"]).until_exit()
        # Of the places where a name is looked for, the one that is allowed.
        said = Conversation(line, "run", argv=["echo", "hello", "you"])
        said.until_exit()
        self.assertEqual((said.text, said.started["program"]), ("hello you\n", "/bin/echo"))
        for argv in (["/bin/cat"], ["echo", "hello"], ["echo", "bye", "you"], ["echo", "hello", "you", "two"]):
            with self.subTest(argv), self.fails("forbidden"):
                line.call("run", argv=argv)

    def test_names_that_are_no_programs(self):
        line = self.line_of()
        for program in ("../bin/true", "/usr/bin/../bin/true", "./true", "bin/true", "/bin/./true", "//bin/true", "..",
                        "/bin/true/"):
            with self.subTest(program), self.fails("bad-path", "not-found"):
                line.call("run", argv=[program])
        for argv in ([], [""], ["/bin/true\0"], ["true\0x"], ["/bin/echo", "a\0b"]):
            with self.subTest(argv), self.fails("bad-request"):
                line.call("run", argv=argv)
        with self.fails("not-found"):
            line.call("run", argv=["/no/such/program"])
        with self.fails("not-found"):
            line.call("run", argv=["no-such-program"])
        with self.fails("wrong-kind"):
            line.call("run", argv=["/etc/passwd"])
        with self.fails("wrong-kind"):
            line.call("run", argv=["/etc"])

    def test_a_right_that_is_taken_away_ends_what_runs(self):
        define_role(self.server, "sleeper", "commands.run=/bin/sleep")
        account = self.server.join(role="sleeper")
        running = self.begin("/bin/sleep", "60", line=self.line_of(account)).until_started()
        job = self.line_of(account).call("run", argv=["/bin/sleep", "60"], detach=True)["job"]
        define_role(self.server, "sleeper", "commands.run=/bin/true")
        with self.fails("forbidden"):
            running.until_exit()
        line = self.line_of(account)
        ended = lambda: next(one for one in line.listed("jobs") if one["job"] == job).get("exited")
        self.assertEqual(wait_until(ended, "the job is ended")["signal"], signal.SIGTERM)

    def test_an_account_that_is_removed(self):
        account = self.server.join(role="operator")
        running = self.begin("/bin/sleep", "60", line=self.line_of(account)).until_started()
        pid = self.begin("sh", "-c", "echo $$; exec sleep 60", line=self.line_of(account)).until_said(b"\n").text
        job = self.line_of(account).call("run", argv=["/bin/sleep", "60"], detach=True)["job"]
        self.server.admin_call("account.remove", name=account.name)
        with self.fails("unauthenticated"):
            running.until_exit()
        self.assert_gone(int(pid))
        with self.server.admin.line() as admin:
            wait_until(lambda: all(one["job"] != job or one.get("exited") for one in admin.listed("jobs")), "job ends")

    def test_a_token_that_is_revoked(self):
        account = self.server.join(role="operator")
        owner = self.line_of(account)
        jobs = {}
        for name in ("kept", "revoked"):
            token = owner.call("token.create", name=name, role="operator")["token"]
            line = self.enterContext(self.server.line())
            line.login_token(token)
            jobs[name] = line.call("run", argv=["/bin/sleep", "60"], detach=True)["job"]
        owner.call("token.revoke", name="revoked")
        entry = lambda name: next(one for one in owner.listed("jobs") if one["job"] == jobs[name])
        wait_until(lambda: entry("revoked").get("exited"), "its job ends")
        self.assertNotIn("exited", entry("kept"))

    def test_what_is_run_is_in_the_audit_log(self):
        self.finish("sh", "-c", "exit 7", "with secret $(x)")
        wait_until(lambda: any(event.get("status") == 7 for event in self.audited("exit")), "the exit is noted")
        exit = next(event for event in self.audited("exit") if event.get("status") == 7)
        run = next(event for event in self.audited("run") if event["job"] == exit["job"])
        self.assertEqual(run["program"], "/usr/bin/sh")
        self.assertEqual(run["arguments"], ["-c", "exit 7", "with secret $(x)"])
        self.assertEqual((run["account"], run["peer"], exit["account"]), ("op", "127.0.0.1", "op"))
        self.assertGreaterEqual(exit["milliseconds"], 0)
        line = self.line_of(self.server.join())
        with self.fails("forbidden"):
            line.call("run", argv=["/bin/forbidden-fruit"])
        wait_until(lambda: any("forbidden-fruit" in event["reason"] for event in self.audited("refused")), "refusal")


class Arrival(CommandCase):
    def test_arguments_arrive_as_they_are(self):
        code = "import json, sys; print(json.dumps(sys.argv[1:]))"
        ran = self.python(code, *AWKWARD)
        ran.until_exit()
        self.assertEqual(json.loads(ran.text), AWKWARD)
        self.assertFalse((self.server.data / "commands/broken").exists())

    def test_the_environment_is_clean(self):
        ran = self.finish("env", "-0")
        names = {entry.partition("=")[0] for entry in ran.text.split("\0") if entry}
        self.assertEqual(
            names, {"PATH", "HOME", "PWD", "USER", "LOGNAME", "SHELL", "LANG", "LANDLINE_ACCOUNT", "LANDLINE_JOB"})
        self.assertIn("LANDLINE_ACCOUNT=op\0", ran.text)

    def test_nothing_of_the_servers_is_open_in_it(self):
        ran = self.python("import os; print(sorted(int(n) for n in os.listdir('/proc/self/fd')))", input=True)
        ran.until_exit()
        # The last one is that of the listing itself.
        self.assertEqual(json.loads(ran.text), [0, 1, 2, 3])

    def test_signals_are_as_a_program_expects_them(self):
        ran = self.python("import re; print(re.findall('Sig(?:Blk|Ign|Cgt):\\\\s*(\\\\w+)', open('/proc/self/status').read()))")
        ran.until_exit()
        blocked, ignored, _ = eval(ran.text)
        self.assertEqual(int(blocked, 16), 0)
        # Python itself ignores SIGPIPE and SIGXFSZ.
        self.assertEqual(int(ignored, 16) & ~(1 << 12 | 1 << 24), 0)

    def test_exit_status_signal_and_time_come_back(self):
        for status in (0, 1, 42, 255):
            self.assertEqual(self.finish("sh", "-c", f"exit {status}").exited["status"], status)
        ended = self.finish("sh", "-c", "kill -KILL $$").exited
        self.assertEqual(ended["signal"], signal.SIGKILL)
        self.assertNotIn("status", ended)
        slow = self.python("import time; time.sleep(0.2); sum(range(10**6))")
        slow.until_exit()
        self.assertGreaterEqual(slow.exited["milliseconds"], 200)
        self.assertGreater(slow.exited["user"], 0)

    def test_hundreds_over_one_connection_leave_nothing_behind(self):
        line = self.line_of()
        descriptors = lambda: len(os.listdir(f"/proc/{self.server.pid}/fd"))
        # Nothing, but for the launchers of the next ones.
        self.begin("true", line=line).until_exit()
        self.waiting_launchers()
        before = descriptors()
        for _ in range(200):
            self.begin("true", line=line).until_exit()
        self.waiting_launchers()
        wait_until(lambda: descriptors() <= before, "descriptors are given back")

    def waiting_launchers(self) -> list[int]:
        """Those that wait when nothing runs, and what ran has gone."""
        def waits(pid: int) -> bool:
            # What guards a program, or has, blocks SIGTERM.
            blocked = re.search(r"SigBlk:\s*(\w+)", Path(f"/proc/{pid}/status").read_text())
            return is_running(pid) and not int(blocked[1], 16) & 1 << signal.SIGTERM - 1

        def two_wait() -> bool:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                found = children(self.server.pid)
                return list(found.values()) == ["landline-launch"] * 2 and all(map(waits, found))
            return False

        wait_until(two_wait, "only two launchers wait")
        return list(children(self.server.pid))

    def test_a_launcher_that_waits_and_is_ended_is_not_missed(self):
        line = self.line_of()
        for _ in range(3):
            self.begin("true", line=line).until_exit()
            for pid in self.waiting_launchers():
                os.kill(pid, signal.SIGKILL)
                wait_until(lambda: not is_running(pid), "it is ended")
            said = self.begin("echo", "here", line=line)
            said.until_exit()
            self.assertEqual((said.text, said.exited["status"]), ("here\n", 0))

    def test_a_launcher_that_waits_takes_no_signal_to_the_program(self):
        line = self.line_of()
        self.begin("true", line=line).until_exit()
        for pid in self.waiting_launchers():
            for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
                os.kill(pid, number)
            # It heeds the last one, and is no launcher any more.
            wait_until(lambda: not is_running(pid), "it is ended")
        said = self.begin("sh", "-c", "sleep 0.3; echo here", line=line)
        said.until_exit()
        self.assertEqual((said.text, said.exited.get("status")), ("here\n", 0))

    def test_a_launcher_is_used_again(self):
        line = self.line_of()
        parents = {self.finish("sh", "-c", "echo $PPID", line=line).text for _ in range(20)}
        self.assertLessEqual(len(parents), 3)

    def test_what_is_said_to_one_that_has_ended_does_not_reach_the_next(self):
        line = self.line_of()
        for _ in range(100):
            ended = self.begin("true", line=line)
            for _ in range(4):
                ended.signal("TERM")
            said = self.begin("echo", "here", line=line)
            ended.until_exit()
            said.until_exit()
            self.assertEqual((said.text, said.exited.get("status")), ("here\n", 0))

    def test_why_it_cannot_begin_is_said_whatever_was_said_to_it(self):
        line = self.line_of()
        script = self.server.data / "commands/script"
        self.finish("true", line=line)
        script.write_text("#!/no/such/interpreter\n")
        script.chmod(0o755)
        for _ in range(20):
            ran = self.begin(str(script), line=line)
            for _ in range(20):
                ran.signal("USR1")
            with self.fails("not-found"):
                ran.until_exit()

    def test_many_that_begin_at_the_same_moment(self):
        line = self.line_of()
        begun = [self.begin("sh", "-c", f"echo {number}; exit {number}", line=line) for number in range(40)]
        for number, ran in enumerate(begun):
            ran.until_exit()
            self.assertEqual((ran.text, ran.exited["status"]), (f"{number}\n", number))


class Streams(CommandCase):
    def test_both_outputs_apart(self):
        ran = self.python("import os\nfor n in range(1000): os.write(1, b'o' * 100); os.write(2, b'e' * 50)")
        ran.until_exit()
        self.assertEqual((bytes(ran.out["stdout"]), bytes(ran.out["stderr"])), (b"o" * 100_000, b"e" * 50_000))

    def test_both_directions_at_once(self):
        data = os.urandom(8 * MIB)
        ran = self.begin("cat", input=True)
        ran.write(data)
        ran.end_input()
        ran.until_exit()
        self.assertTrue(bytes(ran.out["stdout"]) == data, "what came back is what was sent")

    def test_without_input_it_reads_nothing(self):
        self.assertEqual(self.finish("cat").exited["status"], 0)

    def test_input_that_nobody_reads_any_more(self):
        ran = self.begin("sh", "-c", "exec 0<&-; echo closed; sleep 0.2; echo done", input=True)
        ran.until_said(b"closed")
        ran.write(b"x" * MIB)
        ran.until_exit()
        self.assertEqual(ran.text, "closed\ndone\n")

    def test_more_input_than_credit_ends_the_connection(self):
        ran = self.begin("sleep", "60", input=True).until_started()
        for _ in range(CREDIT // 65_536 + 1):
            ran.add("stdin", bytes(65_536))
        self.assertEqual(ran.line.ending(), "bad-request")

    def test_what_is_said_about_a_command_that_has_ended_is_ignored(self):
        ran = self.finish("true", input=True)
        for op, fields, body in (("stdin", {}, b"late"), ("stdin", {"end": True}, b""), ("signal", {"signal": "INT"}, b""),
                                 ("credit", {"stream": "stdout", "bytes": 5}, b""), ("resize", {"columns": 1, "rows": 1}, b"")):
            ran.add(op, body, **fields)
        self.assertEqual(ran.line.stray(), [])

    def test_additions_that_make_no_sense(self):
        for fields in ({"op": "stdin", "id": 99}, {"op": "signal", "id": 99, "signal": "INT"}):
            line = self.line_of()
            line.send(fields)
            self.assertEqual(line.ending(), "bad-request")
        for op, fields in (("signal", {"signal": "NOPE"}), ("credit", {"stream": "stdin", "bytes": 1}),
                           ("credit", {"stream": "stdout", "bytes": 0}), ("resize", {"columns": 0, "rows": 1})):
            with self.subTest(op, fields=fields):
                ran = self.begin("sleep", "60").until_started()
                ran.add(op, **fields)
                self.assertEqual(ran.line.ending(), "bad-request")

    def test_a_full_pipe_holds_up_nothing_else(self):
        line = self.line_of()
        full = self.begin("cat", "/dev/zero", line=line)
        while full.count["stdout"] < CREDIT:
            full.step(grant=False, keep=False)
        # No credit is left: the other stream, other commands, other requests go on.
        other = self.begin("sh", "-c", "echo here; echo there >&2", line=line)
        other.until_exit()
        self.assertEqual((other.text, bytes(other.out["stderr"])), ("here\n", b"there\n"))
        line.call("ping")
        self.assertEqual(full.count["stdout"], CREDIT)
        full.cancel()
        with self.fails("cancelled"):
            full.until_exit(grant=False, keep=False)

    def test_one_output_that_is_not_read_does_not_hold_up_the_other(self):
        ran = self.python("import os, threading\n"
                          "threading.Thread(target=lambda: [os.write(1, bytes(65536)) for _ in range(100)], daemon=True).start()\n"
                          "for n in range(100): os.write(2, b'e' * 1000)\n"
                          "os.write(2, b'END'); import time; time.sleep(60)")
        while b"END" not in ran.out["stderr"]:
            head = ran.step(grant=False)
            if head["type"] == "stderr":
                ran.grant("stderr", head["body"])
        self.assertLessEqual(ran.count["stdout"], CREDIT)
        ran.cancel()

    def test_ten_gibibytes_to_a_reader_that_stops(self):
        line = self.line_of()
        ran = self.begin("head", "-c", "10G", "/dev/zero", line=line)
        while ran.count["stdout"] < 64 * MIB:
            ran.step(keep=False)
        before = self.server.memory
        while ran.count["stdout"] < 256 * MIB:
            ran.step(keep=False)
        self.assertLess(self.server.memory, before + 8 * MIB)
        ran.signal("TERM")
        # What was on its way comes, and then the end.
        self.assertEqual(ran.until_exit(keep=False)["signal"], signal.SIGTERM)


class Ends(CommandCase):
    def test_a_signal_reaches_the_whole_group(self):
        ran = self.begin("sh", "-c", "trap 'echo shell got it; exit 9' INT; sh -c 'echo ready; sleep 60; echo no'; exit 1")
        ran.until_said(b"ready")
        ran.signal("INT")
        self.assertEqual(ran.until_exit()["status"], 9)
        self.assertEqual(ran.text, "ready\nshell got it\n")

    def test_its_time_is_up(self):
        ended = self.finish("sleep", "60", timeout=300).exited
        self.assertEqual((ended["signal"], ended["timedOut"]), (signal.SIGTERM, True))
        self.assertLess(ended["milliseconds"], 20_000)
        for timeout in (0, -1, 10**15):
            with self.fails("bad-request"):
                self.begin("true", timeout=timeout).until_exit()

    def test_a_program_that_ignores_sigterm(self):
        began = time.monotonic()
        ran = self.begin("sh", "-c", "trap '' TERM INT HUP; echo $$; while :; do sleep 1; done")
        pid = int(ran.until_said(b"\n").text)
        ran.signal("TERM")
        ran.cancel()
        with self.fails("cancelled"):
            ran.until_exit()
        self.assertFalse(is_running(pid))
        self.assertGreater(time.monotonic() - began, 4.5)

    def test_what_forks_away_ends_with_it(self):
        away = ("import os, signal, sys, time\n"
                "signal.signal(signal.SIGTERM, signal.SIG_IGN if sys.argv[1] == 'stubborn' else signal.SIG_DFL)\n"
                "hears, says = os.pipe()\n"
                "if os.fork() == 0:\n"
                "  os.setsid()\n"
                "  if os.fork() == 0:\n"
                "    print(os.getpid(), flush=True)\n"
                "    os.write(says, b'x')\n"
                "    time.sleep(60)\n"
                "    os._exit(0)\n"
                "  os._exit(0)\n"
                "os.read(hears, 1)\n")
        for kind in ("meek", "stubborn"):
            with self.subTest(kind):
                ran = self.python(away, kind)
                ran.until_exit()
                self.assertEqual((ran.exited["status"], ran.exited["stragglers"]), (0, True))
                self.assertFalse(is_running(int(ran.text)))

    def test_the_children_of_what_is_left_behind_are_asked_to_end_too(self):
        code = ("import os, signal, time\n"
                "hears, says = os.pipe()\n"
                "def note(*_):\n"
                "  os.write(1, b'asked\\n')\n"
                "  os._exit(0)\n"
                "for _ in range(10):\n"
                "  if os.fork() == 0:\n"
                "    if os.fork() == 0:\n"
                "      signal.signal(signal.SIGTERM, note)\n"
                "      os.write(says, b'x')\n"
                "    time.sleep(60)\n"
                "    os._exit(0)\n"
                "for _ in range(10): os.read(hears, 1)\n")
        ran = self.python(code)
        ran.until_exit()
        self.assertEqual((ran.text, ran.exited["status"], ran.exited["stragglers"]), ("asked\n" * 10, 0, True))

    def test_what_is_in_another_session_is_asked_to_end_like_the_rest(self):
        code = ("import os, signal, time\n"
                "if os.fork() == 0:\n"
                "  os.setsid()\n"
                "  def note(*_):\n"
                "    print('asked', flush=True)\n"
                "    os._exit(0)\n"
                "  signal.signal(signal.SIGTERM, note)\n"
                "  print('ready', flush=True)\n"
                "  time.sleep(60)\n"
                "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                "os.wait()\n")
        ran = self.python(code).until_said(b"ready\n")
        ran.line.call("kill", job=ran.started["job"])
        ran.until_exit()
        self.assertEqual(ran.text, "ready\nasked\n")
        # Its parent, which was deaf, had it to wait for and nothing else.
        self.assertEqual(ran.exited["status"], 0)

    def test_no_number_of_signals_keeps_it_from_being_ended(self):
        ran = self.begin("sh", "-c", "echo $PPID; trap '' USR1; while :; do sleep 1; done")
        launcher = int(ran.until_said(b"\n").text)
        os.kill(launcher, signal.SIGSTOP)
        # More than its socket holds.
        for _ in range(1_000):
            ran.signal("USR1")
        ran.line.call("ping")
        ran.cancel()
        ran.line.call("ping")
        os.kill(launcher, signal.SIGCONT)
        with self.fails("cancelled"):
            ran.until_exit()

    def test_it_closes_its_outputs_and_goes_on(self):
        ran = self.begin("sh", "-c", "echo last; exec 1>&- 2>&-; sleep 0.5; exit 6")
        self.assertEqual(ran.until_exit()["status"], 6)
        self.assertEqual(ran.text, "last\n")
        self.assertGreaterEqual(ran.exited["milliseconds"], 500)

    def test_a_stopped_program_ends_too(self):
        ran = self.begin("sh", "-c", "echo $$; kill -STOP $$")
        pid = int(ran.until_said(b"\n").text)
        wait_until(lambda: open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] == "T", "it is stopped")
        ran.cancel()
        with self.fails("cancelled"):
            ran.until_exit()
        self.assertFalse(is_running(pid))


if __name__ == "__main__":
    unittest.main()
