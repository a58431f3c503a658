"""Small promises of the command: empty folders, names said two ways, JSON as docs/JSON.md has it, questions."""

import os
import re
import signal
import time
import unittest

from harness import DONE, ERROR, FETCHED, MIB, SOME_FAILED, USAGE, content_of, wait_until
from terminal import Terminal
from test_command_truth import TruthCase


class EmptyFolders(TruthCase):
    def setUp(self):
        super().setUp()
        (self.files / "empty").mkdir()
        self.there = self.on_disk

    def test_put(self):
        result = self.assert_done(self.run_command("put", "-r", "empty", f"{self.place}/"))
        self.assertTrue((self.there / "empty").is_dir())
        self.assertIn(f"made {self.place}/empty/", result.out)
        self.assertIn("1 folder made", result.err)
        result = self.assert_done(self.run_command("put", "-r", "empty", f"{self.place}/"))
        self.assertEqual(result.out, "")
        self.assertIn("1 folder there already", result.err)
        result = self.assert_done(self.run_command("put", "-r", "empty/", f"{self.place}/deep/new/"))
        self.assertTrue((self.there / "deep/new").is_dir())
        self.assertIn(f"made {self.place}/deep/new/\n", result.out)
        self.assert_done(self.run_command("put", "-r", "empty/", "s:"))

    def test_one_with_links_only(self):
        (self.files / "empty/link").symlink_to("nowhere")
        self.assert_done(self.run_command("put", "-r", "empty", f"{self.place}/"))
        self.assertTrue((self.there / "empty").is_dir())

    def test_get(self):
        (self.there / "e/f").mkdir(parents=True)
        result = self.assert_done(self.run_command("get", "-r", f"{self.place}/e/f", "--json"))
        self.assertTrue((self.files / "f").is_dir())
        self.assertEqual(
            [(event["path"], event["file"]) for event in result.events("made")], [(f"{self.here}/e/f", "f")])
        result = self.assert_done(self.run_command("get", "-r", f"{self.place}/e/f", "--json"))
        self.assertEqual((result.events("made"), result.events("summary")[0]["folders"]), ([], 0))
        result = self.assert_done(self.run_command("get", "-r", f"{self.place}/e/f/", "-o", "a/b"))
        self.assertTrue((self.files / "a/b").is_dir())
        self.assertEqual(result.out, "made a/b/\n")

    def test_sync(self):
        result = self.assert_done(self.run_command("sync", "empty", f"{self.place}/new", "--dry-run", "--json"))
        self.assertEqual([event["action"] for event in result.events("plan")], ["make"])
        self.assertEqual(result.events("summary")[0]["folders"], 1)
        result = self.assert_done(self.run_command("sync", "empty", f"{self.place}/new"))
        self.assertTrue((self.there / "new").is_dir())
        self.assertIn(f"made {self.place}/new/", result.out)
        self.assertNotIn("nothing to do", result.err)
        result = self.assert_done(self.run_command("sync", "empty", f"{self.place}/new"))
        self.assertIn("nothing to do", result.err)
        result = self.assert_done(self.run_command("sync", f"{self.place}/new", "back", "--json"))
        self.assertTrue((self.files / "back").is_dir())
        self.assertEqual([event["file"] for event in result.events("made")], ["back"])
        self.assertEqual(result.events("summary")[0]["folders"], 1)

    def test_made_names_the_place_and_only_what_is_new(self):
        self.write(self.files / "docs/a")
        (self.files / "docs/sub/empty").mkdir(parents=True)
        arguments = ("put", "-r", "docs/", f"{self.place}/backup/docs", "--json")
        result = self.assert_done(self.run_command(*arguments))
        (made,) = result.events("made")
        self.assertEqual((made["path"], made["file"]), (f"{self.here}/backup/docs/sub/empty", "docs/sub/empty"))
        (begin,), (summary,) = result.events("begin"), result.events("summary")
        self.assertEqual((begin["files"], begin["folders"]), (1, 1))
        self.assertEqual((summary["files"], summary["folders"]), (1, 1))
        result = self.assert_done(self.run_command(*arguments))
        self.assertEqual((result.events("made"), result.events("summary")[0]["folders"]), ([], 0))


class NoResume(TruthCase):
    def test_nothing_is_kept(self):
        self.write(self.on_disk / "big", content_of(4 * MIB))
        for number in range(40):
            self.write(self.on_disk / f"small/{number}", content_of(60_000, number))
        for arguments in ((f"{self.place}/big",), ("-r", f"{self.place}/small")):
            for number in (signal.SIGINT, signal.SIGKILL):
                with self.subTest(arguments=arguments, number=number):
                    self.proxy.hold("down", MIB)
                    running = self.person.start("get", *arguments, "--no-resume", "--json")
                    self.proxy.wait_held("down")
                    running.signal(number)
                    running.result()
                    self.proxy.cut()
                    self.proxy.release()
                    left = [path for path in self.files.rglob("*") if path.name.endswith("-part")]
                    self.assertEqual(left, [])

    def test_an_older_part_goes_and_the_file_comes(self):
        self.write(self.on_disk / "big", content_of(3 * MIB))
        self.write(self.on_disk / "small", b"small")
        self.write(self.files / ".big.landline-part", content_of(MIB))
        self.write(self.files / ".small.landline-part", b"sm")
        self.write(self.files / "small", b"old")
        names = (f"{self.place}/big", f"{self.place}/small")
        self.assert_done(self.run_command("get", *names, "--no-resume", "--replace"))
        self.assertEqual(sorted(os.listdir(self.files)), ["big", "small"])
        self.assert_content(self.files / "big", content_of(3 * MIB))
        self.assert_content(self.files / "small", b"small")
        self.assert_done(self.run_command("get", *names, "--no-resume", "--keep-both"))
        self.assertEqual(sorted(os.listdir(self.files)), ["big", "big (1)", "small", "small (1)"])
        self.assert_done(self.run_command("get", *names, "--no-resume", "--skip"))
        self.assertEqual(len(os.listdir(self.files)), 4)

    def test_a_connection_that_does_not_come_back(self):
        self.write(self.on_disk / "big", content_of(4 * MIB))
        self.proxy.hold("down", MIB)
        running = self.person.start("get", f"{self.place}/big", "--no-resume")
        self.proxy.wait_held("down")
        self.proxy.deaf()
        self.proxy.cut()
        self.assertEqual(running.result().code, 3)
        self.assertEqual(os.listdir(self.files), [])


class Names(TruthCase):
    def test_one_server_said_two_ways(self):
        for name in ("a", "b", "c", "d"):
            self.write(self.on_disk / name)
        bare = self.here
        for arguments in (
            ("stat", f"s:{bare}/a", f"{bare}/b"), ("ls", bare, f"s:{bare}"), ("mkdir", f"s:{bare}/k1", f":{bare}/k2"),
            ("get", f"s:{bare}/a", f"{bare}/b"), ("cat", f"{bare}/a", f"s:{bare}/b"),
            ("mv", f":{bare}/c", f"s:{bare}/e"), ("rm", "-r", f"s:{bare}/a", f"{bare}/b"),
        ):
            with self.subTest(arguments):
                self.assert_done(self.run_command(*arguments))
        self.assertEqual(sorted(os.listdir(self.on_disk)), ["d", "e", "k1", "k2"])
        result = self.assert_exit(self.run_command("rm", f"s:{bare}/d", f"t:{bare}/d", f"{bare}/e"), USAGE)
        self.assertIn("several servers (s, t)", result.err)

    def test_a_forgotten_colon(self):
        self.write(self.files / "colon.txt")
        result = self.assert_exit(self.run_command("put", "colon.txt", "s"), USAGE)
        self.assertIn("write 's:'", result.err)
        result = self.assert_exit(self.run_command("put", "colon.txt", "nowhere"), USAGE)
        self.assertIn("write ':nowhere'", result.err)
        self.assertFalse((self.server.tree / "colon.txt").exists())

    def test_names_in_json_are_the_names(self):
        name = "esc\x1b[31m"
        self.write(self.files / "pick" / name)
        result = self.assert_exit(self.run_command("put", "-r", "pick", f"{self.place}/", "--json"), SOME_FAILED)
        self.assertEqual([event["file"] for event in result.events(ERROR)], [f"pick/{name}"])
        self.assertEqual(result.events("summary")[0]["failures"], [f"pick/{name}"])
        self.assertNotIn("\x1b", result.err)
        result = self.assert_exit(self.run_command("sync", "pick", f"{self.place}/x", "-n", "--json"), SOME_FAILED)
        found = [event["path"] for event in result.events("plan") if event["action"] == "failed"]
        self.assertEqual(found, [name])
        self.write(self.on_disk / "d/good")
        self.write(self.on_disk / "d" / name)
        for arguments in (("get", "-r", f"{self.place}/d"), ("get", f"{self.place}/d/**"), ("sync", f"{self.place}/d", "d2")):
            with self.subTest(arguments):
                result = self.assert_exit(self.run_command(*arguments, "--json"), SOME_FAILED)
                failed = [(event["path"], event["code"]) for event in result.events(ERROR)]
                self.assertEqual(failed, [(f"{self.here}/d", "bad-path")])
                self.assertEqual(len(result.events(FETCHED)), 1)

    def test_a_dry_run_names_what_is_in_the_folders(self):
        self.write(self.files / "docs/sub/a")
        (self.files / "docs/sub/link").symlink_to("a")
        self.write(self.files / "docs/clash")
        self.write(self.on_disk / "clash/x")
        result = self.assert_exit(self.run_command("sync", "docs", self.place, "-n", "--json"), SOME_FAILED)
        found = {event["path"]: event["action"] for event in result.events("plan")}
        self.assertEqual(found, {"sub/link": "skip", "clash": "failed", "sub/a": "send"})
        result = self.assert_exit(self.run_command("sync", "docs", self.place, "--json"), SOME_FAILED)
        self.assertEqual([event["file"] for event in result.events(ERROR)], ["docs/clash"])

    def test_sync_down_says_what_went_here(self):
        self.write(self.on_disk / "a")
        self.write(self.files / "docs/extra")
        result = self.assert_done(self.run_command("sync", self.place, "docs", "--delete", "--json"))
        (removed,) = result.events("removed")
        self.assertEqual((removed["file"], "path" in removed), ("docs/extra", False))

    def test_a_name_that_is_taken_here_has_advice(self):
        self.write(self.on_disk / "a", b"new")
        self.write(self.files / "a", b"old")
        result = self.assert_exit(self.run_command("get", f"{self.place}/a", "--json"), SOME_FAILED)
        (failed,) = result.events(ERROR)
        self.assertEqual((failed["message"], "--replace" in failed["advice"]), ("'a' is there already", True))

    def test_a_dangling_link_protects_its_name_only(self):
        self.write(self.files / "docs/a")
        (self.files / "docs/link").symlink_to("nowhere")
        for name in ("a", "link/inside", "extra"):
            self.write(self.on_disk / name)
        result = self.run_command("sync", "docs", self.place, "--follow", "--delete")
        self.assertIn("docs/link", self.assert_exit(result, SOME_FAILED).err)
        self.assertEqual(sorted(os.listdir(self.on_disk)), ["a", "link"])


class Interrupted(TruthCase):
    def test_json_says_so_while_the_server_is_looked_at(self):
        self.write(self.on_disk / "d/a")
        for arguments in (("get", "-r", f"{self.place}/d"), ("sync", f"{self.place}/d", "d"), ("sync", f"{self.place}/d", "d", "-n")):
            with self.subTest(arguments):
                self.proxy.hold("down", 0)
                before = self.proxy.counts["up"]
                running = self.person.start(*arguments, "--json")
                wait_until(lambda: self.proxy.counts["up"] > before, "it connects")
                running.signal(signal.SIGINT)
                result = running.result()
                self.assertEqual([found["error"]["code"] for found in result.objects], ["interrupted"], str(result))
                self.proxy.cut()
                self.proxy.release()


class Questions(TruthCase):
    def terminal(self, *arguments) -> Terminal:
        return self.enterContext(Terminal(self.person, *arguments))

    def test_mv_asks(self):
        self.write(self.on_disk / "a", b"new")
        self.write(self.on_disk / "b", b"old")
        terminal = self.terminal("mv", f"{self.place}/a", f"{self.place}/b")
        terminal.read_until("is there already: replace")
        terminal.write(b"r\n")
        self.assertEqual(terminal.wait(), DONE)
        self.assertEqual((os.listdir(self.on_disk), (self.on_disk / "b").read_bytes()), (["b"], b"new"))
        self.write(self.on_disk / "a", b"newer")
        terminal = self.terminal("mv", f"{self.place}/a", f"{self.place}/b")
        terminal.read_until("is there already: replace")
        terminal.write(b"l\n")
        self.assertEqual(terminal.wait(), SOME_FAILED)
        result = self.assert_exit(self.run_command("mv", f"{self.place}/a", f"{self.place}/b"), SOME_FAILED)
        self.assertIn("--replace", result.err)

    def ask(self) -> Terminal:
        self.write(self.files / "a", b"new")
        self.write(self.on_disk / "a", b"old")
        terminal = self.terminal("put", "a", f"{self.place}/")
        terminal.read_until("is there already: replace")
        return terminal

    def test_interrupted_before_anything_was_sent(self):
        terminal = self.ask()
        terminal.write(b"\x03")
        self.assertEqual(terminal.wait(), 128 + signal.SIGINT)
        self.assertNotIn("kept", terminal.text)

    def test_the_end_of_input(self):
        terminal = self.ask()
        terminal.write(b"\x04")
        self.assertEqual(terminal.wait(), SOME_FAILED)
        self.assertTrue(any(line.startswith("landline: a: ") for line in terminal.screen.lines), terminal.text)

    def test_the_time_of_an_answer_is_not_the_transfers(self):
        self.write(self.files / "b", b"new")
        self.write(self.files / "a", b"new")
        self.write(self.on_disk / "a", b"old")
        terminal = self.terminal("put", "a", "b", f"{self.place}/")
        terminal.read_until("is there already: replace")
        # A person who thinks: that this takes time is what is tested.
        time.sleep(2.2)
        terminal.write(b"r\n")
        self.assertEqual(terminal.wait(), DONE)
        found = re.search(r"2 files stored \(6 B in 0:(\d\d)", terminal.text)
        self.assertTrue(found and int(found[1]) < 2, terminal.text)

    def test_numbers(self):
        for name in ("a", "b", "c", "d", "bad\x1bname"):
            self.write(self.files / name)
        terminal = self.terminal("put", f"{self.place}/")
        for number, answer in enumerate((b"5-3\n", b"3-9\n", b"1, 3 - 4\n"), 1):
            terminal.read_while(lambda: terminal.text.count("Which of them?") < number)
            terminal.write(answer)
        self.assertEqual(terminal.wait(), DONE)
        self.assertIn("'5-3' is backwards; write it 3-5", terminal.text)
        self.assertIn("'3-9' is not between 1 and 4", terminal.text)
        self.assertNotIn("bad", terminal.text)
        self.assertEqual(sorted(os.listdir(self.on_disk)), ["a", "c", "d"])


class Rates(TruthCase):
    def test_many_small_files_at_a_low_rate(self):
        for number in range(60):
            self.write(self.on_disk / f"many/{number}", content_of(20_000, number))
        for arguments in (("get", "-r", f"{self.place}/many"), ("sync", f"{self.place}/many", "copy")):
            with self.subTest(arguments):
                result = self.assert_done(self.run_command(*arguments, "--limit-rate", "300K", "--json"))
                seen = [event["done"] for event in result.events("progress")]
                steps = [later - earlier for earlier, later in zip([0, *seen], seen)]
                self.assertGreater(len(seen), 2, str(result))
                self.assertTrue(all(0 < step < 600 * 1024 for step in steps), f"{seen}")


if __name__ == "__main__":
    unittest.main()
