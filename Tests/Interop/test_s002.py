"""Tutorial 002."""

import base64
import email
import email.policy
import hmac
import http.server
import json
import os
import re
import socket
import threading
import urllib.parse
from datetime import datetime, timedelta
from pathlib import Path

from interop import (
    LIMIT, SIZES, Pairing, Script, close_listener, content_of, program, receive_all, receive_exactly, reset, wait_until)


@program("s002_json_xml_message")
class JSONXMLMessage(Script):
    def test_output(self):
        text = json.dumps({"from": "Alice", "to": "Bob", "content": "Will you marry me? <3 & 你好"})
        xml = "<message><from>Alice</from><to>Bob</to><content>Will you marry me? &lt;3 &amp; 你好</content></message>"
        self.script().ends(
            f"{xml}\n{text}\nthe same three texts: true\nbytes of XML and JSON: {len(xml.encode())} {len(text)}\n")


class WebSite(http.server.ThreadingHTTPServer):
    """Answers each path by a function; remembers what was asked."""

    daemon_threads = True

    def __init__(self, port: int, answer):
        self.asked = []
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                site.asked.append((self.command, self.path, dict(self.headers), body))
                status, data, chunked = answer(self.path)
                self.send_response(status)
                if chunked:
                    self.send_header("Transfer-Encoding", "chunked")
                    self.end_headers()
                    for start in range(0, len(data), 1000):
                        part = data[start:start + 1000]
                        self.wfile.write(b"%x;x=y\r\n%s\r\n" % (len(part), part))
                    self.wfile.write(b"0\r\n\r\n")
                else:
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)

            do_POST = do_GET

            def log_message(self, *arguments):
                pass

        super().__init__(("127.0.0.1", port), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


@program("s002_threaded_downloader")
class ThreadedDownloader(Script):
    def site(self, pictures, paths):
        base = f"http://127.0.0.1:{self.port}"

        def answer(path):
            if path == "/meinv/?key=APIKey&num=10":
                news = [{"title": "图", "picUrl": url if "://" in url else base + url} for url in paths]
                return 200, json.dumps({"code": 200, "newslist": news}).encode(), False
            data = pictures.get(path)
            return (404, b"no", False) if data is None else (200, data, "chunked" in path)

        site = WebSite(self.port, answer)
        self.addCleanup(site.server_close)
        self.addCleanup(site.shutdown)
        return site

    def test_pictures(self):
        pictures = {f"/a/{size}.jpg": content_of(size) for size in SIZES} | {"/chunked.png": content_of(12345)}
        self.site(pictures, list(pictures))
        target = self.folder / "pictures"
        target.mkdir()
        self.script(SAVE_DIR=target).ends("")
        self.assertEqual(sorted(os.listdir(target)), sorted(path.rpartition("/")[2] for path in pictures))
        for path, data in pictures.items():
            self.assertEqual((target / path.rpartition("/")[2]).read_bytes(), data)

    def test_swift_names_and_failures(self):
        self.site(
            {"/x/a.jpg?size=1": b"1", "/y/a.jpg": b"2", "/": b"3", "/..": b"4", "/%2e%2e%2fb": b"5"},
            ["/x/a.jpg?size=1", "/y/a.jpg", "/", "/..", "/missing.jpg", "https://127.0.0.1/z.jpg", "/%2e%2e%2fb", "/a b"])
        self.script().ends("")
        contents = sorted(file.read_bytes() for file in self.folder.rglob("*") if file.is_file())
        self.assertEqual(contents, [b"1", b"2", b"3", b"4", b"5"])


@program("s002_time_tcp")
class TimeTCP(Pairing):
    def test_time(self):
        server = self.server()
        server.expect("服务器启动开始监听...\n")
        output = self.client().ends()
        self.assertRegex(output, r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?\n$")
        self.assertLess(abs(datetime.now() - datetime.fromisoformat(output.strip())), timedelta(minutes=1))
        server.expect("('127.0.0.1', ")
        server.expect(")连接到了服务器.\n")

    def test_swift_many_clients(self):
        self.server()
        reset(self.connect())
        self.many(lambda number, connection: self.assertRegex(receive_all(connection), rb"^\d{4}-\d\d-\d\d "))


@program("s002_tcp_hello")
class TCPHello(Pairing):
    def test_exchange(self):
        server = self.server()
        self.client().ends("hahahaha\n")
        server.ends("hello zj\n")


@program("s002_chat_two_party")
class ChatTwoParty(Pairing):
    def test_talk(self):
        server = self.server()
        client = self.client()
        for question, answer in (("hello", "hi"), ("你好", "再见 é")):
            client.expect(">>>")
            client.tell(question)
            server.expect(f"{question}\n>>>")
            server.tell(answer)
            client.expect(f"{answer}\n")
        client.ends(">>>hi\n>>>再见 é\n>>>")
        server.ends("hello\n>>>你好\n>>>")

    def test_swift_empty_lines(self):
        server = self.server()
        connection = self.connect()
        connection.sendall(b"hello")
        server.expect(">>>")
        server.tell("", "", "hi")
        self.assertEqual(connection.recv(100), b"hi")
        connection.close()
        server.ends("hello\n>>>>>>>>>")


@program("s002_image_json_base64")
class ImageJSONBase64(Pairing):
    def picture(self, size):
        (self.folder / "server").mkdir(exist_ok=True)
        data = content_of(size)
        (self.folder / "server" / "guido.jpg").write_bytes(data)
        return data

    def test_sizes(self):
        for size in SIZES:
            data = self.picture(size)
            server = self.server()
            server.expect("服务器启动开始监听...\n")
            target = self.folder / f"saved-{size}"
            target.mkdir()
            for _ in range(2):
                self.client(SAVE_DIR=target).ends("图片已保存.\n")
            self.assertEqual((target / "guido.jpg").read_bytes(), data)
            server.kill()

    def test_swift_wire(self):
        data = self.picture(1000)
        self.server()
        expected = json.dumps({"filename": "guido.jpg", "filedata": base64.b64encode(data).decode()}).encode()
        reset(self.connect())
        self.many(lambda number, connection: self.assertEqual(receive_all(connection), expected))


@program("s002_image_json_base64")
class ImageJSONBase64Client(Pairing):
    def test_swift_bad_messages(self):
        listener = socket.create_server(("127.0.0.1", self.port))
        self.addCleanup(close_listener, listener)
        for message in (
            b"", b"{", b"[]", b'{"filename": "../evil.jpg", "filedata": "QQ=="}', b'{"filename": "a", "filedata": "Q"}',
            b'{"filename": "/tmp/evil.jpg", "filedata": "QQ=="}', b'{"filename": 1, "filedata": 2}',
        ):
            client = self.start("swift", "client")
            connection, _ = listener.accept()
            connection.sendall(message)
            connection.close()
            client.ends("", status=1)
        self.assertEqual([file for file in self.folder.rglob("*") if file.is_file()], [])


class MailSink:
    """A mail server that keeps what it is given; `mechanisms` are the logins that it offers."""

    def __init__(self, port: int, mechanisms: str):
        self.commands, self.mails, self.failure = [], [], None
        self.mechanisms = mechanisms
        self.listener = socket.create_server(("127.0.0.1", port))
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        try:
            connection, _ = self.listener.accept()
            connection.settimeout(LIMIT)
            with connection, connection.makefile("rwb") as file:
                self.talk(file)
        except Exception as error:  # told to the test
            self.failure = error

    def talk(self, file):
        def say(text):
            file.write(text.encode() + b"\r\n")
            file.flush()

        say("220-a sink\r\n220 ready")
        while line := file.readline():
            assert line.endswith(b"\r\n"), line
            command = line[:-2].decode()
            self.commands.append(command)
            word = command.split(" ")[0].upper()
            if word == "EHLO":
                say(f"250-sink\r\n250-AUTH {self.mechanisms}\r\n250 8BITMIME")
            elif command.upper() == "AUTH CRAM-MD5":
                say("334 " + base64.b64encode(b"<1.2@sink>").decode())
                self.commands.append(file.readline()[:-2].decode())
                say("235 welcome")
            elif command.upper().startswith("AUTH LOGIN"):
                if len(command.split(" ")) == 2:
                    say("334 VXNlcm5hbWU6")
                    self.commands.append(file.readline()[:-2].decode())
                say("334 UGFzc3dvcmQ6")
                self.commands.append(file.readline()[:-2].decode())
                say("235 welcome")
            elif word == "AUTH":
                say("235 welcome")
            elif word == "DATA":
                say("354 go on")
                text = []
                while (line := file.readline()) != b".\r\n":
                    assert line.endswith(b"\r\n") and len(line) <= 1000, line
                    text.append(line[1:] if line.startswith(b".") else line)
                self.mails.append(b"".join(text))
                say("250 taken")
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                say("250 well")

    def end(self):
        self.thread.join(LIMIT)
        close_listener(self.listener)
        assert not self.thread.is_alive(), self.commands
        assert self.failure is None, self.failure


class Mails(Script):
    def send(self, mechanisms="PLAIN LOGIN", **environment):
        sink = MailSink(self.port, mechanisms)
        output = self.script(**environment).ends()
        sink.end()
        self.assertEqual(len(sink.mails), 1)
        return output, sink, email.message_from_bytes(sink.mails[0], policy=email.policy.default)


@program("s002_email_plain")
class EmailPlain(Mails):
    def test_mail(self):
        output, sink, mail = self.send()
        self.assertEqual(output, "邮件发送完成!\n")
        commands = [command.lower() for command in sink.commands]
        self.assertTrue(commands[0].startswith("ehlo "), commands)
        self.assertEqual(sink.commands[1], "AUTH PLAIN " + base64.b64encode(b"\0sender@example.com\0password").decode())
        self.assertTrue(commands[2].startswith("mail from:<sender@example.com>"), commands)
        self.assertEqual(commands[3:6], ["rcpt to:<one@example.com>", "rcpt to:<two@example.com>", "data"])
        self.assertEqual(mail.get_content().replace("\r\n", "\n").rstrip("\n"), "用Swift发送邮件的示例代码.\n.\n它也有一行只有一个点.")
        self.assertEqual(mail["Subject"], "示例邮件")
        self.assertEqual(mail["Content-Transfer-Encoding"], "base64")
        self.assertEqual(mail["Content-Type"], 'text/plain; charset="utf-8"')
        self.assertIn(b"From: =?utf-8?b?", sink.mails[0])
        if self.language == "swift":
            self.assertEqual(commands[6], "quit")
            self.assertEqual(mail["From"], "发件人 <sender@example.com>")

    def test_logins(self):
        for mechanisms, count in (("LOGIN", 2), ("CRAM-MD5 PLAIN", 2), ("PLAIN", 1)):
            _, sink, _ = self.send(mechanisms)
            given = [command for command in sink.commands if not command.lower().startswith(("ehlo", "mail", "rcpt", "data", "quit"))]
            self.assertEqual(len(given), count, given)
            if mechanisms.startswith("CRAM"):

                digest = hmac.new(b"password", b"<1.2@sink>", "md5").hexdigest()
                self.assertEqual(base64.b64decode(given[1]).decode(), f"sender@example.com {digest}")


@program("s002_email_attachments")
class EmailAttachments(Mails):
    def test_mail(self):
        (self.folder / "hello.txt").write_bytes(b"hello\n.\nworld\n")
        table = content_of(100_000)
        (self.folder / "汇总数据.xlsx").write_bytes(table)
        output, sink, mail = self.send(DESKTOP=self.folder)
        self.assertEqual(output, "发送完成!\n")
        self.assertEqual(sink.commands[-1].lower(), "quit")
        self.assertEqual(sum(command.lower().startswith("rcpt") for command in sink.commands), 1)
        self.assertEqual(mail["Subject"], "本月数据")
        text, hello, data = mail.iter_parts()
        self.assertEqual(text.get_content().strip(), "附件中有本月数据请查收")
        for part, name, content in ((hello, "hello.txt", b"hello\n.\nworld\n"), (data, "month-data.xlsx", table)):
            self.assertEqual(part.get_filename(), name)
            self.assertEqual(part["Content-Disposition"].content_disposition, "attachment")
            self.assertEqual(part["Content-Transfer-Encoding"], "base64")
            self.assertEqual(base64.b64decode(part.get_payload()), content)
        if self.language == "swift":
            self.assertEqual(data.get_all("Content-Type"), ["application/vnd.ms-excel"])
            self.assertEqual((mail["From"], mail["To"]), ("sender@example.com", "receiver@example.com"))


@program("s002_sms_http_post")
class SMSHTTPPost(Script):
    def test_post(self):
        site = WebSite(self.port, lambda path: (200, '{"code": 2, "msg": "提交成功", "smsid": "1"}'.encode(), False))
        self.addCleanup(site.server_close)
        self.addCleanup(site.shutdown)
        content = "您的验证码是:147258。请不要把验证码泄露给其他人。"
        form = urllib.parse.urlencode(
            {"account": "account", "password": "password", "content": content, "mobile": "mobile", "format": "json"})
        self.script().ends(f"{form}\n{{'code': 2, 'msg': '提交成功', 'smsid': '1'}}\n")
        ((method, path, headers, body),) = site.asked
        self.assertEqual((method, path, body.decode()), ("POST", "/webservice/sms.php?method=Submit", form))
        headers = {name.lower(): value for name, value in headers.items()}
        self.assertEqual(headers["content-type"], "application/x-www-form-urlencoded")
        self.assertEqual(headers["accept"], "text/plain")


@program("s002_web_server")
class WebServer(Pairing):
    PAGE = b"HTTP/1.1 200 OK\r\n\r\n<h1>Hello World!</h1>"

    def test_page(self):
        server = self.server()
        for _ in range(2):
            self.client().ends("<h1>Hello World!</h1>\n")
        server.expect("b'GET / HTTP/1.1\\r\\n")

    def test_swift_requests(self):
        self.server()
        self.connect()
        reset(self.connect())
        for request in (b"GET / HTTP/1.0\r\n\r\n", b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"x" * 30000 + b"\r\n\r\n"):
            connection = self.connect()
            connection.sendall(request)
            self.assertEqual(receive_all(connection), self.PAGE)
        connection = self.connect()
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100000)
        self.assertEqual(receive_all(connection), self.PAGE)

        def talk(number, connection):
            connection.sendall(b"GET /%d HTTP/1.1\r\n\r\n" % number)
            self.assertEqual(receive_all(connection), self.PAGE)

        self.many(talk)


@program("s002_chat_group")
class ChatGroup(Pairing):
    def test_everybody_hears(self):
        server = self.server()
        first, second = self.client(), self.client()
        wait_until(lambda: server.errors.count("connected") == 2, lambda: f"{server}")
        first.expect("发送数据:")
        first.tell("  大家好 ")
        first.expect("接收信息:('127.0.0.1', ")
        second.expect("接收信息:('127.0.0.1', ")
        second.expect("):大家好\n")
        second.tell("quit")
        second.ends()
        first.tell("again")
        first.expect("):again\n")
        first.ends()
        server.expect(">>>")
        server.tell("quit")
        server.ends(">>>")

    def test_swift_many_clients(self):
        server = self.server()
        connections = [self.connect() for _ in range(50)]
        wait_until(lambda: server.errors.count("connected") == 50, lambda: f"{server}")
        for gone in connections[:10]:
            reset(gone)
        for gone in connections[10:20]:
            gone.close()
        wait_until(lambda: server.errors.count("left") + server.errors.count("reset") >= 20, lambda: f"{server}")
        connections[20].sendall(b"hello")
        host, port = connections[20].getsockname()
        expected = f"('{host}', {port}):hello".encode()
        for connection in connections[20:]:
            self.assertEqual(receive_exactly(connection, len(expected)), expected)
        connections[20].sendall(b"quit")
        self.assertEqual(receive_all(connections[20]), b"")


@program("s002_makefile_hello")
class MakefileHello(Pairing):
    def test_line(self):
        server = self.server()
        self.client("wörld").ends(">>>hello wörld\n")
        server.ends("wörld\n\n")

    def test_swift_no_newline(self):
        server = self.server()
        connection = self.connect()
        connection.sendall(b"x")
        connection.shutdown(socket.SHUT_WR)
        self.assertEqual(receive_all(connection), b"hello x")
        server.ends("x\n")


@program("s002_socket_methods")
class SocketMethods(Script):
    def test_output(self):
        output = re.sub(r"\b\d{4,5}\b", "PORT", self.script().ends())
        self.assertEqual(output.splitlines(), [
            "getsockname, getpeername ('127.0.0.1', PORT) true", "setsockopt true", "send 4", "recv b'send'",
            "sendall, recv_into 7 b'sendall...'", "sendfile 9", "recv true", "setblocking BlockingIOError",
            "settimeout TimeoutError", r"makefile b'a line\n'", "sendto 3", "recvfrom (b'one', ('127.0.0.1', PORT))",
            "recvfrom_into (3,) true b'twodall...'"])


@program("s002_address_families")
class AddressFamilies(Pairing):
    def test_families(self):
        for family in ("inet", "inet6", "unix"):
            for kind in ("stream", "dgram"):
                path = self.folder / "x.sock"
                settings = {"FAMILY": family, "TYPE": kind, "SOCK_PATH": path}
                server = self.server(wait=family != "unix", **settings)
                if family == "unix":
                    wait_until(lambda: is_unix_open(path, kind), lambda: f"{server}")
                self.client(**settings).ends("hahahaha\n")
                server.ends("hello zj\n")
                self.assertFalse(path.exists())

    def test_swift_stale_path(self):
        path = self.folder / "x.sock"
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(str(path))
        server = self.server(wait=False, FAMILY="unix", SOCK_PATH=path)
        wait_until(lambda: is_unix_open(path, "stream"), lambda: f"{server}")
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            connection.sendall(b"hello zj")
            self.assertEqual(receive_all(connection), b"hahahaha")


def is_unix_open(path: Path, kind: str) -> bool:
    """Whether a socket is bound to the path, and listens if it is a stream."""
    for line in Path("/proc/net/unix").read_text().splitlines():
        words = line.split()
        if words[-1] == str(path):
            return kind == "dgram" or int(words[3], 16) & 0x10000 != 0
    return False


@program("s002_raw_socket")
class RawSocket(Script):
    def test_reply(self):
        self.assertIn(self.script().ends(), (
            "reply: b'hello raw socket' from 127.0.0.1\n", "no permission: PermissionError\n"))


@program("s002_socketserver_classes")
class SocketServerClasses(Pairing):
    ORDERS = {
        "TCPServer": "TCPServer, BaseServer, object", "UDPServer": "UDPServer, TCPServer, BaseServer, object",
        "UnixStreamServer": "UnixStreamServer, TCPServer, BaseServer, object",
        "UnixDatagramServer": "UnixDatagramServer, UDPServer, TCPServer, BaseServer, object",
        "ThreadingTCPServer": "ThreadingTCPServer, ThreadingMixIn, TCPServer, BaseServer, object",
        "ThreadingUDPServer": "ThreadingUDPServer, ThreadingMixIn, UDPServer, TCPServer, BaseServer, object",
        "ForkingTCPServer": "ForkingTCPServer, ForkingMixIn, TCPServer, BaseServer, object",
        "ForkingUDPServer": "ForkingUDPServer, ForkingMixIn, UDPServer, TCPServer, BaseServer, object",
    }

    def test_classes(self):
        for name, order in self.ORDERS.items():
            is_datagram = "UDP" in name or "Datagram" in name
            for handler in ("base", "datagram" if is_datagram else "stream"):
                path = self.folder / f"{name}-{handler}.sock"
                settings = {"CLASS": name, "HANDLER": handler, "SOCK_PATH": path}
                is_unix = name.startswith("Unix")
                server = self.server(wait=not is_unix, **settings)
                if is_unix:
                    wait_until(lambda: is_unix_open(path, "dgram" if is_datagram else "stream"), lambda: f"{server}")
                for _ in range(2):
                    self.client(**settings).ends(f"HELLO {name.upper()}\n")
                server.expect(order + "\n")
                server.kill()


@program("s002_socketserver_threading")
class SocketServerThreading(Pairing):
    def test_messages(self):
        server = self.server()
        client = self.client("one")
        client.expect("Your msg = one\n>>>")
        other = self.client("二")
        other.expect("Your msg = 二\n>>>")
        client.tell("three")
        client.expect("Your msg = three\n>>>")
        client.tell("quit")
        client.ends()
        other.ends()
        server.expect("处理请求: <socket.socket fd=")
        server.expect("Your msg = one\n")
        server.expect("Your msg = three\n")

    def test_swift_many_clients(self):
        self.server()
        reset(self.connect())

        def talk(number, connection):
            connection.sendall(b"%d" % number)
            expected = b"Your msg = %d" % number
            self.assertEqual(receive_exactly(connection, len(expected)), expected)
            connection.sendall(b"quit")
            self.assertEqual(receive_all(connection), b"")

        self.many(talk)
