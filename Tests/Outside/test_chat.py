"""Rooms, by a client written from docs/PROTOCOL.md alone."""

import json
import threading
import unittest

from harness import Account, ServerCase, wait_until
from line import Line, LineError, message

MOST = 16_384


class Rooms(ServerCase):
    def room(self) -> str:
        """The test's own room."""
        return self._testMethodName.replace("_", "-")[:64]

    def joined(self, room: str | None = None, account: Account | None = None) -> Line:
        line = self.line(account)
        line.call("chat.join", room=room or self.room())
        return line

    def test_the_lobby_is_there(self):
        with self.server.join().line() as line:
            joined = line.call("chat.join", room="lobby")
        self.assertEqual((joined["type"], joined["room"], joined["members"]), ("joined", "lobby", 1))
        self.assertNotIn("topic", joined)

    def test_what_is_said_is_numbered_kept_and_told_to_everybody(self):
        room = self.room()
        bert = self.server.join("bert-told")
        lines = [self.joined(), self.joined(), self.joined(account=bert)]
        self.assertEqual(lines[0].call("chat.join", room=room)["last"], 0)
        for number, (line, text) in enumerate([(lines[0], "hello"), (lines[2], "héllo ☎"), (lines[0], "\n\x1b[2J\0")], 1):
            sent = line.say(room, text)
            self.assertEqual((sent["type"], sent["room"], sent["number"]), ("sent", room, number))
        for line in lines:
            heard = [line.heard() for _ in range(3)]
            self.assertEqual([head["number"] for head, _ in heard], [1, 2, 3])
            self.assertEqual([head["from"] for head, _ in heard], ["ada", "bert-told", "ada"])
            self.assertEqual([text for _, text in heard], ["hello", "héllo ☎", "\n\x1b[2J\0"])
            self.assertEqual({head["room"] for head, _ in heard}, {room})
        head, entries = lines[1].history(room)
        self.assertEqual((head["last"], head["more"]), (3, False))
        self.assertEqual([entry["text"] for entry in entries], ["hello", "héllo ☎", "\n\x1b[2J\0"])
        self.assertEqual([(e["number"], e["time"]) for e in entries], [(h["number"], h["time"]) for h, _ in heard])

    def test_capital_letters_of_rooms_are_small_ones(self):
        self.line().say(self.room(), "x")
        self.assertEqual(self.line().call("chat.join", room=self.room().upper())["last"], 1)

    def test_one_order_for_all_without_gaps(self):
        """Eight who say fifty things each, at once, many in flight."""
        room = self.room()
        listeners = [self.joined() for _ in range(3)]

        def talk(line: Line, name: int) -> None:
            ids = [line.request("chat.send", f"{name} {n}".encode(), room=room) for n in range(50)]
            numbers = [line.answer(id)[0]["number"] for id in ids]
            order.append(numbers == sorted(numbers))

        order: list[bool] = []
        threads = [threading.Thread(target=talk, args=(self.line(self.server.join()), n)) for n in range(8)]
        for thread in threads:
            thread.start()
        heard = [[line.heard() for _ in range(400)] for line in listeners]
        for thread in threads:
            thread.join()
        self.assertEqual(order, [True] * 8)
        for one in heard:
            self.assertEqual([head["number"] for head, _ in one], list(range(1, 401)))
            self.assertEqual([text for _, text in one], [text for _, text in heard[0]])
        entries = self.line().history(room, after=0, limit=1000)[1]
        self.assertEqual([entry["text"] for entry in entries], [text for _, text in heard[0]])
        for name in range(8):
            self.assertEqual([t for _, t in heard[0] if t.startswith(f"{name} ")], [f"{name} {n}" for n in range(50)])

    def test_a_key_says_it_once(self):
        room, listener = self.room(), self.joined()
        line, other = self.line(), self.line(self.server.join())
        self.assertEqual(line.say(room, "one", key="k")["number"], 1)
        self.assertEqual(line.say(room, "one", key="k")["number"], 1)
        self.assertEqual(self.line().say(room, "changed", key="k")["number"], 1)
        self.assertEqual(other.say(room, "other's", key="k")["number"], 2)
        self.assertEqual(line.say(room, "two", key="k2")["number"], 3)
        self.assertEqual(line.say(room + "-2", "elsewhere", key="k")["number"], 1)
        # Twice in one piece: most likely in one transaction.
        ids = [line.request("chat.send", b"again", room=room, key="k3") for _ in range(5)]
        self.assertEqual([line.answer(id)[0]["number"] for id in ids], [4] * 5)
        self.assertEqual(line.say(room, "end")["number"], 5)
        heard = [listener.heard() for _ in range(5)]
        self.assertEqual([text for _, text in heard], ["one", "other's", "two", "again", "end"])
        self.assertEqual([head.get("key") for head, _ in heard], ["k", "k", "k2", "k3", None])

    def test_what_is_no_message_is_refused(self):
        room, line = self.room(), self.line()
        for text in (b"", b"\xff", b"a\xc3", b"\xed\xa0\x80", b"\xc0\x80"):
            with self.subTest(text), self.fails("bad-request"):
                line.say(room, text)
        with self.fails("too-large"):
            line.say(room, b"x" * (MOST + 1))
        with self.fails("too-large"):
            line.say(room, b"x" * 513, kind="topic")
        for fields in ({"key": ""}, {"key": "k" * 65}, {"key": "a\n"}, {"kind": "shout"}, {"room": "a b"}, {"room": ""}, {"room": "#a"}):
            with self.subTest(fields), self.fails("bad-request"):
                line.say(**{"room": room, "text": "x"} | fields)
        self.assertEqual(line.say(room, b"x" * MOST)["number"], 1)
        self.assertEqual(line.say(room, "x", key="k" * 64)["number"], 2)
        self.assertEqual([len(entry["text"]) for entry in line.history(room)[1]], [MOST, 1])

    def test_history(self):
        room, line = self.room(), self.line()
        for n in range(1, 121):
            line.request("chat.send", f"{n}".encode(), room=room)
        line.call("ping")
        line.say(room, "121")

        def numbers(**fields) -> tuple[list[int], bool]:
            head, entries = line.history(room, **fields)
            self.assertEqual(head["last"], 121)
            self.assertTrue(all(entry["text"] == str(entry["number"]) for entry in entries))
            return [entry["number"] for entry in entries], head["more"]

        self.assertEqual(numbers(), (list(range(72, 122)), True))
        self.assertEqual(numbers(limit=1), ([121], True))
        self.assertEqual(numbers(limit=1000), (list(range(1, 122)), False))
        self.assertEqual(numbers(limit=121), (list(range(1, 122)), False))
        self.assertEqual(numbers(before=11, limit=5), ([6, 7, 8, 9, 10], True))
        self.assertEqual(numbers(before=6, limit=5), ([1, 2, 3, 4, 5], False))
        self.assertEqual(numbers(before=1), ([], False))
        self.assertEqual(numbers(after=0, limit=3), ([1, 2, 3], True))
        self.assertEqual(numbers(after=118, limit=3), ([119, 120, 121], False))
        self.assertEqual(numbers(after=121), ([], False))
        self.assertEqual(line.history("nobody-was-here"), ({"id": line._next_id - 1, "type": "history", "last": 0,
            "room": "nobody-was-here", "more": False, "body": 2}, []))
        for fields in ({"limit": 0}, {"limit": 1001}, {"after": -1}, {"before": 0}, {"after": 1, "before": 2}):
            with self.subTest(fields), self.fails("bad-request"):
                line.history(room, **fields)

    def test_a_history_that_is_too_large_for_one_answer(self):
        """Control characters take six bytes each in JSON."""
        room, line = self.room(), self.line()
        ids = [line.request("chat.send", b"\x01" * MOST, room=room) for _ in range(25)]
        for id in ids:
            line.answer(id)
        seen: list[int] = []
        more = True
        while more:
            head, entries = line.history(room, after=seen[-1] if seen else 0, limit=1000)
            self.assertLessEqual(head["body"], 1_048_576)
            self.assertTrue(entries)
            seen += [entry["number"] for entry in entries]
            more = head["more"]
        self.assertEqual(seen, list(range(1, 26)))
        last = line.history(room, limit=1000)[1]
        self.assertEqual(last[-1]["number"], 25)

    def test_the_topic(self):
        room, line = self.room(), self.joined()
        line.say(room, "all about tea", kind="topic")
        head, text = line.heard()
        self.assertEqual((head["kind"], text), ("topic", "all about tea"))
        self.assertEqual(self.line().call("chat.join", room=room)["topic"], "all about tea")
        line.say(room, "", kind="topic")
        self.assertNotIn("topic", self.line().call("chat.join", room=room))

    def test_who_comes_and_goes_is_seen(self):
        room, line = self.room(), self.joined()
        bert = self.server.join("bert-seen")
        first, second = bert.line(), bert.line()
        self.assertEqual(first.call("chat.join", room=room)["members"], 2)
        self.assertEqual(line.pushed()[0], {"type": "presence", "room": room, "account": "bert-seen", "here": True})
        second.call("chat.join", room=room)
        _, body = line.answer(line.request("chat.who", room=room))
        self.assertEqual(body.decode(), '[{"account":"ada","connections":1},{"account":"bert-seen","connections":2}]')
        first.close()
        second.call("chat.leave", room=room)
        self.assertEqual(line.pushed()[0], {"type": "presence", "room": room, "account": "bert-seen", "here": False})
        self.assertEqual(second.say(room, "from outside")["number"], 1)
        self.assertEqual(line.heard()[1], "from outside")
        second.call("ping")
        self.assertFalse(second.pushes, "who has left hears nothing")
        second.close()

    def test_what_is_said_to_one_alone(self):
        bert, eve = self.server.join("Bert-alone"), self.server.join("eve-alone")
        ada, hers, his = self.line(), self.line(eve), self.line(bert)
        sent = ada.say("@bert-ALONE", "psst", key="k")
        self.assertEqual((sent["room"], sent["number"]), ("@Bert-alone", 1))
        self.assertEqual(his.call("chat.join", room="@Bert-alone")["last"], 1)
        self.assertEqual(ada.say("@Bert-alone", "psst", key="k")["number"], 1)
        hers.say("@bert-alone", "hi")
        head, text = his.heard()
        self.assertEqual((head["room"], head["number"], head["from"], text), ("@Bert-alone", 2, "eve-alone", "hi"))
        self.assertEqual([e["text"] for e in his.history("@bert-alone")[1]], ["psst", "hi"])
        for op in ("chat.join", "chat.history", "chat.who"):
            for line in (ada, hers):
                with self.subTest(op), self.fails("forbidden"):
                    line.call(op, room="@Bert-alone")
        with self.fails("not-found"):
            ada.say("@nobody-of-that-name", "psst")
        # Who gets the name of an account that was removed is somebody else.
        self.server.admin_call("account.remove", name="Bert-alone")
        with self.fails("not-found"):
            ada.say("@Bert-alone", "psst")
        with self.server.join("Bert-alone").line() as other:
            self.assertEqual(other.call("chat.join", room="@Bert-alone")["last"], 0)
            self.assertEqual(other.history("@Bert-alone")[1], [])
            self.assertEqual(ada.say("@Bert-alone", "psst", key="k")["number"], 1)

    def test_who_may_not(self):
        with self.server.join(role="guest").line() as line:
            for op in ("chat.join", "chat.history", "chat.who"):
                for room in ("lobby", "@ada"):
                    with self.subTest(op=op, room=room), self.fails("forbidden"):
                        line.call(op, room=room)
            for room in ("lobby", "@ada"):
                with self.fails("forbidden"):
                    line.say(room, "x")
            self.assertEqual(line.call("ping")["type"], "pong")

    def test_rooms_by_role_and_a_change_of_it(self):
        """A right that is lost ends the being in the room, at once."""
        self.server.admin_call("role.define", name="talker", parents=["guest"], grants=["chat.rooms=team-*"])
        account = self.server.join(role="talker")
        line = self.line(account)
        line.call("chat.join", room="team-a")
        line.call("chat.join", room="@" + account.name)
        for op in ("chat.join", "chat.history"):
            with self.fails("forbidden"):
                line.call(op, room="lobby")
        with self.fails("forbidden"):
            line.say("lobby", "x")
        self.server.admin_call("role.define", name="talker", parents=["guest"], grants=["chat.rooms=team-b"])
        head, _ = line.pushed()
        self.assertEqual((head["type"], head["room"], head["code"]), ("out-of-room", "team-a", "forbidden"))
        self.line().say("team-a", "nobody hears this")
        with self.fails("forbidden"):
            line.say("team-a", "x")
        self.assertEqual(line.call("chat.join", room="team-b")["members"], 1)
        self.assertFalse(line.pushes)
        watcher = self.line()
        self.assertEqual(watcher.call("chat.join", room="team-a")["members"], 1)

    def test_how_many_rooms_a_connection_may_be_in(self):
        line = self.line()
        for n in range(64):
            line.call("chat.join", room=f"{self.room()}-{n}")
        line.call("chat.join", room=f"{self.room()}-0")
        with self.fails("too-many"):
            line.call("chat.join", room="one-more")
        line.call("chat.leave", room=f"{self.room()}-0")
        line.call("chat.join", room="one-more")

    def test_joining_again_changes_nothing(self):
        room, line = self.room(), self.joined()
        for n in range(1, 6):
            line.request("chat.send", f"{n}".encode(), room=room)
            line.request("chat.join", room=room)
        self.assertEqual([line.heard()[0]["number"] for _ in range(5)], [1, 2, 3, 4, 5])
        self.assertEqual(line.call("chat.join", room=room)["members"], 1)
        self.assertFalse([head for head, _ in line.pushes if head["type"] == "message"], "nothing twice")

    def test_coming_and_leaving_in_one_piece(self):
        """However the stays in a room overlap, who is gone is not counted, and who is there hears."""
        room, watcher = self.room(), self.joined()
        for _ in range(20):
            account = self.server.join()
            with account.line() as line:
                ops = ["chat.join", "chat.leave", "chat.join", "chat.leave", "chat.join"]
                line.send_raw(b"".join(
                    message({"op": op, "id": line._next_id + n, "room": room}) for n, op in enumerate(ops)))
                last = line._next_id + len(ops) - 1
                line._next_id = last + 1
                self.assertEqual(line.answer(last)[0]["type"], "joined")
                line.call("ping")
                number = watcher.say(room, "x")["number"]
                self.assertEqual(line.heard()[0]["number"], number)
            here = lambda: json.loads(watcher.answer(watcher.request("chat.who", room=room))[1])
            wait_until(lambda: [one["account"] for one in here()] == ["ada"], f"{account.name} is not there; {here()}")

    def test_nothing_is_missed_between_joined_and_the_first_that_is_pushed(self):
        """Joining while others talk: what is pushed begins directly behind `last`."""
        room, talker = self.room(), self.line(self.server.join())
        stop = threading.Event()

        def talk() -> None:
            while not stop.is_set():
                ids = [talker.request("chat.send", b"x", room=room) for _ in range(8)]
                for id in ids:
                    talker.answer(id)

        thread = threading.Thread(target=talk)
        thread.start()
        try:
            for _ in range(30):
                with self.ada.line() as line:
                    last = line.call("chat.join", room=room)["last"]
                    self.assertEqual([line.heard()[0]["number"] for _ in range(20)], list(range(last + 1, last + 21)))
        finally:
            stop.set()
            thread.join()


if __name__ == "__main__":
    unittest.main()
