"""Machine translation engines behind `protocols.Engine`."""

from speechsubs.engines.echo import EchoEngine
from speechsubs.engines.registry import Offer, available, load, names

__all__ = [
    "EchoEngine",
    "Offer",
    "available",
    "load",
    "names",
]
