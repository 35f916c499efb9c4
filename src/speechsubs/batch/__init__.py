"""Many files: planned, done side by side, remembered, and gone on with after a crash.

A `Unit` is one file with all that is to be done to it, plain data. `do` does it in any
process of any machine and gives a plain `Record`; the bytes are the same however the
units are scheduled. `run` schedules them on this machine.
"""

from speechsubs.batch.control import Control, Interrupted
from speechsubs.batch.gather import Choice
from speechsubs.batch.kit import Kit
from speechsubs.batch.listing import Request, home, is_batch, keyed, units
from speechsubs.batch.plan import Estimate, Plan, Unchanged, estimate, looked_into, plan
from speechsubs.batch.run import run
from speechsubs.batch.state import MANIFEST, State, leftovers, locked
from speechsubs.batch.unit import COMMANDS, Part, Record, Unit
from speechsubs.batch.watching import Watch
from speechsubs.batch.work import do, do_all

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
