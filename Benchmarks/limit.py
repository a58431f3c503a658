"""What encryption, hashing and one copy through loopback into a file take of these two cores, and nothing else.

A transfer that verifies cannot be faster than this; the sum is CPU seconds, the limit is that of both cores together.
"""

import hashlib
import re
import socket
import subprocess
import threading
import time
from pathlib import Path

PIECE = 1 << 18


def hashing(source: Path) -> float:
    """CPU seconds to hash the file (OpenSSL's SHA-256), its bytes read from memory piece by piece."""
    hasher, buffer = hashlib.sha256(), bytearray(PIECE)
    with open(source, "rb", buffering=0) as file:
        start = time.thread_time()
        while count := file.readinto(buffer):
            hasher.update(memoryview(buffer)[:count])
        return time.thread_time() - start


def sealing(size: int) -> float:
    """CPU seconds to encrypt `size` bytes in TLS records (AES-128-GCM)."""
    text = subprocess.run(
        ["openssl", "speed", "-seconds", "1", "-bytes", "16384", "-evp", "aes-128-gcm"],
        capture_output=True, text=True, check=True).stdout
    thousands = float(re.search(r"AES-128-GCM\s+([\d.]+)k", text, re.IGNORECASE).group(1))
    return size / (thousands * 1000)


def copying(source: Path, target: Path) -> float:
    """CPU seconds of both ends to send the file over TCP on loopback into another file, without a look at it."""
    seconds = []

    def send(peer: socket.socket):
        start = time.thread_time()
        buffer = bytearray(PIECE)
        with peer, open(source, "rb", buffering=0) as file:
            while count := file.readinto(buffer):
                peer.sendall(memoryview(buffer)[:count])
        seconds.append(time.thread_time() - start)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        receiver = socket.create_connection(listener.getsockname())
        sender = threading.Thread(target=send, args=[listener.accept()[0]])
        sender.start()
        start = time.thread_time()
        buffer = bytearray(PIECE)
        with receiver, open(target, "wb", buffering=0) as file:
            while count := receiver.recv_into(buffer):
                file.write(memoryview(buffer)[:count])
        seconds.append(time.thread_time() - start)
        sender.join()
    return sum(seconds)


def report(source: Path, target: Path) -> None:
    size = source.stat().st_size
    hashed, sealed, copied = hashing(source), sealing(size), copying(source, target)
    target.unlink()
    print("the limit, in CPU seconds of this run:")
    print(f"  SHA-256 {hashed:.2f}, AES-128-GCM {sealed:.2f} a side, loopback into a file {copied:.2f}")
    for way, hashes in (("put", 2), ("get", 1)):
        total = hashes * hashed + 2 * sealed + copied
        print(f"  {way}: {total:.2f}, which two cores do in {total / 2:.2f} s"
              f" ({'both sides hash' if hashes == 2 else 'the client hashes, the server has done so before'})")
