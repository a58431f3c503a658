"""`landline chat`: on a terminal, and for programs."""

import json
import os
import re
import shlex
import signal
import termios
import unittest

from harness import BINARY, DONE, NO_CONNECTION, NOT_ALLOWED, READER_GONE, SOME_FAILED, USAGE, Proxy, ServerCase
from harness import free_port, wait_until
from terminal import Terminal

LEFT, RIGHT, UP, DOWN, HOME, END, DELETE = b"\x1b[D", b"\x1b[C", b"\x1b[A", b"\x1b[B", b"\x1b[H", b"\x1bOF", b"\x1b[3~"
BACKSPACE = b"\x7f"


class ChatCase(ServerCase):
    def room(self) -> str:
        return self._testMethodName.replace("_", "-")[5:64]

    def said(self, room: str | None = None) -> list[str]:
        return [entry["text"] for entry in self.line().history(room or self.room(), after=0, limit=1000)[1]]

    def wait_said(self, *texts: str) -> None:
        wait_until(lambda: self.said()[-len(texts):] == list(texts), f"{texts} is said; {self.said()}")


class Programs(ChatCase):
    def test_lines_in_are_messages(self):
        client = self.client(name="script")
        text = "one\n\n  two \nthrée ☎\r\n/me is no command\nquit\nthe last has no end"
        result = self.assert_done(client.run("chat", self.room(), input=text.encode()))
        self.assertEqual((result.out, result.err), ("", ""))
        expected = ["one", "  two ", "thrée ☎", "/me is no command", "quit", "the last has no end"]
        self.assertEqual(self.said(), expected)
        # It left after the last acknowledgement, so this is there at once.
        for n in range(5):
            self.assert_done(client.run("chat", self.room(), input=b"%d\n" % n))
            self.assertEqual(self.said()[-1], str(n))

    def test_lines_out_are_what_others_say(self):
        line, client = self.line(), self.client(name="listener")
        line.say(self.room(), "earlier")
        running = client.start("chat", self.room(), input=b"")
        out = running.process.stdout
        line.call("chat.join", room=self.room())
        wait_until(lambda: b"listener" in line.answer(line.request("chat.who", room=self.room()))[1], "it is there")
        line.say(self.room(), "hello")
        self.assertEqual(out.readline(), b"ada: hello\n")
        line.say(self.room(), "a\x1b[31mb\x07\u202ec\nroot: d\x9b2J")
        self.assertEqual(out.readline(), rb"ada: a\x1b[31mb\x07\u{202e}c\x0aroot: d\x9b2J" + b"\n")
        line.say(self.room(), "waves", kind="action")
        self.assertEqual(out.readline(), b"ada: /me waves\n")
        line.say("@listener", "psst")
        self.assertEqual(out.readline(), b"[ada to you]: psst\n")
        line.say(self.room(), "x" * 16_384)
        self.assertEqual(len(out.readline()), 16_384 + 6)
        running.process.stdin.close()
        running.process.stdin = None
        self.assertEqual(running.process.wait(20), DONE)

    def test_the_past(self):
        line, client = self.line(), self.client()
        for n in range(1, 9):
            line.say(self.room(), f"{n}")
        run = lambda *options: [
            text.removeprefix("ada: ") for text in
            self.assert_done(client.run("chat", self.room(), *options, input=b"")).out.splitlines()
        ]
        self.assertEqual(run(), [])
        self.assertEqual(run("--since", "0"), [str(n) for n in range(1, 9)])
        self.assertEqual(run("--since", "6"), ["7", "8"])
        self.assertEqual(run("--since", "99"), [])
        self.assertEqual(run("--history", "3"), ["6", "7", "8"])
        self.assertEqual(run("--history", "0"), [])
        self.assert_exit(client.run("chat", "--since", "1", "--history", "1", input=b""), USAGE)

    def test_json(self):
        line, client = self.line(), self.client(name="program")
        line.call("chat.join", room=self.room())
        line.say(self.room(), "tea", kind="topic")
        running = client.start("chat", self.room(), "--json", "--since", "0", input=b"")
        read = lambda: json.loads(running.process.stdout.readline())
        entered = read()
        self.assertEqual(entered, {"event": "entered", "room": self.room(), "last": 1, "members": 2, "topic": "tea"})
        first = read()
        self.assertEqual({k: first[k] for k in ("event", "room", "number", "from", "kind", "text")},
            {"event": "message", "room": self.room(), "number": 1, "from": "ada", "kind": "topic", "text": "tea"})
        running.process.stdin.write(b"mine\n")
        running.process.stdin.flush()
        self.assertEqual(read(), {"event": "sent", "room": self.room(), "number": 2})
        line.say(self.room(), "\x1b\u2028")
        message = read()
        self.assertEqual((message["number"], message["text"]), (3, "\x1b\u2028"))
        other = self.line(self.server.join("visitor"))
        other.call("chat.join", room=self.room())
        self.assertEqual(read(), {"event": "joined", "room": self.room(), "account": "visitor"})
        other.close()
        self.assertEqual(read(), {"event": "left", "room": self.room(), "account": "visitor"})
        running.process.stdin.close()
        running.process.stdin = None
        self.assertEqual(running.process.wait(20), DONE)

    def test_a_thousand_lines_keep_their_order(self):
        client = self.client()
        text = "".join(f"{n}\n" for n in range(1000))
        self.assert_done(client.run("chat", self.room(), input=text.encode()))
        self.assertEqual(self.said(), [str(n) for n in range(1000)])

    def test_a_line_that_is_no_message_is_named(self):
        client = self.client()
        text = b"first\n" + b"x" * 16_385 + b"\nbad \xff\n" + b"y" * 16_384 + b"\r\n" + b"z" * 100_000 + b"\nlast\n"
        result = self.assert_exit(client.run("chat", self.room(), input=text), SOME_FAILED)
        self.assertEqual(self.said(), ["first", "y" * 16_384, "last"])
        self.assertEqual(result.err.count("longer than 16384 bytes"), 2)
        self.assertEqual(result.err.count("not UTF-8"), 1)

    def test_who_may_not(self):
        client = self.client(role="guest")
        result = self.assert_exit(client.run("chat", input=b"x\n"), NOT_ALLOWED)
        self.assertIn("may not enter the room 'lobby'", result.err)
        self.assert_exit(self.client().run("chat", "a b", input=b""), USAGE)
        self.assert_exit(self.client().run("chat", "@ada", input=b""), USAGE)

    def test_a_role_that_changes_ends_it(self):
        self.server.admin_call("role.define", name="chatter", parents=["guest"], grants=["chat.rooms=*"])
        client = self.client(role="chatter", name="chatter")
        running = client.start("chat", self.room(), "--json", input=b"")
        self.assertEqual(json.loads(running.process.stdout.readline())["event"], "entered")
        self.server.admin_call("role.define", name="chatter", parents=["guest"], grants=["chat.rooms=elsewhere"])
        self.assertEqual(running.process.wait(20), NOT_ALLOWED)

    def test_no_server(self):
        client = self.client()
        result = self.assert_exit(
            client.run("chat", input=b"x\n", env={
                "LANDLINE_SERVER": f"landline://127.0.0.1:{free_port()}/#{'0' * 64}", "LANDLINE_TOKEN": "lat_x"}),
            NO_CONNECTION)
        self.assertIn("tried for 10 seconds", result.err)

    def test_nobody_reads_the_output(self):
        client = self.client(name="unread")
        running = client.start("chat", self.room(), "--json", input=b"")
        running.process.stdout.readline()
        running.process.stdout.close()
        self.line().say(self.room(), "x")
        self.assertEqual(running.process.wait(20), READER_GONE)

    def test_over_the_control_socket(self):
        client = self.client()
        self.assert_done(client.run("chat", self.room(), "--data", self.server.data, input=b"from the machine\n"))
        self.assertEqual(self.said(), ["from the machine"])


class OnTerminal(ChatCase):
    def terminal(self, *options: str, name: str | None = None, client=None, **more) -> Terminal:
        client = client or self.client(name=name)
        return self.enterContext(Terminal(client, "chat", self.room(), *options, env={"NO_COLOR": "1"}, **more))

    def ready(self, terminal: Terminal) -> Terminal:
        terminal.read_until(rf"-- {self.room()}: ")
        terminal.read_until(rf"\n{self.room()}> ")
        return terminal

    def last(self, terminal: Terminal) -> str:
        return terminal.screen.lines[-1]

    def shows(self, terminal: Terminal, line: str) -> None:
        """Until what is typed looks so."""
        terminal.read_while(lambda: self.last(terminal) != f"{self.room()}> {line}".rstrip())

    def test_what_is_typed_is_never_torn(self):
        line = self.line()
        terminal = self.ready(self.terminal(columns=100))
        typed = ""
        for n in range(40):
            line.say(self.room(), f"message number {n}")
            terminal.write(b"%d" % (n % 10))
            typed += str(n % 10)
            self.shows(terminal, typed)
        terminal.read_until("message number 39")
        self.shows(terminal, typed)
        shown = [text.split(" ", 1)[1] for text in terminal.screen.lines if ": message" in text]
        self.assertEqual(shown, [f"ada: message number {n}" for n in range(40)])
        self.assertEqual(len([text for text in terminal.screen.lines if "> " in text]), 1, "one line to type in")
        terminal.write(b"\r")
        self.wait_said(typed)
        terminal.write(b"quit\r")
        self.assertEqual(terminal.wait(), DONE)
        self.assertNotIn("> ", self.last(terminal), "the line is taken away at the end")

    def test_editing(self):
        terminal = self.ready(self.terminal())
        for keys, expected in (
            (b"hello wrld" + LEFT * 3 + b"o", "hello world"),
            (b"abc" + HOME + b"x" + END + b"y", "xabcy"),
            ("née👩‍👩‍👧e\u0301".encode() + BACKSPACE + BACKSPACE, "née"),
            ("日本語".encode() + LEFT + BACKSPACE, "日語"),
            (b"abc" + LEFT + LEFT + DELETE + RIGHT + b"!", "ac!"),
            (b"one two three\x17\x17four", "one four"),
            (b"one two\x1bb\x1bb\x0b\x19\x19", "one twoone two"),
            (b"cut me\x15kept", "kept"),
            (b"gone\x03here", "here"),
            (b"ab\x01\x04", "b"),
            (b"a\xff\xc3b\x1b[99zc\x00\x1b[1;5D\x05", "abc"),
        ):
            with self.subTest(keys):
                terminal.write(keys + b"\r")
                self.wait_said(expected)
        terminal.write(UP + UP + UP + DOWN + b"!")
        self.shows(terminal, "b!")
        terminal.write(b"\r")
        self.wait_said("b!")
        terminal.write(b"draft" + UP)
        self.shows(terminal, "b!")
        terminal.write(DOWN)
        self.shows(terminal, "draft")

    def test_a_line_longer_than_the_terminal(self):
        terminal = self.ready(self.terminal(columns=70))
        text = "".join(f"word{n} " for n in range(60)).strip()
        terminal.write(text.encode())
        terminal.read_while(lambda: not self.last(terminal).endswith("word59"))
        self.line().say(self.room(), "in between")
        terminal.read_until("in between")
        terminal.read_while(lambda: not self.last(terminal).endswith("word59"))
        self.assertEqual(len([line for line in terminal.screen.lines if "word" in line]), 1)
        terminal.write(HOME)
        terminal.read_while(lambda: "> word0 word1" not in self.last(terminal))
        terminal.write(b"\r")
        self.wait_said(text)

    def test_the_window_changes(self):
        terminal = self.ready(self.terminal(columns=100))
        terminal.write(b"a line that is rather long, and then longer still, so that it is broken")
        self.shows(terminal, "a line that is rather long, and then longer still, so that it is broken")
        terminal.resize(24, 60)
        terminal.signal(signal.SIGWINCH)
        terminal.read_while(lambda: not self.last(terminal).endswith("it is broken") or len(self.last(terminal)) >= 60)
        self.line().say(self.room(), "still whole")
        terminal.read_until("still whole")
        terminal.read_while(lambda: not self.last(terminal).endswith("it is broken"))
        self.assertEqual(sum("broken" in line for line in terminal.screen.lines), 1)

    def test_terminal_escapes_are_harmless(self):
        terminal = self.ready(self.terminal())
        # The screen of these tests fails at anything that moves the cursor and is not ours.
        self.line().say(self.room(), "\x1b]0;title\x07\x1b[2J\x1b[1;1H\rroot: \x9b31m\u2066x")
        terminal.read_until(r"ada: \\x1b\]0;title\\x07\\x1b\[2J\\x1b\[1;1H\\x0droot: \\x9b31m\\u\{2066\}x")
        self.line().say(self.room(), "\x1b[2J", kind="topic")
        terminal.read_until(r"set the topic: \\x1b\[2J")
        self.assertNotRegex(terminal.text, "[\x07\x9b]")

    def test_commands(self):
        ada = self.line()
        ada.say(self.room(), "welcome to tea", kind="topic")
        ada.call("chat.join", room=self.room())
        terminal = self.ready(self.terminal(name="typist"))
        terminal.read_until("1 other here; topic: welcome to tea")
        for typed, expected in (
            (b"/who", "-- here: ada, typist"),
            (b"/topic", "-- topic: welcome to tea"),
            (b"/topic coffee", r"\* typist has set the topic: coffee"),
            (b"/me waves", r"\* typist waves"),
            (b"//me is said", "typist: /me is said"),
            (b"/msg ada psst, you", r"\[you to ada\] psst, you"),
            (b"/msg nobody-here x", "there is nobody called 'nobody-here'"),
            (b"/msg", "/msg needs a name and a text"),
            (b"/history 2", "the last 2 messages:"),
            (b"/help", "say it to one alone"),
            (b"/nonsense", "there is no command '/nonsense'"),
            (b"/put nothing.txt", "nothing.txt"),
        ):
            with self.subTest(typed):
                terminal.write(typed + b"\r")
                terminal.read_until(expected)
        self.assertEqual([e["text"] for e in ada.history("@ada")[1]], ["psst, you"])
        ada.say("@typist", "hush")
        terminal.read_until(r"\[ada to you\] hush")
        visitor = self.line(self.server.join("guestling"))
        visitor.call("chat.join", room=self.room())
        terminal.read_until("-- guestling joined")
        visitor.close()
        terminal.read_until("-- guestling left")

    def test_what_was_said_to_one_who_was_not_there(self):
        client = self.client(name="absent")
        for n in range(12):
            self.line().say("@absent", f"letter {n}.")
        terminal = self.ready(self.terminal(client=client))
        terminal.read_until(r"\[ada to you\] letter 11\.")
        self.assertNotIn("letter 1.", terminal.text)
        self.assertEqual(terminal.text.count("letter "), 10)

    def test_the_name_of_a_file_is_one_word_for_a_shell(self):
        """People paste what they are shown, and anybody can have anything shown as a file."""
        terminal = self.ready(self.terminal())
        self.line().say(self.room(), "a'; touch gone; 'b c", kind="file")
        terminal.read_until(r"landline get ('\S+.*)\r?\n")
        shown = re.search(r"landline get ('\S+.*?)\r?\n", terminal.text)[1]
        self.assertEqual(shlex.split(shown), ["s:a'; touch gone; 'b c"])

    def test_leaving_while_much_waits_for_a_server_that_is_gone(self):
        with Proxy(self.server.port) as proxy:
            terminal = self.ready(self.terminal(client=self.client(port=proxy.port)))
            proxy.deaf()
            proxy.cut()
            terminal.read_until("trying again")
            for n in range(150):
                terminal.write(b"line %d\r" % n)
            terminal.write(b"typed")
            self.shows(terminal, "typed")
            terminal.write(b"\x03\x03")
            self.assertEqual(terminal.wait(), 130)

    def test_many_lines_at_once(self):
        """Pasted, and left at once: everything is said, in order."""
        terminal = self.ready(self.terminal())
        for n in range(700):
            terminal.write(b"line %d\r" % n)
        terminal.write(b"quit\r")
        self.assertEqual(terminal.wait(), DONE)
        self.assertEqual(self.said(), [f"line {n}" for n in range(700)])

    def test_a_narrow_window(self):
        """Narrower than the prompt and with wide characters: nothing is left behind, and nothing is taken away."""
        for columns in (12, 20, 40, 41, 42, 43, 80):
            with self.subTest(columns):
                client = self.client()
                terminal = self.enterContext(
                    Terminal(client, "chat", "a-room-with-a-rather-long-name-indeed", columns=columns, rows=400,
                    env={"NO_COLOR": "1"}))
                terminal.read_until("is here|other")
                line = self.line()
                for n in range(12):
                    terminal.write("日本語é x".encode())
                    line.say("a-room-with-a-rather-long-name-indeed", f"{columns}: {n}.")
                    terminal.read_until(rf"(?s){columns}: {n}\.(.|\n)*> ")
                terminal.write(b"\x15\x04")
                self.assertEqual(terminal.wait(), DONE)
                shown = "".join(terminal.screen.lines)
                found = re.findall(rf"{columns}: (\d+)\.", shown)
                self.assertEqual(found, [str(n) for n in range(12)], terminal.screen.lines)
                self.assertNotIn("日", shown)

    def test_a_file_for_the_room(self):
        client = self.client(name="giver")
        client.make("report.txt", b"all of it")
        terminal = self.ready(self.terminal(client=client))
        for path in (f"chat/{self.room()}/report.txt", f"chat/{self.room()}/report (1).txt"):
            client.make("report.txt", path.encode())
            terminal.write(b"/put report.txt\r")
            terminal.read_until(rf"giver has put a file here: landline get 's:{path}'".replace("(", r"\(").replace(")", r"\)"))
            self.assertEqual((self.server.tree / path).read_bytes(), path.encode())
        self.assertEqual([e.get("kind") for e in self.line().history(self.room())[1]], ["file", "file"])

    def test_the_past_and_what_is_missed(self):
        line = self.line()
        for n in range(1, 61):
            line.say(self.room(), f"past {n}.")
        with Proxy(self.server.port) as proxy:
            terminal = self.ready(self.terminal(client=self.client(port=proxy.port), rows=200))
            terminal.read_until(r"past 60\.")
            self.assertNotIn("past 10.", terminal.text)
            self.assertIn("past 11.", terminal.text)
            proxy.deaf()
            proxy.cut()
            terminal.read_until("trying again")
            line.say(self.room(), "while you were away")
            terminal.write(b"said in the dark\r")
            proxy.listen()
            terminal.read_until("connected again")
            terminal.read_until(": while you were away")
            terminal.read_until(": said in the dark")
            self.assertEqual(terminal.text.count(": while you were away"), 1)
            self.assertEqual(self.said()[-2:], ["while you were away", "said in the dark"])

    # The terminal is as it was, whichever way it ends

    def modes(self, terminal: Terminal) -> list:
        return termios.tcgetattr(terminal.near)

    def check_restored(self, end, code: int, **options) -> None:
        client = self.client(**options)
        near, far = os.openpty()
        before = termios.tcgetattr(near)
        os.close(near), os.close(far)
        terminal = self.ready(self.terminal(client=client))
        self.assertNotEqual(self.modes(terminal)[3], before[3], "it is raw")
        end(terminal)
        self.assertEqual(terminal.process.wait(20), code)
        self.assertEqual(self.modes(terminal)[:4], before[:4])

    def test_restored_after_quit(self):
        self.check_restored(lambda terminal: terminal.write(b"quit\r"), DONE)

    def test_restored_after_ctrl_d(self):
        self.check_restored(lambda terminal: terminal.write(b"\x04"), DONE)

    def test_restored_after_ctrl_c(self):
        self.check_restored(lambda terminal: terminal.write(b"\x03"), 130)

    def test_restored_after_signals(self):
        for number, code in (
            (signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, -1), (signal.SIGQUIT, -3), (signal.SIGABRT, -6),
            (signal.SIGSEGV, -11),
        ):
            with self.subTest(number):
                self.check_restored(lambda terminal: terminal.signal(number), code)

    def test_restored_after_a_refusal(self):
        """The account is removed while it talks."""
        self.check_restored(
            lambda terminal: self.server.admin_call("account.remove", name="removed"), NOT_ALLOWED, name="removed")

    def test_ctrl_z(self):
        """In a shell with job control: its terminal is as it was meanwhile, and afterwards the line is there again."""
        script = f"set -m; {BINARY} chat {self.room()}; echo; stty -a | tr ';' '\\n' | grep -o 'icanon.*echo '; fg; echo ENDED"
        terminal = self.enterContext(Terminal(
            self.client(), "-c", script, program="/bin/sh", env={"NO_COLOR": "1"}))
        self.ready(terminal)
        raw = self.modes(terminal)
        terminal.write(b"half a li")
        self.shows(terminal, "half a li")
        terminal.write(b"\x1a")
        terminal.read_until(r"\nicanon.* echo ")
        terminal.read_until(rf"(?s)icanon.*{self.room()}> half a li")
        wait_until(lambda: self.modes(terminal)[3] == raw[3], "it is raw again")
        terminal.write(b"ne\r")
        self.wait_said("half a line")
        terminal.write(b"quit\r")
        terminal.read_until("ENDED")

    def test_ctrl_z_where_nobody_could_go_on_with_it(self):
        terminal = self.ready(self.terminal())
        terminal.write(b"half a \x1aline\r")
        self.wait_said("half a line")

    def test_stopped_and_gone_on_with(self):
        terminal = self.ready(self.terminal())
        raw = self.modes(terminal)
        terminal.write(b"half a li")
        self.shows(terminal, "half a li")
        # A process group without a parent in its session is not stopped by its terminal: so by hand.
        terminal.signal(signal.SIGSTOP)
        os.waitpid(terminal.process.pid, os.WUNTRACED)
        modes = self.modes(terminal)
        modes[3] |= termios.ECHO | termios.ICANON
        termios.tcsetattr(terminal.near, termios.TCSANOW, modes)
        terminal.signal(signal.SIGCONT)
        wait_until(lambda: self.modes(terminal)[3] == raw[3], "it is raw again")
        terminal.write(b"ne\r")
        self.wait_said("half a line")


if __name__ == "__main__":
    unittest.main()
