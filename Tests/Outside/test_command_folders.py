"""Folders and many files by the command: put -r, get -r, patterns, mv, mkdir, du, ls -l, rm -r, sync, limits."""

import os
import re
import time
import unittest
from pathlib import Path

from harness import (
    DONE, ERROR, FETCHED, MIB, NOT_ALLOWED, SOME_FAILED, STORED, USAGE, ServerCase, content_of, snapshot,
)


def tree_of(folder: Path) -> dict[str, str]:
    """Relative names below a folder, and what they are."""
    return {os.fsdecode(name)[len(str(folder)) + 1 :]: kind for name, kind in snapshot(folder).items()}


class FolderCase(ServerCase):
    def setUp(self):
        self.person = self.client()
        self.files = self.person.files
        self.place = f"s:{self.here}/"
        for name, size in {"docs/a.txt": 3, "docs/sub/b.bin": 2 * MIB, "docs/sub/deep/c.jpg": 10, "docs/z.jpg": 0}.items():
            self.write(self.files / name, size)
        (self.files / "docs/empty").mkdir()

    @staticmethod
    def write(file: Path, size: int = 5) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content_of(size, file.name))

    def run_command(self, *arguments, **options):
        return self.person.run(*arguments, **options)


class Folders(FolderCase):
    def test_there_and_back(self):
        docs = tree_of(self.files / "docs")
        self.assert_done(self.run_command("put", "-r", "docs", self.place))
        self.assertEqual(tree_of(self.on_disk / "docs"), docs)
        self.assert_done(self.run_command("put", "-r", "docs/", f"{self.place}spread"))
        self.assertEqual(tree_of(self.on_disk / "spread"), docs)
        self.assert_done(self.run_command("get", "-r", f"{self.place}docs", "-o", "back"))
        self.assertEqual(tree_of(self.files / "back/docs"), docs)
        self.assert_done(self.run_command("get", "-r", f"{self.place}docs/", "-o", "flat"))
        self.assertEqual(tree_of(self.files / "flat"), docs)

    def test_a_folder_and_a_file_into_a_new_folder(self):
        self.person.make("a.txt", b"x")
        self.assert_done(self.run_command("put", "-r", "a.txt", "docs", f"{self.place}new/folder"))
        self.assertIn("docs/sub/b.bin", tree_of(self.on_disk / "new/folder"))
        self.assertIn("a.txt", tree_of(self.on_disk / "new/folder"))

    def test_the_current_folder_stands_for_what_is_in_it(self):
        self.assert_done(self.run_command("put", "-r", ".", self.place))
        self.assertIn("docs/a.txt", tree_of(self.on_disk))

    def test_without_r_a_folder_fails_with_advice(self):
        result = self.assert_exit(self.run_command("put", "docs", self.place), SOME_FAILED)
        self.assertIn("put -r 'docs'", result.err)
        self.write(self.on_disk / "there/a")
        for extra in ((), (f"{self.place}missing",)):
            result = self.assert_exit(self.run_command("get", f"{self.place}there", *extra), SOME_FAILED)
            self.assertIn(f"get -r 's:{self.here}/there'", result.err)

    def test_times_and_modes_survive(self):
        file = self.files / "docs/a.txt"
        file.chmod(0o755)
        os.utime(file, ns=(10**18, 10**18 + 1))
        self.assert_done(self.run_command("put", "-r", "docs", self.place))
        self.assert_done(self.run_command("get", "-r", f"{self.place}docs", "-o", "back"))
        for copy in (self.on_disk / "docs/a.txt", self.files / "back/docs/a.txt"):
            self.assertEqual((copy.stat().st_mtime_ns, copy.stat().st_mode & 0o100), (10**18 + 1, 0o100))

    def test_links_are_left_out_with_a_notice(self):
        (self.files / "docs/link").symlink_to("a.txt")
        (self.files / "docs/loop").symlink_to(".")
        result = self.assert_done(self.run_command("put", "-r", "docs", self.place))
        self.assertRegex(result.err, r"docs/link.*--follow")
        self.assertNotIn("link", tree_of(self.on_disk / "docs"))
        self.write(self.on_disk / "docs/../kept")
        result = self.run_command("put", "-r", "docs", "--follow", "--skip", self.place)
        self.assertEqual(result.code, DONE, str(result))
        self.assert_content(self.on_disk / "docs/link", (self.files / "docs/a.txt").read_bytes())
        self.assertFalse((self.on_disk / "docs/loop").exists())

    def test_one_bad_file_among_good_ones(self):
        (self.files / os.fsdecode(b"docs/bad\xff")).write_bytes(b"x")
        result = self.assert_exit(self.run_command("put", "-r", "docs", "missing", self.place), SOME_FAILED)
        self.assertIn("docs/z.jpg", tree_of(self.on_disk))
        summary = result.err.splitlines()[-1]
        self.assertRegex(summary, r"^4 files stored \(2\.0 MiB in 0:0\d, .*/s\).*2 failed: ")
        self.assertIn("missing", summary)

    def test_names_that_are_taken(self):
        self.write(self.on_disk / "docs/a.txt", 100)
        result = self.assert_exit(self.run_command("put", "-r", "docs", self.place), SOME_FAILED)
        self.assertRegex(result.err, r"docs/a\.txt: .*--replace, --keep-both or --skip")
        self.assertIn("docs/z.jpg", tree_of(self.on_disk))
        self.assert_done(self.run_command("put", "-r", "docs", self.place, "--replace"))
        self.assertEqual(tree_of(self.on_disk / "docs"), tree_of(self.files / "docs"))

    def test_a_thousand_small_files(self):
        for number in range(1_000):
            self.write(self.files / f"many/{number % 7}/{number}", number)
        result = self.assert_done(self.run_command("put", "-r", "many", self.place))
        self.assertEqual(len(result.out.splitlines()), 1_000)
        self.assertIn("1,000 files stored", result.err)
        result = self.assert_done(self.run_command("get", "-r", f"{self.place}many", "-o", "back"))
        self.assertEqual(len(result.out.splitlines()), 1_000)
        self.assertEqual(tree_of(self.files / "back/many"), tree_of(self.files / "many"))

    def test_json(self):
        result = self.assert_done(self.run_command("put", "-r", "docs", self.place, "--json"))
        (begin,), (summary,) = result.events("begin"), result.events("summary")
        self.assertEqual((begin["files"], begin["folders"], begin["bytes"]), (4, 1, 2 * MIB + 13))
        self.assertEqual(len(result.events(STORED)), 4)
        self.assertEqual(
            (summary["files"], summary["folders"], summary["failed"], summary["skipped"], summary["bytes"]),
            (4, 1, 0, 0, 2 * MIB + 13),
        )
        self.assertEqual(result.objects[0], begin)
        self.assertEqual(result.objects[-1], summary)
        result = self.assert_exit(self.run_command("get", "-r", self.place, "s:nothing", "-o", "b", "--json"), SOME_FAILED)
        self.assertEqual(len(result.events(FETCHED)), 4)
        self.assertEqual(result.events(ERROR)[0]["code"], "not-found")

    def test_a_limited_rate(self):
        self.person.make("a.bin", content_of(3 * MIB))
        began = time.monotonic()
        self.assert_done(self.run_command("put", "a.bin", self.place, "--limit-rate", "2M"))
        self.assertGreater(time.monotonic() - began, 0.7)
        for rate in ("fast", "0", "12", "none", "-1M"):
            self.assert_exit(self.run_command("put", "a.bin", self.place, "--limit-rate", rate), USAGE)
        for jobs in ("0", "33", "x"):
            self.assert_exit(self.run_command("put", "a.bin", self.place, "--jobs", jobs), USAGE)


class Output(FolderCase):
    """Where `get -o` puts things."""

    def setUp(self):
        super().setUp()
        for name in ("a.txt", "b.txt"):
            self.write(self.on_disk / name)

    def get(self, *names: str, o: str, flags: tuple = ()):
        return self.run_command("get", *(f"{self.place}{name}" for name in names), "-o", o, *flags)

    def test_a_name_of_its_own(self):
        self.assert_done(self.get("a.txt", o="letter.txt"))
        self.assertEqual((self.files / "letter.txt").read_bytes(), (self.on_disk / "a.txt").read_bytes())
        result = self.assert_exit(self.get("b.txt", o="letter.txt"), SOME_FAILED)
        self.assertIn("letter.txt", result.err)
        self.assert_done(self.get("b.txt", o="letter.txt", flags=("--replace",)))
        self.assertEqual((self.files / "letter.txt").read_bytes(), (self.on_disk / "b.txt").read_bytes())
        self.assert_done(self.get("a.txt", o="docs/letter.txt"))
        self.assertTrue((self.files / "docs/letter.txt").exists())

    def test_a_folder_that_is_missing(self):
        self.assert_done(self.get("a.txt", "b.txt", o="new/folder/"))
        self.assertEqual(set(tree_of(self.files / "new/folder")), {"a.txt", "b.txt"})
        result = self.assert_exit(self.get("a.txt", "b.txt", o="other"), USAGE)
        self.assertIn("'other/'", result.err)
        result = self.assert_exit(self.get("a.txt", o="no/such/name"), SOME_FAILED)
        self.assertIn("no folder 'no/such'", result.err)

    def test_several_onto_a_file(self):
        self.person.make("file", b"x")
        result = self.assert_exit(self.get("a.txt", "b.txt", o="file"), USAGE)
        self.assertIn("'file' is a file", result.err)
        self.assertEqual((self.files / "file").read_bytes(), b"x")

    def test_folders_do_not_go_to_standard_output(self):
        self.assert_exit(self.get("", o="-", flags=("-r",)), USAGE)


class Patterns(FolderCase):
    def test_local_ones_that_the_shell_has_left(self):
        for name in ("1.jpg", "2.jpg", "3.png"):
            self.write(self.files / name)
        self.assert_done(self.run_command("put", "*.jpg", self.place))
        self.assertEqual(set(tree_of(self.on_disk)), {"1.jpg", "2.jpg"})
        self.assert_done(self.run_command("put", "docs/**/*.jpg", f"{self.place}deep/"))
        self.assertEqual(set(tree_of(self.on_disk / "deep")), {"sub", "sub/deep", "sub/deep/c.jpg", "z.jpg"})
        result = self.assert_exit(self.run_command("put", "*.gif", self.place), SOME_FAILED)
        self.assertIn("*.gif", result.err)

    def test_a_name_that_looks_like_a_pattern(self):
        self.person.make("a[1].txt", b"x")
        self.assert_done(self.run_command("put", "a[1].txt", self.place))
        self.assertIn("a[1].txt", tree_of(self.on_disk))
        self.assert_done(self.run_command("get", f"{self.place}a[1].txt", "-o", "docs"))
        self.assertTrue((self.files / "docs/a[1].txt").exists())

    def test_remote_ones(self):
        for name in ("1.jpg", "2.jpg", "3.png", "sub/1.jpg", "sub/4.jpg", ".hidden.jpg"):
            self.write(self.on_disk / name)
        def get(pattern: str, *flags: str) -> set[str]:
            folder = f"got{len(list(self.files.iterdir()))}"
            self.assert_done(self.run_command("get", f"{self.place}{pattern}", "-o", f"{folder}/", *flags))
            return {name for name, kind in tree_of(self.files / folder).items() if kind != "folder"}

        self.assertEqual(get("*.jpg"), {"1.jpg", "2.jpg"})
        self.assertEqual(get("[13].*"), {"1.jpg", "3.png"})
        self.assertEqual(get("*"), {"1.jpg", "2.jpg", "3.png"})
        self.assertEqual(get("*", "-r"), {"1.jpg", "2.jpg", "3.png", "sub/1.jpg", "sub/4.jpg"})
        self.assertEqual(get("**/*.jpg"), {"1.jpg", "2.jpg", "sub/1.jpg", "sub/4.jpg"})
        result = self.assert_exit(self.run_command("get", f"{self.place}*.gif"), SOME_FAILED)
        self.assertIn("*.gif", result.err)
        listed = self.assert_done(self.run_command("cat", f"{self.place}[12].jpg"))
        self.assertEqual(len(listed.out.encode("utf-8", "surrogateescape")), 10)


class Names(FolderCase):
    def setUp(self):
        super().setUp()
        for name in ("b.txt", "a.txt", "folder/c.txt", "folder/deep/d.txt"):
            self.write(self.on_disk / name)

    def test_ls_is_sorted_and_tells_folders(self):
        out = self.assert_done(self.run_command("ls", self.place)).out
        self.assertEqual(out, "a.txt\nb.txt\nfolder/\n")
        self.assertEqual(self.run_command("ls", f"{self.place}*.txt").code, DONE)

    def test_ls_long(self):
        (self.on_disk / "a.txt").chmod(0o755)
        (self.on_disk / "b.txt").write_bytes(bytes(1_500_000))
        os.utime(self.on_disk / "b.txt", (1_700_000_000, 1_700_000_000))
        lines = self.assert_done(self.run_command("ls", "-l", self.place, env={"TZ": "UTC"})).out.splitlines()
        self.assertRegex(lines[0], r"^x +5 B  \d{4}-\d\d-\d\d \d\d:\d\d  a\.txt$")
        self.assertEqual(lines[1], "-  1.4 MiB  2023-11-14 22:13  b.txt")
        self.assertRegex(lines[2], r"^d +\d{4}-\d\d-\d\d \d\d:\d\d  folder/$")
        self.assertIn("1500000", self.run_command("ls", "-l", "--bytes", self.place).out)

    def test_ls_of_several(self):
        out = self.assert_done(self.run_command("ls", f"{self.place}folder", f"{self.place}folder/deep")).out
        self.assertEqual(out, f"{self.here}/folder:\nc.txt\ndeep/\n\n{self.here}/folder/deep:\nd.txt\n")

    def test_mv(self):
        done = self.assert_done(self.run_command("mv", f"{self.place}a.txt", f"{self.place}new/name.txt"))
        self.assertEqual(done.out, f"moved s:{self.here}/a.txt to s:{self.here}/new/name.txt\n")
        self.assertEqual((self.on_disk / "new/name.txt").read_bytes(), content_of(5, "a.txt"))
        self.assert_done(self.run_command("mv", f"{self.place}folder", f"{self.place}new"))
        self.assertTrue((self.on_disk / "new/folder/deep/d.txt").exists())
        (self.on_disk / "c.txt").touch()
        self.assert_done(self.run_command("mv", f"{self.place}b.txt", f"{self.place}c.txt", f"{self.place}made/"))
        self.assertEqual(set(tree_of(self.on_disk / "made")), {"b.txt", "c.txt"})
        self.assert_done(self.run_command("mv", f"{self.place}made/*.txt", f"{self.place}new"))
        self.assertTrue((self.on_disk / "new/b.txt").exists())

    def test_mv_of_several_onto_a_name(self):
        result = self.assert_exit(
            self.run_command("mv", f"{self.place}a.txt", f"{self.place}b.txt", f"{self.place}c"), USAGE)
        self.assertIn(f"'{self.here}/c/'", result.err)

    def test_mv_onto_what_is_there(self):
        def mv(*flags: str):
            return self.run_command("mv", f"{self.place}a.txt", f"{self.place}b.txt", *flags)

        result = self.assert_exit(mv(), SOME_FAILED)
        self.assertIn("--replace", result.err)
        self.assertIn("skipped", self.assert_done(mv("--skip")).out)
        (event,) = self.assert_done(mv("--replace", "--json")).objects
        self.assertEqual((event["event"], event["path"], event["to"]), ("moved", f"{self.here}/a.txt", f"{self.here}/b.txt"))
        self.assertFalse((self.on_disk / "a.txt").exists())

    def test_mkdir(self):
        done = self.assert_done(self.run_command("mkdir", f"{self.place}x/y/z"))
        self.assertEqual(done.out, f"made s:{self.here}/x/y/z/\n")
        self.assertTrue((self.on_disk / "x/y/z").is_dir())
        self.assert_exit(self.run_command("mkdir", f"{self.place}x"), SOME_FAILED)
        self.assert_done(self.run_command("mkdir", "-p", f"{self.place}x"))
        guest = self.client(role="guest")
        self.assert_exit(guest.run("mkdir", f"{self.place}guests"), NOT_ALLOWED)

    def test_rm(self):
        done = self.assert_done(self.run_command("rm", f"{self.place}*.txt"))
        self.assertEqual(done.out, f"removed s:{self.here}/a.txt\nremoved s:{self.here}/b.txt\n")
        result = self.assert_exit(self.run_command("rm", f"{self.place}folder"), SOME_FAILED)
        self.assertIn("rm -r", result.err)
        self.assert_done(self.run_command("rm", "-r", f"{self.place}folder"))
        self.assertEqual(tree_of(self.on_disk), {})

    def test_du(self):
        (self.on_disk / "folder/deep/d.txt").write_bytes(bytes(2_048))
        lines = self.assert_done(self.run_command("du", self.place)).out.splitlines()
        self.assertEqual(len(lines), 2)
        self.assertRegex(lines[0], rf"^2\.0 KiB  2 files  {self.here}/folder/$")
        self.assertRegex(lines[1], rf"^2\.0 KiB  4 files  total of {self.here}/$")
        deep = self.assert_done(self.run_command("du", self.place, "--depth", "2", "--bytes")).out.splitlines()
        self.assertRegex(deep[0], rf"^2048 +1 file  {self.here}/folder/deep/$")
        found = self.assert_done(self.run_command("du", self.place, "--json", "--depth", "0")).objects
        self.assertEqual(found, [{"path": self.here, "bytes": 2_063, "files": 4}])


class Sync(FolderCase):
    def sync(self, *flags: str, back: bool = False, folder: str = "docs"):
        ends = (f"{self.place}docs", folder) if back else (folder, f"{self.place}docs")
        return self.run_command("sync", *ends, *flags)

    def test_there_changed_and_back(self):
        self.assert_done(self.sync())
        self.assertEqual(tree_of(self.on_disk / "docs"), tree_of(self.files / "docs"))
        again = self.assert_done(self.sync())
        self.assertEqual(again.out, "")
        self.assertEqual(again.err, "nothing to do: 4 files unchanged\n")
        (self.files / "docs/a.txt").write_bytes(b"changed")
        (self.files / "docs/z.jpg").unlink()
        changed = self.assert_done(self.sync())
        self.assertEqual(len(changed.out.splitlines()), 1)
        self.assertTrue((self.on_disk / "docs/z.jpg").exists())
        self.assert_done(self.sync("--delete"))
        self.assertEqual(tree_of(self.on_disk / "docs"), tree_of(self.files / "docs"))
        self.assert_done(self.sync(back=True, folder="copy"))
        self.assertEqual(tree_of(self.files / "copy"), tree_of(self.files / "docs"))

    def test_a_plan_that_changes_nothing(self):
        self.write(self.on_disk / "docs/a.txt", 9)
        self.write(self.on_disk / "docs/old/x")
        before = tree_of(self.on_disk)
        result = self.assert_done(self.sync("--delete", "--dry-run"))
        self.assertEqual(tree_of(self.on_disk), before)
        lines = result.out.splitlines()
        self.assertIn("replace a.txt (3 B)", lines)
        self.assertIn("send    sub/b.bin (2.0 MiB)", lines)
        self.assertIn("remove  old/", lines)
        self.assertIn("make    empty/", lines)
        self.assertRegex(result.err, r"dry run: 4 files to send \(2\.0 MiB\), .*1 to remove, 0 unchanged; nothing was done")
        events = self.assert_done(self.sync("--delete", "-n", "--json")).objects
        self.assertIn({"event": "plan", "action": "replace", "path": "a.txt", "size": 3}, events)
        self.assertEqual(events[-1]["event"], "summary")

    def test_checksum(self):
        self.assert_done(self.sync())
        file = self.files / "docs/a.txt"
        times = file.stat()
        file.write_bytes(b"xyz")
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
        self.assert_done(self.sync())
        self.assertNotEqual((self.on_disk / "docs/a.txt").read_bytes(), b"xyz")
        self.assert_done(self.sync("--checksum"))
        self.assert_content(self.on_disk / "docs/a.txt", b"xyz")

    def test_both_ends_here_or_there(self):
        self.assertIn("SERVER:PATH", self.assert_exit(self.run_command("sync", "docs", "copy"), USAGE).err)
        self.assert_exit(self.run_command("sync", "s:docs", "s:copy"), USAGE)

    def test_json(self):
        result = self.assert_done(self.sync("--json"))
        self.assertEqual(len(result.events(STORED)), 4)
        (summary,) = result.events("summary")
        self.assertEqual((summary["files"], summary["failed"], summary["unchanged"]), (4, 0, 0))


class Limit(ServerCase):
    def test_an_accounts_limit(self):
        admin = self.client(role="admin")
        done = self.assert_done(admin.run("account", "limit", "ada", "10M"))
        self.assertIn("10.0 MiB/s", done.out)
        (found,) = self.assert_done(admin.run("account", "limit", "ada", "1.5M", "--json")).objects
        self.assertEqual((found["name"], found["rate"]), ("ada", 1_572_864))
        self.assertIn("1.5 MiB/s", admin.run("accounts").out)
        self.assert_done(admin.run("account", "limit", "ada", "none"))
        self.assertNotIn("1.5 MiB/s", admin.run("accounts").out)
        self.assert_exit(admin.run("account", "limit", "ada", "quick"), USAGE)
        self.assert_exit(self.client().run("account", "limit", "ada", "1M"), NOT_ALLOWED)


if __name__ == "__main__":
    unittest.main()
