"""What the Python peers that run commands have together."""

import subprocess


def run_command(text):
    """A command's errors and output."""
    done = subprocess.run(text, shell=True, stdin=subprocess.DEVNULL, capture_output=True)
    return done.stderr, done.stdout
