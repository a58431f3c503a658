#!/usr/bin/env python3
"""Runs the programs of the tutorials against each other: Swift and Python, server and client, in every pairing.

    run.py [-k PATTERN]… [-j TESTS] [-l]

Every test_*.py beside it holds tests; their ids are `PROGRAM.test SERVER/CLIENT`, as in
`s000_tcp_hello.exchange swift/python`. TUTORIALS_BINARY is the binary (.build/debug/tutorials if it is not set).
The last line is `N passed, N failed`. An error is a failure, and so is a skipped test.
"""

import argparse
import concurrent.futures
import importlib
import io
import os
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
SLOW = 5.0  # seconds from which on a test's duration is worth a line


def flatten(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from flatten(item)
        else:
            yield item


def run_one(test: unittest.TestCase) -> tuple[unittest.TestCase, bool, float, str]:
    began = time.monotonic()
    result = unittest.TestResult()
    test.run(result)
    troubles = result.failures + result.errors + [(test, why) for _, why in result.skipped]
    passed = result.wasSuccessful() and not result.skipped
    return test, passed, time.monotonic() - began, "\n".join(text for _, text in troubles)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-k", dest="patterns", action="append", default=[], metavar="PATTERN")
    parser.add_argument("-j", dest="tests", type=int, default=min(4, (os.cpu_count() or 2) + 1))
    parser.add_argument("-l", dest="listed", action="store_true", help="list the tests and run none")
    options = parser.parse_args()
    sys.path.insert(0, str(HERE))
    sys.dont_write_bytecode = True

    loader = unittest.TestLoader()
    modules = [importlib.import_module(file.stem) for file in sorted(HERE.glob("test_*.py"))]
    # A class without a program is what the classes of several programs have together.
    tests = [test for module in modules for test in flatten(loader.loadTestsFromModule(module)) if test.program]
    if options.patterns:
        tests = [test for test in tests if any(pattern in test.id() for pattern in options.patterns)]
    if options.listed:
        print(*(test.id() for test in tests), sep="\n")
        return 0
    passed = failed = 0
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.tests) as pool:
        for run in concurrent.futures.as_completed([pool.submit(run_one, test) for test in tests]):
            test, ok, seconds, trouble = run.result()
            passed += ok
            failed += not ok
            if not ok:
                print(f"FAILED {test.id()}\n{trouble}", flush=True)
            elif seconds >= SLOW:
                print(f"{seconds:6.1f} s  {test.id()}", flush=True)
    print(f"{time.monotonic() - began:.0f} s in all")
    if not passed + failed:
        print("no test was found")
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
