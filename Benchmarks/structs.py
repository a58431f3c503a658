#!/usr/bin/env python3
"""Packs and unpacks two formats with BinaryPacking and with CPython's precompiled struct.Struct, in turn.

    python3 Benchmarks/structs.py                                # .build/release/structbench, 5 rounds
    STRUCTBENCH=path/to/structbench python3 Benchmarks/structs.py --rounds 9

Both sides count operations per second of CPU time, so that other programs on the machine disturb less. CPython's
number is the better of `pack` and `pack_into` (a reused bytearray), or of `unpack` and `unpack_from`. A row shows the
medians and the ratio. The typed form has to reach 5 times CPython, whatever the types: the fields' own, `[UInt8]` for
byte strings, `Int` and `Double` for numbers. With the fields' own types and with `[UInt8]` it has to reach half of the
record that is written by hand with the same types. The dynamic form has to reach CPython. Exits with 1 if a row falls
short.
"""

import argparse
import json
import os
import statistics
import struct
import subprocess
import sys
import time
import timeit
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STRUCTBENCH = Path(os.environ.get("STRUCTBENCH", ROOT / ".build/release/structbench"))

FORMATS = {"<IHBxq8s": (70_000, 7, 3, -5, b"abcdefgh"), "I3sf": (70_000, b"abc", 1.5)}
# Behind the name of a case: what it is compared with, and how many times as fast it has to be.
TYPED, DYNAMIC = 5.0, 1.0
BY_HAND = {"pack": "storeBytes", "unpack": "loadBytes"}


def rate(statement: str, names: dict, number: int = 200_000) -> float:
    return number / min(timeit.repeat(statement, globals=names, number=number, repeat=3, timer=time.process_time))


def python_round() -> dict[str, float]:
    rates = {}
    for text, values in FORMATS.items():
        record = struct.Struct(text)
        names = {
            "pack": record.pack, "pack_into": record.pack_into,
            "unpack": record.unpack, "unpack_from": record.unpack_from,
            "buffer": bytearray(record.size), "data": record.pack(*values),
        }
        arguments = ", ".join(map(repr, values))
        rates[f"pack {text}"] = max(
            rate(f"pack({arguments})", names), rate(f"pack_into(buffer, 0, {arguments})", names))
        rates[f"unpack {text}"] = max(rate("unpack(data)", names), rate("unpack_from(buffer)", names))
    return rates


def swift_round() -> dict[str, float]:
    return json.loads(subprocess.run([STRUCTBENCH], stdout=subprocess.PIPE, check=True).stdout)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds

    swift_rounds, python_rounds = [], []
    for _ in range(rounds):
        python_rounds.append(python_round())
        swift_rounds.append(swift_round())

    def medians(all_rounds):
        return {name: statistics.median(each[name] for each in all_rounds) for name in all_rounds[0]}

    swift, python = medians(swift_rounds), medians(python_rounds)
    fallen = []
    print(f"{'case':<34}{'M/s':>9}{'CPython':>9}{'ratio':>8}{'by hand':>9}{'ratio':>8}")
    for name, mine in swift.items():
        verb, text, *kind = name.split(" ")
        if kind and kind[-1] in BY_HAND.values():
            continue
        theirs = python[f"{verb} {text}"]
        hand = swift[" ".join([verb, text, *(each for each in kind if each == "[UInt8]"), BY_HAND[verb]])]
        short = []
        wanted = DYNAMIC if kind[:1] == ["dynamic"] else TYPED
        if mine < wanted * theirs:
            short.append(f"under {wanted:g} times CPython")
        if kind in ([], ["[UInt8]"]) and mine < hand / 2:
            short.append("under half of the hand-written record")
        fallen += [name] if short else []
        columns = f"{mine / 1e6:>9.1f}{theirs / 1e6:>9.1f}{mine / theirs:>8.2f}{hand / 1e6:>9.1f}{mine / hand:>8.2f}"
        print(f"{name:<34}{columns}  {'; '.join(short)}".rstrip())
    if fallen:
        print(f"{len(fallen)} of the rows fall short: {', '.join(fallen)}")
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
