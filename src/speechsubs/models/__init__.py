"""Models from elsewhere: the public index, downloads, trials, folders to carry.

`packages` knows the packages on disk and trusts no archive; this knows where more come
from, and lets no model in that was not tried. Nothing here goes to the network but
`fetch`, `size` and `obtain`.
"""

from speechsubs.http_client import Limits
from speechsubs.models.canaries import sentences
from speechsubs.models.carrying import Carried, carried, chosen, export
from speechsubs.models.choosing import Step, plan, refuse_same
from speechsubs.models.download import size
from speechsubs.models.index import Index, Offered, fetch
from speechsubs.models.obtaining import install_file, obtain
from speechsubs.models.trial import TrialError, try_out

__all__ = [
    "Carried",
    "Index",
    "Limits",
    "Offered",
    "Step",
    "TrialError",
    "carried",
    "chosen",
    "export",
    "fetch",
    "install_file",
    "obtain",
    "plan",
    "refuse_same",
    "sentences",
    "size",
    "try_out",
]
