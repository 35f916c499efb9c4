"""Many files: planned, done side by side, remembered, and gone on with after a crash.

A `Unit` is one file with all that is to be done to it, plain data. `do` does it in any
process of any machine and gives a plain `Record`; the bytes are the same however the
units are scheduled. `run` schedules them on this machine.
"""

from speechsubs.batch.context import Kit
from speechsubs.batch.discover import Choice, Request, home, is_batch, keyed, units
from speechsubs.batch.model import COMMANDS, Part, Record, Unit
from speechsubs.batch.plan import Estimate, Plan, Unchanged, estimate, looked_into, plan
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
    "Kit",
    "Part",
    "Plan",
    "Record",
    "Request",
    "State",
    "Unchanged",
    "Unit",
    "Watch",
    "do",
    "do_all",
    "estimate",
    "home",
    "is_batch",
    "keyed",
    "leftovers",
    "locked",
    "looked_into",
    "plan",
    "run",
    "units",
]
