"""The toolkit's programs as anybody would use them, and what floor 1 needs to run."""

import json
import re
import signal
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import BINARY, tool

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = BINARY.parent
FLOOR_1 = ("Addresses", "AsyncSockets", "BinaryPacking", "Framing", "Linearization", "Selectors", "SocketServer", "Sockets")
FLOOR_1_PROGRAMS = ("echod", "mro", "packstruct", "structbench", "tutorials")
MAY_IMPORT = {*FLOOR_1, "CSockets", "Glibc", "Synchronization", "SystemPackage"}
# What Swift's own library and the C library consist of.
MAY_LINK = re.compile(
    r"(libswift(Core|Glibc|_Concurrency|_StringProcessing|_RegexParser|Synchronization|SwiftOnoneSupport|_Builtin_float)"
    r"|libdispatch|libBlocksRuntime|libc|libm|libstdc\+\+|libgcc_s|ld-linux-.*|linux-vdso)\.so")


def answers(program: str, *lines: str) -> list[dict]:
    run = subprocess.run(
        [PROGRAMS / program], input="".join(f"{line}\n" for line in lines), capture_output=True, text=True, timeout=60,
        check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


class Floor(unittest.TestCase):
    def test_programs_need_only_swift_and_the_c_library(self):
        for name in FLOOR_1_PROGRAMS:
            listed = subprocess.run([tool("ldd", "libc-bin"), PROGRAMS / name], capture_output=True, text=True, check=True)
            for line in listed.stdout.splitlines():
                library = Path(line.split()[0]).name
                self.assertRegex(library, MAY_LINK, name)

    def test_no_symbol_of_another_floor(self):
        names = ("Foundation", "NIO", "Landline", "Crypto", "Logging", "GRDB")
        # A mangled module's name has its length before it (docs/ABI/Mangling.rst of Swift).
        foreign = re.compile(r"\$s(?:\d+)?(" + "|".join(f"{len(name)}{name}" for name in names) + r"|\d+NIO|\d+Landline)")
        for name in FLOOR_1_PROGRAMS:
            symbols = subprocess.run([tool("nm", "binutils"), PROGRAMS / name], capture_output=True, text=True, check=True)
            found = [line for line in symbols.stdout.splitlines() if foreign.search(line)]
            self.assertEqual(found[:5], [], name)

    def test_imports(self):
        for target in FLOOR_1:
            for file in (ROOT / "Sources" / target).rglob("*.swift"):
                imports = re.findall(r"^(?:public |internal |package |private )?import (?:\w+ )?(\w+)", file.read_text(), re.M)
                self.assertLessEqual(set(imports), MAY_IMPORT, file)


class Ownership(unittest.TestCase):
    """What must not compile. (The same lines without the fault do, so that the error is the one that is meant.)"""

    def errors(self, *statements: str) -> list[str]:
        build = ROOT / ".build/debug"
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "use.swift")
            source.write_text("\n".join(("import Sockets", "func use() throws {", *statements, "}", "")))
            run = subprocess.run(
                [tool("swiftc", "swift"), "-emit-sil", "-swift-version", "6", "-o", "/dev/null", "-I", build / "Modules",
                 "-I", build / "CSockets.build", "-I", ROOT / ".build/checkouts/swift-system/Sources/CSystem/include", source],
                capture_output=True, text=True, timeout=300)
        self.assertEqual(run.returncode == 0, "error:" not in run.stderr, run.stderr)
        return re.findall(r"use\.swift:\d+:\d+: error: (.*)", run.stderr)

    def test_a_socket_is_closed_once_and_not_used_afterwards(self):
        make, close = "let socket = try Socket(.ipv4)", "socket.close()"
        self.assertEqual(self.errors(make, "try socket.listen()", close), [])
        self.assertEqual(self.errors(make, close, close), ["'socket' consumed more than once"])
        self.assertEqual(self.errors(make, close, "try socket.listen()"), ["'socket' used after consume"])
        self.assertNotEqual(self.errors(make, "let other = copy socket", close, "other.close()"), [])


class Programs(unittest.TestCase):
    def test_packstruct(self):
        packed, unpacked, refused = answers(
            "packstruct", '{"format":"<I3s","values":[1,{"hex":"616263"}]}', '{"format":"<I3s","bytes":"01000000616263"}',
            '{"format":"<B","values":[256]}')
        self.assertEqual(packed, {"bytes": "01000000616263"})
        self.assertEqual(unpacked, {"values": [1, {"hex": "616263"}]})
        self.assertIn("255", refused["error"])

    def test_mro(self):
        (found,) = answers("mro", '{"A":[],"B":["A"],"C":["A"],"D":["B","C"],"E":["A","D"]}')
        self.assertEqual(found["D"], ["D", "B", "C", "A"])
        self.assertIn("error", found["E"])

    def test_structbench(self):
        run = subprocess.run([PROGRAMS / "structbench"], capture_output=True, text=True, timeout=60, check=True)
        found = json.loads(run.stdout)
        for case in ("pack <IHBxq8s", "unpack <IHBxq8s", "pack I3sf", "unpack I3sf"):
            self.assertGreater(found[case], 0)

    def test_echod(self):
        for arguments in (
            ["--engine", "sequential"], ["--engine", "threading"], ["--engine", "forking"], ["--engine", "multiplexed"],
            ["--engine", "async"], ["--engine", "async", "--loops", "2"], ["--udp"], ["--udp", "--engine", "async"],
        ):
            with self.subTest(arguments), subprocess.Popen(
                [PROGRAMS / "echod", *arguments, "--port", "0"], stdout=subprocess.PIPE, text=True) as server:
                try:
                    port = int(re.search(r":(\d+)", server.stdout.readline()).group(1))
                    kind = socket.SOCK_DGRAM if "--udp" in arguments else socket.SOCK_STREAM
                    for number in range(3):
                        with socket.socket(socket.AF_INET, kind) as client:
                            client.settimeout(20)
                            client.connect(("127.0.0.1", port))
                            client.sendall(b"over there %d" % number)
                            self.assertEqual(client.recv(100), b"over there %d" % number)
                finally:
                    server.send_signal(signal.SIGTERM)
                self.assertEqual(server.wait(20), 0)


if __name__ == "__main__":
    unittest.main()
