"""Jobs: commands that run by themselves, their output kept."""

import json
import signal
import unittest

from commands import EVERY_PROGRAM, PYTHON, CommandCase, Conversation, define_role
from harness import MIB, Server, wait_until


class Jobs(CommandCase):
    def begin_job(self, *argv: str, line=None, **fields) -> int:
        return (line or self.line_of()).call("run", argv=list(argv), detach=True, **fields)["job"]

    def attach(self, job: int, account=None) -> Conversation:
        return Conversation(self.line_of(account), "attach", job=job)

    def wait_for_end(self, job: int) -> dict:
        line = self.line_of()
        found = lambda: next(one for one in line.listed("jobs") if one["job"] == job).get("exited")
        return wait_until(found, "the job ends", 60)

    def entry(self, job: int, account=None) -> dict:
        return next(one for one in self.line_of(account).listed("jobs") if one["job"] == job)

    def test_it_ends_when_the_right_to_it_goes(self):
        """Though nobody is connected: by a change of the role, of the account, and of the token that it was begun with."""
        define_role(self.server, "sleeper", "commands.run=/bin/sleep")
        admin = self.line_of(self.server.admin)
        for number, change in enumerate(("role", "account", "token")):
            with self.subTest(change):
                define_role(self.server, "sleeper", "commands.run=/bin/sleep")
                person = self.server.join(f"sleeper{number}", "sleeper")
                with person.line() as line:
                    token = line.call("token.create", name="t")["token"]
                    with self.server.line() as other:
                        other.login_token(token)
                        other.call("run", argv=["/bin/sleep", "1000"], detach=True)
                    if change == "token":
                        line.call("token.revoke", name="t")
                if change == "role":
                    define_role(self.server, "sleeper", "commands.run=/bin/true")
                if change == "account":
                    self.server.admin_call("account.set", name=person.name, role="member")
                job = lambda: next(one for one in admin.listed("jobs") if one["account"] == person.name)
                wait_until(lambda: job().get("exited"), "the job ends", 60)

    def test_it_outlives_its_connection(self):
        line = self.line_of()
        job = self.begin_job("sh", "-c", "echo out; echo err >&2; sleep 0.5; echo later; exit 5", line=line)
        line.close()
        ran = self.attach(job)
        self.assertEqual(ran.until_exit()["status"], 5)
        self.assertEqual((ran.text, bytes(ran.out["stderr"])), ("out\nlater\n", b"err\n"))
        # Again, from the beginning, now that it has ended.
        again = self.attach(job)
        self.assertEqual(again.until_exit(), again.exited | {"status": 5})
        self.assertEqual(again.text, "out\nlater\n")
        entry = self.entry(job)
        self.assertEqual((entry["account"], entry["detached"], entry["exited"]["status"]), ("op", True, 5))
        self.assertEqual((entry["argv"][0], entry["kept"]), ("sh", len("out\nerr\nlater\n")))

    def test_leaving_it_does_not_end_it(self):
        job = self.begin_job("sh", "-c", "echo begun; sleep 60")
        watching = self.attach(job).until_said(b"begun")
        watching.cancel()
        with self.fails("cancelled"):
            watching.until_exit()
        lost = self.attach(job).until_said(b"begun")
        lost.line.close()
        self.assertNotIn("exited", self.entry(job))
        self.line_of().call("kill", job=job)
        ended = self.wait_for_end(job)
        self.assertEqual(ended["signal"], signal.SIGTERM)

    def test_two_who_watch_see_the_same(self):
        job = self.begin_job("sh", "-c", "for i in $(seq 2000); do echo $i; done; sleep 0.3; echo end")
        watching = [self.attach(job) for _ in range(2)]
        for one in watching:
            one.until_exit()
        self.assertEqual(watching[0].text, "".join(f"{n}\n" for n in range(1, 2001)) + "end\n")
        self.assertEqual(watching[0].text, watching[1].text)

    def test_signals(self):
        job = self.begin_job("sh", "-c", "trap 'echo usr1' USR1; echo ready; while :; do sleep 0.1; done")
        watching = self.attach(job).until_said(b"ready")
        line = self.line_of()
        line.call("kill", job=job, signal="USR1")
        watching.until_said(b"usr1")
        with self.fails("bad-request"):
            line.call("kill", job=job, signal="SEGVV")
        line.call("kill", job=job, signal="SIGKILL")
        self.assertEqual(watching.until_exit()["signal"], signal.SIGKILL)
        with self.fails("not-found"):
            line.call("kill", job=job)

    def test_a_command_that_somebody_waits_for_can_be_killed_from_elsewhere(self):
        ran = self.begin("sleep", "60").until_started()
        self.assertFalse(self.entry(ran.started["job"])["detached"])
        self.line_of().call("kill", job=ran.started["job"])
        self.assertEqual(ran.until_exit()["signal"], signal.SIGTERM)
        with self.fails("wrong-kind", "not-found"):
            self.line_of().call("attach", job=ran.started["job"])

    def test_others_do_not_see_it(self):
        job = self.begin_job("sleep", "60")
        other = self.server.join(role="operator")
        line = self.line_of(other)
        self.assertEqual([one for one in line.listed("jobs") if one["job"] == job], [])
        for op in ("attach", "kill"):
            with self.fails("not-found"):
                line.call(op, job=job)
        with self.server.admin.line() as admin:
            self.assertEqual([one["account"] for one in admin.listed("jobs") if one["job"] == job], ["op"])
            admin.call("kill", job=job)

    def test_what_makes_no_sense(self):
        line = self.line_of()
        with self.fails("bad-request"):
            line.call("run", argv=["true"], detach=True, input=True)
        with self.fails("bad-request"):
            line.call("run", argv=["true"], detach=True, terminal={"columns": 80, "rows": 24})
        with self.fails("not-found"):
            line.call("run", argv=["/no/such/program"], detach=True)
        with self.fails("not-found"):
            line.call("attach", job=999_999)
        self.assertEqual([one for one in line.listed("jobs") if one["argv"] == ["/no/such/program"]], [])

    def test_a_slow_watcher_costs_no_memory(self):
        job = self.begin_job("head", "-c", "64M", "/dev/zero")
        self.wait_for_end(job)
        before = self.server.memory
        watching = self.attach(job)
        while watching.count["stdout"] < 262_144:
            watching.step(grant=False, keep=False)
        watching.line.call("ping")
        self.assertEqual(watching.count["stdout"], 262_144)
        self.assertLess(self.server.memory, before + 8 * MIB)
        watching.grant("stdout", 64 * MIB)
        watching.until_exit(grant=False, keep=False)
        self.assertEqual(watching.count["stdout"], 64 * MIB)

    def test_the_output_of_nobody_may_read_the_files(self):
        job = self.begin_job("echo", "secret")
        file = self.server.private / f"jobs/{job}"
        self.wait_for_end(job)
        self.assert_mode(file, 0o600)
        self.assert_mode(file.parent, 0o700)


class Bounds(CommandCase):
    flags = ("--commands-output", "1M")

    def test_ten_gibibytes_are_kept_up_to_the_limit(self):
        line = self.line_of()
        job = line.call("run", argv=["head", "-c", "10G", "/dev/zero"], detach=True)["job"]
        entry = lambda: next(one for one in line.listed("jobs") if one["job"] == job)
        ended = wait_until(lambda: entry().get("exited"), "it ends", 600)
        self.assertEqual((ended["status"], ended["dropped"]), (0, (10 << 30) - MIB))
        self.assertEqual(entry()["kept"], MIB)
        self.assertLess((self.server.private / f"jobs/{job}").stat().st_size, 2 * MIB)
        watching = Conversation(self.line_of(), "attach", job=job)
        watching.until_exit()
        self.assertEqual(watching.count["stdout"], MIB)

    def test_single_bytes_of_both_outputs_have_bounds_too(self):
        line = self.line_of()
        code = "import os, sys\nfor _ in range(700_000): os.write(1, b'o'); os.write(2, b'e')"
        job = line.call("run", argv=[PYTHON, "-c", code], detach=True)["job"]
        entry = lambda: next(one for one in line.listed("jobs") if one["job"] == job)
        ended = wait_until(lambda: entry().get("exited"), "it ends", 600)
        self.assertEqual(entry()["kept"] + ended.get("dropped", 0), 1_400_000)
        self.assertLessEqual((self.server.private / f"jobs/{job}").stat().st_size, 2 * MIB)

    def test_they_leave_free_what_is_to_stay_free(self):
        with Server("--keep-free", "4000T") as server:
            define_role(server, "operator", EVERY_PROGRAM)
            with server.join(role="operator").line() as line:
                job = line.call("run", argv=["echo", "much"], detach=True)["job"]
                ended = wait_until(lambda: line.listed("jobs")[0].get("exited"), "it ends")
                self.assertEqual((ended["status"], ended["dropped"]), (0, 5))
                watching = Conversation(line, "attach", job=job)
                self.assertEqual(watching.until_exit()["dropped"], 5)

    def test_jobs_of_one_account_are_counted(self):
        account = self.server.join(role="operator")
        line = self.line_of(account)
        jobs = []
        for _ in range(70):
            jobs.append(line.call("run", argv=["true"], detach=True)["job"])
            # Else another is the oldest that has ended.
            wait_until(lambda: line.listed("jobs")[-1].get("exited"), "it ends")
        listed = [one["job"] for one in line.listed("jobs")]
        self.assertEqual(listed, jobs[-64:], "the oldest that have ended are forgotten")
        files = {int(file.name) for file in (self.server.private / "jobs").iterdir()}
        self.assertEqual(files & set(jobs), set(jobs[-64:]))


class Restart(CommandCase):
    def test_a_new_server_knows_nothing_of_them(self):
        with Server() as server:
            define_role(server, "operator", EVERY_PROGRAM)
            account = server.join(role="operator")
            with account.line() as line:
                line.call("run", argv=["echo", "x"], detach=True)
            server.signal(signal.SIGTERM)
            self.assertEqual(server.wait(), 0)
            server.restart()
            self.assertEqual(list((server.private / "jobs").iterdir()), [])
            with account.line() as line:
                self.assertEqual(line.listed("jobs"), [])


if __name__ == "__main__":
    unittest.main()
