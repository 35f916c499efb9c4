"""The command line: parses options, calls the library, returns an exit code.

Exit codes: 0 clean, 1 input error, 2 usage, 3 written with findings. Commands are
imported when they are called, so that `--help` stays fast.
"""

from speechsubs.cli.group import main

__all__ = [
    "main",
]
