"""Commands do not become the server: what they can reach of it, and what limits them."""

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import time
import unittest
from pathlib import Path

from commands import EVERY_PROGRAM, PYTHON, CommandCase, Conversation, define_role
from harness import BINARY, USAGE, Server, environment, landline, scratch_folder, tool

# Tries what the arguments say, and prints what came of it: `ok`, or the name of the error.
TRY = """
import ctypes, errno, os, socket, sys
what, path, *more = sys.argv[1:]
libc = ctypes.CDLL(None, use_errno=True)
def call(result):
    if result < 0: raise OSError(ctypes.get_errno(), "")
try:
    if what == "read": open(path, "rb").read(1)
    elif what == "list": os.listdir(path)
    elif what == "write": open(path, "ab").write(b"x")
    elif what == "truncate": call(libc.truncate(path.encode(), 0))
    elif what == "make": os.mkdir(path)
    elif what == "remove": os.unlink(path)
    elif what == "rename": os.rename(path, more[0])
    elif what == "link": os.link(path, more[0])
    elif what == "symlink":
        os.symlink(path, more[0])
        open(more[0], "rb").read(1)
    elif what == "kill": os.kill(int(path), int(more[0]))
    elif what == "trace": call(libc.ptrace(16, int(path), 0, 0))
    elif what == "execute": os.execv(path, [path])
    elif what == "control":
        one = socket.socket(socket.AF_UNIX)
        one.connect(path)
        sys.path.insert(0, more[0])
        from line import Line, LineError
        line = Line.unix(path)
        line.hello()
        try:
            line.login_secret(open(os.path.dirname(path) + "/control.secret").read())
        except (OSError, LineError) as error:
            line2 = Line.unix(path)
            line2.hello()
            try: line2.login_secret("0" * 64)
            except LineError as refused:
                print("refused", refused.code)
                sys.exit()
    print("ok")
except OSError as error:
    print(errno.errorcode[error.errno])
"""


class Reaching:
    """What every way of confining has to keep from a command."""

    def attempt(self, what: str, path, *more) -> str:
        ran = self.python(TRY, what, str(path), *(str(one) for one in more))
        ran.until_exit()
        return (ran.text or ran.out["stderr"].decode()).strip()

    def assert_denied(self, what: str, path, *more) -> None:
        with self.subTest(what, path=str(path)):
            self.assertIn(self.attempt(what, path, *more), ("EACCES", "EPERM", "EXDEV", "EROFS"))

    def test_it_cannot_read_or_change_what_the_server_keeps(self):
        private = self.server.private
        files = [file for file in private.iterdir() if file.is_file()]
        self.assertIn("control.secret", [file.name for file in files])
        before = {file: file.read_bytes() for file in files if file.suffix in (".pem", ".secret")}
        for file in files:
            self.assert_denied("read", file)
            self.assert_denied("write", file)
        secret = private / "control.secret"
        self.assert_denied("list", private)
        self.assert_denied("list", self.server.data)
        for way in (f"/proc/{self.server.pid}/root{secret}", f"/proc/{self.server.pid}/cwd/{os.path.relpath(secret, '/')}",
                    f"/proc/self/root{secret}", f"{self.server.data}/commands/../landline/control.secret",
                    f"/proc/{self.server.pid}/environ", f"/proc/{self.server.pid}/mem", f"/proc/{self.server.pid}/maps"):
            self.assert_denied("read", way)
        # Their numbers are no secret; what they lead to is.
        for number in os.listdir(f"/proc/{self.server.pid}/fd")[:12]:
            self.assert_denied("read", f"/proc/{self.server.pid}/fd/{number}")
        self.assert_denied("truncate", secret)
        self.assert_denied("make", private / "new")
        self.assert_denied("remove", secret)
        self.assert_denied("rename", secret, f"{self.scratch}/taken")
        self.assert_denied("link", secret, f"{self.scratch}/linked")
        self.assert_denied("symlink", secret, f"{self.scratch}/symlinked")
        self.assertEqual({file: file.read_bytes() for file in before}, before)

    def test_nor_the_files_that_people_have_put(self):
        with self.server.admin.line() as line:
            line.put("secret.txt", b"not for programs")
        for what in ("read", "write", "truncate", "remove"):
            self.assert_denied(what, self.server.tree / "secret.txt")

    def test_it_cannot_use_the_control_socket(self):
        said = self.attempt("control", self.server.private / "control.sock", Path(__file__).parent)
        self.assertIn(said, ("EACCES", "EPERM", "refused unauthenticated"))

    def test_it_cannot_signal_or_trace_the_server(self):
        self.assert_denied("kill", self.server.pid, int(signal.SIGKILL))
        self.assert_denied("kill", self.server.pid, 0)
        self.assert_denied("trace", self.server.pid)
        self.assert_denied("kill", "1", 0)
        # Nor the launcher that guards it.
        ran = self.python("import os, time\ntry: os.kill(os.getppid(), 9)\nexcept OSError as e: print(e.errno)")
        ran.until_exit()
        self.assertEqual(ran.text, "1\n")
        self.assertEqual(ran.exited["status"], 0)

    def test_it_gets_no_more_rights_than_it_has(self):
        ran = self.finish("cat", "/proc/self/status")
        status = dict(line.split(":\t") for line in ran.text.splitlines() if ":\t" in line)
        self.assertEqual(status["NoNewPrivs"], "1")
        for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            self.assertEqual(int(status[kind], 16), 0, kind)

    def test_it_has_its_folder_and_temporary_files(self):
        ran = self.finish("sh", "-c", "echo one > file && cat file && rm file && mktemp && pwd")
        said = ran.text.split()
        self.assertEqual(said[0], "one", ran.out)
        Path(said[1]).unlink()
        self.assertEqual(said[2], str(self.folder))


class Landlock(Reaching, CommandCase):
    @property
    def folder(self) -> Path:
        return self.server.data / "commands"

    scratch = property(lambda self: self.folder)

    def test_the_folder_is_nobody_elses(self):
        self.finish("true")
        self.assert_mode(self.folder, 0o700)

    def test_what_is_beside_the_data_folder_is_there_at_once(self):
        self.finish("true")
        for number in range(5):
            beside = self.server.folder / f"beside{number}"
            beside.write_text("new")
            ran = self.finish("cat", str(beside))
            self.assertEqual(ran.text, "new", ran.out)

    def test_what_the_servers_user_runs_is_not_changed(self):
        home = self.server.folder
        (home / ".config").mkdir()
        (home / ".profile").write_text("# read by the next login\n")
        self.assertEqual(self.attempt("read", home / ".profile"), "ok")
        for what, path in (("write", home / ".profile"), ("remove", home / ".profile"), ("make", home / ".new"),
                           ("make", home / ".config/new")):
            self.assert_denied(what, path)

    def test_it_changes_nothing_for_the_program_that_its_guard_has_next(self):
        line = self.line_of()
        code = ("import contextlib, os, resource\n"
                "guard = os.getppid()\n"
                "for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE):\n"
                "  try: resource.prlimit(guard, limit, (1, 1))\n"
                "  except PermissionError: print('refused')\n"
                "resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))\n"
                "# Where the server is root, these are refused, too.\n"
                "with contextlib.suppress(PermissionError): os.setpriority(os.PRIO_PROCESS, guard, 19)\n"
                "with contextlib.suppress(PermissionError): os.sched_setaffinity(guard, {min(os.sched_getaffinity(0))})\n")
        look = ("import os, resource\n"
                "print(os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), os.sched_getaffinity(0),\n"
                "  [resource.getrlimit(limit) for limit in range(16)])\n")
        before = self.finish(PYTHON, "-c", look, line=line).text
        for _ in range(4):
            changing = self.finish(PYTHON, "-c", code, line=line)
            self.assertEqual((changing.text, changing.exited["status"]), ("refused\nrefused\n", 0), changing.out)
            self.assertEqual(self.finish(PYTHON, "-c", look, line=line).text, before)

    def test_it_leaves_no_file_that_runs_as_its_user(self):
        code = ("import ctypes, os\n"
                "libc = ctypes.CDLL(None, use_errno=True)\n"
                "def attempt(what):\n"
                "  try: what()\n"
                "  except OSError as error: print(error.errno, end=' ')\n"
                "  else: print('ok', end=' ')\n"
                "def call(*arguments):\n"
                "  if libc.syscall(*arguments) < 0: raise OSError(ctypes.get_errno(), '')\n"
                "one = os.open('mine', os.O_CREAT | os.O_RDWR, 0o755)\n"
                "attempt(lambda: os.chmod('mine', 0o700))\n"
                "for bits in (0o4000, 0o2000):\n"
                "  attempt(lambda: os.chmod('mine', bits | 0o755))\n"
                "  attempt(lambda: os.fchmod(one, bits | 0o755))\n"
                "  attempt(lambda: os.chmod('mine', bits | 0o755, dir_fd=os.open('.', os.O_RDONLY)))\n"
                "  attempt(lambda: os.open('new', os.O_CREAT | os.O_RDWR, bits | 0o755))\n"
                "  attempt(lambda: os.open('.', os.O_TMPFILE | os.O_RDWR, bits | 0o755))\n"
                "  attempt(lambda: os.mknod('new', bits | 0o100755))\n"
                "  attempt(lambda: call(452, -100, b'mine', bits | 0o755, 0))\n"
                "# openat2 and io_uring_setup, which could do it where nobody sees.\n"
                "attempt(lambda: call(437, -100, b'mine', None, 0))\n"
                "attempt(lambda: call(425, 1, None))\n"
                "print(oct(os.stat('mine').st_mode), os.path.exists('new'))\n")
        ran = self.python(code)
        ran.until_exit()
        self.assertEqual(ran.text.split(), ["ok"] + ["1"] * 14 + ["38", "1", "0o100700", "False"], ran.out)

    def test_roots_programs_change_nothing_of_the_system(self):
        self.assertEqual(os.geteuid(), 0, "these tests run as root, as the CI does")
        for path in ("/etc/cron.d", "/usr/bin", "/root", "/var/lib"):
            self.assert_denied("make", f"{path}/landline-test")
        self.assert_denied("write", "/proc/sys/kernel/core_pattern")
        with self.subTest("devices"):
            # Neither those that there are nor new ones.
            self.assertIn(self.attempt("read", "/dev/kmsg"), ("EACCES", "EPERM", "ENOENT"))
            self.assert_denied("make", "/dev/landline-test")

    def test_devices_that_everybody_needs(self):
        ran = self.finish("sh", "-c", "echo x > /dev/null && head -c 1 /dev/urandom | wc -c && echo out > /dev/stdout")
        self.assertEqual(ran.text.split(), ["1", "out"], ran.out)


class OtherUser(Reaching, CommandCase):
    """The server runs as root, and commands as somebody else."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.scratch = scratch_folder()
        cls.addClassCleanup(lambda: shutil.rmtree(cls.scratch, ignore_errors=True))
        os.chmod(cls.scratch, 0o755)
        cls.folder = cls.scratch / "work"
        cls.folder.mkdir()
        os.chown(cls.folder, pwd.getpwnam("nobody").pw_uid, -1)
        cls.flags = ("--commands-user", "nobody", "--commands-folder", cls.folder, "--commands-processes", "20")
        super().setUpClass()
        # The interpreter of the tests may be where only root looks.
        cls.interpreter = "/usr/bin/python3"

    def python(self, code: str, *arguments: str, **fields):
        return self.begin(self.interpreter, "-u", "-c", code, *arguments, **fields)

    def test_it_is_that_user(self):
        ran = self.finish("sh", "-c", "id -un; id -u; id -G; echo $USER $HOME")
        nobody = pwd.getpwnam("nobody")
        groups = " ".join(map(str, os.getgrouplist("nobody", nobody.pw_gid)))
        self.assertEqual(
            ran.text.splitlines(), ["nobody", str(nobody.pw_uid), groups, f"nobody {self.folder}"])

    def test_the_number_of_its_processes_is_limited(self):
        code = ("import os, time\nn = 0\ntry:\n  while n < 100:\n    if os.fork() == 0: time.sleep(60)\n    n += 1\n"
                "except BlockingIOError: print('no more than', n)")
        ran = self.python(code)
        ran.until_exit()
        # Of the limit, what others run as that user on this machine is taken off.
        self.assertRegex(ran.text, r"^no more than 1?\d\n$", ran.out)
        self.assertTrue(ran.exited["stragglers"])


# Ignores every signal that can be, and fills each place that becomes free with a child that does the same in a session of
# its own, so that neither its group nor its parent tells who belongs to it.
BOMB = """
#include <sched.h>
#include <signal.h>
#include <unistd.h>
int main(void) {
  for (int number = 1; number < 32; number++) signal(number, SIG_IGN);
  signal(SIGCHLD, SIG_DFL);
  if (fork() != 0) return 0;
  for (;;) {
    setsid();
    if (fork() == 0) continue;
    for (;;) {
      pid_t child = fork();
      if (child == 0) break;
      if (child < 0) sched_yield();
    }
  }
}
"""


class Bomb(CommandCase):
    """A program that starts others faster than they can be ended one by one."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.scratch = scratch_folder()
        cls.addClassCleanup(lambda: shutil.rmtree(cls.scratch, ignore_errors=True))
        os.chmod(cls.scratch, 0o755)
        (cls.scratch / "bomb.c").write_text(BOMB)
        subprocess.run([tool("cc", "gcc"), "-O", "-o", "bomb", "bomb.c"], cwd=cls.scratch, check=True)
        cls.flags = ("--commands-user", "nobody", "--commands-folder", cls.scratch, "--commands-processes", "100")
        super().setUpClass()

    def test_it_ends_with_everything_that_it_has_started(self):
        ran = self.begin(str(self.scratch / "bomb"))
        began = time.monotonic()
        self.assertTrue(ran.until_exit()["stragglers"])
        # Five seconds of them are for those who heed SIGTERM.
        self.assertLess(time.monotonic() - began, 25)
        nobody = pwd.getpwnam("nobody").pw_uid
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                if process.stat().st_uid == nobody:
                    self.assertNotIn(b"bomb", (process / "cmdline").read_bytes())


class Limits(CommandCase):
    flags = ("--commands-cpu", "1s", "--commands-memory", "256M")

    def test_processor_time(self):
        ended = self.finish(PYTHON, "-c", "while True: pass").exited
        self.assertEqual(ended["signal"], signal.SIGXCPU)
        self.assertGreater(ended["user"] + ended["system"], 500)

    def test_memory(self):
        ran = self.python("x = bytearray(400 << 20)")
        ran.until_exit()
        self.assertIn(b"MemoryError", ran.out["stderr"])
        self.assertEqual(self.python("x = bytearray(100 << 20)").until_exit()["status"], 0)

    def test_the_usual_ones(self):
        with Server() as server:
            define_role(server, "operator", EVERY_PROGRAM)
            line = self.enterContext(server.join(role="operator").line())
            ran = Conversation(line, "run", argv=["cat", "/proc/self/limits"])
            ran.until_exit()
            limits = {line[:26].strip(): line[26:].split()[0] for line in ran.text.splitlines()}
            self.assertEqual(limits["Max cpu time"], "3600")
            self.assertEqual(limits["Max data size"], str(2 << 30))
            self.assertEqual(limits["Max processes"], "256")
            self.assertEqual(limits["Max core file size"], "0")
            self.assertEqual(limits["Max open files"], "1024")

    def test_how_many_run_at_the_same_time(self):
        account = self.server.join(role="operator")
        line = self.line_of(account)
        running = [self.begin("sleep", "60", line=line) for _ in range(64)]
        for one in running:
            one.until_started()
        with self.fails("too-many"):
            self.begin("true", line=line).until_exit()
        running[0].cancel()
        with self.fails("cancelled"):
            running[0].until_exit()
        self.begin("true", line=line).until_exit()


# Runs the rest of its arguments in a kernel that seems to have no Landlock (man 2 seccomp).
WITHOUT_LANDLOCK = """
import ctypes, os, struct, sys
def op(code, jt, jf, k): return struct.pack("HBBI", code, jt, jf, k)
program = op(0x20, 0, 0, 0) + op(0x15, 0, 1, 444) + op(0x06, 0, 0, 0x00050000 | 38) + op(0x06, 0, 0, 0x7fff0000)
buffer = ctypes.create_string_buffer(program)
class Filter(ctypes.Structure): _fields_ = [("count", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
filter = Filter(4, ctypes.addressof(buffer))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.byref(filter), 0, 0) == 0, ctypes.get_errno()
os.execv(sys.argv[1], sys.argv[1:])
"""


class Refused(CommandCase):
    def test_where_neither_can_be_had(self):
        with Server(prefix=(PYTHON, "-c", WITHOUT_LANDLOCK)) as server:
            define_role(server, "operator", EVERY_PROGRAM, "commands.shell")
            line = self.enterContext(server.join(role="operator").line())
            for op, fields in (("run", {"argv": ["true"]}), ("run", {"argv": ["/bin/true"], "detach": True}),
                               ("shell", {"columns": 80, "rows": 24})):
                with self.fails("unsupported") as caught:
                    line.call(op, **fields)
                self.assertIn("Landlock", str(caught.exception))
                self.assertIn("--commands-user", str(caught.exception))

    def test_the_launcher_is_found_beside_the_server_or_where_it_is_installed(self):
        prefix = scratch_folder()
        self.addCleanup(shutil.rmtree, prefix)
        (prefix / "bin").mkdir()
        shutil.copy(BINARY, prefix / "bin/landline")
        launcher = BINARY.parent / "landline-launch"
        for place, expected in ((None, "no commands"), ("libexec/landline", "message=commands"), ("bin", "message=commands")):
            with self.subTest(place):
                if place:
                    (prefix / place).mkdir(parents=True, exist_ok=True)
                    shutil.copy(launcher, prefix / place)
                process = subprocess.Popen(
                    [prefix / "bin/landline", "serve", "--data", prefix / "data", "--listen", "127.0.0.1:0", "--log-level", "info"],
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment())
                log = ""
                while "message=listening" not in log:
                    log += process.stderr.readline()
                process.kill()
                process.communicate()
                self.assertIn(expected, log)

    def test_users_that_cannot_be(self):
        for user, why in (("no-such-user", "no user"), ("root", "root")):
            data = scratch_folder()
            done = landline("serve", "--data", data, "--listen", "127.0.0.1:0", "--commands-user", user)
            self.assertNotEqual(done.code, 0)
            self.assertIn(why, done.err)

    def test_settings_that_make_no_sense(self):
        for flags in (("--commands-cpu", "soon"), ("--commands-memory", "1"), ("--commands-processes", "0"),
                      ("--commands-output", "x"), ("--commands-folder", "relative")):
            done = landline("serve", "--data", "/nowhere", *flags)
            self.assertEqual(done.code, USAGE, str(done))
            self.assertIn(flags[0][2:], done.err)


if __name__ == "__main__":
    unittest.main()
