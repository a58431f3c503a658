import json
import struct

from peer import run


def script():
    header = {
        "file_name": "电影合集.mp4",
        "file_size": 1231283912839123123424234234234234234324324912,
        "file_desc": "这是一部很好看的电影mp4",
        "file_desc2": "这也是一部很好看的电影 mp4",
    }
    length = struct.pack("i", len(json.dumps(header)))
    print(len(length))
    print(struct.unpack("i", length)[0])


run(script=script)
