"""The command line: options in, the library's work, an exit code out.

Exit codes: 0 clean, 1 input error, 2 usage, 3 written with findings. Commands are
imported when they are called, so that `--help` answers at once.
"""

from speechsubs.cli.group import main

__all__ = [
    "main",
]
