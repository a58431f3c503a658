import struct

from peer import run


def script():
    data = struct.pack("i", 199)
    print(data)
    print(struct.unpack("i", data))


run(script=script)
