"""The audit log: one JSON line for each login, refusal, role change, put, rm; and how it is read (docs/OPERATIONS.md)."""

import datetime
import json
import signal
import time

from harness import MIB, NOT_ALLOWED, Case, Server, ServerCase, landline, wait_until
from line import DeviceKey, LineError, sha256


def events(server: Server, **fields) -> list[dict]:
    """What `audit` answers to an admin."""
    with server.admin.line() as line:
        id = line.request("audit", **fields)
        found = []
        while True:
            head, body = line.answer(id)
            if head["type"] == "audit":
                assert head["count"] == len(found), (head, len(found))
                return found
            if head["type"] == "events":
                assert body.endswith(b"\n")
                found += [json.loads(text) for text in body.splitlines()]


class Lines(ServerCase):
    def of(self, account: str, *whats: str) -> list[dict]:
        found = events(self.server, account=account)
        self.assertEqual({event["account"] for event in found} - {account}, set())
        return [event for event in found if not whats or event["what"] in whats]

    def test_a_login_a_put_a_removal_and_a_refusal(self):
        person = self.server.join("person")
        data = b"content"
        with person.line() as line:
            line.put("d/whole", data)
            line.put_in_parts("d/parts", data)
            line.call("move", path="d/parts", to="d/moved")
            line.call("remove", path="d/whole")
            line.call("remove", path="d", recursive=True)
            with self.fails("forbidden"):
                line.call("accounts")
            self.server.admin_call("account.set", name="person", role="guest")
            for wrong in ("put", "begin_put"):
                with self.fails("forbidden"):
                    line.put("d/x", data) if wrong == "put" else line.begin_put("d/y", 5 * MIB)
        found = self.of("person")
        self.assertEqual(
            [event["what"] for event in found],
            ["join", "login", "login", "put", "put", "mv", "rm", "rm", "refused", "refused", "refused"])
        for event in found:
            self.assertRegex(event["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertEqual(event["peer"], "127.0.0.1")
            self.assertEqual(event["by"], f"device {person.key.id}")
        puts = [event for event in found if event["what"] == "put"]
        self.assertEqual([event["path"] for event in puts], ["d/whole", "d/parts"])
        self.assertEqual({(event["size"], event["sha256"]) for event in puts}, {(len(data), sha256(data))})
        self.assertEqual((found[5]["path"], found[5]["to"]), ("d/parts", "d/moved"))
        self.assertEqual([event["op"] for event in found[-3:]], ["accounts", "put", "put"])
        self.assertEqual([event["role"] for event in found[-3:]], ["member", "guest", "guest"])

    def test_who_leaves_at_once_leaves_a_line(self):
        """Nothing is done without one, though nobody waits for the answer."""
        person = self.server.join("hasty")
        folder = self.server.tree / "hasty"

        def there() -> set[str]:
            return {f"hasty/{file.name}" for file in folder.iterdir()} if folder.exists() else set()

        def missing(done: set[str], what: str) -> set[str]:
            return done - {event["path"] for event in self.of("hasty", what)}

        for turn in range(10):
            with person.line() as line:
                for number in range(64):
                    line.request("put", b"x", path=f"hasty/{turn}-{number}", size=1, sha256=sha256(b"x"))
            self.settle()
            # Whatever is stored of it, sooner or later, is on record.
            wait_until(lambda: not missing(there(), "put"), "what is stored is on record")
            stored = there()
            with person.line() as line:
                for name in sorted(stored):
                    line.request("remove", path=name)
            self.settle()
            wait_until(lambda: not missing(stored - there(), "rm"), "what is gone is on record")

    def settle(self) -> None:
        """Nobody but the one who asks is connected any more."""
        with self.server.admin.line() as line:
            wait_until(lambda: line.call("status")["connections"] == 1, "the others are gone")

    def test_a_removal_that_is_cut_short_leaves_a_line(self):
        person = self.server.join("short")
        # A machine that is busy elsewhere may let it come to its end before it is cut.
        for turn in range(10):
            folder = self.server.tree / f"short/{turn}"
            for inner in range(40):
                (folder / f"{inner}").mkdir(parents=True)
                for number in range(500):
                    (folder / f"{inner}/{number}").touch()
            with person.line() as line:
                line.request("remove", path=f"short/{turn}", recursive=True)
                wait_until(lambda: not folder.exists() or len(list(folder.iterdir())) < 40, "some of it is gone")
            self.settle()
            events = lambda: [event for event in self.of("short", "rm") if event["path"] == f"short/{turn}"]
            (event,) = wait_until(events, "it is on record")
            if folder.exists():
                self.assertGreater(event["removed"], 0)
                self.assertIn("ended", event)
                return
        self.fail("it was never cut short")

    def test_an_admin_who_leaves_at_once_leaves_a_line(self):
        names = [self.server.join(f"target{number}").name for number in range(30)]
        for number, name in enumerate(names):
            with self.server.admin.line() as line:
                line.request("account.set", name=name, role="guest")
                # Earlier and later in what the server does about it.
                time.sleep(number / 4_000)
        self.settle()

        def missing() -> set[str]:
            changed = {account["name"] for account in self.server.accounts if account["role"] == "guest"}
            return changed & set(names) - {event["name"] for event in self.of("root", "account.set")}

        wait_until(lambda: not missing(), "every change is on record")

    def test_changes_of_roles_and_accounts(self):
        server = self.server
        before = len(self.of("root"))
        server.join("changed")
        with server.admin.line() as line:
            line.call("role.define", name="a", parents=["guest"], grants=["files.write=a/**"])
            line.call("account.set", name="changed", role="a")
            line.call("account.limit", name="changed", rate=1_000_000)
            line.call("token.create", name="t", role="guest")
            line.call("token.revoke", name="t")
            line.call("account.remove", name="changed")
            line.call("role.remove", name="a")
        found = [event for event in self.of("root")[before:] if event["what"] != "login"]
        self.assertEqual(
            [event["what"] for event in found],
            ["invite.create", "role.define", "account.set", "account.limit", "token.create", "token.revoke", "account.remove",
             "role.remove"])
        define = found[1]
        self.assertEqual((define["name"], define["parents"], define["grants"]), ("a", ["guest"], ["files.write=a/**"]))
        self.assertEqual((found[2]["name"], found[2]["to"]), ("changed", "a"))

    def test_refused_logins_have_a_peer_and_no_secret(self):
        secret = "lat_" + "A" * 43
        with self.nobody() as line, self.fails("unauthenticated"):
            line.login_token(secret)
        with self.nobody() as line, self.fails("unauthenticated"):
            line.login_device(DeviceKey())
        with self.nobody() as line, self.fails("unauthenticated"):
            line.join("B" * 43, "stranger", DeviceKey())
        refused = [event for event in events(self.server) if event["what"] == "refused" and "account" not in event]
        self.assertEqual([event["op"] for event in refused[-3:]], ["login", "login", "join"])
        self.assertEqual({event["peer"] for event in refused[-3:]}, {"127.0.0.1"})
        self.assertEqual(refused[-1]["name"], "stranger")
        text = (self.server.private / "audit.jsonl").read_text()
        self.assertNotIn(secret, text)
        self.assertNotIn("B" * 43, text)

    def test_since(self):
        self.server.join("sooner")
        found = events(self.server, account="sooner")
        moment = int(datetime.datetime.fromisoformat(found[-1]["time"]).timestamp())
        self.assertEqual(events(self.server, account="sooner", since=moment + 3600), [])
        self.assertEqual(events(self.server, account="sooner", since=moment - 3600), found)
        self.assertEqual(events(self.server, account="nobody"), [])
        for never in (253_402_300_800, 1 << 53, (1 << 63) - 1):
            self.assertEqual(events(self.server, since=never), [])
        for always in (0, -1, -(1 << 62)):
            self.assertEqual(events(self.server, account="sooner", since=always), found)
        # Names of accounts are the same in any case.
        self.assertEqual(events(self.server, account="SOONER"), found)

    def test_names_that_look_like_fields(self):
        person = self.server.join("quoting")
        with person.line() as line:
            path = 'a","account":"root","x":"'
            line.put(path, b"x")
        self.assertEqual([event["path"] for event in self.of("quoting", "put")], [path])
        self.assertNotIn(path, [event.get("path") for event in self.of("root")])

    def test_long_texts_are_cut(self):
        person = self.server.join("long")
        path = "/".join(["n" * 200] * 20)
        with person.line() as line:
            line.put(path, b"x")
        size = max(map(len, (self.server.private / "audit.jsonl").read_bytes().splitlines()))
        self.assertLess(size, 65_536)
        self.assertEqual(self.of("long", "put")[0]["path"][:200], path[:200])


class File(Case):
    def test_many_at_once_are_all_there_in_their_order(self):
        with Server() as server:
            person = server.join("many")
            with person.line() as line:
                ids = [line.request("put", b"x", path=f"m/{n:05}", size=1, sha256=sha256(b"x")) for n in range(900)]
                for id in ids:
                    line.after_working(id)
            puts = [event for event in events(server, account="many") if event["what"] == "put"]
            self.assertEqual(sorted(event["path"] for event in puts), [f"m/{n:05}" for n in range(900)])
            times = [event["time"] for event in events(server)]
            self.assertEqual(times, sorted(times))

    def test_it_outlives_a_kill_and_half_a_line(self):
        with Server() as server:
            person = server.join("killed")
            with person.line() as line:
                line.put("a", b"a")
            wait_until(lambda: b'"put"' in (server.private / "audit.jsonl").read_bytes(), "the put is in the file")
            server.kill()
            with open(server.private / "audit.jsonl", "ab") as file:
                file.write(b'{"time":"2026-')
            server.restart()
            with person.line() as line:
                line.put("b", b"b")
            self.assertEqual(
                [event["path"] for event in events(server, account="killed") if event["what"] == "put"], ["a", "b"])

    def test_mode_and_parts(self):
        with Server() as server:
            person = server.join("parts")
            self.assert_mode(server.private / "audit.jsonl", 0o600)
            server.signal(signal.SIGTERM)
            server.wait()
            current = server.private / "audit.jsonl"
            line_of = current.read_bytes().splitlines(keepends=True)[-1]
            # As if it had been filled over the years.
            for number in range(1, 9):
                (server.private / f"audit.jsonl.{number}").write_bytes(b"%d\n" % number)
            with open(current, "ab") as file:
                file.write(line_of * (16 * MIB // len(line_of) + 1))
            server.restart()
            with person.line() as line:
                line.put("a", b"a")
            found = events(server, account="parts")
            self.assertEqual(found[-1]["path"], "a")
            self.assertGreater(len(found), 16 * MIB // len(line_of))
            names = sorted(file.name for file in server.private.glob("audit.jsonl*"))
            self.assertEqual(names, ["audit.jsonl"] + [f"audit.jsonl.{number}" for number in range(1, 9)])
            self.assertLess(current.stat().st_size, MIB)
            self.assertEqual((server.private / "audit.jsonl.8").read_bytes(), b"7\n")
            self.assertLess(server.memory, 100 * MIB)

    def test_who_guesses_does_not_push_the_rest_out(self):
        with Server() as server:
            person = server.join("rest")
            with person.line() as line:
                line.put("a", b"a")
            began = time.monotonic()
            for _ in range(1_200):
                with server.line() as line:
                    try:
                        line.login_token("lat_" + "A" * 43)
                    except LineError:
                        pass
            found = [event for event in events(server) if event["what"] == "refused"]
            # Five more a second: a busy machine takes its time.
            self.assertLessEqual(len(found), 1_001 + 5 * (time.monotonic() - began))
            self.assertGreaterEqual(len(found), 1_000)
            self.assertTrue([event for event in events(server) if event["what"] == "put"])


class ByCommand(ServerCase):
    def test_over_the_line_and_by_the_control_socket(self):
        admin = self.client(role="admin")
        person = self.server.join("seen")
        with person.line() as line:
            line.put("seen/a b", b"x")
        data = ("--data", self.server.data)
        for run, more in ((admin.run, ()), (landline, data)):
            out = self.assert_done(run("audit", "--account", "seen", "--since", "1h", *more)).out
            self.assertRegex(out, r"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ  seen  put  path='seen/a b'  .*size=1")
            objects = self.assert_done(run("audit", "--json", "--account", "seen", *more)).objects
            self.assertEqual([event["what"] for event in objects], ["join", "login", "login", "put"][:len(objects)])
            self.assertEqual(objects[-1]["path"], "seen/a b")
            self.assertEqual(run("audit", "--since", "2999-01-01", *more).out, "")
        for wrong in ("yesterday", "2026-13-01", "10", "2026-1-1"):
            self.assert_exit(landline("audit", "--since", wrong, *data), 2)
        self.assert_exit(self.client().run("audit"), NOT_ALLOWED)

    def test_the_operator_is_called_local(self):
        self.assert_done(landline("role", "define", "x", "--data", self.server.data))
        found = [event for event in events(self.server, account="local") if event["what"] == "role.define"]
        self.assertEqual([(event["name"], event["by"]) for event in found], [("x", "local")])
