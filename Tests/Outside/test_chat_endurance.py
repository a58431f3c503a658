"""What chat must withstand: crashes, lost connections, those who do not read, and those who do not stop."""

import json
import os
import select
import threading
import time
import unittest

from harness import DONE, MIB, Case, Proxy, Server, ServerCase, free_port, wait_until
from line import Closed, Line, LineError, message

ROUNDS = int(os.environ.get("LANDLINE_CHAT_ROUNDS", 50))


class Crash(Case):
    def test_kill_in_mid_conversation(self):
        """Each acknowledged message is there once, in order; what is sent again under its key is there once, too."""
        with Server(port=free_port()) as server:
            accounts = [server.join() for _ in range(4)]
            acknowledged: list[dict[int, int]] = [{} for _ in accounts]  # of each, by its own count: the number
            sent = [0] * len(accounts)
            heard: list[list[tuple[int, str]]] = []

            def talk(who: int, line: Line, stop: threading.Event, again: list[int]) -> None:
                """Eight in flight, until the server is gone."""
                open_ids: dict[int, int] = {}
                try:
                    while not stop.is_set() or again:
                        while len(open_ids) < 8 and (again or not stop.is_set()):
                            n = again.pop(0) if again else sent[who]
                            if n == sent[who]:
                                sent[who] += 1
                            open_ids[line.request("chat.send", f"{who} {n}".encode(), room="lobby", key=f"{n}")] = n
                        id = next(iter(open_ids))
                        acknowledged[who][open_ids[id]] = line.answer(id)[0]["number"]
                        del open_ids[id]
                    for id, n in open_ids.items():
                        acknowledged[who][n] = line.answer(id)[0]["number"]
                except (Closed, ConnectionError, LineError):
                    pass
                line.close()

            def listen(line: Line) -> None:
                mine: list[tuple[int, str]] = []
                heard.append(mine)
                try:
                    while True:
                        head, text = line.heard()
                        mine.append((head["number"], text))
                except (Closed, ConnectionError, LineError):
                    line.close()

            for _ in range(5):
                stop = threading.Event()
                listener = server.join().line()
                listener.call("chat.join", room="lobby")
                threads = [threading.Thread(target=listen, args=(listener,))]
                for who, account in enumerate(accounts):
                    again = sorted(set(range(sent[who])) - set(acknowledged[who]))
                    threads.append(threading.Thread(target=talk, args=(who, account.line(), stop, again)))
                before = sum(map(len, acknowledged))
                for thread in threads:
                    thread.start()
                wait_until(lambda: sum(map(len, acknowledged)) > before + 200, "they talk")
                server.kill()
                stop.set()
                for thread in threads:
                    thread.join()
                server.restart()

            with accounts[0].line() as line:
                entries: list[dict] = []
                while page := line.history("lobby", after=len(entries), limit=1000)[1]:
                    entries += page
            self.assertEqual([entry["number"] for entry in entries], list(range(1, len(entries) + 1)))
            by_number = {entry["number"]: entry["text"] for entry in entries}
            texts = [entry["text"] for entry in entries]
            self.assertEqual(len(texts), len(set(texts)), "nothing twice")
            for who, numbers in enumerate(acknowledged):
                for n, number in numbers.items():
                    self.assertEqual(by_number[number], f"{who} {n}")
                self.assertEqual([numbers[n] for n in sorted(numbers)], sorted(numbers.values()))
            for mine in heard:
                for number, text in mine:
                    self.assertEqual(by_number.get(number), text, "what somebody saw is what is kept")
                numbers = [number for number, _ in mine]
                self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))) if numbers else [])


class Reconnecting(Case):
    def test_fifty_lost_connections(self):
        """Nothing is missed, nothing is seen twice, and nothing is said twice."""
        with Server() as server, Proxy(server.port) as proxy:
            reader = self.enterContext(server.client("reader", port=proxy.port))
            writer = self.enterContext(server.client("writer", port=proxy.port))
            listening = reader.start("chat", "--json", "--since", "0", input=b"")
            # Its input stays open.
            talking = writer.start("chat", "--json", input=b"")
            seen: list[dict] = []
            said: list[dict] = []
            threads = [
                threading.Thread(target=self.collect, args=(listening.process.stdout, seen), daemon=True),
                threading.Thread(target=self.collect, args=(talking.process.stdout, said), daemon=True),
            ]
            for thread in threads:
                thread.start()
            wait_until(lambda: self.of(seen, "entered"), "it is in the room")
            wait_until(lambda: self.of(said, "entered"), "and the other")
            count = 0
            for number in range(ROUNDS):
                for _ in range(20):
                    talking.process.stdin.write(f"message {count}\n".encode())
                    count += 1
                talking.process.stdin.flush()
                # In the midst of it, at another place each time.
                wait_until(lambda: len(self.of(seen, "message")) >= count - 20 + number % 20, f"round {number}")
                proxy.cut()
            talking.process.stdin.close()
            talking.process.stdin = None
            wait_until(lambda: len(self.of(seen, "message")) >= count, "everything has come", 60)
            self.assertEqual(talking.process.wait(60), DONE)
            messages = self.of(seen, "message")
            self.assertEqual([m["text"] for m in messages], [f"message {n}" for n in range(count)])
            self.assertEqual([m["number"] for m in messages], list(range(1, count + 1)))
            self.assertEqual(sorted(m["number"] for m in self.of(said, "sent")), list(range(1, count + 1)))
            self.assertGreaterEqual(len(self.of(seen, "reconnecting")), ROUNDS // 2)
            self.assertFalse(self.of(said, "message"), "one's own messages are not told to oneself")
            listening.process.stdin.close()
            listening.process.stdin = None
            self.assertEqual(listening.process.wait(30), DONE)

    @staticmethod
    def collect(stream, into: list[dict]) -> None:
        for line in stream:
            into.append(json.loads(line))

    @staticmethod
    def of(objects: list[dict], event: str) -> list[dict]:
        return [found for found in objects if found.get("event") == event]

    def test_the_server_is_killed_while_a_program_talks(self):
        with Server(port=free_port()) as server:
            client = self.enterContext(server.client())
            talking = client.start("chat", "--json", input=b"")
            said: list[dict] = []
            threading.Thread(target=self.collect, args=(talking.process.stdout, said), daemon=True).start()
            wait_until(lambda: self.of(said, "entered"), "it is in the room")
            for number in range(3):
                talking.process.stdin.write(b"".join(b"%d %d\n" % (number, n) for n in range(100)))
                talking.process.stdin.flush()
                wait_until(lambda: len(self.of(said, "sent")) > number * 100 + 10, "it talks")
                server.kill()
                server.restart()
            talking.process.stdin.close()
            talking.process.stdin = None
            self.assertEqual(talking.process.wait(60), DONE)
            with server.admin.line() as line:
                texts = [entry["text"] for entry in line.history("lobby", after=0, limit=1000)[1]]
            self.assertEqual(texts, [f"{number} {n}" for number in range(3) for n in range(100)])


class Crowd(ServerCase):
    # Who does not read is not to be closed before it has been told, however slow the machine is.
    flags = ("--chat-rate", "100", "--stall-timeout", "900")
    CLIENTS = 200

    def test_one_who_does_not_read_and_one_who_does_not_stop(self):
        """The others hear everything, in order; the first is cut back to the log, and can catch up; the second is slowed,
        and nothing of what it said is dropped."""
        accounts = [self.ada] + [self.server.join() for _ in range(4)]
        readers = [self.line(accounts[n % 5], timeout=120) for n in range(self.CLIENTS - 2)]
        for line in readers:
            line.call("chat.join", room="crowd")
        deaf = self.line(receive_buffer=4096, timeout=120)
        deaf.call("chat.join", room="crowd")
        flooder = self.line(self.server.join("flooder"), timeout=120)
        flooder.call("chat.join", room="crowd")
        before = self.server.memory

        # Its burst is 1600; the rest comes at 100 a second.
        total, body = 2000, b"x" * 800
        began = time.monotonic()
        answered: list[int] = []

        def flood() -> None:
            ids: list[int] = []
            for n in range(total):
                ids.append(flooder.request("chat.send", b"%d " % n + body, room="crowd", key=f"{n}"))
                if len(ids) > 900:
                    answered.append(flooder.answer(ids.pop(0))[0]["number"])
            while ids:
                head = flooder.answer(ids.pop(0))[0]
                while head["type"] == "working":
                    head = flooder.answer(head["id"])[0]
                answered.append(head["number"])

        thread = threading.Thread(target=flood)
        thread.start()
        # Somebody else, in the midst of the flood, is not held up.
        other = self.line(self.server.join("other"), timeout=120)
        waits = []
        for n in range(20):
            asked = time.monotonic()
            other.say("crowd", f"other {n}")
            waits.append(time.monotonic() - asked)
        heard = self.hear(readers, total + 20)
        thread.join()
        self.assertGreater(time.monotonic() - began, 3, "the flooder is slowed")
        self.assertLess(sorted(waits)[10], 2, "and nobody else")
        self.assertEqual(len(answered), total)
        self.assertEqual(answered, sorted(answered))
        for numbers in heard:
            self.assertEqual(numbers, list(range(1, total + 21)))

        entries: list[dict] = []
        with self.ada.line() as line:
            while page := line.history("crowd", after=len(entries), limit=1000)[1]:
                entries += page
        said = [entry["text"].split(" ")[0] for entry in entries if entry["from"] == "flooder"]
        self.assertEqual(said, [str(n) for n in range(total)])
        # A bound of 320 KiB for each.
        self.assertLess(self.server.memory - before, 150 * MIB)

        # The one that did not read has been told, and catches up from the log.
        numbers = []
        while True:
            head, _ = deaf.heard()
            if head["type"] == "behind":
                break
            numbers.append(head["number"])
        self.assertEqual(head["room"], "crowd")
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertLess(len(numbers), total)
        last = deaf.call("chat.join", room="crowd")["last"]
        while page := deaf.history("crowd", after=len(numbers), limit=1000)[1]:
            numbers += [entry["number"] for entry in page]
        self.assertEqual(numbers, list(range(1, last + 1)))
        other.say("crowd", "and on it goes")
        self.assertEqual(deaf.heard()[0]["number"], last + 1)

    def hear(self, lines: list[Line], count: int) -> list[list[int]]:
        """What each of them hears: all at once, in one thread, which is slower than the server at times."""
        heard: dict[Line, list[int]] = {line: [] for line in lines}
        sockets = {line.socket: line for line in lines}
        deadline = time.monotonic() + 240
        while sockets:
            self.assertLess(time.monotonic(), deadline, f"{len(sockets)} have not heard everything")
            ready, _, _ = select.select(list(sockets), [], [], 5)
            for socket in ready:
                line = sockets[socket]
                line.take_some()
                # Until nothing is left in any buffer, for of that `select` knows nothing; catching up reads, too.
                while True:
                    while line.socket.pending():
                        line.take_some()
                    while self.has_whole(line):
                        line.sort(*line.receive())
                    if not line.pushes:
                        break
                    self.take(line, line.pushes.popleft()[0], heard[line])
                if heard[line] and heard[line][-1] >= count:
                    del sockets[socket]
        return list(heard.values())

    @staticmethod
    def has_whole(line: Line) -> bool:
        buffer = line._buffer
        if len(buffer) < 4 or len(buffer) < (end := 4 + int.from_bytes(buffer[:4], "little")):
            return False
        return len(buffer) >= end + json.loads(buffer[4:end]).get("body", 0)

    @staticmethod
    def take(line: Line, head: dict, into: list[int]) -> None:
        if head["type"] == "message" and head["number"] > (into[-1] if into else 0):
            into.append(head["number"])
        elif head["type"] == "behind":
            line.call("chat.join", room=head["room"])
            while page := line.history(head["room"], after=into[-1] if into else 0, limit=1000)[1]:
                into += [entry["number"] for entry in page]

    def test_who_never_reads_is_closed_in_the_end(self):
        """As any other whose answers are not read."""
        with Server("--stall-timeout", "2") as server:
            talker = self.enterContext(server.join("talker").line())
            deaf = self.enterContext(server.join("deaf").line(receive_buffer=4096))
            deaf.call("chat.join", room="lobby")
            talker.call("chat.join", room="lobby")
            text = b"x" * 16_384
            for _ in range(300):
                talker.say("lobby", text)
                while talker.pushes:
                    talker.pushes.popleft()
            here = lambda: len(json.loads(talker.answer(talker.request("chat.who", room="lobby"))[1]))
            wait_until(lambda: here() == 1, "it has been sent away")


class NeverReading(ServerCase):
    def test_who_says_much_and_reads_no_answer(self):
        """At some time the server stops reading, and holds no more than it may."""
        line = self.line(receive_buffer=4096)
        before = self.server.memory
        line.socket.settimeout(3)
        sent = 0
        with self.assertRaises(TimeoutError):
            while sent < 512 * MIB:
                piece = b"".join(
                    message({"op": "chat.send", "id": line._next_id + n, "room": "lobby"}, b"x" * 4_000) for n in range(64)
                )
                line._next_id += 64
                line.send_raw(piece)
                sent += len(piece)
        self.assertLess(self.server.memory - before, 60 * MIB)
        other = self.line(self.server.join())
        self.assertEqual(other.say("elsewhere", "and others go on")["number"], 1)


class Held(Case):
    """What is said too fast waits; but not longer than who said it may say it."""

    def flood(self, line: Line, count: int, size: int = 4_000) -> None:
        line.send_raw(b"".join(
            message({"op": "chat.send", "id": line._next_id + n, "room": "lobby"}, b"x" * size) for n in range(count)))
        line._next_id += count

    def is_quiet(self, line: Line) -> bool:
        before = line.history("lobby", limit=1)[0]["last"]
        # That nothing more comes is no event: a second of silence, at a rate of many a second, and more than one look at it.
        time.sleep(1)
        return line.history("lobby", limit=1)[0]["last"] == before

    def test_who_comes_again_and_again_has_no_more_waiting(self):
        with Server("--chat-rate", "20") as server, server.admin.line() as admin:
            flooder = server.join()
            with flooder.line() as line:
                self.flood(line, 600)
            before = server.memory
            for _ in range(25):
                with flooder.line() as line:
                    self.flood(line, 900)
            self.assertLess(server.memory - before, 60 * MIB)
            wait_until(lambda: self.is_quiet(admin), "who has gone says nothing more")
            self.assertEqual(flooder.line().say("lobby", "here again")["type"], "sent")

    def test_a_right_that_is_lost_ends_what_waits(self):
        with Server("--chat-rate", "20") as server, server.admin.line() as admin:
            server.admin_call("role.define", name="talker", parents=["guest"], grants=["chat.rooms=*"])
            for end in (
                lambda name: server.admin_call("role.define", name="talker", parents=["guest"], grants=[]),
                lambda name: server.admin_call("account.remove", name=name),
            ):
                server.admin_call("role.define", name="talker", parents=["guest"], grants=["chat.rooms=*"])
                flooder = server.join(role="talker")
                with flooder.line() as line:
                    self.flood(line, 900, 50)
                    # By now everything that it said has been read.
                    line.call("ping")
                    end(flooder.name)
                    wait_until(lambda: self.is_quiet(admin), "it is silent")


class FullDisk(Case):
    def test_what_is_to_stay_free_stays_free(self):
        with Server("--keep-free", "4000T") as server, server.admin.line() as line:
            line.call("chat.join", room="lobby")
            with self.fails("no-space"):
                line.say("lobby", "x")
            self.assertEqual(line.history("lobby")[1], [])
            self.assertFalse(line.pushes)


if __name__ == "__main__":
    unittest.main()
