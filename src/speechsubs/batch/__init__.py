"""Batch processing: planned, parallel and resumable.

A `Job` describes one file and everything to do with it, as plain data. `do` runs it in
any process on any machine and returns a plain `JobResult`; the output is byte-identical
however the jobs are scheduled. `run` schedules them on this machine.
"""

from speechsubs.batch.discover import Choice, Request, home, is_batch, jobs, keyed
from speechsubs.batch.model import COMMANDS, Job, JobResult, LanguageResult
from speechsubs.batch.plan import Estimate, Plan, Unchanged, estimate, looked_into, plan
from speechsubs.batch.resources import Resources
from speechsubs.batch.runner import Control, Interrupted, run
from speechsubs.batch.state import MANIFEST, State, leftovers, locked
from speechsubs.batch.watch import Watch
from speechsubs.batch.worker import do, do_all

__all__ = [
    "COMMANDS",
    "MANIFEST",
    "Choice",
    "Control",
    "Estimate",
    "Interrupted",
    "Job",
    "JobResult",
    "LanguageResult",
    "Plan",
    "Request",
    "Resources",
    "State",
    "Unchanged",
    "Watch",
    "do",
    "do_all",
    "estimate",
    "home",
    "is_batch",
    "jobs",
    "keyed",
    "leftovers",
    "locked",
    "looked_into",
    "plan",
    "run",
]
