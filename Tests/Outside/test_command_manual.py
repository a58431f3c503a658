"""The manual page is made of what the commands say, is up to date, and is good roff."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import BINARY, ROOT, Case, landline, tool

PAGE = ROOT / "share/man/landline.1"


class Manual(Case):
    def test_it_is_up_to_date(self):
        made = self.assert_done(landline("manual")).out
        self.assertTrue(PAGE.read_text() == made, "share/man/landline.1 is old: run 'make manual'")

    def test_mandoc_has_nothing_to_say(self):
        done = subprocess.run([tool("mandoc", "mandoc"), "-Tlint", "-Wwarning", PAGE], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_groff_has_nothing_to_say(self):
        done = subprocess.run(
            [tool("groff", "groff-base"), "-man", "-Tutf8", "-ww", "-z", PAGE], capture_output=True, text=True
        )
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_what_a_reader_sees(self):
        text = subprocess.run(
            [tool("mandoc", "mandoc"), "-Tutf8", "-Owidth=200", PAGE], capture_output=True, text=True, check=True
        ).stdout
        text = re.sub(r".\x08", "", text)
        self.assertIn("landline put -r docs office:", text)
        self.assertIn("--limit-rate rate", text)
        self.assertIn("landline://HOST:PORT/#FINGERPRINT", text)
        for command in ("put", "get", "sync", "ls", "mv", "mkdir", "rm", "du", "token create", "account limit"):
            self.assertRegex(text, rf"(?m)^ +{command}$")
        self.assertNotIn("\\", text)


class Install(Case):
    def test_make_install(self):
        """Everything lands where shells and man look for it."""
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                ["make", "-C", ROOT, "install", f"DESTDIR={folder}", "PREFIX=/usr", f"BINARY={BINARY}"],
                capture_output=True, text=True,
            )
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            names = {str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file()}
            self.assertLessEqual(
                {
                    "usr/bin/landline", "usr/share/man/man1/landline.1",
                    "usr/share/bash-completion/completions/landline", "usr/share/zsh/site-functions/_landline",
                    "usr/share/fish/vendor_completions.d/landline.fish", "usr/lib/systemd/system/landline.service",
                    "usr/lib/sysusers.d/landline.conf", "usr/libexec/landline/landline-launch",
                },
                names,
            )
            for name in names:
                if "landline" in name:
                    self.assertGreater((Path(folder) / name).stat().st_size, 0, name)
            unit = (Path(folder) / "usr/lib/systemd/system/landline.service").read_text()
            self.assertIn("ExecStart=/usr/bin/landline serve", unit)
            # As docs/OPERATIONS.md has it: the unit's user is made from what was installed.
            done = subprocess.run(
                [tool("systemd-sysusers", "systemd"), "--dry-run", Path(folder) / "usr/lib/sysusers.d/landline.conf"],
                capture_output=True, text=True,
            )
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("landline", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
