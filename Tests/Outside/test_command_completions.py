"""Tab: what the shells complete, in real shells."""

import re
import subprocess
import unittest

from harness import BINARY, ROOT, Server, ServerCase, tool
from terminal import Terminal

SCRIPTS = {"bash": "completion.bash", "zsh": "_landline", "fish": "completion.fish"}


class Completions(ServerCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.person = cls.enterClassContext(cls.server.client())
        cls.person.join(cls.server.new_invite(), "second", server="other-name")
        for name in ("tab/docs/a.txt", "tab/docs/b.txt", "tab/my file.txt", "tab/.hidden", "tab/dollar$x"):
            (cls.server.tree / name).parent.mkdir(parents=True, exist_ok=True)
            (cls.server.tree / name).touch()
        (cls.person.files / "local folder").mkdir()
        (cls.person.files / "local.txt").touch()
        programs = cls.person.home / "bin"
        programs.mkdir()
        (programs / "landline").symlink_to(BINARY)
        cls.env = {"PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin"}
        for shell, name in SCRIPTS.items():
            script = cls.person.run("completions", shell)
            assert script.code == 0, str(script)
            (cls.person.home / name).write_text(script.out)

    def complete(self, line: str) -> list[str]:
        """What bash would be offered behind `line`, without the marks of what follows."""
        found = self.assert_done(self.person.run("complete", "bash", " \t\n\"'><=;|&(:", line))
        return [text[1:] if text[0] in "+-" else text for text in found.out.splitlines()]

    def test_commands_and_options(self):
        self.assertIn("put", self.complete("landline "))
        self.assertNotIn("complete", self.complete("landline "))
        self.assertEqual(self.complete("landline mk"), ["mkdir"])
        self.assertEqual(self.complete("landline token re"), ["revoke"])
        self.assertEqual(self.complete("landline help unheard-of "), [])
        self.assertEqual(self.complete("landline put --rep"), ["--replace"])
        self.assertEqual(self.complete("landline put --replace --rep"), [])
        self.assertEqual(self.complete("landline help pu"), ["put"])
        self.assertEqual(self.complete("landline invite --role g"), ["guest"])
        self.assertEqual(self.complete("landline invite --role=g"), ["guest"])
        self.assertEqual(self.complete("landline completions f"), ["fish"])
        self.assertEqual(self.complete("landline get a -o "), [":folders"])
        self.assertEqual(self.complete("LANDLINE_X=1 landline mk"), ["mkdir"])

    def test_roles(self):
        with Server() as server, server.client(role="admin") as admin:
            server.admin_call("role.define", name="keeper", grants=[])
            line = ["complete", "bash", " \t\n\"'><=;|&(:", "landline account set ada --role "]
            found = [text.strip("+-") for text in self.assert_done(admin.run(*line)).out.splitlines()]
            self.assertEqual(sorted(found), ["admin", "guest", "keeper", "member"])

    def test_servers(self):
        self.assertEqual(self.complete("landline ls o"), ["other-name:"])
        self.assertEqual(self.complete("landline put x o"), ["other-name:", ":files"])
        self.assertEqual(self.complete("landline put lo"), [":files"])
        self.assertEqual(self.complete("landline whoami --server "), ["other-name", "s"])
        self.assertEqual(self.complete("landline leave o"), ["other-name"])

    def test_remote_paths(self):
        # bash takes what stands behind the colon for a word of its own.
        self.assertEqual(self.complete("landline ls s:tab/d"), ["tab/docs/", "tab/dollar\\$x"])
        self.assertEqual(self.complete("landline ls s:tab/docs/"), ["tab/docs/a.txt", "tab/docs/b.txt"])
        self.assertEqual(self.complete("landline get 's:tab/my"), ["s:tab/my file.txt"])
        self.assertEqual(self.complete("landline get s:tab/my"), ["tab/my\\ file.txt"])
        self.assertEqual(self.complete("landline get s:tab/my\\ f"), ["tab/my\\ file.txt"])
        self.assertEqual(self.complete("landline get s:tab/."), ["tab/.hidden"])
        self.assertNotIn("tab/.hidden", self.complete("landline get s:tab/"))
        self.assertEqual(self.complete("landline ls s:nothing/"), [])
        self.assertEqual(self.complete("landline ls nobody:x"), [])
        self.assertEqual(self.complete("landline sync . s:tab/do"), ["tab/docs/", "tab/dollar\\$x"])

    def test_without_the_servers_name(self):
        with Server() as server, server.client() as client:
            (server.tree / "alone").mkdir()
            found = self.assert_done(client.run("complete", "fish", "landline", "ls", "al"))
            self.assertEqual(found.out, "-alone/\n")

    def test_a_server_that_is_gone_is_quick(self):
        with Server() as server, server.client() as client:
            server.kill()
            self.assertEqual(client.run("complete", "bash", ":", "landline ls s:x", timeout=10).out, "")

    def type_into(self, shell: Terminal, script: str, cases: tuple) -> None:
        """Types each line with its Tabs, and compares the arguments that the command then gets."""
        shell.screen.feed = lambda text: None  # the line editor's own sequences
        program = self.person.home / "bin/landline"
        shell.write(
            f"landline() {{ if [ $1 = complete ]; then {program} \"$@\"; else printf '<%s>' \"$@\"; echo =; fi; }}\n"
            f"{script}; echo rea''dy\n".encode()
        )
        shell.read_until("ready")
        for typed, expected in cases:
            with self.subTest(typed):
                shell.text = ""
                shell.write(f"landline {typed}\n".encode())
                shell.read_until("(<.*>=|rror)", 10)
                self.assertIn(f"{expected}=", shell.text)
        shell.write(b"exit\n")
        shell.wait()

    def test_bash(self):
        arguments = ("--norc", "--noprofile", "-i")
        with Terminal(self.person, *arguments, program=tool("bash", "bash"), columns=300, env=self.env | {"PS1": "> "}) as shell:
            self.type_into(shell, f"source {self.person.home}/completion.bash", (
                ("mkd\t", "<mkdir>"),
                ("ls s:tab/doc\t", "<ls><s:tab/docs/>"),
                ("ls s:tab/doc\ta\t", "<ls><s:tab/docs/a.txt>"),
                ("get s:tab/my\t", "<get><s:tab/my file.txt>"),
                ("get 's:tab/my\t", "<get><s:tab/my file.txt>"),
                ("get \"s:tab/doll\t", "<get><s:tab/dollar$x>"),
                ("stat s:tab/doll\t", "<stat><s:tab/dollar$x>"),
                ("put local\\ \t", "<put><local folder/>"),
                ("put local.txt oth\ttab/d\tc\t", "<put><local.txt><other-name:tab/docs/>"),
            ))

    def test_zsh(self):
        env = self.env | {"PS1": "> ", "TERM": "dumb"}
        with Terminal(self.person, "-f", "-i", program=tool("zsh", "zsh"), columns=300, env=env) as shell:
            self.type_into(shell, f"autoload -U compinit; compinit -u -D; source {self.person.home}/_landline", (
                ("mkd\t", "<mkdir>"),
                ("ls s:tab/doc\t", "<ls><s:tab/docs/>"),
                ("ls s:tab/doc\ta\t", "<ls><s:tab/docs/a.txt>"),
                ("get s:tab/my\t", "<get><s:tab/my file.txt>"),
                ("get 's:tab/my\t", "<get><s:tab/my file.txt>"),
                ("put local.t\t", "<put><local.txt>"),
            ))

    def test_fish(self):
        def complete(line: str) -> list[str]:
            done = subprocess.run(
                [tool("fish", "fish"), "--no-config", "-c",
                 f"source {self.person.home}/completion.fish; complete -C {line!r}"],
                env=self.person.environment() | self.env, cwd=self.person.files, text=True, capture_output=True, timeout=30,
            )
            self.assertEqual(done.stderr, "")
            return [found.split("\t")[0] for found in done.stdout.splitlines()]

        self.assertEqual(complete("landline mkd"), ["mkdir"])
        self.assertEqual(complete("landline ls s:tab/doc"), ["s:tab/docs/"])
        self.assertEqual(complete("landline get s:tab/my"), ["s:tab/my file.txt"])
        self.assertEqual(complete("landline put local.t"), ["local.txt"])
        self.assertIn("local folder/", complete("landline get a -o loc"))

    def test_the_lines_of_the_readme_in_a_new_home(self):
        lines = re.findall(r"(?m)^\| (?:zsh|fish) \| `([^`]+)`", (ROOT / "README.md").read_text())
        self.assertEqual(len(lines), 2)
        for line in lines:
            with self.subTest(line), self.new_client() as fresh:
                env = fresh.environment() | self.env
                done = subprocess.run(["bash", "-c", line], env=env, capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                written = fresh.home / line.rpartition("> ~/")[2]
                self.assertIn("landline", written.read_text())

    def test_the_scripts_are_what_the_shells_can_read(self):
        for shell, name in SCRIPTS.items():
            with self.subTest(shell):
                check = [tool(shell, shell), "-n", str(self.person.home / name)]
                done = subprocess.run(check, capture_output=True, text=True, timeout=20)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.person.run("completions", "tcsh").code, 2)


if __name__ == "__main__":
    unittest.main()
