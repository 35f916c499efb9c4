"""`python -m speechsubs` is `speechsubs`."""

from speechsubs.adapters import signals


def run() -> None:
    """Run the command line; Ctrl-C shows no traceback while the program starts and ends."""
    signals.end_silently()
    from speechsubs.cli import main  # takes long enough to be interrupted

    main(prog_name="speechsubs")


if __name__ == "__main__":
    run()
