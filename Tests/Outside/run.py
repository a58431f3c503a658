#!/usr/bin/env python3
"""Runs every test_*.py beside it, each in a process of its own, a few at a time.

    run.py [-k PATTERN]… [-j PROCESSES] [MODULE…]

The last line is `N passed, N failed`. An error is a failure, and so is a skipped test.
"""

import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
SLOW = 5.0  # seconds from which on a test's duration is worth a line
MODULE_LIMIT = 900  # seconds; a module that takes longer hangs
# The longest first, so that they do not run alone at the end.
LONGEST = ("test_crash", "test_resume", "test_garbage", "test_files")


class Timed(unittest.TextTestResult):
    """Counts, and remembers how long each test took."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.durations: list[tuple[float, str]] = []

    def startTest(self, test):
        self._began = time.monotonic()
        super().startTest(test)

    def stopTest(self, test):
        self.durations.append((time.monotonic() - self._began, test.id()))
        super().stopTest(test)


def run_module(name: str, patterns: list[str], report: Path) -> None:
    """In the child: runs one module and writes what came of it to `report`."""
    loader = unittest.TestLoader()
    loader.testNamePatterns = [p if "*" in p else f"*{p}*" for p in patterns] or None
    suite = loader.loadTestsFromName(name)
    runner = unittest.TextTestRunner(sys.stdout, verbosity=2, resultclass=Timed, warnings="ignore")
    result = runner.run(suite)
    not_passed = [test for test, _ in result.failures + result.errors + result.skipped]
    # A test with several failed subtests is one that failed, and so is a class that cannot be set up.
    failed = {getattr(test, "test_case", test).id() for test in not_passed + result.unexpectedSuccesses}
    passed = {test for _, test in result.durations} - failed
    report.write_text(json.dumps({"passed": len(passed), "failed": len(failed), "durations": result.durations}))


def start_module(name: str, patterns: list[str], folder: Path) -> tuple[str, dict, float, str]:
    """In the parent: a child for a module; its name, report, duration and output."""
    report = folder / f"{name}.json"
    arguments = [sys.executable, "-B", __file__, "--child", str(report), name]
    for pattern in patterns:
        arguments += ["-k", pattern]
    began = time.monotonic()
    try:
        done = subprocess.run(
            arguments, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=MODULE_LIMIT
        )
        output = done.stdout
    except subprocess.TimeoutExpired as error:
        output = (error.stdout or b"") + b"\nthe module did not end in time\n"
    outcome = {"passed": 0, "failed": 1, "durations": []}
    if report.exists():
        outcome = json.loads(report.read_text())
    return name, outcome, time.monotonic() - began, output.decode("utf-8", "replace")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", metavar="MODULE")
    parser.add_argument("-k", dest="patterns", action="append", default=[], metavar="PATTERN")
    parser.add_argument("-j", dest="processes", type=int, default=min(3, (os.cpu_count() or 2) + 1))
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        run_module(options.modules[0], options.patterns, options.child)
        return 0

    names = [Path(name).stem for name in options.modules] or [file.stem for file in HERE.glob("test_*.py")]
    names.sort(key=lambda name: (LONGEST.index(name) if name in LONGEST else len(LONGEST), name))
    passed = failed = 0
    durations: list[tuple[float, str]] = []
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        concurrent.futures.ThreadPoolExecutor(options.processes) as pool,
    ):
        runs = [pool.submit(start_module, name, options.patterns, Path(folder)) for name in names]
        for run in concurrent.futures.as_completed(runs):
            name, outcome, seconds, output = run.result()
            passed += outcome["passed"]
            failed += outcome["failed"]
            durations += outcome["durations"]
            if outcome["passed"] or outcome["failed"]:
                print(f"=== {name} ({seconds:.1f} s)\n{output}", flush=True)
    for seconds, test in sorted(durations, reverse=True):
        if seconds >= SLOW:
            print(f"{seconds:6.1f} s  {test}")
    print(f"{time.monotonic() - began:.0f} s in all")
    if not passed + failed:
        print("no test was found")
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
