import struct

from peer import run


def script():
    for message in ("x" * 20, "y" * 32):
        header = struct.pack("i", len(message))
        print(len(message))
        print(len(header))


run(script=script)
