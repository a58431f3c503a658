import binascii
import struct

from peer import run


def script():
    first, second, third = struct.Struct("I3sf"), struct.Struct("4sI"), struct.Struct("ii")
    print(first.size, second.size)
    buffer = bytearray(first.size + second.size)
    print("before", binascii.hexlify(buffer))
    first.pack_into(buffer, 0, 1, b"abc", 2.7)
    second.pack_into(buffer, first.size, b"defg", 101)
    print("after", binascii.hexlify(buffer))
    print(first.unpack_from(buffer, 0))
    print(second.unpack_from(buffer, first.size))
    third.pack_into(buffer, 0, 123, 123)
    print("after", binascii.hexlify(buffer))
    print(third.unpack_from(buffer, 0))


run(script=script)
