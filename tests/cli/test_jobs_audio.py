"""The steps of an aligner on one bar."""

from rich.progress import Progress

from speechsubs.cli.jobs import audio


def test_the_steps_of_an_aligner_fill_one_bar() -> None:
    bar = Progress(disable=True)
    share = audio._Share(bar)
    seen = []
    for step in ("voice", "listen", "decide", "align"):
        for done in (1, 2):
            share(step, done, 2)
            seen.append(bar.tasks[0].completed)
    assert len(bar.tasks) == 1
    assert seen == sorted(set(seen))
    assert seen[-1] == bar.tasks[0].total


def test_an_aligner_without_a_step_still_ends_full() -> None:
    bar = Progress(disable=True)
    share = audio._Share(bar)
    # Nothing was in doubt, and a step without parts is no division by zero.
    for step, total in (("voice", 5), ("listen", 0), ("align", 3)):
        share(step, total, total)
    assert bar.tasks[0].completed == bar.tasks[0].total
