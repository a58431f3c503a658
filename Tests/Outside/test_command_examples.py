"""Every example in every command's --help works as it is printed.

Each runs in bash, in a folder with a few files and a server on ./data that is joined as `office`. Words in capitals
(INVITE) are what a person fills in.
"""

import contextlib
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import unittest

from commands import EVERY_PROGRAM, define_role
from harness import BINARY, Case, Client, Server, landline, tool, wait_until

EXAMPLES = re.compile(r"^Examples:\n((?:  +\S.*\n)+)", re.MULTILINE)


def commands(node: dict, parents: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command that does something, as its words."""
    path = (*parents, node["commandName"])
    below = [child for child in node.get("subcommands", []) if child.get("shouldDisplay", True)]
    if not below:
        return [path[1:]]
    return [found for child in below if child["commandName"] != "help" for found in commands(child, path)]


def examples_of(command: tuple[str, ...]) -> list[str]:
    text = landline(*command, "--help").out
    return [line.strip() for block in EXAMPLES.findall(text) for line in block.splitlines()]


class Examples(Case):
    @classmethod
    def setUpClass(cls) -> None:
        cls.client = cls.enterClassContext(Client())
        cls.home, cls.folder = cls.client.home, cls.client.files
        cls.server = cls.enterClassContext(Server(data=cls.folder / "data"))
        joined = cls.client.join(cls.server.new_invite("admin"), "eva", server="office")
        assert joined.code == 0, str(joined)
        cls.config = cls.home / "config.kept"
        shutil.copytree(cls.client.config, cls.config)
        programs = cls.home / "bin"
        programs.mkdir()
        (programs / "landline").symlink_to(BINARY)
        cls.env = cls.client.environment() | {"PATH": f"{programs}:{os.environ['PATH']}", "USER": "carol"}

    def prepare(self, command: tuple[str, ...]) -> None:
        """Everything as a reader finds it before each example."""
        for path in self.folder.iterdir():
            if path.name != "data":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.fill(self.folder)
        shutil.rmtree(self.client.config, ignore_errors=True)
        if command != ("join",):
            shutil.copytree(self.config, self.client.config)
        for path in self.server.tree.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if command != ("put",):
            self.fill(self.server.tree)
            (self.server.tree / "docs/report.txt").write_text("only there\n")
            subprocess.run(["tar", "cf", self.server.tree / "docs.tar", "-C", self.folder, "docs"], check=True)
        with self.server.admin.line() as line:
            if "bert" not in {account["name"] for account in line.listed("accounts")}:
                self.server.join("bert")
        if command[0] in ("run", "shell", "jobs", "attach", "kill"):
            define_role(self.server, "operator", EVERY_PROGRAM, "commands.shell", parent="admin")
            landline("account", "set", "eva", "--role", "operator", "--data", self.server.data)
        if command == ("role", "remove"):
            self.client.run("role", "define", "visitor")
        if command == ("token", "revoke"):
            self.client.run("token", "create", "backup")
        elif command[0] == "token":
            self.client.run("token", "revoke", "backup")

    @staticmethod
    def fill(folder) -> None:
        for name in ("a.txt", "b.txt", "docs/a.txt", "docs/b.txt", "docs/draft.txt", "docs/old.txt", "docs/2019/a.txt",
                     "photos/1.jpg", "photos/2.jpg", "photos/sub/3.jpg", "photos/x.tmp"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(f"this is {name}\n")

    def filled_in(self, line: str) -> str:
        if "JOB" in line:
            program = ["sleep", "60"] if "kill" in line else ["true"]
            line = line.replace("JOB", self.client.run("run", "--detach", "--", *program).out.strip())
        return line.replace("INVITE", str(self.server.new_invite()))

    def run_example(self, line: str) -> None:
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", self.filled_in(line)], cwd=self.folder, env=self.env, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
        )
        self.assertEqual(done.returncode, 0, f"{line}\n{done.stdout}")

    def run_on_terminal(self, line: str) -> None:
        """A shell, which is left as soon as it listens."""
        near, far = pty.openpty()
        process = subprocess.Popen(
            ["bash", "-c", line], cwd=self.folder, env=self.env, stdin=far, stdout=far, stderr=far, start_new_session=True)
        try:
            os.write(near, b"exit\n")
            self.assertEqual(process.wait(30), 0, line)
        finally:
            process.kill()
            process.wait()
            os.close(near)
            os.close(far)

    def run_server(self, line: str) -> None:
        """`landline serve`, in a network of its own, where its port is free."""
        shutil.rmtree(self.home / "elsewhere", ignore_errors=True)
        (self.home / "elsewhere").mkdir()
        with open(self.home / "serve.out", "w+b") as out:
            process = subprocess.Popen(
                [tool("unshare", "util-linux"), "-rn", "bash", "-c", f"exec {line}"], cwd=self.home / "elsewhere",
                env=self.env, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            )
            try:
                text = lambda: (self.home / "serve.out").read_text()
                wait_until(lambda: "invite landline://" in text() or process.poll() is not None, line)
                self.assertIn("listening on 0.0.0.0:5263", text())
                process.send_signal(signal.SIGTERM)
                self.assertEqual(process.wait(20), 0, text())
            finally:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                process.wait()

    def test_every_example(self):
        tree = json.loads(landline("--experimental-dump-help").out)["command"]
        found = commands(tree)
        self.assertIn(("put",), found)
        self.assertIn(("token", "create"), found)
        for command in found:
            lines = examples_of(command)
            self.assertTrue(lines, f"'landline {' '.join(command)}' has an example")
            for line in lines:
                with self.subTest(line):
                    self.assertIn("landline " + " ".join(command) if "landline" in line else "", line)
                    self.prepare(command)
                    if command == ("serve",):
                        self.run_server(line)
                    elif command == ("shell",):
                        self.run_on_terminal(line)
                    else:
                        self.run_example(line)


if __name__ == "__main__":
    unittest.main()
