"""What the command says is so: a file that is `received` is there, the same command continues what was cut off, nothing is
left out without a word, and nothing goes that the other side may have."""

import os
import shutil
import signal
import unittest
from pathlib import Path

from harness import (
    ERROR, FETCHED, MIB, SOME_FAILED, STORED, ServerCase, Proxy, content_of, hash_of, remove_tree,
    snapshot, tool, wait_until,
)


def limited(descriptors: int) -> tuple[str, ...]:
    """Before a command: it may have so many descriptors, and no more."""
    return ("sh", "-c", f'ulimit -n {descriptors} && exec "$@"', "sh")


def mounting(folder: Path) -> tuple[str, ...]:
    """Before a command: it sees another file system, with the file `precious`, at `folder`."""
    flags = ("-m",) if os.geteuid() == 0 else ("-r", "-m")
    script = 'mount -t tmpfs none "$1" && echo x >"$1/precious" && shift && "$@"; code=$?; ls "$0" >&2; exit $code'
    return (tool("unshare", "util-linux"), *flags, "sh", "-c", script, str(folder), str(folder))


def tree_names(folder: Path) -> list[bytes]:
    """Every name below a folder."""
    return [os.path.relpath(name, os.fsencode(folder)) for name in snapshot(folder)]


class TruthCase(ServerCase):
    def setUp(self):
        self.proxy = self.enterContext(Proxy(self.server.port))
        self.person = self.client(port=self.proxy.port)
        self.files = self.person.files
        self.place = f"s:{self.here}"

    @staticmethod
    def write(file: Path, content: bytes = b"x") -> Path:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return file

    def run_command(self, *arguments, **options):
        return self.person.run(*arguments, **options)

    def notices(self, result, key: str = "path") -> dict[str, str]:
        return {event[key].removeprefix(self.here + "/"): event["message"] for event in result.events("notice")}


class PartNames(TruthCase):
    """Names of unfinished downloads among the server's files (`.NAME.landline-part`)."""

    def test_they_are_named_and_left_where_they_are(self):
        big = content_of(14 * MIB)
        self.write(self.on_disk / "dir/(big).bin", big)
        for number in range(25):
            self.write(self.on_disk / f"dir/{number}", content_of(900, number))
        self.write(self.on_disk / "dir/.(big).bin.landline-part", b"p" * 40)
        self.files.joinpath("dir").mkdir()
        self.write(self.files / "dir/(big).bin", b"old")
        result = self.assert_done(self.run_command("get", "-r", f"{self.place}/dir", "--replace", "--json"))
        self.assert_content(self.files / "dir/(big).bin", big)
        self.assertEqual(len(result.events(FETCHED)), 26)
        self.assertEqual(list(self.notices(result)), ["dir/.(big).bin.landline-part"])
        self.assertEqual(len(list((self.files / "dir").iterdir())), 26)
        self.assertEqual(result.events("begin")[0]["bytes"], 14 * MIB + 25 * 900)
        result = self.assert_done(self.run_command("sync", f"{self.place}/dir", "dir", "--json"))
        self.assertEqual((result.events(FETCHED), list(self.notices(result))), ([], ["dir/.(big).bin.landline-part"]))

    def test_asked_for_by_name_they_fail(self):
        self.write(self.on_disk / ".a.landline-part", b"p" * 40)
        result = self.assert_exit(self.run_command("get", f"{self.place}/.a.landline-part"), SOME_FAILED)
        self.assertRegex(result.err, r"unfinished download.*-o")
        self.assertEqual(list(self.files.iterdir()), [])
        self.assert_done(self.run_command("get", f"{self.place}/.a.landline-part", "-o", "other"))
        self.assertEqual((self.files / "other").read_bytes(), b"p" * 40)

    def test_a_part_that_somebody_exchanges_is_not_taken_for_the_file(self):
        self.write(self.on_disk / "big", content_of(3 * MIB))
        self.proxy.hold("down", MIB)
        running = self.person.start("get", f"{self.place}/big", "--json")
        self.proxy.wait_held("down")
        part = self.files / ".big.landline-part"
        wait_until(part.exists, "the part is there")
        part.rename(self.files / "moved")
        part.write_bytes(b"not the file")
        self.proxy.release()
        result = self.assert_exit(running.result(), SOME_FAILED)
        self.assertEqual([event["code"] for event in result.events(ERROR)], ["changed"])
        self.assertFalse((self.files / "big").exists())
        self.assertEqual(part.read_bytes(), b"not the file")


class Absence(TruthCase):
    """What the server cannot name is not taken for missing."""

    def bad(self, folder: Path, name: bytes) -> Path:
        return self.write(Path(os.fsdecode(os.path.join(os.fsencode(folder), name))))

    def test_names_that_cannot_travel(self):
        for folder in (self.on_disk, self.files / "here"):
            self.write(folder / "good")
            self.bad(folder, b"sub/gbk\xb0\xa1")
            self.bad(folder, b"line\nbreak")
        self.write(self.files / "here/extra")
        before = set(tree_names(self.files / "here"))
        result = self.assert_exit(self.run_command("sync", self.place, "here", "--delete", "--json"), SOME_FAILED)
        self.assertEqual(before, set(tree_names(self.files / "here")))
        (failed,) = result.events(ERROR)
        self.assertIn("2 names", failed["message"])
        self.assertEqual(result.events("removed"), [])
        result = self.assert_exit(self.run_command("get", "-r", f"{self.place}/", "-o", "back", "--json"), SOME_FAILED)
        self.assertEqual(len(result.events(FETCHED)), 1)
        self.assertIn("2 names", result.events(ERROR)[0]["message"])
        # Away from the server, they are still nothing that it could have.
        shutil.rmtree(os.fsencode(self.on_disk))
        self.write(self.on_disk / "good")
        (self.on_disk / "sub").mkdir()
        result = self.assert_done(self.run_command("sync", self.place, "here", "--delete", "--json"))
        self.assertEqual([event["file"] for event in result.events("removed")], ["here/extra"])
        self.assertEqual(len(result.events("notice")), 2, str(result))
        self.assertEqual(before - set(tree_names(self.files / "here")), {b"extra"})

    def test_what_lies_too_deep(self):
        deep = "/".join(["d"] * 127)
        for folder in (self.on_disk, self.files / "here"):
            self.write(folder / "good")
            (folder / deep).mkdir(parents=True)
        self.assert_done(self.run_command("sync", self.place, "here", "--delete"))
        for folder in (self.on_disk, self.files / "here"):
            self.write(folder / deep / "file")
        self.assert_exit(self.run_command("sync", self.place, "here", "--delete"), SOME_FAILED)
        self.assertTrue((self.files / "here" / deep / "file").exists())

    def test_sync_up_still_removes_what_has_such_a_name_with_its_folder(self):
        self.write(self.files / "here/good")
        self.bad(self.on_disk, b"old/gbk\xb0\xa1")
        self.assert_done(self.run_command("sync", "here", self.place, "--delete"))
        self.assertEqual(os.listdir(self.on_disk), ["good"])


class Continuing(TruthCase):
    """Ctrl-C, and the same command."""

    def interrupt(self, running) -> None:
        running.signal(signal.SIGINT)
        result = running.result()
        self.assertEqual(result.code, 128 + signal.SIGINT, str(result))
        self.assertIn("the same command continues it", result.err)
        self.proxy.cut()
        self.proxy.release()

    def make(self, folder: Path, count: int = 400, size: int = 2_000) -> None:
        for number in range(count):
            self.write(folder / f"{number % 3}/{number}", content_of(size, number))
        self.write(folder / "empty", b"")

    def stored(self, folder: Path) -> int:
        return sum(path.is_file() and not path.name.endswith("-part") for path in folder.rglob("*"))

    def test_put(self):
        self.make(self.files / "many")
        self.proxy.hold("up", 450_000)
        running = self.person.start("put", "-r", "many", f"{self.place}/", "--json")
        # With the very first: the client does not know of it yet, and says all the same that it is kept.
        wait_until(lambda: self.stored(self.on_disk), "files are stored", 60)
        self.interrupt(running)
        self.assertLess(self.stored(self.on_disk), 401)
        result = self.assert_done(self.run_command("put", "-r", "many", f"{self.place}/", "--json"))
        self.assertEqual(len(result.events(STORED)), 401)
        self.assertEqual(self.stored(self.on_disk), 401)
        # What only has the name is still refused, be it as long or not.
        self.write(self.on_disk / "many/0/0", content_of(2_000, "other"))
        self.write(self.on_disk / "many/1/1", b"short")
        result = self.assert_exit(self.run_command("put", "-r", "many", f"{self.place}/", "--json"), SOME_FAILED)
        self.assertEqual({event["code"] for event in result.events(ERROR)}, {"exists"})
        self.assertEqual(sorted(event["file"] for event in result.events(ERROR)), ["many/0/0", "many/1/1"])

    def test_put_in_parts(self):
        for number in range(3):
            self.write(self.files / f"large/{number}", content_of(3 * MIB, number))
        self.proxy.hold("up", 4 * MIB + 200_000)
        running = self.person.start("put", "-r", "large", f"{self.place}/", "--jobs", "1")
        wait_until(lambda: self.stored(self.on_disk) == 1, "one is stored")
        self.proxy.wait_held("up")
        self.interrupt(running)
        before = self.proxy.counts["up"]
        result = self.assert_done(self.run_command("put", "-r", "large", f"{self.place}/", "--json"))
        self.assertEqual(len(result.events(STORED)), 3)
        self.assertLess(self.proxy.counts["up"] - before, 6 * MIB)
        self.write(self.on_disk / "large/0", content_of(3 * MIB, "other"))
        self.write(self.on_disk / "large/1", content_of(3 * MIB - 1))
        result = self.assert_exit(self.run_command("put", "-r", "large", f"{self.place}/", "--json"), SOME_FAILED)
        self.assertEqual([event["code"] for event in result.events(ERROR)], ["exists"] * 2)
        self.assert_content(self.on_disk / "large/0", content_of(3 * MIB, "other"))

    def get_again(self) -> None:
        arguments = ("get", "-r", f"{self.place}/many", "--json")
        self.proxy.hold("down", 500_000)
        running = self.person.start(*arguments)
        wait_until(lambda: self.stored(self.files) > 100, "files are here")
        self.interrupt(running)
        self.assertLess(self.stored(self.files), 401)
        result = self.assert_done(self.run_command(*arguments))
        self.assertEqual(len(result.events(FETCHED)), 401)
        self.assertEqual(self.stored(self.files), 401)
        for path in (self.on_disk / "many").rglob("*"):
            if path.is_file():
                self.assertEqual(hash_of(path), hash_of(self.files / path.relative_to(self.on_disk)))

    def test_get(self):
        self.make(self.files / "many")
        self.assert_done(self.run_command("put", "-r", "many", f"{self.place}/"))
        shutil.rmtree(self.files / "many")
        self.get_again()
        before = self.proxy.counts["down"]
        self.assert_done(self.run_command("get", "-r", f"{self.place}/many"))
        self.assertLess(self.proxy.counts["down"] - before, 400_000, "contents do not come again")
        self.write(self.files / "many/0/0", content_of(2_000, "other"))
        self.write(self.files / "many/1/1", b"short")
        result = self.assert_exit(self.run_command("get", "-r", f"{self.place}/many", "--json"), SOME_FAILED)
        failed = sorted((event["path"], event["code"]) for event in result.events(ERROR))
        self.assertEqual(failed, [(f"{self.here}/many/0/0", "exists"), (f"{self.here}/many/1/1", "exists")])
        self.assert_content(self.files / "many/0/0", content_of(2_000, "other"))

    def test_get_of_files_whose_hashes_nobody_knows(self):
        self.make(self.on_disk / "many")
        self.get_again()

    def test_get_of_large_ones(self):
        for number in range(3):
            self.write(self.on_disk / f"{number}", content_of(3 * MIB, number))
        self.assert_done(self.run_command("get", f"{self.place}/0"))
        before = self.proxy.counts["down"]
        # Of these the command knows no sizes beforehand.
        names = [f"{self.place}/{number}" for number in range(3)]
        result = self.assert_done(self.run_command("get", *names, "--json"))
        self.assertEqual(len(result.events(FETCHED)), 3)
        self.assertLess(self.proxy.counts["down"] - before, 7 * MIB)
        self.write(self.files / "0", content_of(3 * MIB, "other"))
        self.write(self.files / "1", content_of(3 * MIB, 1) + b"x")
        result = self.assert_exit(self.run_command("get", *names, "--json"), SOME_FAILED)
        self.assertEqual([event["code"] for event in result.events(ERROR)], ["exists"] * 2)
        self.assert_content(self.files / "0", content_of(3 * MIB, "other"))
        self.assertEqual(sorted(os.listdir(self.files)), ["0", "1", "2"])


class LeftOut(TruthCase):
    """Whatever is not taken along has a line."""

    def test_local_patterns(self):
        self.write(self.files / "docs/a.jpg")
        (self.files / "docs/link.jpg").symlink_to("a.jpg")
        (self.files / "docs/unasked").symlink_to("a.jpg")
        self.write(self.files / "elsewhere/b.jpg")
        (self.files / "docs/folder").symlink_to("../elsewhere")
        os.mkfifo(self.files / "docs/pipe.jpg")
        result = self.assert_done(self.run_command("put", "docs/**/*.jpg", f"{self.place}/", "--json"))
        self.assertEqual(os.listdir(self.on_disk), ["a.jpg"])
        self.assertEqual(sorted(self.notices(result, "file")), ["docs/folder", "docs/link.jpg", "docs/pipe.jpg"])
        result = self.run_command("put", "docs/**/*.jpg", f"{self.place}/more/", "--follow", "--json")
        self.assert_done(result)
        found = sorted(str(path.relative_to(self.on_disk / "more")) for path in (self.on_disk / "more").rglob("*.jpg"))
        self.assertEqual(found, ["a.jpg", "folder/b.jpg", "link.jpg"])

    def test_a_dangling_link_fails(self):
        self.write(self.files / "a.jpg")
        (self.files / "b.jpg").symlink_to("nowhere")
        result = self.assert_exit(self.run_command("put", "*.jpg", f"{self.place}/"), SOME_FAILED)
        self.assertRegex(result.err, r"b\.jpg.*No such file")
        self.assertEqual(os.listdir(self.on_disk), ["a.jpg"])
        result = self.run_command("put", "**/*.jpg", f"{self.place}/more/", "--follow")
        self.assertRegex(self.assert_exit(result, SOME_FAILED).err, r"b\.jpg.*No such file")

    def test_the_servers_own(self):
        self.write(self.on_disk / "docs/a")
        (self.on_disk / "docs/link").symlink_to("a")
        os.mkfifo(self.on_disk / "docs/pipe")
        result = self.assert_done(self.run_command("get", "-r", f"{self.place}/docs", "--json"))
        self.assertEqual(sorted(self.notices(result)), ["docs/link", "docs/pipe"])
        result = self.assert_done(self.run_command("sync", f"{self.place}/docs", "copy", "--json"))
        self.assertEqual(sorted(self.notices(result)), ["docs/link", "docs/pipe"])
        self.assertEqual(os.listdir(self.files / "copy"), ["a"])

    def test_every_failed_name_is_in_the_end(self):
        for number in range(30):
            self.write(self.files / f"many/{number}", b"new")
            self.write(self.on_disk / f"many/{number}", b"old")
        self.write(self.files / "many/good")
        result = self.assert_exit(self.run_command("put", "-r", "many", f"{self.place}/"), SOME_FAILED)
        lines = result.err.splitlines()
        start = next(index for index, line in enumerate(lines) if line.endswith(", 30 failed:"))
        names = sorted(f"many/{number}" for number in range(30))
        self.assertEqual(sorted(line.removeprefix("  ") for line in lines[start + 1 :]), names)
        result = self.run_command("put", "-r", "many", f"{self.place}/", "--json")
        self.assertEqual(sorted(result.events("summary")[0]["failures"]), names)


class Means(TruthCase):
    """Few descriptors, a slow rate, deep folders, mounts."""

    def test_many_folders_with_few_descriptors(self):
        for number in range(1_500):
            self.write(self.on_disk / f"{number}/file", content_of(100, number))
        for descriptors in (512, 96):
            result = self.run_command(
                "get", "-r", f"{self.place}/", "-o", f"back{descriptors}", "--json", prefix=limited(descriptors))
            self.assert_done(result)
            self.assertEqual(len(result.events(FETCHED)), 1_500)

    def test_progress_of_one_small_file_at_a_low_rate(self):
        self.write(self.on_disk / "file", content_of(256 * 1024))
        result = self.assert_done(self.run_command("get", f"{self.place}/file", "--limit-rate", "80K", "--json"))
        seen = [event["done"] for event in result.events("progress")]
        self.assertTrue(any(0 < done < 256 * 1024 for done in seen), str(result))
        self.assertEqual(seen, sorted(seen))

    def test_deep_folders_are_removed_with_few_descriptors(self):
        self.write(self.on_disk / "file")
        (self.files / "here").mkdir()
        folder = os.open(self.files / "here", os.O_RDONLY)
        for _ in range(600):
            os.mkdir("deep", dir_fd=folder)
            os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
            below = os.open("deep", os.O_RDONLY, dir_fd=folder)
            os.close(folder)
            folder = below
        os.close(folder)
        self.addCleanup(remove_tree, self.files / "here")
        self.assert_done(self.run_command("sync", self.place, "here", "--delete", prefix=limited(256)))
        self.assertEqual(os.listdir(self.files / "here"), ["file"])

    def test_what_is_mounted_is_not_emptied(self):
        self.write(self.on_disk / "file")
        mounted = self.files / "here/extra/mounted"
        mounted.mkdir(parents=True)
        result = self.run_command("sync", self.place, "here", "--delete", "--json", prefix=mounting(mounted))
        self.assert_exit(result, SOME_FAILED)
        (failed,) = result.events(ERROR)
        self.assertRegex(failed["message"], r"extra/mounted.*another file system")
        self.assertTrue(result.err.endswith("precious\n"), result.err)


if __name__ == "__main__":
    unittest.main()
