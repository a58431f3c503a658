"""Roles: how they resolve, what is refused, and that a change counts at once (docs/PROTOCOL.md section 9)."""

import concurrent.futures
import contextlib
import time

from harness import DONE, MIB, NOT_ALLOWED, Case, Server, ServerCase, content_of, landline, wait_until
from line import Closed, LineError, sha256


def define(server: Server, name: str, *grants: str, parents: tuple[str, ...] = ()) -> dict:
    return server.admin_call("role.define", name=name, parents=list(parents), grants=list(grants))


def give(server: Server, account: str, role: str) -> dict:
    return server.admin_call("account.set", name=account, role=role)


class Definitions(ServerCase):
    def effective(self, name: str) -> dict[str, str]:
        answer = self.server.admin_call("role.show", name=name)
        return {entry["grant"]: entry["from"] for entry in answer["effective"]}

    def test_the_first_role_of_the_linearization_that_speaks_of_a_kind_decides(self):
        define(self.server, "base", "files.read=**", "files.write=base/**", "chat.rooms=all")
        define(self.server, "left", "files.write=left/**", "files.write=both/**", parents=("base",))
        define(self.server, "right", "files.write=right/**", "files.quota=1GiB", parents=("base",))
        answer = define(self.server, "bottom", "commands.run=/bin/cat,/bin/ls", parents=("left", "right"))
        self.assertEqual(answer["linearization"], ["bottom", "left", "right", "base"])
        self.assertEqual(
            self.effective("bottom"),
            {
                "files.read=**": "base", "files.write=left/**": "left", "files.write=both/**": "left",
                "files.quota=1GiB": "right", "commands.run=/bin/cat": "bottom", "commands.run=/bin/ls": "bottom",
                "chat.rooms=all": "base",
            },
        )

    def test_the_builtin_roles(self):
        admin = self.effective("admin")
        self.assertEqual(set(admin.values()), {"admin"})
        self.assertEqual(set(admin), {"admin", "files.read=**", "files.write=**", "chat.rooms=**"})
        self.assertEqual(self.effective("guest"), {"files.read=**": "guest"})
        for name in ("admin", "member", "guest", "Admin"):
            with self.subTest(name), self.fails("forbidden"):
                define(self.server, name, "files.read=**")
            if name != "Admin":
                with self.fails("forbidden"):
                    self.server.admin_call("role.remove", name=name)

    def test_an_admins_files_can_be_narrowed_and_commands_come_by_a_role_only(self):
        define(self.server, "keeper", "files.write=desk/**", parents=("admin",))
        self.assertEqual(
            self.effective("keeper"),
            {"admin": "admin", "files.read=**": "admin", "files.write=desk/**": "keeper", "chat.rooms=**": "admin"},
        )
        keeper = self.server.join("keeper", "keeper")
        with keeper.line() as line:
            line.put("desk/a", b"a")
            with self.fails("forbidden"):
                line.put("a", b"a")
            self.assertTrue(line.listed("accounts"))
            self.assertNotIn("commands.run", " ".join(line.call("whoami")["grants"]))

    def test_none_takes_away_what_a_parent_gives(self):
        define(self.server, "mute", "chat.rooms=none", "files.write=none", parents=("member",))
        self.assertEqual(
            self.effective("mute"), {"files.read=**": "member", "files.write=none": "mute", "chat.rooms=none": "mute"})
        with self.server.join("mute", "mute").line() as line:
            with self.fails("forbidden"):
                line.put("mute", b"x")

    def refused(self, *codes: str, **fields) -> str:
        with self.fails(*codes) as caught:
            self.server.admin_call("role.define", **fields)
        return str(caught.exception)

    def test_what_contradicts_itself_is_refused_and_the_roles_at_odds_are_named(self):
        for name in ("x", "y"):
            define(self.server, name)
        define(self.server, "xy", parents=("x", "y"))
        define(self.server, "yx", parents=("y", "x"))
        message = self.refused("bad-request", name="z", parents=["xy", "yx"], grants=[])
        for part in ("xy puts x before y", "yx puts y before x", "z "):
            self.assertIn(part, message)
        with self.fails("not-found"):
            self.server.admin_call("role.show", name="z")
        self.assertIn("twice", self.refused("bad-request", name="z", parents=["x", "x"], grants=[]))
        self.assertIn("'nobody'", self.refused("not-found", name="z", parents=["nobody"], grants=[]))

    def test_cycles(self):
        define(self.server, "one")
        define(self.server, "two", parents=("one",))
        define(self.server, "three", parents=("two",))
        for parents in (["three"], ["two"], ["one"]):
            with self.subTest(parents):
                self.assertIn("own ancestor", self.refused("bad-request", name="one", parents=parents, grants=[]))
        self.assertEqual(self.server.admin_call("role.show", name="one")["parents"], [])

    def test_a_change_above_that_breaks_a_role_below_is_refused(self):
        for name in ("p", "q"):
            define(self.server, name)
        define(self.server, "u", parents=("p", "q"))
        self.assertEqual(define(self.server, "below", parents=("u",))["linearization"], ["below", "u", "p", "q"])
        # 'u' puts p before q, and q would put itself before p.
        message = self.refused("bad-request", name="q", parents=["p"], grants=[])
        for part in ("u ", "p before q", "'q'"):
            self.assertIn(part, message)
        self.assertEqual(self.server.admin_call("role.show", name="q")["parents"], [])

    def test_grants_that_are_none(self):
        for grant in (
            "", "fly", "files.read", "files.read=", "admin=x", "commands.shell=yes", "files.quota=much", "files.quota=-1",
            "commands.run=cat", "commands.run=/bin/../bin/cat", "commands.run=/bin//cat", "commands.run=/bin/cat,",
            "commands.run=/bin/a ** b", "files.read=a\nb", "files.read=" + "a" * 5000,
        ):
            with self.subTest(grant[:40]):
                self.refused("bad-request", name="bad", parents=[], grants=[grant])

    def test_names(self):
        for name in ("", "a b", "a/b", "../x", "a" * 65, "-a"):
            with self.subTest(name):
                self.refused("bad-request", name=name, parents=[], grants=[])
        define(self.server, "Case")
        self.refused("exists", name="case", parents=[], grants=[])

    def test_a_role_in_use_is_not_removed(self):
        define(self.server, "used", "files.read=**")
        define(self.server, "child", parents=("used",))

        def refusal() -> str:
            with self.fails("not-empty") as caught:
                self.server.admin_call("role.remove", name="used")
            return str(caught.exception)

        self.assertIn("'child'", refusal())
        self.server.admin_call("role.remove", name="child")
        user = self.server.join("user", "used")
        self.assertIn("'user'", refusal())
        with self.server.admin.line() as line:
            line.call("token.create", name="script", role="used")
        give(self.server, "user", "guest")
        self.assertIn("'script'", refusal())
        self.server.admin_call("token.revoke", name="script")
        self.server.admin_call("invite.create", role="used", expiresIn=3600)
        self.assertIn("invite", refusal())
        with self.fails("not-found"):
            self.server.admin_call("role.remove", name="never")

    def test_removed(self):
        define(self.server, "gone", "files.read=**")
        self.server.admin_call("role.remove", name="gone")
        with self.fails("not-found"):
            give(self.server, "ada", "gone")
        with self.fails("not-found"):
            self.server.admin_call("invite.create", role="gone")

    def test_only_admins(self):
        with self.ada.line() as line:
            for op, fields in (
                ("role.define", {"name": "x", "grants": ["admin"]}), ("role.show", {"name": "admin"}), ("role.list", {}),
                ("role.remove", {"name": "x"}), ("account.set", {"name": "ada", "role": "admin"}), ("audit", {}),
            ):
                with self.subTest(op), self.fails("forbidden"):
                    line.call(op, **fields)
            self.assertEqual(line.call("whoami")["role"], "member")

    def test_roles_outlive_the_server(self):
        with Server() as server:
            define(server, "kept", "files.read=kept/**", parents=("guest",))
            account = server.join("kept", "kept")
            server.kill()
            server.restart()
            with account.line() as line:
                self.assertEqual(line.call("whoami")["grants"], ["files.read=kept/**"])
            self.assertEqual(
                [role["name"] for role in server.admin_call("role.list")["roles"]], ["admin", "guest", "kept", "member"])


class LastAdmin(Case):
    def test_over_the_line_somebody_stays_admin(self):
        with Server() as server:
            define(server, "chief", "files.quota=1GiB", parents=("admin",))
            for role in ("member", "guest"):
                with self.fails("forbidden"):
                    give(server, "root", role)
            self.assertEqual(give(server, "root", "chief")["role"], "chief")
            # Nor by making less of the role that the last one has.
            with self.fails("forbidden"):
                define(server, "chief", parents=("member",))
            with self.fails("forbidden"):
                server.admin_call("account.remove", name="root")
            other = server.join("other", "admin")
            with other.line() as line:
                line.call("account.set", name="root", role="member")
                with self.fails("forbidden"):
                    line.call("account.remove", name="other")
            local = ("account", "set", "other", "--role", "guest", "--data", server.data)
            self.assertEqual(landline(*local).code, DONE)


class AtOnce(ServerCase):
    """A change counts for connections that are open, and ends what may not be done any more."""

    def setUp(self):
        self.name = self._testMethodName[5:][:60]
        self.person = self.server.join(self.name)

    def test_requests_on_an_open_connection(self):
        with self.person.line() as line:
            line.put(f"{self.name}/a", b"a")
            give(self.server, self.name, "guest")
            with self.fails("forbidden"):
                line.put(f"{self.name}/b", b"b")
            self.assertEqual(line.call("whoami")["role"], "guest")
            give(self.server, self.name, "member")
            line.put(f"{self.name}/b", b"b")

    def test_by_a_role_that_is_defined_anew(self):
        role = "r" + self.name
        define(self.server, role, parents=("member",))
        give(self.server, self.name, role)
        below = self.server.join("b" + self.name, "member")
        define(self.server, "c" + role, parents=(role,))
        give(self.server, "b" + self.name, "c" + role)
        with self.person.line() as line, below.line() as other:
            line.put(f"{self.name}/a", b"a")
            define(self.server, role, "files.write=elsewhere/**", parents=("member",))
            for one in (line, other):
                with self.fails("forbidden"):
                    one.put(f"{self.name}/b", b"b")
                self.assertIn("files.write=elsewhere/**", one.call("whoami")["grants"])

    def test_an_upload_under_way(self):
        with self.person.line() as line:
            id, _ = line.begin_put(f"{self.name}/big", 50 * MIB, resume=True, mtime=1)
            line.send_data(id, b"x" * MIB)
            give(self.server, self.name, "guest")
            with self.fails("forbidden"):
                line.after_working(id)
            self.assertFalse((self.server.tree / self.name / "big").exists())
            # What had arrived is not kept: it may not be written any more.
            wait_until(lambda: not list((self.server.private / "partial").iterdir()), "nothing is kept")
            line.cancel(id)
            line.call("ping")

    def test_a_download_under_way(self):
        size = 64 * MIB
        (self.server.tree / "download").write_bytes(bytes(size))
        with self.person.line(receive_buffer=65_536) as line:
            id = line.request("get", path="download")
            self.assertEqual(line.answer(id)[0]["type"], "file")
            define(self.server, "blind", "files.read=none", parents=("member",))
            give(self.server, self.name, "blind")
            received = 0
            with self.fails("forbidden"):
                while True:
                    head, body = line.answer(id)
                    received += len(body)
                    self.assertNotEqual(head["type"], "end")
            self.assertLess(received, size)

    def test_whole_files_that_wait_in_a_row(self):
        with self.person.line() as line:
            ids = []
            for number in range(200):
                data = content_of(1000, number)
                ids.append(line.request(
                    "put", data, path=f"{self.name}/{number}", size=len(data), sha256=sha256(data)))
            give(self.server, self.name, "guest")
            late = line.request("put", b"x", path=f"{self.name}/late", size=1, sha256=sha256(b"x"))
            outcomes = []
            for id in ids:
                with contextlib.suppress(LineError):
                    line.after_working(id)
                    outcomes.append(id)
            with self.fails("forbidden"):
                line.after_working(late)
            # What was answered as stored is, and nothing else.
            stored = {int(file.name) for file in (self.server.tree / self.name).iterdir()} if outcomes else set()
            self.assertEqual(stored, {ids.index(id) for id in outcomes})

    def test_an_admin_who_leaves_at_once_takes_nothing_from_the_others(self):
        """Who is in the midst of a change when the admin's connection ends keeps what the role allows."""
        role = "u" + self.name[:50]
        define(self.server, role, parents=("member",))
        give(self.server, self.name, role)
        lines = [self.enterContext(self.person.line()) for _ in range(40)]
        for turn in range(40):
            with self.server.admin.line() as admin:
                admin.request("role.define", name=role, parents=["member"], grants=[f"files.quota={turn + 1}GiB"])
                # Earlier and later in what the server does about it.
                time.sleep(turn / 2_000)
            for line in lines:
                line.call("list", path="")

    def test_a_login_at_the_same_moment(self):
        """Fifty times: whoever logs in while the role changes has the new one when the change is answered."""
        with concurrent.futures.ThreadPoolExecutor(4) as pool, self.server.admin.line() as admin:
            for round in range(50):
                admin.call("account.set", name=self.name, role="member")
                logins = [pool.submit(self.person.line) for _ in range(3)]
                admin.call("account.set", name=self.name, role="guest")
                for login in logins:
                    with login.result() as line:
                        with self.fails("forbidden"):
                            line.put(f"{self.name}/{round}", b"x")


class Tokens(ServerCase):
    """A token is never above its maker, whatever becomes of either role."""

    def test_who_may_make_which(self):
        define(self.server, "wide", "files.write=a/**", "files.read=**", "commands.run=/bin/*")
        define(self.server, "narrow", "files.write=a/b/*", "files.read=a/**", "commands.run=/bin/cat x")
        wide = self.server.join("wide", "wide")
        narrow = self.server.join("narrow", "narrow")
        for account, role, may in (
            (wide, "narrow", True), (wide, "guest", True), (wide, "wide", True), (wide, "member", False), (wide, "admin", False),
            (narrow, "wide", False), (narrow, "guest", False), (narrow, "narrow", True), (self.ada, "guest", True),
            (self.ada, "narrow", False), (self.ada, "admin", False), (self.server.admin, "member", True),
            # Commands come by a role only: an admin has none to give away.
            (self.server.admin, "narrow", False),
        ):
            with self.subTest(account=account.name, role=role), account.line() as line:
                if may:
                    line.call("token.create", name=role, role=role)
                else:
                    with self.fails("forbidden"):
                        line.call("token.create", name=role, role=role)

    def test_a_parent_role_may_be_more_than_its_child(self):
        define(self.server, "less", "files.write=less/**", parents=("member",))
        with self.server.join("less", "less").line() as line:
            with self.fails("forbidden"):
                line.call("token.create", name="t", role="member")

    def test_a_token_loses_what_its_maker_loses_at_once(self):
        maker = self.server.join("maker")
        with maker.line() as line:
            token = line.call("token.create", name="t", role="member")["token"]
            guest = line.call("token.create", name="g", role="guest")["token"]
        with self.server.line() as line:
            line.login_token(token)
            line.put("maker/a", b"a")
            give(self.server, "maker", "guest")
            with self.fails("forbidden"):
                line.put("maker/b", b"b")
            answer = line.call("whoami")
            self.assertEqual((answer["role"], answer["within"]), ("member", ["files.read=**"]))
            define(self.server, "nothing")
            give(self.server, "maker", "nothing")
            with self.fails("forbidden"):
                line.get("maker/a")
        with self.server.line() as line:
            line.login_token(guest)
            with self.fails("forbidden"):
                line.get("maker/a")


class ByCommand(ServerCase):
    def test_over_the_line_and_by_the_control_socket(self):
        admin = self.client(role="admin")
        data = ("--data", self.server.data)
        for run, more, name in ((admin.run, (), "over"), (landline, data, "local")):
            with self.subTest(name):
                self.server.join("p" + name)
                self.assert_done(run("role", "define", name, "--parent", "member", "--grant", "files.write=in/**",
                                     "--grant", "files.quota=10GiB", "--grant", "commands.run=/usr/bin/env,/bin/cat", *more))
                shown = self.assert_done(run("role", "show", name, *more)).out
                self.assertIn(f"{name} > member", shown)
                self.assertRegex(shown, r"may\s+files\.read=\*\*\s+from member")
                self.assertRegex(shown, rf"may\s+commands\.run=/bin/cat\s+from {name}")
                self.assertIn(name, self.assert_done(run("role", "list", *more)).out)
                self.assert_done(run("account", "set", "p" + name, "--role", name, *more))
                person = self.enterContext(self.server.client("q" + name))
                self.assert_done(run("account", "set", "q" + name, "--role", name, *more))
                self.assertIn("stored  0 B of 10.0 GiB", self.assert_done(person.run("whoami")).out)
                self.assert_done(run("account", "remove", "q" + name, *more))
                result = self.assert_exit(run("role", "remove", name, *more), 1)
                self.assertIn(f"'p{name}'", result.err)
                self.assertEqual(
                    run("account", "set", "p" + name, "--role", "guest", "--json", *more).objects[0]["role"], "guest")
                self.assert_done(run("role", "remove", name, *more))
                result = run("role", "define", name, "--grant", "fly", *more)
                self.assertNotEqual(result.code, DONE)
                self.assertIn("fly", result.err)

    def test_json(self):
        admin = self.client(role="admin")
        created = admin.run("role", "define", "j", "--parent", "guest", "--json").objects[0]
        self.assertEqual((created["name"], created["created"], created["linearization"]), ("j", True, ["j", "guest"]))
        self.assertEqual(admin.run("role", "define", "j", "--json").objects[0]["created"], False)
        self.assertEqual(
            [role["name"] for role in admin.run("role", "list", "--json").objects if role["name"] == "j"], ["j"])
        self.assertEqual(admin.run("role", "show", "j", "--json").objects[0]["effective"], [])
        self.assertEqual(admin.run("role", "remove", "j", "--json").objects, [{"event": "removed", "name": "j"}])

    def test_a_member_is_not_allowed(self):
        self.assert_exit(self.client().run("role", "define", "x", "--grant", "admin"), NOT_ALLOWED)


class Quotas(ServerCase):
    """`files.quota` is the bytes that an account has stored: of files that it stored last, and of what it has begun."""

    def person(self, quota: str):
        name = self._testMethodName[5:][:50]
        define(self.server, name, f"files.quota={quota}", parents=("member",))
        return self.server.join(name, name)

    def test_concurrent_puts_fill_it_exactly(self):
        person = self.person("10MiB")
        piece = content_of(MIB // 4)
        outcomes: list[str] = []

        def work(number: int) -> None:
            with person.line() as line:
                ids = [
                    line.request("put", piece, path=f"q/{number}-{index}", size=len(piece), sha256=sha256(piece))
                    for index in range(10)
                ]
                for id in ids:
                    try:
                        outcomes.append(line.after_working(id)["type"])
                    except LineError as error:
                        outcomes.append(error.code)

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(8)))
        self.assertEqual(outcomes.count("stored"), 40)
        self.assertEqual(outcomes.count("no-space"), 40)
        files = list((self.server.tree / "q").iterdir())
        self.assertEqual(sum(file.stat().st_size for file in files), 10 * MIB)
        with person.line() as line:
            # Whose file goes makes room for as much again, and no more.
            line.call("remove", path=f"q/{files[0].name}")
            line.put("q/again", piece)
            with self.fails("no-space"):
                line.put("q/more", b"x")
            line.call("move", path="q", to="moved")
            with self.fails("no-space"):
                line.put("moved/more", b"x")
            line.call("remove", path="moved", recursive=True)
            line.put("q/new", content_of(MIB))

    def test_in_parts_and_whole_at_the_same_time(self):
        person = self.person("20MiB")
        data = content_of(3 * MIB)

        def work(number: int) -> int:
            with person.line() as line:
                try:
                    if number % 2:
                        return line.put(f"mixed/{number}", data[:MIB])["size"]
                    return line.put_in_parts(f"mixed/{number}", data)["size"]
                except LineError as error:
                    self.assertEqual(error.code, "no-space")
                    return 0

        for _ in range(3):
            with concurrent.futures.ThreadPoolExecutor(10) as pool:
                stored = sum(pool.map(work, range(40)))
            on_disk = sum(file.stat().st_size for file in (self.server.tree / "mixed").iterdir())
            self.assertEqual(on_disk, stored)
            self.assertLessEqual(on_disk, 20 * MIB)
            # Nothing is on its way any more: what is left is a megabyte less than the next one of its kind.
            with person.line() as line:
                left = 20 * MIB - on_disk
                if left:
                    line.put("mixed/last", bytes(min(left, MIB)))
                    for index in range((left - 1) // MIB):
                        line.put(f"mixed/last{index}", bytes(min(left - (index + 1) * MIB, MIB)))
                with self.fails("no-space"):
                    line.put("mixed/over", b"x")
                line.call("remove", path="mixed", recursive=True)

    def test_replacing(self):
        person = self.person("4MiB")
        other = self.ada
        with person.line() as line, other.line() as second:
            line.put("r/a", content_of(MIB, 1))
            line.put("r/b", content_of(MIB, 2))
            for number in range(10):
                line.put("r/a", content_of(MIB, number), ifExists="replace")
            line.put("r/c", content_of(MIB, 3))
            line.put("r/d", content_of(MIB, 4))
            # Somebody else's file is theirs, even in the place of one of ours.
            second.put("r/a", content_of(MIB, 5), ifExists="replace")
            line.put("r/e", content_of(MIB, 6))
            with self.fails("no-space"):
                line.put("r/f", b"x")
            # While it is replaced both versions are there.
            with self.fails("no-space"):
                line.put("r/b", b"x", ifExists="replace")
            line.call("move", path="r/b", to="r/c", ifExists="replace")
            line.put("r/f", content_of(MIB, 7))
            with self.fails("no-space"):
                line.put("r/g", b"x")

    def test_replacing_at_the_same_time(self):
        person = self.person("8MiB")
        sizes = [MIB, MIB // 2, MIB // 3, 12345]

        def work(number: int) -> None:
            with person.line() as line:
                for turn in range(25):
                    with contextlib.suppress(LineError):
                        if turn % 5 == 4:
                            line.call("remove", path=f"same/{turn % 3}")
                        elif turn % 7 == 6:
                            line.call("move", path=f"same/{turn % 3}", to=f"same/{(turn + 1) % 3}", ifExists="replace")
                        else:
                            line.put(f"same/{turn % 3}", content_of(sizes[(turn + number) % 4], number), ifExists="replace")

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        with person.line() as line:
            used = sum(file.stat().st_size for file in (self.server.tree / "same").iterdir())
            left = 8 * MIB - used
            number = 0
            while left:
                line.put(f"same/fill{number}", bytes(min(left, MIB)))
                left -= min(left, MIB)
                number += 1
            with self.fails("no-space"):
                line.put("same/over", b"x")

    def test_what_is_begun_counts_and_is_given_back(self):
        person = self.person("10MiB")
        with person.line() as line, person.line() as second:
            id, _ = line.begin_put("begun", 8 * MIB, resume=True, mtime=1)
            line.send_data(id, bytes(2 * MIB))
            with self.fails("no-space"):
                second.put_in_parts("other", content_of(3 * MIB))
            second.put("small", content_of(MIB))
            line.cancel(id)
            with self.fails("cancelled"):
                line.after_working(id)
            # Two are kept: they count, too.
            with self.fails("no-space"):
                second.begin_put("other", 7 * MIB + 1)
            second.put_in_parts("other", content_of(7 * MIB))

    def test_size_unknown(self):
        person = self.person("3MiB")
        with person.line() as line:
            id, _ = line.begin_put("stream", None)
            with self.fails("no-space"):
                with contextlib.suppress(Closed):
                    line.send_data(id, bytes(4 * MIB))
                line.after_working(id)
        with person.line() as line:
            line.put_in_parts("exact", content_of(3 * MIB))

    def test_files_from_before_count_also_after_a_kill(self):
        person = self.server.join("early")
        with person.line() as line:
            line.put("early/a", content_of(MIB))
            line.put_in_parts("early/b", content_of(2 * MIB))
        define(self.server, "late", "files.quota=4MiB", parents=("member",))
        give(self.server, "early", "late")
        with person.line() as line:
            with self.fails("no-space"):
                line.put_in_parts("early/c", content_of(MIB + 1))
            self.server.kill()
        self.server.restart()
        with person.line() as line:
            with self.fails("no-space"):
                line.put_in_parts("early/c", content_of(MIB + 1))
            line.put("early/c", content_of(MIB))
            with self.fails("no-space"):
                line.put("early/d", b"x")

    def test_a_larger_quota_counts_at_once_and_none_is_no_bound(self):
        person = self.person("1MiB")
        with person.line() as line:
            line.put("bound/a", content_of(MIB))
            with self.fails("no-space") as caught:
                line.put("bound/b", b"x")
            self.assertIn("quota", str(caught.exception))
            define(self.server, person.name, "files.quota=1048577", parents=("member",))
            line.put("bound/b", b"x")
            with self.fails("no-space"):
                line.put("bound/c", b"x")
            define(self.server, person.name, "files.quota=none", parents=("member",))
            line.put("bound/c", content_of(MIB))

    def test_a_token_counts_for_its_account(self):
        person = self.person("1MiB")
        with person.line() as line:
            token = line.call("token.create", name="t")["token"]
        with self.server.line() as line:
            line.login_token(token)
            line.put("token/a", content_of(MIB))
            answer = line.call("whoami")
            self.assertEqual((answer["quota"], answer["stored"]), (MIB, MIB))
        with person.line() as line, self.fails("no-space"):
            line.put("token/b", b"x")

    def test_a_quota_that_comes_while_a_file_of_unknown_size_is_on_its_way(self):
        name = self._testMethodName[5:][:50]
        person = self.server.join(name)
        with person.line() as line:
            id, _ = line.begin_put("unbound", None)
            line.send_data(id, bytes(MIB))
            define(self.server, name, "files.quota=20MiB", parents=("member",))
            give(self.server, name, name)
            with self.fails("no-space"):
                with contextlib.suppress(Closed):
                    line.send_data(id, bytes(24 * MIB))
                line.after_working(id)
        with person.line() as line:
            line.put_in_parts("instead", content_of(20 * MIB))
            with self.fails("no-space"):
                line.put("over", b"x")
