import os
import socket
import struct

from peer import run


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total > 0xFFFF:
        total = (total >> 16) + (total & 0xFFFF)
    return ~total & 0xFFFF


def script():
    try:
        place = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    except PermissionError as error:
        print("no permission: %s" % type(error).__name__)
        return
    number = os.getpid() & 0xFFFF
    packet = struct.pack("!BBHHH", 8, 0, 0, number, 1) + b"hello raw socket"
    place.sendto(packet[:2] + struct.pack("!H", checksum(packet)) + packet[4:], ("127.0.0.1", 0))
    while True:
        data, address = place.recvfrom(1500)
        reply = data[4 * (data[0] & 15):]
        kind, _, _, found, _ = struct.unpack("!BBHHH", reply[:8])
        if kind == 0 and found == number:
            print("reply:", reply[8:], "from", address[0])
            return


run(script=script)
