"""docs/PROTOCOL.md, sentence by sentence, with a client that knows nothing else."""

import base64
import json
import os
import subprocess
import sys
import time
import unittest
from pathlib import Path

from harness import MIB, Server, ServerCase, content_of, snapshot, wait_until
from line import WHOLE, DeviceKey, Line, LineError, message, sha256

KEPT = {"mtime": 1_700_000_000, "mtimeNanos": 123_456_789, "resume": True}


class HelloAndLogin(ServerCase):
    def test_hello_names_version_limits_and_a_new_nonce(self):
        nonces = set()
        for _ in range(3):
            with self.server.line() as line:
                nonces.add(line.nonce)
        self.assertEqual({len(nonce) for nonce in nonces}, {32})
        self.assertEqual(len(nonces), 3)
        answer = self.raw_line().hello()
        self.assertEqual(answer["type"], "hello")
        self.assertEqual(answer["version"], 1)
        self.assertIsInstance(answer["software"], str)
        self.assertIsInstance(answer["features"], list)
        self.assertEqual(answer["limits"], {"head": 65_536, "body": 1_048_576, "requests": 1024})

    def raw_line(self):
        return self.enterContext(Line("127.0.0.1", self.server.port, self.server.fingerprint))

    def test_the_highest_common_version_is_taken(self):
        self.assertEqual(self.raw_line().hello((77, 1, 2))["version"], 1)

    def test_no_common_version_is_unsupported(self):
        with self.fails("unsupported"):
            self.raw_line().hello((2, 99))

    def test_other_operations_before_login_are_unauthenticated(self):
        for op in ("ping", "whoami", "list", "status", "put", "nonsense"):
            with self.subTest(op), self.fails("unauthenticated"):
                self.nobody().call(op, path="")

    def test_login_without_hello_is_refused(self):
        with self.fails("unauthenticated", "bad-request"):
            self.raw_line().login_token("lat_" + "A" * 43)

    def test_before_login_a_head_over_4096_is_too_large(self):
        line = self.nobody()
        line.send_raw(message(b'{"op":"login","id":1,"token":"' + b"x" * 4096 + b'"}'))
        self.assertEqual(line.ending(), "too-large")

    def test_before_login_a_head_of_4096_is_read(self):
        line = self.nobody()
        head = b'{"op":"login","id":1,"token":"'
        line.send_raw(message(head + b"x" * (4096 - len(head) - 2) + b'"}'))
        with self.fails("unauthenticated"):
            line.answer(1)

    def test_before_login_there_is_no_body(self):
        line = self.nobody()
        line.send({"op": "login", "id": 1, "token": "x"}, b"y")
        self.assertEqual(line.ending(), "too-large")

    def test_join_then_login_with_the_device_key(self):
        key = DeviceKey()
        welcome = self.nobody().join(self.server.new_invite().token, "Joan.D-A_1", key)
        self.assertEqual(
            (welcome["type"], welcome["account"], welcome["role"], welcome["device"]),
            ("welcome", "Joan.D-A_1", "member", key.id),
        )
        self.assertIsInstance(welcome["server"], str)
        again = self.nobody().login_device(key)
        self.assertEqual({**again, "id": 0}, {**welcome, "id": 0})

    def test_joining_again_with_the_same_key_is_answered_as_the_first_time(self):
        key, invite = DeviceKey(), self.server.new_invite()
        first = self.nobody().join(invite.token, "twice", key)
        second = self.nobody().join(invite.token, "twice", key)
        self.assertEqual(first, second)
        self.assertEqual([a["name"] for a in self.server.accounts].count("twice"), 1)

    def test_a_name_that_is_taken_leaves_invite_and_connection_open(self):
        invite, line = self.server.new_invite(), self.nobody()
        for taken in ("ada", "ADA"):
            with self.fails("exists"):
                line.join(invite.token, taken, DeviceKey())
        self.assertEqual(line.join(invite.token, "not-ada", DeviceKey())["account"], "not-ada")
        self.assertEqual(line.call("ping")["type"], "pong")

    def test_names_that_are_none(self):
        for name in ("", ".a", "-a", "_a", "a b", "ä", "a" * 65, "a/b", "a\n", 7, None):
            with self.subTest(name=name), self.fails("bad-request"):
                self.nobody().join(self.server.new_invite().token, name, DeviceKey())
        longest = "a" * 64
        self.assertEqual(self.server.join(longest).name, longest)

    def test_signatures_are_for_this_server_this_connection_and_this_device(self):
        key = self.ada.key
        with self.server.line() as other:
            old_nonce = other.nonce

        def refused(why: str, device: str, certificate: bytes | None = None, nonce: bytes | None = None, signer=key):
            line = self.nobody()
            signature = signer.sign(certificate or line.certificate, nonce or line.nonce)
            with self.subTest(why):
                with self.fails("unauthenticated"):
                    line.call("login", device=device, signature=signature)
                self.assertIsNone(line.ending())

        refused("another server", key.id, certificate=bytes(32))
        refused("another connection", key.id, nonce=old_nonce)
        refused("another key", key.id, signer=DeviceKey())
        unknown = DeviceKey()
        refused("unknown device", unknown.id, signer=unknown)

    def test_a_join_must_be_signed_by_its_own_key(self):
        line, key, invite = self.nobody(), DeviceKey(), self.server.new_invite()
        with self.fails("unauthenticated", "bad-request"):
            line.call(
                "join",
                invite=invite.token,
                name="forged",
                deviceName="x",
                publicKey=key.public_text,
                signature=DeviceKey().sign(line.certificate, line.nonce),
            )
        self.assertNotIn("forged", [a["name"] for a in self.server.accounts])

    def test_broken_logins(self):
        cases = (
            {},
            {"device": "x"},
            {"device": self.ada.key.id, "signature": "not base64!"},
            {"device": self.ada.key.id, "signature": base64.b64encode(b"short").decode()},
            {"token": 7},
            {"token": ""},
            {"token": "lat_" + "A" * 43},
            {"secret": "0" * 64},
        )
        for fields in cases:
            with self.subTest(fields):
                line = self.nobody()
                with self.fails("unauthenticated", "bad-request"):
                    line.call("login", **fields)
                self.assertIsNone(line.ending())

    def test_with_a_token_the_standard_library_is_enough(self):
        token = self.line().call("token.create", name="script")["token"]
        self.assertRegex(token, r"^lat_[\w-]{43}$")
        script = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from line import Line
line = Line("127.0.0.1", {self.server.port}, {self.server.fingerprint!r})
line.hello()
welcome = line.login_token(sys.stdin.read())
assert "device" not in welcome, welcome
line.put("by-token.txt", b"hello")
assert line.get("by-token.txt")[1] == b"hello"
assert "cryptography" not in sys.modules
try:
    import cryptography
except ImportError:
    print("done without", welcome["account"])
"""
        # -S leaves site-packages out: nothing but the standard library can be imported.
        run = subprocess.run(
            [sys.executable, "-I", "-S", "-c", script], input=token, text=True, capture_output=True, timeout=60
        )
        self.assertEqual((run.stdout, run.stderr), ("done without ada\n", ""))


class Messages(ServerCase):
    def test_ping_and_whoami(self):
        line = self.line()
        self.assertEqual(line.call("ping")["type"], "pong")
        answer = line.call("whoami")
        self.assertEqual((answer["type"], answer["account"], answer["role"]), ("welcome", "ada", "member"))
        self.assertEqual(set(answer["grants"]), {"files.read=**", "files.write=**", "chat.rooms=**"})

    def test_unknown_operations_are_unsupported_and_unknown_fields_ignored(self):
        line = self.line()
        for op in ("teleport", "PING", "", "put "):
            with self.subTest(op), self.fails("unsupported"):
                line.call(op)
        self.assertEqual(line.call("ping", colour="blue", op2={"a": [1, None, 2.5]})["type"], "pong")
        self.assertEqual(line.stray(), [])

    def test_an_id_is_not_used_twice(self):
        for again in (10, 9, 0):
            with self.subTest(again):
                line = self.line()
                line.send({"op": "ping", "id": 10})
                self.assertEqual(line.answer(10)[0]["type"], "pong")
                line.send({"op": "ping", "id": again})
                with self.fails("bad-request"):
                    line.answer(again)

    def test_an_id_in_use_is_not_used_again(self):
        line = self.line()
        id, _ = line.begin_put(f"{self.here}/a", 5 * MIB)
        line.send({"op": "ping", "id": id})
        with self.fails("bad-request"):
            line.answer(id)

    def test_ids_up_to_2_to_the_53(self):
        line = self.line()
        for id in (2**31, 2**32, 2**53 - 1):
            line.send({"op": "ping", "id": id})
            self.assertEqual(line.answer(id)[0], {"id": id, "type": "pong"})

    def test_ids_that_are_none(self):
        for id in (-1, 1.5, "7", None, True, [], 2**53, 2**64, 1e300):
            with self.subTest(id=id):
                line = self.line()
                line.send({"op": "ping", "id": id})
                with self.fails("bad-request"):
                    line.answer(id if isinstance(id, int | float) else -7)

    def test_fields_missing_or_of_the_wrong_kind(self):
        line = self.line()
        cases = (
            ("stat", {}),
            ("stat", {"path": 7}),
            ("stat", {"path": ["a"]}),
            ("list", {"path": "", "after": 3}),
            ("get", {"path": "a", "offset": -1}),
            ("get", {"path": "a", "offset": "1"}),
            ("put", {"path": "a", "size": -1}),
            ("put", {"path": "a", "size": "3"}),
            ("put", {"path": "a", "size": 5 * MIB, "ifExists": "perhaps"}),
            ("put", {"path": "a", "size": 5 * MIB, "executable": "yes"}),
            ("put", {"path": "a", "size": 5 * MIB, "mtime": "now"}),
            ("put", {"path": "a", "size": 5 * MIB, "mtime": 0, "mtimeNanos": 10**9}),
            ("put", {"path": "a", "size": 3, "sha256": "abc"}),
            ("put", {"size": 5 * MIB}),
            ("remove", {}),
            ("token.create", {}),
        )
        for op, fields in cases:
            with self.subTest(op=op, **fields), self.fails("bad-request"):
                line.call(op, **fields)
        self.assertEqual(line.stray(), [])

    def test_resume_needs_size_and_mtime(self):
        line = self.line()
        for fields in ({"size": None, "mtime": 1}, {"size": 5 * MIB}):
            with self.subTest(fields), self.fails("bad-request"):
                line.begin_put("a", **{"size": 5 * MIB, "resume": True} | fields)

    def test_no_op_is_a_bad_request(self):
        for head in ({"id": 50}, {"id": 50, "op": 3}, {"op": "ping"}):
            with self.subTest(head):
                line = self.line()
                line.send(head)
                with self.fails("bad-request"):
                    line.answer(50)

    def test_a_body_where_none_belongs(self):
        line = self.line()
        for op, fields in (("ping", {}), ("stat", {"path": ""}), ("put", {"path": "a", "size": 5 * MIB})):
            with self.subTest(op), self.fails("bad-request"):
                line.call(op, b"body", **fields)
        self.assertEqual(line.call("ping")["type"], "pong")

    def test_body_twice_in_a_head(self):
        line = self.line()
        line.send_raw(message(b'{"op":"ping","id":50,"body":1,"body":1}', b"x"))
        self.assertEqual(line.ending(), "bad-request")

    def test_nesting_of_32_is_read_and_of_33_is_not(self):
        def head(depth: int) -> bytes:
            return b'{"op":"ping","id":50,"x":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"

        line = self.line()
        line.send_raw(message(head(32)))
        self.assertEqual(line.answer(50)[0]["type"], "pong")
        line.send_raw(message(head(33).replace(b"50", b"51")))
        self.assertEqual(line.ending(), "bad-request")

    def test_heads_that_are_no_json_object(self):
        heads = (b"[]", b"{}x", b"nonsense", b'"op"', b"{'op':1}", b"\xef\xbb\xbf{}", b'{"op":"\xff"}', b'{"op":"ping","id":50', b"\0\0")
        for head in heads:
            with self.subTest(head):
                line = self.line()
                line.send_raw(message(head))
                self.assertEqual(line.ending(), "bad-request")

    def test_a_head_of_65536_is_read_and_one_of_65537_is_too_large(self):
        line = self.line()
        head = b'{"op":"ping","id":50,"x":"'
        line.send_raw(message(head + b"y" * (65_536 - len(head) - 2) + b'"}'))
        self.assertEqual(line.answer(50)[0]["type"], "pong")
        line.send_raw((65_537).to_bytes(4, "little"))
        self.assertEqual(line.ending(), "too-large")

    def test_any_split_of_the_bytes(self):
        line = self.line()
        bytes_of_two = message({"op": "ping", "id": 50}) + message({"op": "whoami", "id": 51})
        for i in range(len(bytes_of_two)):
            line.send_raw(bytes_of_two[i : i + 1])
        self.assertEqual(line.answer(50)[0]["type"], "pong")
        self.assertEqual(line.answer(51)[0]["type"], "welcome")
        line.send_raw(b"".join(message({"op": "ping", "id": id}) for id in range(60, 160)))
        for id in range(60, 160):
            self.assertEqual(line.answer(id)[0]["type"], "pong")

    def test_requests_interleave(self):
        line = self.line()
        contents = {f"{self.here}/{n}": content_of(n * 3000, n) for n in range(40)}
        big = content_of(3 * MIB)
        id, _ = line.begin_put(f"{self.here}/big", len(big))
        puts = []
        for n, (path, content) in enumerate(contents.items()):
            line.send_data(id, big[n * 65_536 : (n + 1) * 65_536])
            puts.append(line.request("put", content, path=path, size=len(content), sha256=sha256(content)))
            puts.append(line.request("ping"))
        line.send_data(id, big[40 * 65_536 :])
        line.send({"op": "commit", "id": id, "sha256": sha256(big)})
        for put in reversed(puts):
            self.assertIn(line.after_working(put)["type"], ("stored", "pong"))
        self.assertEqual(line.after_working(id)["sha256"], sha256(big))
        gets = [(line.request("get", path=path), content) for path, content in contents.items()]
        for get, content in reversed(gets):
            self.assertEqual(line.finish_get(get)[1], content)
        self.assertEqual(line.stray(), [])

    def test_the_1025th_open_request_is_too_many(self):
        line = self.line(timeout=60)
        # A put that failed after `ready` stays open until the client's last word, and is no transfer any more.
        ids = []
        for n in range(1024):
            id, _ = line.begin_put(f"{self.here}/{n}", 1)
            line.send_data(id, b"too much")
            with self.fails("mismatch"):
                line.after_working(id)
            ids.append(id)
        with self.fails("too-many"):
            line.call("ping")
        for id in ids:
            line.cancel(id)
        self.assertEqual(line.call("ping")["type"], "pong")
        self.assertEqual(line.stray(), [])

    def test_the_65th_open_transfer_is_too_many(self):
        line = self.line()
        ids = [line.request("put", path=f"{self.here}/{n}", size=5 * MIB) for n in range(65)]
        for id in ids[:64]:
            self.assertEqual(line.after_working(id)["type"], "ready")
        with self.fails("too-many"):
            line.after_working(ids[64])
        self.assertEqual(line.call("ping")["type"], "pong")
        for id in ids[:64]:
            line.cancel(id)
            with self.fails("cancelled"):
                line.after_working(id)
        self.assertEqual(line.stray(), [])
        self.assertEqual([entry for entry in line.list() if entry["name"] == self.here], [])


class Put(ServerCase):
    def test_whole(self):
        line = self.line()
        for size in (0, 1, 4096, WHOLE):
            with self.subTest(size):
                path, content = f"{self.here}/a/b/{size}", content_of(size)
                answer = line.put(path, content)
                self.assertEqual(
                    {**answer, "id": 0},
                    {"id": 0, "type": "stored", "path": path, "size": size, "sha256": sha256(content)},
                )
                self.assertEqual((self.server.tree / path).read_bytes(), content)
                self.assertEqual(line.get(path)[1], content)

    def test_in_parts(self):
        line = self.line()
        cases = {
            "larger": (3 * MIB + 17, {}),
            "larger with its hash": (2 * MIB, {"sha256": sha256(content_of(2 * MIB))}),
            "small without its hash": (1000, {}),
            "empty": (0, {}),
            "of unknown size": (2 * MIB + 1, {"size": None}),
        }
        for name, (size, fields) in cases.items():
            with self.subTest(name):
                path, content = f"{self.here}/{name}", content_of(size)
                answer = line.put_in_parts(path, content, **fields)
                self.assertEqual(
                    {**answer, "id": 0},
                    {"id": 0, "type": "stored", "path": path, "size": size, "sha256": sha256(content)},
                )
                self.assertEqual((self.server.tree / path).read_bytes(), content)

    def test_nothing_is_seen_before_commit(self):
        line, path, content = self.line(), f"{self.here}/a", content_of(2 * MIB)
        id, ready = line.begin_put(path, len(content))
        self.assertEqual((ready["offset"], ready["prefixSha256"]), (0, sha256(b"")))
        line.send_data(id, content)
        for op in ("stat", "get"):
            with self.fails("not-found"):
                line.call(op, path=path)
        line.commit(id, sha256(content))
        self.assertEqual(line.get(path)[1], content)

    def test_times_and_the_executable_bit_are_kept(self):
        line = self.line()
        for seconds, nanos, executable in ((1_700_000_000, 123_456_789, True), (-5, 1, False), (0, 0, True)):
            fields = {"mtime": seconds, "mtimeNanos": nanos, "executable": executable}
            for way, put in (("whole", line.put), ("parts", line.put_in_parts)):
                with self.subTest(way, **fields):
                    path = f"{self.here}/{way}{seconds}"
                    put(path, b"content", **fields)
                    disk = (self.server.tree / path).stat()
                    self.assertEqual(disk.st_mtime_ns, seconds * 10**9 + nanos)
                    self.assertEqual(bool(disk.st_mode & 0o100), executable)
                    for head in (line.call("stat", path=path), line.get(path)[0]):
                        self.assertEqual({name: head[name] for name in fields}, fields)

    def test_without_mtime_it_is_the_time_of_storing(self):
        before = time.time()
        self.line().put(f"{self.here}/a", b"x")
        self.assertAlmostEqual((self.on_disk / "a").stat().st_mtime, before, delta=30)

    def test_a_file_that_is_not_what_was_said_is_a_mismatch(self):
        line, content = self.line(), content_of(2 * MIB)
        path = f"{self.here}/a"

        def parts(size: int, sent: bytes, sha: str, **fields) -> None:
            id, _ = line.begin_put(path, size, **fields)
            line.send_data(id, sent)
            line.commit(id, sha)

        wrong = sha256(b"something else")
        with self.subTest("whole, wrong hash"), self.fails("mismatch"):
            line.put(path, b"content", sha256=wrong)
        with self.subTest("whole, wrong size"), self.fails("mismatch", "bad-request"):
            line.put(path, b"content", size=9)
        with self.subTest("wrong hash"), self.fails("mismatch"):
            parts(len(content), content, wrong)
        with self.subTest("not that of the put"), self.fails("mismatch"):
            parts(len(content), content, sha256(content), sha256=wrong)
        with self.subTest("too short"), self.fails("mismatch"):
            parts(len(content), content[:-1], sha256(content[:-1]))
        with self.subTest("too long"), self.fails("mismatch"):
            parts(len(content) - 1, content, sha256(content))
        self.assertEqual(line.stray(), [])
        with self.fails("not-found"):
            line.call("stat", path=path)

    def test_a_mismatch_leaves_the_old_file(self):
        line = self.line()
        line.put(f"{self.here}/a", b"old")
        with self.fails("mismatch"):
            line.put(f"{self.here}/a", b"new", sha256=sha256(b"other"), ifExists="replace")
        self.assertEqual(line.get(f"{self.here}/a")[1], b"old")

    def test_after_an_error_data_is_discarded_until_commit(self):
        line = self.line()
        id, _ = line.begin_put(f"{self.here}/a", 100)
        line.send_data(id, bytes(200))
        with self.fails("mismatch"):
            line.after_working(id)
        line.send_data(id, bytes(3 * MIB))
        line.send({"op": "commit", "id": id, "sha256": sha256(b"")})
        self.assertEqual(line.stray(), [])

    def test_if_exists(self):
        line = self.line()
        for way, put in (("whole", line.put), ("parts", line.put_in_parts)):
            with self.subTest(way):
                path = f"{self.here}/{way}.tar.gz"
                put(path, b"first")
                for fields in ({}, {"ifExists": "fail"}):
                    with self.fails("exists"):
                        put(path, b"second", **fields)
                self.assertEqual(put(path, b"third", ifExists="skip")["type"], "skipped")
                self.assertEqual(line.get(path)[1], b"first")
                kept = put(path, b"fourth", ifExists="keep-both")["path"]
                self.assertEqual(kept, f"{self.here}/{way}.tar (1).gz")
                kept_too = put(path, b"fifth", ifExists="keep-both")["path"]
                self.assertEqual(kept_too, f"{self.here}/{way}.tar (2).gz")
                self.assertEqual([line.get(p)[1] for p in (path, kept, kept_too)], [b"first", b"fourth", b"fifth"])
                self.assertEqual(put(path, b"sixth", ifExists="replace")["path"], path)
                self.assertEqual(line.get(path)[1], b"sixth")
        self.assertEqual(line.stray(), [])

    def test_keep_both_of_names_without_an_ending(self):
        line = self.line()
        for name, kept in (("README", "README (1)"), (".hidden", ".hidden (1)")):
            line.put(f"{self.here}/{name}", b"1")
            self.assertEqual(line.put(f"{self.here}/{name}", b"2", ifExists="keep-both")["path"], f"{self.here}/{kept}")

    def test_fail_holds_until_the_commit(self):
        line, path = self.line(), f"{self.here}/a"
        first, second = content_of(2 * MIB, 1), content_of(2 * MIB, 2)
        ids = [(line.begin_put(path, len(content))[0], content) for content in (first, second)]
        for id, content in ids:
            line.send_data(id, content)
        self.assertEqual(line.commit(ids[0][0], sha256(first))["type"], "stored")
        with self.fails("exists"):
            line.commit(ids[1][0], sha256(second))
        self.assertEqual(line.get(path)[1], first)

    def test_again_writes_nothing_twice(self):
        line, path = self.line(), f"{self.here}/a.txt"
        for way, put, size in (("whole", line.put, 5), ("parts", line.put_in_parts, 2 * MIB)):
            with self.subTest(way):
                first, other = b"1" * size, b"2" * size
                line.put_in_parts(path, first, ifExists="replace")
                inode = (self.server.tree / path).stat().st_ino
                answer = put(path, first, again=True, sha256=sha256(first))
                self.assertEqual((answer["type"], answer["path"]), ("stored", path))
                self.assertEqual((self.server.tree / path).stat().st_ino, inode)
                with self.fails("exists"):
                    put(path, other, again=True, sha256=sha256(other))

    def test_again_finds_a_numbered_sibling(self):
        line = self.line()
        line.put(f"{self.here}/a.txt", b"first")
        for again in (None, True):
            answer = line.put(f"{self.here}/a.txt", b"second", ifExists="keep-both", again=again)
            self.assertEqual((answer["type"], answer["path"]), ("stored", f"{self.here}/a (1).txt"))
        self.assertEqual([e["name"] for e in line.list(self.here)], ["a (1).txt", "a.txt"])

    def test_folders_are_no_place_for_a_file(self):
        line = self.line()
        line.put(f"{self.here}/folder/file", b"x")
        for path in (f"{self.here}/folder", f"{self.here}/folder/", f"{self.here}/new/"):
            for if_exists in ("fail", "replace", "keep-both", "skip"):
                with self.subTest(path=path, ifExists=if_exists), self.fails("wrong-kind"):
                    line.put(path, b"y", ifExists=if_exists)
        self.assertEqual([e["name"] for e in line.list(self.here)], ["folder"])

    def test_cancel(self):
        line = self.line()
        id, _ = line.begin_put(f"{self.here}/a", 5 * MIB)
        line.send_data(id, bytes(MIB))
        line.cancel(id)
        with self.fails("cancelled"):
            line.after_working(id)
        line.cancel(id)
        line.cancel(999_999)
        self.assertEqual(line.stray(), [])
        with self.fails("not-found"):
            line.call("stat", path=f"{self.here}/a")

    def test_data_and_commit_without_a_put(self):
        for head in ({"op": "data"}, {"op": "commit", "sha256": sha256(b"")}):
            with self.subTest(head["op"]):
                line = self.line()
                line.send(head | {"id": 77}, b"x" if head["op"] == "data" else b"")
                with self.fails("bad-request"):
                    line.answer(77)


class Resume(ServerCase):
    """Section 6, put and get: what is kept, for whom, and what is not."""

    content = content_of(4 * MIB)

    def kept(self, path: str, **fields) -> tuple[int, str]:
        """How much the server says it has kept, without touching it."""
        with self.ada.line() as line:
            id, ready = line.begin_put(path, **{"size": len(self.content)} | KEPT | fields)
            line.cancel(id)
            with self.fails("cancelled"):
                line.after_working(id)
            return ready["offset"], ready["prefixSha256"]

    def leave(self, path: str, count: int) -> None:
        """Puts so many bytes and loses the connection."""
        with self.ada.line() as line:
            id, _ = line.begin_put(path, len(self.content), **KEPT)
            line.send_data(id, self.content[:count])
            line.call("ping")
        wait_until(lambda: self.kept(path)[0] == count, f"{count} bytes kept of {path}")

    def test_put_continues_from_what_was_kept(self):
        path = f"{self.here}/a"
        self.leave(path, 3 * MIB)
        self.assertEqual(self.kept(path), (3 * MIB, sha256(self.content[: 3 * MIB])))
        with self.ada.line() as line:
            id, ready = line.begin_put(path, len(self.content), **KEPT)
            self.assertEqual(ready["offset"], 3 * MIB)
            line.send_data(id, self.content[3 * MIB :])
            self.assertEqual(line.commit(id, sha256(self.content))["sha256"], sha256(self.content))
            self.assertEqual(line.get(path)[1], self.content)

    def test_cancel_keeps_and_discard_drops(self):
        path = f"{self.here}/a"
        self.leave(path, MIB)
        line = self.line()
        id, _ = line.begin_put(path, len(self.content), **KEPT)
        line.cancel(id, discard=True)
        with self.fails("cancelled"):
            line.after_working(id)
        self.assertEqual(self.kept(path)[0], 0)

    def test_a_put_without_resume_drops_what_was_kept(self):
        path = f"{self.here}/a"
        self.leave(path, MIB)
        line = self.line()
        id, ready = line.begin_put(path, **{"size": len(self.content)} | KEPT | {"resume": None})
        self.assertEqual(ready["offset"], 0)
        line.cancel(id)
        with self.fails("cancelled"):
            line.after_working(id)
        self.assertEqual(self.kept(path)[0], 0)

    def test_what_was_kept_is_found_by_account_path_size_and_mtime(self):
        path = f"{self.here}/a"
        self.leave(path, MIB)
        self.assertEqual(self.kept(f"{self.here}/b")[0], 0)
        self.assertEqual(self.kept(path, size=len(self.content) + 1)[0], 0)
        self.assertEqual(self.kept(path, mtime=1)[0], 0)
        self.assertEqual(self.kept(path, mtimeNanos=1)[0], 0)
        with self.server.join().line() as other:
            self.assertEqual(other.begin_put(path, len(self.content), **KEPT)[1]["offset"], 0)
        self.assertEqual(self.kept(path)[0], MIB)

    def test_another_file_of_the_same_size_and_time_is_not_continued(self):
        path, other = f"{self.here}/a", content_of(len(self.content), "other")
        self.leave(path, 2 * MIB)
        line = self.line()
        self.assertEqual(line.put_in_parts(path, other, **KEPT)["sha256"], sha256(other))
        self.assertEqual(line.get(path)[1], other)

    def test_a_mismatch_keeps_nothing_to_stumble_over(self):
        path = f"{self.here}/a"
        line = self.line()
        id, _ = line.begin_put(path, len(self.content), **KEPT)
        line.send_data(id, bytes(len(self.content)))
        with self.fails("mismatch"):
            line.commit(id, sha256(self.content))
        self.assertEqual(line.put_in_parts(path, self.content, **KEPT)["sha256"], sha256(self.content))

    def test_the_same_upload_on_another_connection_supersedes(self):
        path, first, second = f"{self.here}/a", self.line(), self.line()
        old, _ = first.begin_put(path, len(self.content), **KEPT)
        first.send_data(old, self.content[:MIB])
        first.call("ping")
        new, ready = second.begin_put(path, len(self.content), **KEPT)
        with self.fails("superseded"):
            first.after_working(old)
        self.assertEqual(sha256(self.content[: ready["offset"]]), ready["prefixSha256"])
        first.send_data(old, bytes(MIB))
        first.cancel(old)
        second.send_data(new, self.content[ready["offset"] :])
        self.assertEqual(second.commit(new, sha256(self.content))["type"], "stored")
        self.assertEqual(first.stray(), [])
        self.assertEqual(first.get(path)[1], self.content)

    def test_64_kept_uploads_and_the_longest_untouched_goes(self):
        account = self.server.join()
        with account.line() as line:
            for n in range(66):
                id, _ = line.begin_put(f"{self.here}/{n}", 2 * MIB, **KEPT)
                line.send_data(id, bytes(1000))
                line.cancel(id)
                with self.fails("cancelled"):
                    line.after_working(id)
            # Looked at from the newest, so that looking drops nothing of what is still to be seen.
            offsets = [line.begin_put(f"{self.here}/{n}", 2 * MIB, **KEPT)[1]["offset"] for n in (65, 64, 2, 0)]
        self.assertEqual(offsets, [1000, 1000, 1000, 0])

    def test_get_from_an_offset(self):
        line, path = self.line(), f"{self.here}/a"
        line.put_in_parts(path, self.content)
        other = content_of(MIB, "other")
        for name, have, offset in (
            ("a beginning", self.content[:MIB], MIB),
            ("one byte", self.content[:1], 1),
            ("all", self.content, len(self.content)),
            ("another file", other, 0),
            ("more than there is", self.content + b"x", 0),
        ):
            with self.subTest(name):
                file, content = line.get(path, have)
                self.assertEqual(file["offset"], offset)
                self.assertEqual(sha256(content), sha256(self.content))

    def test_an_offset_needs_its_hash(self):
        line = self.line()
        line.put(f"{self.here}/a", b"content")
        with self.fails("bad-request"):
            line.call("get", path=f"{self.here}/a", offset=3)


class Reading(ServerCase):
    def test_get_list_and_stat_of_what_is_not_there(self):
        line = self.line()
        line.put(f"{self.here}/file", b"x")
        for op in ("get", "list", "stat", "verify", "remove"):
            for path in (f"{self.here}/nothing", f"{self.here}/no/thing"):
                with self.subTest(op=op, path=path), self.fails("not-found"):
                    line.call(op, path=path)
        for op, path in (("get", self.here), ("get", ""), ("list", f"{self.here}/file"), ("verify", self.here)):
            with self.subTest(op=op, path=path), self.fails("wrong-kind"):
                line.call(op, path=path)

    def test_stat(self):
        line = self.line()
        line.put(f"{self.here}/file", b"abc", mtime=5, mtimeNanos=6, executable=True)
        entry = line.call("stat", path=f"{self.here}/file")
        self.assertEqual(
            {**entry, "id": 0},
            {"id": 0, "type": "entry", "path": f"{self.here}/file", "kind": "file", "size": 3, "mtime": 5,
             "mtimeNanos": 6, "executable": True, "sha256": sha256(b"abc")},
        )
        for path in (self.here, f"{self.here}/", ""):
            with self.subTest(path):
                folder = line.call("stat", path=path)
                self.assertEqual(folder["kind"], "folder")
                self.assertFalse({"size", "executable", "sha256"} & folder.keys())

    def test_list_is_in_byte_order_and_pages(self):
        names = [f"{'x' * 150}{n}" for n in range(9000)] + ["Z", "a", "é", "e\u0301", "😀", "!"]
        for name in names:
            (self.on_disk / name).touch()
        line = self.line()
        found = [entry["name"] for entry in line.list(self.here)]
        self.assertEqual(found, sorted(names, key=os.fsencode))
        head, body = line.answer(line.request("list", path=self.here, after="é"))
        self.assertEqual([e["name"] for e in json.loads(body)], ["😀"])
        self.assertIs(head["more"], False)

    def test_list_entries(self):
        line = self.line()
        line.put(f"{self.here}/file", b"abc", mtime=5, mtimeNanos=6)
        (self.on_disk / "folder").mkdir()
        os.mkfifo(self.on_disk / "pipe")
        file, folder, pipe = line.list(self.here)
        self.assertEqual(
            file, {"name": "file", "kind": "file", "size": 3, "mtime": 5, "mtimeNanos": 6, "executable": False}
        )
        self.assertEqual((folder["name"], folder["kind"], "size" in folder), ("folder", "folder", False))
        self.assertEqual((pipe["name"], pipe["kind"], "size" in pipe), ("pipe", "other", False))

    def test_an_empty_folder(self):
        (self.on_disk / "empty").mkdir()
        self.assertEqual(self.line().list(f"{self.here}/empty"), [])

    def test_names_that_are_none_are_left_out_of_lists(self):
        for name in (b"new\nline", b"\xff\xfe", b"\x7f", b"good"):
            (self.on_disk / os.fsdecode(name)).touch()
        self.assertEqual([entry["name"] for entry in self.line().list(self.here)], ["good"])

    def test_remove(self):
        line = self.line()
        line.put(f"{self.here}/folder/file", b"x")
        with self.fails("not-empty"):
            line.call("remove", path=f"{self.here}/folder")
        self.assertEqual(line.call("remove", path=f"{self.here}/folder/file")["type"], "removed")
        self.assertEqual(line.call("remove", path=f"{self.here}/folder")["type"], "removed")
        with self.fails("not-found"):
            line.call("remove", path=f"{self.here}/folder")
        self.assertEqual(list(self.on_disk.iterdir()), [])

    def test_the_root_stays(self):
        before = snapshot(self.server.tree)
        with self.fails("bad-path", "wrong-kind", "not-empty", "forbidden"):
            self.line().call("remove", path="")
        self.assertEqual(snapshot(self.server.tree), before)

    def test_verify(self):
        line, path = self.line(), f"{self.here}/a"
        stored = line.put(path, b"abc")["sha256"]
        intact = line.call("verify", path=path)
        self.assertEqual(
            {**intact, "id": 0},
            {"id": 0, "type": "verified", "path": path, "size": 3, "sha256": stored, "recorded": stored,
             "verdict": "intact"},
        )
        (self.on_disk / "a").write_bytes(b"abcd")
        changed = line.call("verify", path=path)
        self.assertEqual(
            (changed["verdict"], changed["sha256"], changed["recorded"]), ("changed", sha256(b"abcd"), stored)
        )
        self.assertEqual(line.call("verify", path=path)["verdict"], "intact")
        (self.on_disk / "b").write_bytes(b"by hand")
        new = line.call("verify", path=f"{self.here}/b")
        self.assertEqual((new["verdict"], new["sha256"], "recorded" in new), ("new", sha256(b"by hand"), False))

    def test_a_file_that_changes_while_it_is_read(self):
        with open(self.on_disk / "a", "wb") as file:
            file.truncate(64 * MIB)
        line = self.line(receive_buffer=65_536)
        id = line.request("get", path=f"{self.here}/a")
        self.assertEqual(line.answer(id)[0]["type"], "file")
        with open(self.on_disk / "a", "r+b") as file:
            file.write(b"changed")
        with self.fails("changed"):
            self.drain(line, id)
        self.assertEqual(line.stray(), [])

    def drain(self, line, id: int) -> None:
        while line.answer(id)[0]["type"] == "data":
            pass

    def test_a_file_that_is_replaced_while_it_is_read(self):
        """The old one, whole, or `changed`; never some of each."""
        line, path = self.line(receive_buffer=65_536), f"{self.here}/a"
        old, new = content_of(24 * MIB, "old"), content_of(24 * MIB, "new")
        line.put_in_parts(path, old)
        id = line.request("get", path=path)
        self.line().put_in_parts(path, new, ifExists="replace")
        try:
            self.assertEqual(sha256(line.finish_get(id)[1]), sha256(old))
        except LineError as error:
            self.assertEqual(error.code, "changed")
        self.assertEqual(sha256(line.get(path)[1]), sha256(new))

    def test_cancel_of_a_get(self):
        with open(self.on_disk / "a", "wb") as file:
            file.truncate(64 * MIB)
        line = self.line(receive_buffer=65_536)
        id = line.request("get", path=f"{self.here}/a")
        self.assertEqual(line.answer(id)[0]["type"], "file")
        line.cancel(id)
        with self.fails("cancelled"):
            self.drain(line, id)
        self.assertEqual(line.stray(), [])


class Administration(ServerCase):
    def test_status(self):
        with self.server.admin.line() as line:
            status = line.call("status")
        self.assertEqual(status["listening"], f"127.0.0.1:{self.server.port}")
        self.assertEqual(status["fingerprint"], self.server.fingerprint)
        for name in ("uptime", "connections", "transfers", "freeBytes", "totalBytes"):
            self.assertIsInstance(status[name], int, name)
        self.assertGreaterEqual(status["connections"], 1)
        self.assertIsInstance(status["version"], str)

    def test_only_admins_administer(self):
        guest = self.server.join(role="guest")
        for account in (self.ada, guest):
            line = self.line(account)
            for op, fields in (
                ("status", {}),
                ("accounts", {}),
                ("invite.create", {}),
                ("invite.create", {"role": "guest"}),
                ("account.remove", {"name": "ada"}),
                ("account.remove", {"name": "nobody"}),
            ):
                with self.subTest(role=account.name, op=op), self.fails("forbidden"):
                    line.call(op, **fields)

    def test_accounts(self):
        bert = self.server.join("bert", "guest")
        accounts = {a["name"]: a for a in self.server.accounts}
        found = accounts["bert"]
        self.assertEqual((found["role"], found["devices"]), ("guest", 1))
        self.assertAlmostEqual(found["created"], time.time(), delta=60)
        with bert.line():
            pass
        self.assertEqual(accounts["root"]["role"], "admin")

    def test_invites(self):
        answer = self.server.admin_call("invite.create", role="guest", expiresIn=100)
        self.assertEqual((answer["type"], answer["role"]), ("invite", "guest"))
        self.assertAlmostEqual(answer["expires"], time.time() + 100, delta=30)
        default = self.server.admin_call("invite.create")
        self.assertEqual(default["role"], "member")
        self.assertAlmostEqual(default["expires"], time.time() + 86_400, delta=30)
        with self.fails("bad-request", "not-found"):
            self.server.admin_call("invite.create", role="emperor")

    def test_the_last_admin_stays_over_the_line(self):
        with Server() as server:
            with self.fails("forbidden"):
                server.admin_call("account.remove", name="root")
            server.join("second", role="admin")
            self.assertEqual(server.admin_call("account.remove", name="second")["type"], "removed")
            with self.fails("forbidden"):
                server.admin_call("account.remove", name="root")

    def test_removing_nobody(self):
        with self.fails("not-found"):
            self.server.admin_call("account.remove", name="nobody")

    def test_tokens(self):
        line = self.line()
        made = line.call("token.create", name="backup", role="guest")
        self.assertEqual((made["type"], made["name"], made["role"]), ("token", "backup", "guest"))
        with self.server.line() as script:
            welcome = script.login_token(made["token"])
            self.assertEqual((welcome["account"], welcome["role"]), ("ada", "guest"))
            with self.fails("forbidden"):
                script.put(f"{self.here}/a", b"x")
        with self.fails("exists"):
            line.call("token.create", name="backup")
        listed = [t for t in line.listed("token.list") if t["name"] == "backup"]
        self.assertEqual([(t["account"], t["role"]) for t in listed], [("ada", "guest")])
        self.assertNotIn("token", listed[0])
        self.assertEqual(line.call("token.revoke", name="backup")["type"], "removed")
        with self.fails("unauthenticated"):
            self.nobody().login_token(made["token"])
        with self.fails("not-found"):
            line.call("token.revoke", name="backup")

    def test_a_token_is_never_above_its_maker(self):
        with self.fails("forbidden"):
            self.line().call("token.create", name="up", role="admin")
        guest = self.line(self.server.join(role="guest"))
        with self.fails("forbidden"):
            guest.call("token.create", name="up", role="member")
        self.assertEqual(guest.call("token.create", name="same")["role"], "guest")

    def test_a_token_makes_no_higher_token(self):
        low = self.line().call("token.create", name="low", role="guest")["token"]
        line = self.nobody()
        line.login_token(low)
        # Not even a lower one: it would outlive the token that made it.
        for op, fields in (("token.create", {"name": "heir"}), ("token.revoke", {"name": "low"})):
            with self.subTest(op), self.fails("forbidden"):
                line.call(op, **fields)

    def test_tokens_of_others(self):
        cleo = self.server.join("cleo")
        self.line(cleo).call("token.create", name="hers")
        mine = self.line()
        self.assertNotIn("hers", [t["name"] for t in mine.listed("token.list")])
        with self.fails("not-found", "forbidden"):
            mine.call("token.revoke", name="hers")
        with self.server.admin.line() as admin:
            self.assertIn("hers", [t["name"] for t in admin.listed("token.list")])
        self.assertEqual(
            self.server.admin_call("token.revoke", name="hers", account="cleo")["type"], "removed"
        )

    def test_lists_too_long_for_a_head_are_the_body(self):
        line = self.line(self.server.join())
        for n in range(700):
            line.call("token.create", name=f"{'t' * 55}{n}")
        head, body = line.answer(line.request("token.list"))
        self.assertNotIn("tokens", head)
        self.assertEqual(len(json.loads(body)), 700)


if __name__ == "__main__":
    unittest.main()
