"""The choice of where a batch runs: on this machine or on a cluster."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

import click

from speechsubs import batch
from speechsubs.batch import JobResult
from speechsubs.batch.cluster.client import Cluster
from speechsubs.batch.cluster.protocol import Place
from speechsubs.cli.arguments import BatchArguments
from speechsubs.engines import ctranslate

#: `batch.run`, or its equivalent on a cluster.
Runner = Callable[..., Generator[JobResult, None, None]]


def refuse(given: BatchArguments) -> None:
    """Raise a usage error for options that cannot be combined with a cluster."""
    if not (given.cluster or given.scheduler):
        return
    if given.cluster and given.scheduler:
        raise click.UsageError("--cluster local and --scheduler do not go together")
    if given.scheduler and given.jobs:
        raise click.UsageError("--jobs is for this machine; a scheduler uses all its workers")


@contextmanager
def runner(given: BatchArguments, workers: int, note: Callable[[str], None]) -> Iterator[Runner]:
    """The function that runs the jobs. Raises `InputError` if Dask is not installed.

    No worker is started or contacted before there is something to do.
    """
    if given.scheduler:
        place = Place(given.scheduler)
    elif given.cluster:
        place = Place("", workers, max(1, ctranslate.count_cores() // workers))
    else:
        yield batch.run
        return
    with Cluster(place, note) as cluster:
        yield cluster.run
