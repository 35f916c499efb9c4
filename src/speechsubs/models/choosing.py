"""Which packages a pair of languages needs, and which of them are there already."""

from collections.abc import Iterable
from dataclasses import dataclass

from speechsubs.errors import InputError
from speechsubs.models.index import Index, Offered
from speechsubs.packages import Package, code_pairs, codes, preference, version_key

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One direction. `offers` are what would be installed, newest first, none if all is well.

    `there` is the best package that a person has installed for it.
    """

    pair: Pair
    offers: tuple[Offered, ...]
    there: Package | None = None


def plan(index: Index, source: str, target: str, installed: Iterable[Package]) -> tuple[Step, ...]:
    """The packages that translate one tag into another: one, or two through a language.

    English is the language in the middle if it can be. What is installed counts, unless
    the index has it newer; what comes with speechsubs does not, because it is there to
    be replaced. Raises `InputError` where the index has no way, `UnknownLocaleError`.
    """
    have: dict[Pair, Package] = {}
    for package in sorted((p for p in installed if not p.bundled), key=preference):
        have[package.from_code, package.to_code] = package
    known = {offer.pair for offer in index.offers} | set(have)
    refuse_same(source, target)
    pairs = code_pairs(source, target)
    for pair in pairs:
        if pair in known:
            return (_step(index, pair, have),)
    for start, goal in pairs:
        middles = {b for a, b in known if a == start} & {a for a, b in known if b == goal}
        for middle in sorted(middles, key=lambda code: (code != "en", code)):
            return (
                _step(index, (start, middle), have),
                _step(index, (middle, goal), have),
            )
    raise InputError(
        f"{source} {target}",
        f"the list of models at {index.base} has no way between these languages",
        _advice(index, source),
    )


def refuse_same(source: str, target: str) -> None:
    """Raise `InputError` for two tags of one language, `UnknownLocaleError` for no tag."""
    if set(codes(source)) & set(codes(target)):
        raise InputError(f"{source} {target}", "these are the same language")


def _step(index: Index, pair: Pair, have: dict[Pair, Package]) -> Step:
    there = have.get(pair)
    offers = index.of(pair)
    if there:
        own = version_key(there.version)
        offers = tuple(offer for offer in offers if version_key(offer.version) > own)
    return Step(pair, offers, there)


def _advice(index: Index, source: str) -> str:
    targets = sorted({offer.to_code for offer in index.offers if offer.from_code in codes(source)})
    if targets:
        return f"From {source} it has {', '.join(targets[:30])}"
    return "`speechsubs models list --available` shows what it has"
