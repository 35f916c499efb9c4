"""`python -m speechsubs` is `speechsubs`."""

from speechsubs.cli import main

main(prog_name="speechsubs")
