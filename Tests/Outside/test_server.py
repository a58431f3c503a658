"""The server as a program: its data folder, its end, its control socket, its settings."""

import json
import os
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

from harness import (
    DONE, MIB, NO_CONNECTION, USAGE,
    Case, Server, ServerCase, content_of, hash_of, landline, scratch_folder, remove_tree, wait_until,
)
from line import Invite, Line, LineError, sha256

KEPT = {"mtime": 1_700_000_000, "resume": True}


def serve(data: Path, *flags, env: dict[str, str] | None = None):
    """A server that is expected not to start."""
    return landline("serve", "--data", data, "--listen", "127.0.0.1:0", *flags, timeout=30, env=env)


class FirstStart(Case):
    def test_the_first_start_prints_fingerprint_and_invite_and_the_second_does_not(self):
        with Server() as server:
            self.assertRegex(server.fingerprint, "^[0-9a-f]{64}$")
            printed = Invite.parse(server.printed_invite)
            self.assertEqual((printed.fingerprint, printed.port), (server.fingerprint, server.port))
            with self.new_client() as client:
                self.assert_done(client.join(server.invite, "first"))
                self.assertEqual(client.run("whoami", "--json").objects[0]["role"], "admin")
            server.signal(signal.SIGTERM)
            self.assertEqual(server.wait(), 0)
            server.restart()
            with server.line() as line:  # pinned to the first fingerprint
                self.assertEqual(line.certificate.hex(), server.fingerprint)
            server.signal(signal.SIGTERM)
            server.wait()
            self.assertFalse([line for line in server.lines if line.startswith("invite ")])

    def test_advertise_says_what_goes_into_invites(self):
        with Server("--advertise", "files.example.com:6000") as server:
            for text in (server.printed_invite, landline("invite", "--data", server.data).out.strip()):
                self.assertEqual(Invite.parse(text)[:3], ("files.example.com", 6000, server.fingerprint))

    def test_ipv6(self):
        with Server("--advertise", "[::1]:6000") as server:
            self.assertEqual(Invite.parse(server.printed_invite)[:2], ("::1", 6000))

    def test_an_address_in_use(self):
        with Server() as server, Server() as other:
            result = landline("serve", "--data", server.folder / "more", "--listen", f"127.0.0.1:{other.port}", timeout=30)
            self.assertNotEqual(result.code, DONE)
            self.assertRegex(result.err.lower(), "in use|already")


class DataFolder(Case):
    def test_two_servers_on_one_folder(self):
        with Server() as server:
            began = time.monotonic()
            result = serve(server.data)
            self.assertNotEqual(result.code, DONE)
            self.assertLess(time.monotonic() - began, 10)
            self.assertRegex(result.err.lower(), "use|another|running")
            self.assertNotIn("listening", result.out)
            self.assertEqual(server.admin_call("ping")["type"], "pong")
            self.assert_done(landline("status", "--data", server.data))
            server.kill()
            server.restart()  # what a killed server leaves behind is no lock
            self.assertEqual(server.admin_call("ping")["type"], "pong")

    def test_a_database_from_a_newer_version_is_refused_and_untouched(self):
        with Server() as server:
            server.join()
            server.signal(signal.SIGTERM)
            server.wait()
            with server.open_database() as database:
                database.execute("INSERT INTO grdb_migrations (identifier) VALUES ('v999')")
            before = hash_of(server.database), server.database.stat().st_mtime_ns
            result = serve(server.data)
            self.assertNotEqual(result.code, DONE)
            self.assertIn("newer", result.err.lower())
            self.assertEqual((hash_of(server.database), server.database.stat().st_mtime_ns), before)
            log = Path(f"{server.database}-wal")
            self.assertFalse(log.exists() and log.stat().st_size, "nothing waits to be written either")
            with server.open_database() as database:
                database.execute("DELETE FROM grdb_migrations WHERE identifier = 'v999'")
            server.restart()
            self.assertEqual(len(server.accounts), 2)

    def test_a_damaged_database_is_a_clear_error(self):
        with Server() as server:
            server.signal(signal.SIGTERM)
            server.wait()
            server.database.write_bytes(b"SQLite format 3\0" + os.urandom(8000))
            result = serve(server.data)
            self.assertNotEqual(result.code, DONE)
            self.assertTrue(result.err.strip())

    def test_a_path_too_long_for_a_unix_socket(self):
        folder = scratch_folder()
        self.addCleanup(remove_tree, folder)
        data = folder / ("long " * 15) / ("é" * 60) / "data"
        self.assertGreater(len(os.fsencode(data)), 200)
        with Server(data=data) as server:
            status = self.assert_done(landline("status", "--data", data, "--json"))
            self.assertEqual(status.objects[0]["fingerprint"], server.fingerprint)
            invite = self.assert_done(landline("invite", "--data", data)).out.strip()
            client = self.new_client()
            self.assert_done(client.join(Invite.parse(invite)._replace(host="127.0.0.1"), "ada"))
            self.assertIn("ada", self.assert_done(landline("accounts", "--data", data)).out)
            self.assert_done(client.run("put", client.make("a", content_of(2 * MIB))))
            self.assert_content(server.tree / "a", content_of(2 * MIB))

    def test_a_folder_that_cannot_be_made(self):
        result = serve(Path("/proc/landline"))
        self.assertNotEqual(result.code, DONE)
        self.assertIn("/proc/landline", result.err)


class Ending(Case):
    def half_a_put(self, line: Line, path: str = "a") -> tuple[int, bytes]:
        content = content_of(4 * MIB)
        id, _ = line.begin_put(path, len(content), **KEPT)
        line.send_data(id, content[: 2 * MIB])
        line.call("ping")
        return id, content

    def wait_until_refused(self, line: Line) -> None:
        def refused() -> bool:
            try:
                line.put(f"refused{os.urandom(4).hex()}", b"x")
            except LineError as error:
                self.assertEqual(error.code, "shutting-down")
                return True
            return False

        wait_until(refused, "new puts are refused")

    def test_a_running_put_finishes_and_a_new_one_is_refused(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number.name), Server("--drain-timeout", 20) as server:
                account = server.join()
                with account.line() as line, account.line() as other:
                    id, content = self.half_a_put(line)
                    server.signal(number)
                    self.wait_until_refused(other)
                    with self.fails("shutting-down"):
                        line.begin_put("b", 5 * MIB)
                    self.assertFalse((server.tree / "a").exists())
                    line.send_data(id, content[2 * MIB :])
                    self.assertEqual(line.commit(id, sha256(content))["type"], "stored")
                    began = time.monotonic()
                    self.assertEqual(server.wait(), 0)
                    self.assertLess(time.monotonic() - began, 10, "it does not wait for more than it must")
                self.assert_content(server.tree / "a", content)

    def test_a_running_get_finishes(self):
        with Server("--drain-timeout", 20) as server:
            account = server.join()
            content = content_of(32 * MIB)
            (server.tree / "a").write_bytes(content)
            with account.line(receive_buffer=65_536) as line, account.line() as other:
                id = line.request("get", path="a")
                line.answer(id)
                server.signal(signal.SIGTERM)
                self.wait_until_refused(other)
                got = bytearray()
                while (answer := line.answer(id))[0]["type"] == "data":
                    got += answer[1]
                self.assertEqual(answer[0]["sha256"], sha256(content))
                self.assertEqual(sha256(got), sha256(content))
            self.assertEqual(server.wait(), 0)

    def test_a_put_that_takes_too_long_is_kept(self):
        with Server("--drain-timeout", 2) as server:
            account = server.join()
            with account.line() as line:
                _, content = self.half_a_put(line)
                began = time.monotonic()
                server.signal(signal.SIGTERM)
                server.wait()
                self.assertLess(time.monotonic() - began, 12)
            self.assertEqual(list(server.tree.iterdir()), [])
            server.restart()
            with account.line() as line:
                id, ready = line.begin_put("a", len(content), **KEPT)
                self.assertEqual(ready["offset"], 2 * MIB)
                line.send_data(id, content[2 * MIB :])
                line.commit(id, sha256(content))
            self.assert_content(server.tree / "a", content)

    def test_an_idle_server_ends_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number.name), Server() as server, server.join().line() as line:
                server.signal(number)
                began = time.monotonic()
                self.assertEqual(server.wait(), 0)
                self.assertLess(time.monotonic() - began, 5)
                line.ending()


class Control(ServerCase):
    def setUp(self):
        self.socket = self.server.private / "control.sock"
        self.secret = (self.server.private / "control.secret").read_text()

    def control(self) -> Line:
        line = self.enterContext(Line.unix(str(self.socket)))
        line.hello()
        return line

    def test_modes_and_secret(self):
        self.assert_mode(self.server.private, 0o700)
        self.assert_mode(self.socket, 0o600)
        self.assert_mode(self.server.private / "control.secret", 0o600)
        self.assertRegex(self.secret, "^[0-9a-f]{64}$")

    def test_login_with_the_secret(self):
        line = self.control()
        welcome = line.login_secret(self.secret)
        self.assertEqual((welcome["type"], welcome["account"]), ("welcome", "local"))
        self.assertIn("ada", [a["name"] for a in line.listed("accounts")])
        self.assertEqual(line.call("status")["fingerprint"], self.server.fingerprint)
        line.put(f"{self.here}/a", b"everything else is as above")
        self.assertEqual(line.get(f"{self.here}/a")[1], b"everything else is as above")

    def test_a_wrong_secret(self):
        for secret in ("0" * 64, "", self.secret[:-1], self.secret + "0", self.secret.upper() + " "):
            with self.subTest(secret[:4]):
                line = self.control()
                with self.fails("unauthenticated", "bad-request"):
                    line.login_secret(secret)
                self.assertIsNone(line.ending())

    def test_nothing_before_login(self):
        for op in ("status", "accounts", "invite.create"):
            with self.subTest(op), self.fails("unauthenticated"):
                self.control().call(op)

    def test_the_secret_is_no_login_over_the_network(self):
        with self.fails("unauthenticated", "bad-request"):
            self.nobody().login_secret(self.secret)

    def test_another_user_is_refused_even_with_the_secret(self):
        """The folder already keeps others out; behind it, the peer's user id is asked for. To get that far
        another user is needed, which only root can become: without root the first wall is what is tested."""
        if os.geteuid() != 0:
            self.assert_mode(self.server.private, 0o700)
            return
        opened = [self.server.folder, self.server.data, self.server.private, self.socket]
        modes = [(path, path.stat().st_mode & 0o7777) for path in opened]
        try:
            for path in opened:
                path.chmod(0o777)
            script = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import line as protocol
os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    line = protocol.Line.unix({str(self.socket)!r}, timeout=20)
    line.hello()
    print(line.login_secret({self.secret!r})["type"])
except (protocol.LineError, protocol.Closed, OSError) as error:
    print("refused", error)
"""
            run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
            self.assertRegex(run.stdout, "^refused", run.stderr)
        finally:
            for path, mode in modes:
                path.chmod(mode)

    def test_commands_on_the_servers_own_machine(self):
        status = self.assert_done(landline("status", "--data", self.server.data))
        self.assertIn(str(self.server.port), status.out)
        (found,) = landline("status", "--data", self.server.data, "--json").objects
        self.assertEqual((found["listening"], found["fingerprint"]), (f"127.0.0.1:{self.server.port}", self.server.fingerprint))
        accounts = landline("accounts", "--data", self.server.data, "--json").objects
        self.assertIn(("ada", "member"), [(a["name"], a["role"]) for a in accounts])

    def test_invite_prints_the_invite_alone(self):
        result = self.assert_done(landline("invite", "--data", self.server.data))
        self.assertEqual(result.out.count("\n"), 1)
        invite = Invite.parse(result.out.strip())._replace(host="127.0.0.1")
        self.assertEqual((invite.fingerprint, invite.port), (self.server.fingerprint, self.server.port))
        client = self.new_client()
        self.assert_done(client.join(invite, "invited"))
        self.assertEqual(client.run("whoami", "--json").objects[0]["role"], "member")

    def test_invite_with_role_and_expiry(self):
        for text, seconds in (("1h", 3600), ("24h", 86_400), ("30m", 1800), ("7d", 604_800)):
            with self.subTest(text):
                result = landline("invite", "--data", self.server.data, "--role", "guest", "--expires", text, "--json")
                (found,) = self.assert_done(result).objects
                self.assertEqual(found["role"], "guest")
                self.assertAlmostEqual(found["expires"], time.time() + seconds, delta=60)
                Invite.parse(found["invite"])
        self.assertNotEqual(landline("invite", "--data", self.server.data, "--role", "emperor").code, DONE)

    def test_no_server_runs(self):
        folder = scratch_folder()
        self.addCleanup(remove_tree, folder)
        for command in ("status", "invite", "accounts"):
            with self.subTest(command):
                result = self.assert_exit(landline(command, "--data", folder), NO_CONNECTION)
                self.assertTrue(result.err.strip())

    def test_a_stale_socket(self):
        with Server() as server:
            server.kill()
            self.assertTrue((server.private / "control.sock").exists())
            self.assert_exit(landline("status", "--data", server.data), NO_CONNECTION)
            server.restart()
            self.assert_done(landline("status", "--data", server.data))


class Settings(Case):
    def advertised(self, *flags, **env: str) -> str:
        with Server(*flags, env=env) as server:
            invite = Invite.parse(server.printed_invite)
            return f"{invite.host}:{invite.port}"

    def test_environment_file_and_flag_in_their_order(self):
        folder = scratch_folder()
        self.addCleanup(remove_tree, folder)
        file = folder / "landline.json"
        file.write_text(json.dumps({"advertise": "file.example:1"}))
        self.assertEqual(self.advertised("--config", file), "file.example:1")
        env = {"LANDLINE_ADVERTISE": "environment.example:2"}
        self.assertEqual(self.advertised(**env), "environment.example:2")
        self.assertEqual(self.advertised("--config", file, **env), "environment.example:2")
        self.assertEqual(
            self.advertised("--config", file, "--advertise", "flag.example:3", **env), "flag.example:3"
        )

    def test_a_config_file_that_is_none(self):
        folder = scratch_folder()
        self.addCleanup(remove_tree, folder)
        for content in (None, "{nonsense"):
            with self.subTest(content):
                file = folder / "landline.json"
                if content:
                    file.write_text(content)
                result = serve(folder / "data", "--config", file)
                self.assertNotEqual(result.code, DONE)
                self.assertIn("landline.json", result.err)

    def test_a_timeout_by_environment(self):
        with Server(env={"LANDLINE_LOGIN_TIMEOUT": "1"}) as server, server.line() as line:
            line.socket.settimeout(8)
            self.assertEqual(line.ending(), "timeout")

    def test_a_setting_that_is_none(self):
        folder = scratch_folder()
        self.addCleanup(remove_tree, folder)
        for flags, env in ((("--login-timeout", "soon"), {}), (("--stall-timeout", "-1"), {}), ((), {"LANDLINE_LOGIN_TIMEOUT": "soon"})):
            with self.subTest(flags=flags, env=env):
                self.assertEqual(serve(folder / "data", *flags, env=env).code, USAGE)


if __name__ == "__main__":
    unittest.main()
