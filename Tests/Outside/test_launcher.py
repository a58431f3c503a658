"""The launcher by itself, as the server speaks to it (Sources/CLaunch/include/CLaunch.h): one program after the other."""

import contextlib
import os
import select
import signal
import socket
import struct
import unittest
from typing import Any

from commands import PYTHON, is_running
from harness import BINARY, Case, wait_until

START, SIGNAL, END = 0, 1, 2
STARTED, FAILED, EXITED = 1, 2, 3
TIMED_OUT, KILLED, STRAGGLERS, WAITS = 1, 2, 4, 8
REPORT = struct.Struct("=IiiIqqq")


class Report:
    def __init__(self, packet: bytes):
        self.kind, self.value, self.detail, self.flags, self.elapsed, self.user, self.system = REPORT.unpack(packet)

    @property
    def ended(self) -> tuple:
        """How: the status of man 2 wait, and the flags."""
        return self.kind, self.value, self.flags


class LauncherCase(Case):
    def setUp(self):
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.enterContext(self.control)
        self.control.settimeout(60)
        path = BINARY.parent / "landline-launch"
        with theirs:
            self.process = os.posix_spawn(
                path, [str(path)], {}, file_actions=((os.POSIX_SPAWN_DUP2, theirs.fileno(), 3),))
        self.addCleanup(self.reap)

    def reap(self) -> int:
        """It ends when the server does."""
        self.control.close()
        with contextlib.suppress(ChildProcessError):
            return os.waitpid(self.process, 0)[1]
        return 0

    def start(self, *argv: str, options: tuple = (), variables: tuple = (), terminal: int | None = None) -> int:
        """Returns where the program's output can be read; a terminal is all three of its descriptors."""
        words = [*options, "--", argv[0], *argv]
        strings = "".join(f"{text}\0" for text in (*words, *variables)).encode()
        order = struct.pack("=III", START, len(words), len(variables)) + strings
        if terminal is not None:
            socket.send_fds(self.control, [order], [terminal] * 3)
            return -1
        output, theirs = os.pipe()
        self.addCleanup(os.close, output)
        null = os.open(os.devnull, os.O_RDWR)
        socket.send_fds(self.control, [order], [null, theirs, null])
        os.close(theirs)
        os.close(null)
        return output

    def report(self) -> Report:
        return Report(self.control.recv(256))

    def start_one_that_ends_by(self, name: str) -> None:
        output = self.start("/bin/sh", "-c", f"trap 'exit 0' {name}; echo ready; while :; do sleep 0.1; done")
        self.assertEqual(self.report().kind, STARTED)
        os.read(output, 64)

    def run_program(self, *argv: str, **fields: Any) -> tuple[Report, str]:
        output = self.start(*argv, **fields)
        self.assertEqual(self.report().kind, STARTED)
        with os.fdopen(os.dup(output), "rb") as stream:
            said = stream.read().decode()
        return self.report(), said

    def order(self, kind: int, number: int = 0) -> None:
        self.control.send(struct.pack("=Ii", kind, number))

    def assert_ended(self) -> None:
        """It has nothing more to say, and waits for nothing."""
        self.assertEqual(self.control.recv(256), b"")
        self.assertEqual(self.reap(), 0)


class OneAfterTheOther(LauncherCase):
    def test_all_that_end_by_themselves(self):
        for status in (0, 3, 255, 0):
            report, said = self.run_program("/bin/sh", "-c", f"echo $PPID {status}; exit {status}")
            self.assertEqual(report.ended, (EXITED, status << 8, WAITS))
            self.assertEqual(said, f"{self.process} {status}\n")
        report, _ = self.run_program("/bin/sh", "-c", "kill -KILL $$")
        self.assertEqual(report.ended, (EXITED, signal.SIGKILL, WAITS))
        self.assertEqual(self.reap(), 0)

    def test_none_that_leaves_something(self):
        report, _ = self.run_program("/bin/sh", "-c", "sleep 60 >/dev/null & exit 0")
        self.assertEqual(report.ended, (EXITED, 0, STRAGGLERS))
        self.assert_ended()

    def test_none_whose_time_was_up(self):
        report, _ = self.run_program("/bin/sleep", "60", options=("--timeout", "100"))
        self.assertEqual(report.ended, (EXITED, signal.SIGTERM, TIMED_OUT))
        self.assert_ended()

    def test_none_that_was_to_end(self):
        self.start_one_that_ends_by("TERM")
        self.order(END)
        self.assertEqual(self.report().ended, (EXITED, 0, 0))
        self.assert_ended()

    def test_none_that_somebody_has_changed(self):
        self.start_one_that_ends_by("USR1")
        os.setpriority(os.PRIO_PROCESS, self.process, 19)
        self.order(SIGNAL, signal.SIGUSR1)
        self.assertEqual(self.report().ended, (EXITED, 0, 0))
        self.assert_ended()

    def test_none_that_is_asked_to_end(self):
        self.start_one_that_ends_by("TERM")
        os.kill(self.process, signal.SIGTERM)
        self.assertEqual(self.report().ended, (EXITED, 0, 0))
        self.assert_ended()

    def test_none_that_could_not_begin(self):
        self.start("/no/such/program")
        self.assertEqual(self.report().kind, FAILED)
        self.assert_ended()

    def test_the_server_goes(self):
        self.start("/bin/sleep", "60")
        self.assertEqual(self.report().kind, STARTED)
        self.control.close()
        self.assertEqual(self.reap(), 0)


class NothingStays(LauncherCase):
    def test_orders_that_come_too_late(self):
        for _ in range(3):
            self.assertEqual(self.run_program("/bin/true")[0].ended, (EXITED, 0, WAITS))
            for number in (signal.SIGTERM, signal.SIGKILL):
                self.order(SIGNAL, number)
            self.order(END)
            report, said = self.run_program("/bin/echo", "here")
            self.assertEqual((report.ended, said), ((EXITED, 0, WAITS), "here\n"))

    def test_signals_that_come_too_late(self):
        self.run_program("/bin/true")
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGCHLD, signal.SIGUSR1):
            os.kill(self.process, number)
        report, said = self.run_program("/bin/echo", "here")
        self.assertEqual((report.ended, said), ((EXITED, 0, WAITS), "here\n"))
        # This one it heeds whenever it waits.
        os.kill(self.process, signal.SIGTERM)
        self.assertEqual(self.control.recv(256), b"")
        self.assertEqual(self.reap(), signal.SIGTERM)

    def test_the_time_it_had(self):
        self.assertEqual(self.run_program("/bin/true", options=("--timeout", "100"))[0].flags, WAITS)
        report, _ = self.run_program("/bin/sleep", "0.5")
        self.assertEqual(report.ended, (EXITED, 0, WAITS))

    def test_the_processor_time_it_took(self):
        first, _ = self.run_program(PYTHON, "-c", "sum(range(20_000_000))")
        second, _ = self.run_program("/bin/true")
        self.assertGreater(first.user, 0)
        self.assertLess(second.user + second.system, first.user / 2)

    def test_its_limits_folder_and_variables(self):
        code = ("import os, resource as r\n"
                "print(r.getrlimit(r.RLIMIT_CPU), r.getrlimit(r.RLIMIT_DATA), os.getcwd(), os.environ.get('OF'))")
        _, limited = self.run_program(
            PYTHON, "-c", code, options=("--cpu", "100", "--memory", "1000000000", "--folder", "/usr"),
            variables=("OF=first",))
        self.assertEqual(limited.split()[-2:], ["/usr", "first"])
        self.assertIn("(100, 102) (1000000000, 1000000000)", limited)
        _, free = self.run_program(PYTHON, "-c", code)
        self.assertEqual(free.split()[-2:], ["/", "None"])
        # Whatever those of the tests are: it has none of its own.
        self.assertNotIn("(100, 102)", free)
        self.assertNotIn("(1000000000, 1000000000)", free)

    def test_its_terminal(self):
        primary, secondary = os.openpty()
        with os.fdopen(primary, "rb"), os.fdopen(secondary, "rb"):
            self.start("/bin/sh", "-c", "exec 3<>/dev/tty", options=("--terminal",), terminal=secondary)
            self.assertEqual(self.report().kind, STARTED)
            self.assertEqual(self.report().ended, (EXITED, 0, WAITS))
            report, _ = self.run_program("/bin/sh", "-c", "exec 2>&1; : <>/dev/tty")
            self.assertNotEqual(report.value, 0)
            self.assertEqual(report.flags, WAITS)

    def test_its_descriptors(self):
        code = "import os; print([name for name in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{name}')])"
        for _ in range(3):
            self.assertEqual(self.run_program(PYTHON, "-c", code)[1], "['0', '1', '2']\n")
        mine = f"/proc/{self.process}/fd"
        wait_until(lambda: os.listdir(mine) == ["3"], "it has its socket and nothing else")

    def test_who_reads_its_output_sees_the_end(self):
        output = self.start("/bin/true")
        self.assertEqual(self.report().kind, STARTED)
        self.report()
        self.assertTrue(is_running(self.process))
        self.assertEqual(select.select([output], [], [], 20)[0], [output])
        self.assertEqual(os.read(output, 1), b"")


if __name__ == "__main__":
    unittest.main()
