"""A client of the line protocol, written from docs/PROTOCOL.md alone.

    line = Line("127.0.0.1", 5263, fingerprint)
    line.hello()
    line.login_token("lat_...")
    line.put("a.txt", b"hello")
    file, content = line.get("a.txt")

Needs the standard library only; device keys also need `cryptography`, imported when one is made.
"""

import base64
import hashlib
import json
import re
import socket
import ssl
import struct
from collections import defaultdict, deque
from typing import Any, NamedTuple

WHOLE = 1_048_576  # the largest file that travels in its put's own body, and the largest body
CODES = frozenset(
    "bad-request too-large unsupported unauthenticated forbidden bad-path not-found exists "
    "wrong-kind not-empty mismatch changed superseded no-space too-many timeout shutting-down "
    "cancelled internal".split()
)


class LineError(Exception):
    """The server answered with an error; `id` is None when it speaks of the connection."""

    def __init__(self, error: dict, id: int | None):
        self.code, self.message, self.id = error["code"], error["message"], id
        super().__init__(f"{self.code}: {self.message}")
        if self.code not in CODES:
            raise AssertionError(f"'{self.code}' is not in the closed list of section 3")


class Closed(Exception):
    """The server closed the connection."""


class NotTrusted(Exception):
    """The certificate is not the one that was pinned."""


class Invite(NamedTuple):
    host: str
    port: int
    fingerprint: str
    token: str

    @classmethod
    def parse(cls, text: str) -> "Invite":
        found = re.fullmatch(
            r"landline://(\[[0-9A-Fa-f:.]+\]|[^:/\[\]]+):(\d+)/#([0-9a-f]{64}|ca)\.([\w-]{43})", text
        )
        if not found:
            raise ValueError(f"not an invite: {text!r}")
        host, port, fingerprint, token = found.groups()
        return cls(host.strip("[]"), int(port), fingerprint, token)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"landline://{host}:{self.port}/#{self.fingerprint}.{self.token}"


class DeviceKey:
    """An Ed25519 key and the signature of section 4."""

    def __init__(self):
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._private = Ed25519PrivateKey.generate()
        self.public = self._private.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        self.id = hashlib.sha256(self.public).hexdigest()[:32]

    def sign(self, certificate: bytes, nonce: bytes) -> str:
        fields = (b"landline-auth-1", certificate, nonce, self.id.encode())
        text = b"".join(struct.pack("<I", len(field)) + field for field in fields)
        return base64.b64encode(self._private.sign(text)).decode()

    @property
    def public_text(self) -> str:
        return base64.b64encode(self.public).decode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def message(head: dict | bytes, body: bytes = b"") -> bytes:
    """One message as it goes over the wire; a head in bytes is taken as it is."""
    if isinstance(head, dict):
        head = json.dumps(head | ({"body": len(body)} if body else {})).encode()
    return struct.pack("<I", len(head)) + head + body


class Line:
    """One connection. Not for several threads at once."""

    def __init__(self, host: str, port: int, fingerprint: str, timeout: float = 30, receive_buffer: int = 0):
        plain = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        if receive_buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.settimeout(timeout)
        try:
            plain.connect((host, port))
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE  # the pin below is the check
            context.minimum_version = ssl.TLSVersion.TLSv1_3
            context.set_alpn_protocols(["landline/1"])
            secure = context.wrap_socket(plain)
        except BaseException:
            plain.close()
            raise
        self.certificate = hashlib.sha256(secure.getpeercert(binary_form=True)).digest()
        if self.certificate.hex() != fingerprint:
            secure.close()
            raise NotTrusted(self.certificate.hex())
        if secure.selected_alpn_protocol() != "landline/1":
            secure.close()
            raise NotTrusted(f"ALPN is {secure.selected_alpn_protocol()}")
        self._begin(secure)

    @classmethod
    def unix(cls, path: str, timeout: float = 30) -> "Line":
        """The control socket of section 8: the same messages without TLS."""
        line = cls.__new__(cls)
        plain = socket.socket(socket.AF_UNIX)
        plain.settimeout(timeout)
        plain.connect(path)
        line.certificate = bytes(32)
        line._begin(plain)
        return line

    def _begin(self, connected: socket.socket) -> None:
        self.socket = connected
        self.nonce = b""
        self._next_id = 0
        self._buffer = bytearray()
        self.arrived = 0  # bytes
        self._inbox: dict[int, deque] = defaultdict(deque)
        self.pushes: deque = deque()  # what came without having been asked for

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Messages (section 2)

    def send_raw(self, data: bytes) -> None:
        try:
            self.socket.sendall(data)
        except (ConnectionError, ssl.SSLError) as error:
            raise Closed(error) from error

    def send(self, head: dict, body: bytes = b"") -> None:
        self.send_raw(message(head, body))

    def take_some(self, most: int = 262_144) -> None:
        """Takes what has arrived, or what arrives next."""
        try:
            piece = self.socket.recv(most)
        except TimeoutError:
            raise
        except (ConnectionError, ssl.SSLError) as error:
            raise Closed(error) from error
        if not piece:
            raise Closed("end of stream" + (" inside a message" if self._buffer else ""))
        self._buffer += piece
        self.arrived += len(piece)

    def _read(self, count: int) -> bytes:
        while len(self._buffer) < count:
            self.take_some()
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def receive(self) -> tuple[dict, bytes]:
        """The next message, whatever it belongs to."""
        (length,) = struct.unpack("<I", self._read(4))
        if not 2 <= length <= 65_536:
            raise AssertionError(f"the server sent a head of {length} bytes")
        head = json.loads(self._read(length))
        return head, self._read(head.get("body", 0))

    # Requests and answers (section 3)

    def request(self, op: str, body: bytes = b"", **fields: Any) -> int:
        """Sends a request and returns its id. Fields that are None are left out."""
        id = self._next_id
        self._next_id += 1
        given = {name: value for name, value in fields.items() if value is not None}
        self.send({"op": op, "id": id} | given, body)
        return id

    def answer(self, id: int) -> tuple[dict, bytes]:
        """The next message for this id; raises its error, or the connection's."""
        while not self._inbox[id]:
            self.sort(*self.receive())
        head, body = self._inbox[id].popleft()
        if "error" in head:
            raise LineError(head["error"], id)
        return head, body

    def sort(self, head: dict, body: bytes) -> None:
        if "id" in head:
            self._inbox[head["id"]].append((head, body))
        elif "error" in head:
            raise LineError(head["error"], None)
        else:
            self.pushes.append((head, body))

    def pushed(self) -> tuple[dict, bytes]:
        """What is pushed next."""
        while not self.pushes:
            self.sort(*self.receive())
        return self.pushes.popleft()

    def after_working(self, id: int) -> dict:
        """The first answer for this id that is not `working`."""
        while (head := self.answer(id)[0])["type"] == "working":
            pass
        return head

    def call(self, op: str, body: bytes = b"", **fields: Any) -> dict:
        return self.after_working(self.request(op, body, **fields))

    def stray(self) -> list[dict]:
        """What has arrived that nobody asked for, after one more exchange."""
        self.call("ping")
        return [head for box in self._inbox.values() for head, _ in box]

    def ending(self) -> str | None:
        """Reads until the server closes; the code of the connection's error, if it sent one."""
        code = None
        try:
            while True:
                head, _ = self.receive()
                if "id" not in head and "error" in head:
                    code = LineError(head["error"], None).code
        except Closed:
            return code

    def listed(self, op: str) -> list[dict]:
        """`accounts` or `tokens`: in the head, or in the body when they are too long for it."""
        head, body = self.answer(self.request(op))
        return json.loads(body) if "body" in head else head[head["type"]]

    # Hello and login (section 4)

    def hello(self, versions: tuple[int, ...] = (1,)) -> dict:
        answer = self.call("hello", versions=list(versions), software="outside 1", features=[])
        self.nonce = base64.b64decode(answer["nonce"], validate=True)
        return answer

    def login_token(self, token: str) -> dict:
        return self.call("login", token=token)

    def login_secret(self, secret: str) -> dict:
        return self.call("login", secret=secret)

    def login_device(self, key: DeviceKey) -> dict:
        return self.call("login", device=key.id, signature=key.sign(self.certificate, self.nonce))

    def join(self, token: str, name: str, key: DeviceKey, device: str = "test") -> dict:
        return self.call(
            "join",
            invite=token,
            name=name,
            deviceName=device,
            publicKey=key.public_text,
            signature=key.sign(self.certificate, self.nonce),
        )

    # Rooms (section 6)

    def say(self, room: str, text: str | bytes, key: str | None = None, **fields: Any) -> dict:
        text = text.encode() if isinstance(text, str) else text
        return self.call("chat.send", text, room=room, key=key, **fields)

    def history(self, room: str, **fields: Any) -> tuple[dict, list[dict]]:
        head, body = self.answer(self.request("chat.history", room=room, **fields))
        return head, json.loads(body)

    def heard(self) -> tuple[dict, str]:
        """The next message of a room that is pushed; comings and goings are passed over."""
        while True:
            head, body = self.pushed()
            if head["type"] != "presence":
                return head, body.decode()

    # Files (section 6)

    def put(self, path: str, data: bytes, **fields: Any) -> dict:
        """A put whose own body is the file."""
        return self.call("put", data, **{"path": path, "size": len(data), "sha256": sha256(data)} | fields)

    def begin_put(self, path: str, size: int | None, **fields: Any) -> tuple[int, dict]:
        """Opens a put in parts; its id, and `ready` (or `skipped`, or with `again` `stored`)."""
        id = self.request("put", path=path, size=size, **fields)
        return id, self.after_working(id)

    def send_data(self, id: int, data: bytes, slice: int = 262_144) -> None:
        for start in range(0, len(data), slice):
            self.send({"op": "data", "id": id}, data[start : start + slice])

    def commit(self, id: int, sha: str) -> dict:
        self.send({"op": "commit", "id": id, "sha256": sha})
        return self.after_working(id)

    def cancel(self, id: int, discard: bool = False) -> None:
        self.send({"op": "cancel", "id": id} | ({"discard": True} if discard else {}))

    def put_in_parts(self, path: str, data: bytes, **fields: Any) -> dict:
        """Puts in parts, from what the server has kept when `resume` is asked and its hash agrees."""
        id, ready = self.begin_put(path, **{"size": len(data)} | fields)
        if ready["type"] != "ready":
            return ready
        offset = ready["offset"]
        if sha256(data[:offset]) != ready["prefixSha256"]:
            self.cancel(id)
            try:
                self.after_working(id)
            except LineError as error:
                if error.code != "cancelled":
                    raise
            return self.put_in_parts(path, data, **fields | {"resume": None})
        self.send_data(id, data[offset:])
        return self.commit(id, sha256(data))

    def get(self, path: str, have: bytes = b"") -> tuple[dict, bytes]:
        """The `file` head and the whole content, of which the caller may already have a beginning."""
        id = self.request(
            "get", path=path, offset=len(have) or None, prefixSha256=sha256(have) if have else None
        )
        return self.finish_get(id, have)

    def finish_get(self, id: int, have: bytes = b"") -> tuple[dict, bytes]:
        file = self.after_working(id)
        content = bytearray(have[: file["offset"]])
        while True:
            head, body = self.answer(id)
            if head["type"] == "data":
                content += body
            elif head["type"] == "end":
                break
        if head["sha256"] != sha256(content) or file["size"] != len(content):
            raise AssertionError("the server's hash or size is not that of what it sent")
        if file.get("sha256", head["sha256"]) != head["sha256"]:
            raise AssertionError("`file` and `end` name different hashes")
        return file, bytes(content)

    def tree(self, path: str = "", **fields: Any) -> tuple[list[dict], dict]:
        """Everything below a folder, and what the server says it was in all."""
        return self.finish_tree(self.request("tree", path=path, **fields))

    def finish_tree(self, id: int) -> tuple[list[dict], dict]:
        entries: list[dict] = []
        while True:
            head, body = self.answer(id)
            if head["type"] == "branch":
                entries += json.loads(body)
            elif head["type"] == "tree":
                return entries, head

    def list(self, path: str = "") -> list[dict]:
        entries: list[dict] = []
        after = None
        while True:
            id = self.request("list", path=path, after=after)
            while (answer := self.answer(id))[0]["type"] == "working":
                pass
            head, body = answer
            page = json.loads(body or b"[]")
            entries += page
            if not head["more"]:
                return entries
            if not page:
                raise AssertionError("an empty page says that there is more")
            after = page[-1]["name"]
