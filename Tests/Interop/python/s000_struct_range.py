import struct

from peer import run


def script():
    print(struct.pack("i", 1111))
    try:
        print(struct.pack("i", 1111111111111))
    except struct.error as error:
        print("struct.error: %s" % error)


run(script=script)
