"""Reads what BinaryPacking did, one JSON object a line, does it with CPython's struct, and prints the differences.

{"format": f, "values": [...], "bytes": hex}            pack
{"format": f, "bytes": hex, "values": [...]}            unpack ("unpack": true)
{"format": f, "size": n}                                the format alone
{"request": {...}, "answer": {...}}                     a line of the program packstruct, and its answer
All but the last may have {"error": [code, message]} in place of the result; "offset" and "length" make it pack_into a
buffer of that length, or unpack_from. Values: integers, booleans, {"hex": bytes}, {"double": bits as hex}.

Ends with a line `agreed N, of them errors M`.
"""

import json
import re
import struct
import sys

# In the order of the first that matches; CPython's wording is its only way to tell errors apart.
CODES = [
    ("wrong-count", r"expected \d+ items for packing"),
    ("wrong-type", r"required argument is not|must be a bytes object|requires a bytes object of length 1"),
    ("buffer-too-small", r"requires a buffer of at least|no space to|not enough data|out of range for \d+-byte"),
    ("wrong-size", r"requires a buffer of|cannot iteratively"),
    ("out-of-range", r"format requires|out of range|too large"),
    ("size-overflow", r"total struct size too long"),
    ("invalid-format", r"bad char|repeat count given|embedded null|ordinal not in range"),
]
RANGE = re.compile(r"-?\d+ <= number <= \d+")
# What CPython says of these has all the numbers in it, so ours has to begin with the same.
SAME_WORDS = {"buffer-too-small", "wrong-size", "size-overflow", "wrong-count"}


def value(given):
    if not isinstance(given, dict):
        return given
    if "hex" in given:
        return bytes.fromhex(given["hex"])
    return struct.unpack(">d", bytes.fromhex(given["double"]))[0]


def told(result):
    if isinstance(result, bytes):
        return {"hex": result.hex()}
    if isinstance(result, float):
        return {"double": struct.pack(">d", result).hex()}
    return result


def expected(case):
    record = struct.Struct(case["format"])
    offset = case.get("offset")
    if case.get("unpack"):
        data = bytes.fromhex(case["bytes"])
        result = record.unpack(data) if offset is None else record.unpack_from(data, offset)
        return [told(each) for each in result]
    if "values" not in case:
        return record.size
    values = [value(each) for each in case["values"]]
    if offset is None:
        return record.pack(*values).hex()
    buffer = bytearray(b"\xAA" * case["length"])
    record.pack_into(buffer, offset, *values)
    return buffer.hex()


def code_of(words):
    return next((code for code, pattern in CODES if re.search(pattern, words)), None)


def answer_difference(request, answer):
    """The same for a line of packstruct: the bytes, or an error of the same kind about the first value that has one."""
    given = [bytes.fromhex(each["hex"]) if isinstance(each, dict) and "hex" in each else each
             for each in request["values"]]
    record = struct.Struct(request["format"])
    try:
        right = record.pack(*given).hex()
        return None if answer == {"bytes": right} else right
    except (struct.error, OverflowError) as error:
        words = str(error)
    message = answer.get("error", "")
    # "int too large to convert" is Python's for what does not fit a C number, where this has the format's range.
    if code_of(words) != code_of(message):
        return words
    limits = RANGE.search(words)
    if limits and limits.group() not in message or code_of(words) in SAME_WORDS and not message.startswith(words):
        return words
    place = re.search(r"values\[(\d+)\]", message)
    if place and int(place.group(1)) != first_wrong(request["format"], given):
        return f"{words}, of values[{first_wrong(request['format'], given)}]"
    return None


def first_wrong(text, given):
    """Which value CPython stumbles over: the first that is refused with harmless ones behind it."""
    for count in range(1, len(given) + 1):
        try:
            struct.pack(text, *given[:count], *harmless(text)[count:])
        except (struct.error, OverflowError):
            return count - 1
    return None


def harmless(text):
    record = struct.Struct(text)
    return [each if not isinstance(each, float) else 0.0 for each in record.unpack(bytes(record.size))]


def difference(case):
    """None, or what CPython does instead."""
    if "request" in case:
        return answer_difference(case["request"], case["answer"])
    try:
        right = expected(case)
    except (struct.error, OverflowError, UnicodeEncodeError) as error:
        words = str(error)
        code = next(code for code, pattern in CODES if re.search(pattern, words))
        if "error" not in case or case["error"][0] != code:
            return f"{code}: {words}"
        message = case["error"][1]
        if code in SAME_WORDS and not message.startswith(words):
            return words
        limits = RANGE.search(words)
        if limits and limits.group() not in message:
            return words
        return None
    if "error" in case:
        return right
    mine = case["values"] if case.get("unpack") else case["bytes"] if "values" in case else case["size"]
    # As text: 1 and True and 1.0 are equal in Python.
    return None if json.dumps(mine) == json.dumps(right) else right


def main():
    agreed = errors = differences = 0
    for line in sys.stdin:
        case = json.loads(line)
        right = difference(case)
        if right is None:
            agreed += 1
            errors += "error" in case or "error" in case.get("answer", ())
        else:
            differences += 1
            if differences <= 20:
                print(f"{line.strip()}\n  CPython: {right}")
    print(f"agreed {agreed}, of them errors {errors}")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
