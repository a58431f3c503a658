"""What an operator needs: limits, status, doctor, backup and restore, the service manager, the log."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import unittest
from pathlib import Path

from harness import (
    DONE, MIB, READER_GONE, SOME_FAILED, USAGE, Account, Case, Client, Server, ServerCase, content_of, hash_of, landline,
    remove_tree, scratch_folder, tool, wait_until,
)
from line import Line, LineError, sha256

KIB = 1024
KEPT = {"mtime": 1_700_000_000, "resume": True}


def limit(server: Server, name: str, rate: int) -> dict:
    return server.admin_call("account.limit", name=name, rate=rate)


class Limits(ServerCase):
    """Time is only measured from below: how long something takes at most is the machine's affair."""

    flags = ("--stall-timeout", "2")

    def limited(self, rate: int) -> Account:
        account = self.server.join()
        self.assertEqual(limit(self.server, account.name, rate)["rate"], rate)
        return account

    def took(self, seconds: float, body) -> None:
        began = time.monotonic()
        body()
        self.assertGreaterEqual(time.monotonic() - began, seconds)

    def test_a_put_and_a_get_in_parts(self):
        with self.limited(MIB).line() as line:
            content = content_of(2 * MIB)
            # An eighth of a second's worth comes for nothing.
            self.took(1.8, lambda: line.put_in_parts(self.here, content))
            self.took(1.8, lambda: self.assertEqual(line.get(self.here)[1], content))

    def test_small_files_in_one_message_each(self):
        with self.limited(MIB).line() as line:
            content = content_of(512 * KIB)

            def put_all() -> None:
                ids = [
                    line.request("put", content, path=f"{self.here}/{n}", size=len(content), sha256=sha256(content))
                    for n in range(4)
                ]
                self.assertEqual({line.after_working(id)["type"] for id in ids}, {"stored"})

            def get_all() -> None:
                for id in [line.request("get", path=f"{self.here}/{n}", whole=True) for n in range(5 - 1)]:
                    self.assertEqual(line.after_working(id)["type"], "whole")

            self.took(1.8, put_all)
            # The wait for what is sent comes behind it: the last one is not waited for.
            self.took(1.2, get_all)

    def test_all_connections_of_an_account_share_it(self):
        account = self.limited(MIB)

        def put(number: int) -> None:
            with account.line() as line:
                line.put_in_parts(f"{self.here}/{number}", content_of(MIB, number))

        threads = [threading.Thread(target=put, args=(number,)) for number in range(3)]

        def run() -> None:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        self.took(2.7, run)
        self.assertEqual(len(list((self.server.tree / self.here).iterdir())), 3)

    def test_slower_than_the_stall_timeout_is_not_stalled(self):
        """16 KiB/s, 2 seconds: one message of the put takes 8 of them, and the server says that it is alive."""
        with self.limited(16 * KIB).line() as line:
            content = content_of(96 * KIB)
            id, _ = line.begin_put(self.here, len(content))
            line.send_data(id, content)
            line.send({"op": "commit", "id": id, "sha256": sha256(content)})
            types = []
            while not types or types[-1] == "working":
                types.append(line.answer(id)[0]["type"])
            self.assertEqual(types[-1], "stored")
            self.assertGreaterEqual(types.count("working"), 2)
            self.assertEqual(line.get(self.here)[1], content)

    def test_a_limit_that_is_taken_away_counts_at_once(self):
        account = self.limited(KIB)
        content = content_of(4 * MIB)  # an hour's worth
        with account.line() as line, account.line() as other:
            id, _ = line.begin_put(self.here, len(content))
            line.send_data(id, content[:MIB])
            limit(self.server, account.name, 0)
            line.send_data(id, content[MIB:])
            line.commit(id, sha256(content))
            limit(self.server, account.name, KIB)
            get = other.request("get", path=self.here)
            self.assertEqual(other.after_working(get)["type"], "file")
            limit(self.server, account.name, 0)
            data = bytearray()
            while (answer := other.answer(get))[0]["type"] != "end":
                data += answer[1]
            self.assertEqual(sha256(data), sha256(content))

    def test_a_put_that_waits_can_be_cancelled_and_is_kept(self):
        account = self.limited(KIB)
        content = content_of(2 * MIB)
        with account.line() as line:
            id, _ = line.begin_put(self.here, len(content), **KEPT)
            line.send_data(id, content[:MIB])
            line.cancel(id)
            with self.fails("cancelled"):
                line.after_working(id)
            limit(self.server, account.name, 0)
            id, ready = line.begin_put(self.here, len(content), **KEPT)
            self.assertGreater(ready["offset"], 0)
            line.cancel(id, discard=True)

    def test_the_command_waits_and_ends_well(self):
        with self.server.client() as client:
            name = client.run("whoami", "--json").objects[0]["account"]
            limit(self.server, name, MIB)
            for number in range(3):
                client.make(f"{number}", content_of(512 * KIB, number))
            self.assert_done(client.run("put", "0", "1", "2", f":{self.here}/"))
            self.assert_done(client.run("get", *[f"{self.here}/{n}" for n in range(3)], "-o", f"{client.files}/back/"))
            for number in range(3):
                self.assert_content(client.files / f"back/{number}", content_of(512 * KIB, number))

    def test_it_is_kept_and_shown(self):
        with Server() as server:
            ada = server.join("Ada")
            self.assertEqual(limit(server, "ada", 5_000)["name"], "Ada")
            shown = {account["name"]: account.get("rate") for account in server.accounts}
            self.assertEqual(shown, {"root": None, "Ada": 5_000})
            server.signal(signal.SIGTERM)
            server.wait()
            server.restart()
            self.assertEqual(next(a for a in server.accounts if a["name"] == "Ada")["rate"], 5_000)
            with ada.line() as line:
                # 20 KB at 5 KB a second, of which 4 KiB come for nothing.
                self.took(2.5, lambda: line.put_in_parts("a", content_of(20_000)))

    def test_what_is_refused(self):
        member = self.server.join()
        with member.line() as line, self.fails("forbidden"):
            line.call("account.limit", name=member.name, rate=0)
        with self.server.admin.line() as line:
            with self.fails("not-found"):
                line.call("account.limit", name="nobody", rate=2_000)
            for rate in (-1, 1, 1_023, 1 << 60):
                with self.subTest(rate), self.fails("bad-request"):
                    line.call("account.limit", name=member.name, rate=rate)
            with self.fails("bad-request"):
                line.call("account.limit", name=member.name)

    def test_everybodys_limit(self):
        with Server("--limit-rate", "1M") as server:
            with server.join("ada").line() as line:
                self.took(1.8, lambda: line.put_in_parts("a", content_of(2 * MIB)))
            limit(server, "ada", 100 * MIB)
            with self.nobody_limited(server) as line:
                line.put_in_parts("b", content_of(20 * MIB))
            self.assertTrue((server.tree / "b").exists())

    @contextlib.contextmanager
    def nobody_limited(self, server: Server):
        """The control socket, which no limit concerns: 20 MiB would take 20 seconds, and its deadline is 10."""
        secret = (server.private / "control.secret").read_text().strip()
        with Line.unix(f"/proc/self/fd/{os.open(server.private, os.O_RDONLY)}/control.sock", timeout=10) as line:
            line.hello()
            line.login_secret(secret)
            yield line


class Space(Case):
    def server(self, *flags: str) -> Server:
        return self.enterContext(Server(*flags))

    def assert_no_space(self, line: Line, *words: str, **put) -> None:
        with self.fails("no-space") as caught:
            line.begin_put("refused", **put)
        for word in words:
            self.assertIn(word, caught.exception.message)

    def test_files_and_running_uploads_together_have_a_bound(self):
        server = self.server("--max-use", "8M")
        with server.join().line() as line, server.join().line() as other:
            line.put_in_parts("a", content_of(3 * MIB))
            # Ten at once cannot overshoot: what they will have counts from the beginning.
            id, _ = other.begin_put("b", 4 * MIB)
            self.assert_no_space(line, "--max-use", "8.0 MiB", "3.0 MiB", "4.0 MiB promised", size=2 * MIB)
            with self.fails("no-space"):
                line.put("c", content_of(MIB) + b"")
                line.put("d", content_of(MIB))
            other.cancel(id)
            with self.fails("cancelled"):
                other.after_working(id)
            line.call("remove", path="c")
            line.put_in_parts("e", content_of(5 * MIB))
            self.assert_no_space(line, size=1)
            # Looking, fetching and removing need none.
            line.get("e")
            line.call("remove", path="a")
            line.put_in_parts("f", content_of(3 * MIB))

    def test_an_upload_of_unknown_size_ends_at_the_bound(self):
        server = self.server("--max-use", "8M")
        with server.join().line() as line:
            id, _ = line.begin_put("a", None)
            with self.fails("no-space"):
                line.send_data(id, content_of(12 * MIB))
                line.send({"op": "commit", "id": id, "sha256": "0" * 64})
                line.after_working(id)
            self.assertFalse((server.tree / "a").exists())
            line.put_in_parts("b", content_of(8 * MIB))

    def test_what_people_do_by_hand_is_noticed(self):
        server = self.server("--max-use", "8M")
        with server.join().line() as line:
            line.put_in_parts("a", content_of(6 * MIB))
            (server.tree / "a").unlink()

            def fits() -> bool:
                try:
                    line.put_in_parts("b", content_of(6 * MIB))
                    return True
                except LineError as error:
                    self.assertEqual(error.code, "no-space")
                    return False

            # The refusal itself asks for a new count.
            wait_until(fits, "the server counts again", timeout=60)

    def test_what_was_there_before_the_start_counts(self):
        data = scratch_folder() / "data"
        self.addCleanup(remove_tree, data.parent)
        (data / "files/deep/down").mkdir(parents=True)
        (data / "files/deep/down/old").write_bytes(bytes(7 * MIB))
        with Server("--max-use", "8M", data=data) as server, server.join().line() as line:
            self.assert_no_space(line, "--max-use", size=2 * MIB)
            line.put("a", content_of(MIB))

    def test_the_reserve_stays_free(self):
        free = os.statvfs("/dev/shm").f_bavail * os.statvfs("/dev/shm").f_frsize
        server = self.server("--keep-free", str(free + (1 << 30)))
        with server.join().line() as line:
            self.assert_no_space(line, "are free", "stay so", "--keep-free", size=MIB)
            self.assert_no_space(line, size=MIB, **KEPT)
            id, _ = line.begin_put("unknown", None)
            with self.fails("no-space"):
                line.send_data(id, b"x")
                line.send({"op": "commit", "id": id, "sha256": sha256(b"x")})
                line.after_working(id)
            line.put("empty", b"")
            line.call("remove", path="empty")

    def test_the_command_says_it_in_a_sentence(self):
        server = self.server("--max-use", "1M")
        with server.client() as client:
            client.make("a", content_of(2 * MIB))
            result = self.assert_exit(client.run("put", "a"), SOME_FAILED)
            self.assertRegex(result.err, r"a: .*may have 1\.0 MiB in all.*--max-use")


class Status(ServerCase):
    def status(self, account: Account | None = None) -> tuple[dict, list[dict]]:
        with (account or self.server.admin).line() as line:
            head, body = line.answer(line.request("status"))
            return head, json.loads(body)

    def test_connections_with_their_transfers(self):
        account = self.server.join()
        limit(self.server, account.name, 64 * KIB)
        with account.line() as putting, account.line() as getting:
            putting.put_in_parts(f"{self.here}/b", content_of(64 * KIB))
            put, _ = putting.begin_put(f"{self.here}/a", 10 * MIB)
            putting.send_data(put, content_of(MIB))
            get = getting.request("get", path=f"{self.here}/b")
            self.assertEqual(getting.after_working(get)["type"], "file")

            def ours() -> list[dict]:
                found = [one for one in self.status()[1] if one["account"] == account.name]
                return found if all(one["transfers"] and one["transfers"][0]["done"] for one in found) else []

            first, second = sorted(wait_until(ours, "both transfers move"), key=lambda one: one["transfers"][0]["op"])
            self.assertEqual({first["device"], second["device"]}, {account.key.id})
            self.assertEqual({first["peer"], second["peer"]}, {"127.0.0.1"})
            self.assertLess(abs(first["since"] - time.time()), 60)
            get_shown, put_shown = first["transfers"][0], second["transfers"][0]
            self.assertEqual((get_shown["op"], get_shown["path"], get_shown["size"]), ("get", f"{self.here}/b", 64 * KIB))
            self.assertEqual((put_shown["op"], put_shown["path"], put_shown["size"]), ("put", f"{self.here}/a", 10 * MIB))
            self.assertGreaterEqual(second["received"], put_shown["done"])
            self.assertGreaterEqual(first["sent"], get_shown["done"])
            putting.cancel(put, discard=True)

    def test_bytes_and_rates(self):
        before = self.status()[0]
        content = content_of(3 * MIB)
        with self.line() as line:
            line.put_in_parts(self.here, content)
            line.put(self.here + " small", b"12345")
            line.get(self.here)
            after, connections = self.status()
            mine = next(one for one in connections if one["account"] == "ada")
            self.assertEqual(mine["received"], len(content) + 5)
            self.assertEqual(mine["sent"], len(content))
            self.assertEqual(mine["transfers"], [])
            self.assertGreaterEqual(after["received"] - before["received"], len(content) + 5)
            self.assertGreaterEqual(after["sent"] - before["sent"], len(content))
            # Over the last seconds: there now, and gone after a while.
            wait_until(lambda: self.status()[0]["receiveRate"] > 0, "a rate is shown")
            wait_until(lambda: self.status()[0]["receiveRate"] == 0, "the rate fades", timeout=30)

    def test_is_for_admins(self):
        with self.line() as line, self.fails("forbidden"):
            line.call("status")

    def test_who_has_not_logged_in_is_counted_and_not_named(self):
        with self.server.line():
            head, connections = self.status()
            self.assertGreater(head["connections"], len(connections))

    def test_the_command(self):
        with self.line():
            shown = self.assert_done(landline("status", "--data", self.server.data)).out
            for text in (self.server.fingerprint, "account", "ada", "127.0.0.1", "local", "received", "free of"):
                self.assertIn(text, shown)
            (found,) = self.assert_done(landline("status", "--data", self.server.data, "--json")).objects
            self.assertEqual(found["fingerprint"], self.server.fingerprint)
            self.assertIn("ada", [client["account"] for client in found["clients"]])

    def test_watching(self):
        client = self.enterContext(Client())
        watching = client.start("status", "--data", self.server.data, "--watch", "--json")
        lines = [json.loads(watching.process.stdout.readline()) for _ in range(2)]
        self.assertEqual({line["fingerprint"] for line in lines}, {self.server.fingerprint})
        self.assertGreaterEqual(lines[1]["uptime"], lines[0]["uptime"] + 1)
        watching.signal(signal.SIGINT)
        self.assertEqual(watching.process.wait(20), 130)

    def test_watching_ends_with_its_reader(self):
        for more in ((), ("--json",)):
            with self.subTest(more):
                client = self.enterContext(Client())
                watching = client.start("status", "--data", self.server.data, "--watch", *more)
                self.assertTrue(watching.process.stdout.readline())
                watching.process.stdout.close()
                self.assertEqual(watching.process.wait(20), READER_GONE)
                self.assertEqual(watching.process.stderr.read(), b"")


class Doctor(Case):
    def findings(self, *arguments, code: int = DONE, **options) -> dict[str, list[dict]]:
        """What it found, by what was looked at."""
        result = self.assert_exit(landline("doctor", *arguments, "--json", **options), code)
        found: dict[str, list[dict]] = {}
        for one in result.objects:
            self.assertIn(one["level"], ("ok", "warning", "error"))
            found.setdefault(one["check"], []).append(one)
        self.assertEqual(any(one["level"] == "error" for some in found.values() for one in some), code != DONE)
        return found

    def error(self, findings: dict[str, list[dict]], check: str) -> str:
        (found,) = [one for one in findings[check] if one["level"] == "error"]
        return found["message"]

    def test_a_server_that_runs_and_one_that_does_not(self):
        with Server() as server:
            server.join()
            running = self.findings("--data", server.data, env={"LANDLINE_KEEP_FREE": "1M"})
            for check in ("data folder", "disk", "inodes", "file system", "layout", "kernel", "database", "certificate"):
                self.assertIn(check, running)
            for check in ("descriptors", "memory", "uploads", "clock", "server"):
                self.assertIn(check, running)
            self.assertRegex(running["server"][0]["message"], rf"listens on 127\.0\.0\.1:{server.port}")
            self.assertRegex(running["server"][0]["message"], r"has (1 connection|\d\d? connections)$")
            self.assertNotIn("1 connections", running["server"][0]["message"])
            self.assertIn(server.fingerprint, running["certificate"][0]["message"])
            plain = self.assert_done(landline("doctor", "--data", server.data, env={"LANDLINE_KEEP_FREE": "1M"}))
            self.assertRegex(plain.out, r"(?m)^ok +database +whole")
            server.signal(signal.SIGTERM)
            server.wait()
            env = {"LANDLINE_LISTEN": "127.0.0.1:0", "LANDLINE_KEEP_FREE": "1M"}
            stopped = self.findings("--data", server.data, env=env)
            self.assertIn("none runs", stopped["server"][0]["message"])

    def test_what_is_wrong_with_a_folder(self):
        with Server() as server:
            server.signal(signal.SIGTERM)
            server.wait()
            env = {"LANDLINE_LISTEN": "127.0.0.1:0", "LANDLINE_KEEP_FREE": "1M"}
            (server.private / "identity.pem").chmod(0o644)
            message = self.error(self.findings("--data", server.data, code=SOME_FAILED, env=env), "data folder")
            self.assertIn("chmod 600", message)
            (server.private / "identity.pem").chmod(0o600)
            key = (server.private / "identity.pem").read_bytes()
            (server.private / "identity.pem").write_bytes(key[:100])
            message = self.error(self.findings("--data", server.data, code=SOME_FAILED, env=env), "certificate")
            self.assertIn("identity.pem", message)
            (server.private / "identity.pem").write_bytes(key)
            database = server.database.read_bytes()
            server.database.write_bytes(database[:4096] + bytes(len(database) - 4096))
            message = self.error(self.findings("--data", server.data, code=SOME_FAILED, env=env), "database")
            self.assertIn("backup", message)
            server.database.write_bytes(database)
            self.findings("--data", server.data, env=env)

    def test_bounds_that_are_reached(self):
        with Server() as server:
            findings = self.findings("--data", server.data, code=SOME_FAILED, env={"LANDLINE_KEEP_FREE": "8000P"})
            self.assertIn("nothing more can be stored", self.error(findings, "disk"))
            (server.tree / "a").write_bytes(bytes(2000))
            env = {"LANDLINE_MAX_USE": "1K", "LANDLINE_KEEP_FREE": "1M"}
            self.assertIn("--max-use", self.error(self.findings("--data", server.data, code=SOME_FAILED, env=env), "use"))

    def test_more_connections_than_there_are_descriptors_for(self):
        with Server() as server:
            env = {"LANDLINE_KEEP_FREE": "1M", "LANDLINE_MAX_CONNECTIONS": "1000000"}
            (found,) = self.findings("--data", server.data, env=env)["descriptors"]
            self.assertEqual(found["level"], "warning")
            self.assertIn("not for 1000000 (--max-connections)", found["message"])

    def test_a_folder_that_is_none(self):
        empty = scratch_folder()
        self.addCleanup(remove_tree, empty)
        for data in (empty, empty / "nothing"):
            findings = self.findings("--data", data, code=SOME_FAILED, env={"LANDLINE_LISTEN": "127.0.0.1:0"})
            self.assertIn(str(data), self.error(findings, "data folder"))

    def test_a_port_that_is_taken(self):
        with Server() as server, socket.create_server(("127.0.0.1", 0)) as other:
            server.signal(signal.SIGTERM)
            server.wait()
            env = {"LANDLINE_LISTEN": f"127.0.0.1:{other.getsockname()[1]}", "LANDLINE_KEEP_FREE": "1M"}
            findings = self.findings("--data", server.data, code=SOME_FAILED, env=env)
            self.assertIn("in use", self.error(findings, "server"))

    def test_an_authoritys_certificate(self):
        folder = scratch_folder()
        self.addCleanup(remove_tree, folder)
        openssl = tool("openssl", "openssl")

        def make(name: str, subject: str, days: int, *more: str) -> None:
            subprocess.run(
                [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                 str(days), "-subj", f"/CN={subject}", "-addext", f"subjectAltName=DNS:{subject}", "-keyout",
                 folder / f"{name}.key", "-out", folder / f"{name}.pem", *more],
                check=True, capture_output=True,
            )

        make("long", "files.example.com", 300)
        make("short", "files.example.com", 5)
        with Server() as server:

            def look(certificate: str, key: str, code: int = DONE, **env: str) -> dict[str, list[dict]]:
                settings = {
                    "LANDLINE_CERTIFICATE": str(folder / f"{certificate}.pem"), "LANDLINE_KEEP_FREE": "1M",
                    "LANDLINE_PRIVATE_KEY": str(folder / f"{key}.key"), "LANDLINE_ADVERTISE": "files.example.com",
                }
                return self.findings("--data", server.data, code=code, env=settings | env)

            good = look("long", "long")["certificate"]
            self.assertRegex(good[0]["message"], r"good for another (299|300) days")
            # The running server shows its own still.
            self.assertEqual([one["level"] for one in good], ["ok", "ok", "warning"])
            self.assertIn("restart", good[2]["message"])
            self.assertEqual(look("short", "short")["certificate"][0]["level"], "warning")
            self.assertIn("key", self.error(look("long", "short", SOME_FAILED), "certificate"))
            other = look("long", "long", LANDLINE_ADVERTISE="other.example.com")["certificate"]
            self.assertIn("other.example.com", " ".join(one["message"] for one in other if one["level"] == "warning"))
            (folder / "long.pem").write_bytes((folder / "long.pem").read_bytes() + (folder / "short.pem").read_bytes())
            self.assertIn("not signed", self.error(look("long", "long", SOME_FAILED), "certificate"))

    def test_settings_from_a_file(self):
        with Server() as server:
            settings = server.folder / "settings.json"
            settings.write_text(json.dumps({"data": str(server.data), "keep-free": "8000P"}))
            findings = self.findings("--config", settings, code=SOME_FAILED)
            self.assertIn("(--keep-free)", self.error(findings, "disk"))

    def test_the_clients_side(self):
        with Server() as server, self.new_client() as client:
            self.assertEqual(client.run("doctor").code, DONE)
            self.assert_done(client.join(server.new_invite(), "ada"))
            result = self.assert_done(client.run("doctor"))
            self.assertRegex(result.out, r"(?m)^ok +s +.*knows us as ada \(member\)")
            record = client.config / "landline/servers/s.json"
            record.chmod(0o644)
            self.assertIn("chmod 600", self.assert_exit(client.run("doctor"), SOME_FAILED).out)
            record.chmod(0o600)
            text = record.read_text()
            wrong = "0" * 64
            record.write_text(text.replace(server.fingerprint, wrong))
            self.assertIn(wrong, self.assert_exit(client.run("doctor"), SOME_FAILED).out)
            record.write_text(text)
            server.admin_call("account.remove", name="ada")
            self.assertIn("not known", self.assert_exit(client.run("doctor"), SOME_FAILED).out)
            server.kill()
            result = self.assert_exit(client.run("doctor", "--json"), SOME_FAILED)
            (found,) = [one for one in result.objects if one["check"] == "s"]
            self.assertEqual(found["level"], "error")


class Backup(Case):
    def run_backup(self, server: Server, target: Path, *more: str) -> Path:
        result = self.assert_done(landline("backup", "--data", server.data, target, *more, "--json"))
        (found,) = result.objects
        self.assertEqual(found["event"], "backed-up")
        path = Path(found["file"])
        self.assertEqual(path.stat().st_size, found["size"])
        self.assert_mode(path, 0o600)
        return path

    def test_backup_under_load_and_restore(self):
        """The steps of docs/OPERATIONS.md."""
        with Server() as server, server.client() as client:
            ada = server.join("ada")
            token = client.run("token", "create", "script").out.strip()
            stop = threading.Event()
            stored: list[int] = []

            def load() -> None:
                with ada.line() as line:
                    while not stop.is_set():
                        line.put(f"load/{len(stored)}", content_of(1000, len(stored)))
                        stored.append(0)

            thread = threading.Thread(target=load)
            thread.start()
            try:
                wait_until(lambda: len(stored) > 20, "files are being stored")
                backups = server.folder / "backups"
                backups.mkdir()
                # First the files, then the database.
                shutil.copytree(server.tree, backups / "files")
                archives = [self.run_backup(server, backups / f"{n}.tar") for n in range(5)]
                during = len(stored)
                wait_until(lambda: len(stored) > during, "files are still being stored")
            finally:
                stop.set()
                thread.join()
            server.kill()

            shutil.rmtree(server.data)
            server.private.mkdir(parents=True, mode=0o700)
            subprocess.run([tool("tar", "tar"), "xpf", archives[-1], "-C", server.private], check=True)
            shutil.copytree(backups / "files", server.tree)
            self.assert_done(
                landline("doctor", "--data", server.data, env={"LANDLINE_LISTEN": "127.0.0.1:0", "LANDLINE_KEEP_FREE": "1M"})
            )
            server.restart()

            # The client pins the fingerprint of before.
            self.assertEqual(client.run("whoami", "--json").objects[0]["role"], "member")
            with ada.line() as line:
                self.assertEqual(line.get("load/0")[1], content_of(1000, 0))
                self.assertEqual(line.call("verify", path="load/0")["verdict"], "intact")
                line.put("new", b"again")
            with server.line() as line:
                line.login_token(token)
            self.assertEqual({account["name"] for account in server.accounts}, {"root", "ada", "person1"})

    def test_a_folder_and_a_name_that_is_taken(self):
        with Server() as server:
            backups = server.folder / "backups"
            backups.mkdir()
            path = self.run_backup(server, backups)
            self.assertRegex(path.name, r"^landline-\d{8}-\d{6}\.tar$")
            self.assertEqual(list(backups.iterdir()), [path])
            before = path.read_bytes()
            result = self.assert_exit(landline("backup", "--data", server.data, path), SOME_FAILED)
            self.assertIn("--replace", result.err)
            self.assertEqual(path.read_bytes(), before)
            self.run_backup(server, path, "--replace")

    def test_a_folder_that_is_made_and_two_in_a_second(self):
        with Server() as server:
            paths = [self.run_backup(server, f"{server.folder}/backups/") for _ in range(3)]
            self.assertEqual(len(set(paths)), 3)
            for path in paths:
                self.assertRegex(str(path), rf"^{server.folder}/backups/landline-\d{{8}}-\d{{6}}(-\d)?\.tar$")
            self.assert_mode(server.folder / "backups", 0o700)

    def test_a_secret_does_not_go_to_standard_output(self):
        with Server() as server, self.new_client() as client:
            result = self.assert_exit(client.run("backup", "--data", server.data, "-"), SOME_FAILED)
            self.assertIn("'./-'", result.err)
            self.assertEqual(list(client.files.iterdir()), [])
            self.assert_done(client.run("backup", "--data", server.data, "./-"))
            self.assertEqual([file.name for file in client.files.iterdir()], ["-"])

    def test_of_a_server_that_does_not_run(self):
        with Server() as server:
            server.join("ada")
            server.signal(signal.SIGTERM)
            server.wait()
            path = self.run_backup(server, server.folder / "b.tar")
            subprocess.run([tool("tar", "tar"), "xf", path, "-C", server.folder], check=True)
            with contextlib.closing(sqlite3.connect(server.folder / "landline.sqlite")) as database:
                names = {row[0] for row in database.execute("SELECT name FROM accounts")}
            self.assertEqual(names, {"root", "ada"})
            self.assertEqual((server.folder / "identity.pem").read_bytes(), (server.private / "identity.pem").read_bytes())

    def test_killed_at_any_point_it_leaves_nothing_by_that_name_or_all_of_it(self):
        with Server() as server, self.new_client() as client:
            server.join()
            server.signal(signal.SIGTERM)
            server.wait()
            with server.open_database() as database:
                rows = ((f"f{n}".encode(), os.urandom(32)) for n in range(20_000))
                database.executemany("INSERT INTO files VALUES (?, 1, 1, 1, 1, 1, 1, 1, ?, 1, 1)", rows)
            backups = server.folder / "backups"
            backups.mkdir()
            path = backups / "b.tar"
            ended = 0
            for number in range(20):
                backup = client.start("backup", "--data", server.data, path)
                # From before its first write to behind its last.
                wait_until(lambda: backup.ended or self.progress(backups) >= number * 4, "it writes", timeout=20)
                backup.process.kill()
                backup.process.wait()
                if path.exists():
                    ended += 1
                    listed = subprocess.run([tool("tar", "tar"), "tf", path], capture_output=True, text=True)
                    self.assertEqual(listed.stdout.split(), ["landline.sqlite", "identity.pem"], listed.stderr)
                    path.unlink()
            self.assertLess(ended, 20, "some were killed in time")
            self.run_backup(server, path)
            self.assertEqual(list(backups.iterdir()), [path])

    @staticmethod
    def progress(folder: Path) -> int:
        """How much there is of an unfinished backup, in 64ths of a mebibyte."""
        sizes = 0
        for file in folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                sizes += file.stat().st_size
        return sizes // (16 * KIB)

    def test_what_is_missing(self):
        with Server() as server:
            for target in ("nothing/b.tar", "nothing/below/"):
                target = f"{server.folder}/{target}"
                result = self.assert_exit(landline("backup", "--data", server.data, target), SOME_FAILED)
                self.assertIn("there is no folder", result.err)
            result = self.assert_exit(landline("backup", "--data", server.folder / "no", server.folder), SOME_FAILED)
            self.assertIn(str(server.folder / "no"), result.err)
            self.assert_exit(landline("backup", "--data", server.data), USAGE)

    def test_a_full_disk(self):
        with Server() as server:
            limited = ["sh", "-c", 'ulimit -f 4; trap "" XFSZ; exec "$@"', "sh"]
            from harness import BINARY, environment

            run = subprocess.run(
                [*limited, BINARY, "backup", "--data", server.data, server.folder / "b.tar"],
                env=environment(HOME=str(server.folder)), capture_output=True, text=True, timeout=60,
            )
            self.assertEqual(run.returncode, SOME_FAILED, run.stderr)
            self.assertFalse((server.folder / "b.tar").exists())
            self.assertFalse([name for name in os.listdir(server.folder) if name.startswith(".landline-backup")])


class Notify(Case):
    """sd_notify, without systemd."""

    def told(self, address: str | bytes, value: str) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(address)
            listener.settimeout(30)
            with Server(env={"NOTIFY_SOCKET": value}) as server:
                ready = dict(line.split("=", 1) for line in listener.recv(4096).decode().splitlines())
                self.assertEqual(ready["READY"], "1")
                self.assertIn(str(server.port), ready["STATUS"])
                with server.line():
                    pass
                server.signal(signal.SIGTERM)
                self.assertEqual(listener.recv(4096), b"STOPPING=1")
                self.assertEqual(server.wait(), 0)

    def test_a_socket_with_a_path(self):
        folder = scratch_folder()
        self.addCleanup(remove_tree, folder)
        self.told(str(folder / "notify"), str(folder / "notify"))

    def test_a_socket_of_the_abstract_namespace(self):
        name = f"landline-{os.getpid()}-{time.monotonic_ns()}"
        self.told(b"\0" + name.encode(), "@" + name)

    def test_an_address_that_leads_nowhere_does_no_harm(self):
        for value in ("/nowhere/at/all", "", "@", "vsock:2:1", "/" + "x" * 200):
            with self.subTest(value), Server(env={"NOTIFY_SOCKET": value}) as server, server.line():
                pass

    def test_the_unit_is_what_it_says(self):
        unit = (Path(__file__).resolve().parents[2] / "share/systemd/landline.service").read_text()
        settings = dict(re.findall(r"(?m)^(\w+)=(.*)$", unit))
        self.assertEqual(settings["Type"], "notify")
        # These two take openat2 away, without which the server does not start.
        self.assertNotIn("RestrictSUIDSGID", settings)
        self.assertNotIn("DynamicUser", settings)
        command = settings["ExecStart"].split()[1:]
        with Server() as server:
            data = command[command.index("--data") + 1]
            self.assertEqual(data, f"/var/lib/{settings['StateDirectory']}")
            self.assertEqual(command[0], "serve")
            self.assertTrue(server.pid)


class Log(Case):
    LINE = re.compile(r'^time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=(\w+) message=("(?:[^"\\]|\\.)*"|\S+)((?: [\w.-]+=("(?:[^"\\]|\\.)*"|\S+))*)$')

    def parsed(self, log: str) -> list[dict[str, str]]:
        lines = []
        for line in log.splitlines():
            self.assertRegex(line, self.LINE)
            pairs = re.findall(r'([\w.-]+)=("(?:[^"\\]|\\.)*"|\S+)', line)
            lines.append({key: json.loads(value) if value[0] == '"' else value for key, value in pairs})
        return lines

    def session(self, server: Server) -> list[str]:
        """A bit of everything; the secrets that were used."""
        secrets = [server.invite.token, (server.private / "control.secret").read_text().strip()]
        secrets += (server.private / "identity.pem").read_text().split("-----")
        invite = server.new_invite()
        secrets.append(invite.token)
        ada = Account(server, "ada", __import__("line").DeviceKey())
        with server.line() as line:
            line.join(invite.token, "ada", ada.key)
        with server.line() as line:
            secrets.append(ada.key.sign(line.certificate, line.nonce))
            line.login_device(ada.key)
            secrets.append(line.call("token.create", name="script")["token"])
            line.put("new\u2028line \u202eturned", b"content")
            line.put_in_parts("a", content_of(2 * MIB))
            line.get("a")
            line.call("move", path="a", to="b")
            line.call("mkdir", path="folder")
            line.call("remove", path="b")
        with server.line() as line:
            line.login_token(secrets[-1])
        for wrong in ("lat_" + "A" * 43, 'x" level=error message="I was here\n'):
            secrets.append(wrong)
            with server.line() as line, self.fails("unauthenticated"):
                line.login_token(wrong)
        with server.line() as line, self.fails("unauthenticated"):
            secrets.append("B" * 43)
            line.join("B" * 43, "mallory", ada.key)
        self.assert_done(landline("accounts", "--data", server.data))
        server.admin_call("account.limit", name="ada", rate=1 << 20)
        server.admin_call("account.remove", name="ada")
        return [secret for secret in secrets if len(secret.strip()) > 8 and not secret.strip().startswith(("BEGIN", "END"))]

    def test_a_whole_session_at_the_finest_level_tells_no_secret(self):
        for form in ("logfmt", "json"):
            with self.subTest(form), Server("--log-level", "trace", "--log-format", form) as server:
                secrets = self.session(server)
                server.signal(signal.SIGTERM)
                server.wait()
                log = server.log()
                self.assertGreater(len(log.splitlines()), 20)
                for secret in secrets:
                    for part in secret.strip().splitlines():
                        self.assertNotIn(part, log)

    def test_lines_and_levels(self):
        with Server("--log-level", "info") as server:
            self.session(server)
            server.signal(signal.SIGTERM)
            server.wait()
            lines = self.parsed(server.log())
            levels = {(line["message"], line["level"]) for line in lines}
            for expected in (
                ("listening", "notice"), ("login", "info"), ("logout", "info"), ("joined", "notice"), ("stored", "info"),
                ("fetched", "info"), ("moved", "info"), ("made folder", "info"), ("removed", "info"),
                ("token created", "notice"), ("account limited", "notice"), ("account removed", "notice"),
                ("invite created", "notice"), ("login refused", "warning"), ("ending", "notice"), ("ended", "notice"),
            ):
                self.assertIn(expected, levels)
            stored = [line for line in lines if line["message"] == "stored"]
            self.assertEqual(stored[0]["path"], "new\u2028line \u202eturned")
            self.assertEqual((stored[1]["path"], stored[1]["size"], stored[1]["account"]), ("a", str(2 * MIB), "ada"))
            for line in lines:
                if line["message"] == "login refused":
                    self.assertEqual((line["peer"], line["code"]), ("127.0.0.1", "unauthenticated"))

    def test_a_connection_ends_once(self):
        with Server("--log-level", "info") as server:
            line = server.join("ada").line()
            line.call("ping")
            server.signal(signal.SIGTERM)
            server.wait()
            ends = [one["connection"] for one in self.parsed(server.log()) if one["message"] == "connection ended"]
            self.assertEqual(len(ends), len(set(ends)), ends)
            self.assertTrue(ends)

    def test_usually_only_what_an_operator_must_know(self):
        with Server() as server:
            with server.join("ada").line() as line:
                line.put("a", b"x")
            server.signal(signal.SIGTERM)
            server.wait()
            self.assertEqual({line["level"] for line in self.parsed(server.log())}, {"notice"})

    def test_json(self):
        with Server("--log-format", "json", "--log-level", "info") as server:
            with server.join("ada").line() as line:
                line.put("new\u2028line", b"x")
            server.signal(signal.SIGTERM)
            server.wait()
            lines = [json.loads(line) for line in server.log().splitlines()]
            (stored,) = [line for line in lines if line["message"] == "stored"]
            self.assertEqual((stored["path"], stored["account"], stored["level"]), ("new\u2028line", "ada", "info"))

    def test_nobody_who_reads_the_log_slowly_holds_up_the_server(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        server = Server("--log-level", "trace")
        self.addCleanup(server.close)
        server.signal(signal.SIGTERM)
        server.wait()
        # The pipe takes 64 KiB; nobody reads it.
        server.log_file.close()
        server.log_file = os.fdopen(writing, "wb", buffering=0)
        server.restart()
        ada = server.join("ada")
        for _ in range(40):
            with ada.line() as line:
                for number in range(25):
                    line.put(f"{number} " + "long " * 40, b"x", ifExists="replace")
        self.assertEqual(server.admin_call("ping")["type"], "pong")


class Settings(Case):
    def test_values_that_are_none(self):
        for option, value in (
            ("--limit-rate", "fast"), ("--limit-rate", "1"), ("--limit-rate", "-5"), ("--limit-rate", "1e9"),
            ("--keep-free", "lots"), ("--keep-free", "-1"), ("--keep-free", "5%"), ("--max-use", "0"), ("--max-use", "G"),
            ("--log-format", "xml"), ("--log-level", "loud"),
        ):
            with self.subTest(option=option, value=value):
                result = landline("serve", f"{option}={value}", "--data", "/nowhere")
                self.assert_exit(result, USAGE)
                self.assertIn(f"{option[2:]} '{value}' ", result.err)

    def test_by_file_and_environment(self):
        folder = scratch_folder()
        self.addCleanup(remove_tree, folder)
        settings = folder / "settings.json"
        settings.write_text(json.dumps({"max-use": 1_000_000, "log-format": "json", "keep-free": "1K", "limit-rate": "none"}))
        with Server("--config", settings, env={"LANDLINE_MAX_USE": "2000"}) as server:
            wait_until(lambda: "\n" in server.log(), "it writes its first line")
            self.assertEqual(json.loads(server.log().splitlines()[0])["message"], "listening")
            with server.join().line() as line:
                line.put("a", bytes(2000))
                with self.fails("no-space") as caught:
                    line.put("b", b"x")
                self.assertIn("1.9 KiB in all", caught.exception.message)

    def test_each_is_in_the_help_and_in_the_documents(self):
        help_text = self.assert_done(landline("serve", "--help")).out
        documents = (Path(__file__).resolve().parents[2] / "docs/OPERATIONS.md").read_text()
        options = set(re.findall(r"(--[a-z][a-z-]+)", help_text)) - {"--help", "--version", "--json"}
        self.assertGreaterEqual(len(options), 15)
        for option in sorted(options):
            self.assertIn(f"`{option}`", documents)


if __name__ == "__main__":
    unittest.main()
