"""The package index of Argos or of a mirror, treated as untrusted input.

Also plans which packages a language pair needs and which of them are installed.
"""

import json
import os
import re
import urllib.parse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from speechsubs.adapters import http_client
from speechsubs.adapters.http_client import Limits
from speechsubs.errors import InputError
from speechsubs.models import argos
from speechsubs.models.package import Package
from speechsubs.models.store import code_pairs, codes, preference, version_key

#: The public index has 70 kB.
MAX_BYTES: Final = 10_000_000
_MAX_ENTRIES: Final = 10_000
_MAX_LINKS: Final = 20
_CODE: Final = re.compile(r"[a-z]{2,3}([-_][A-Za-z0-9]{2,8})?", re.ASCII)
_VERSION: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,19}", re.ASCII)

#: The advice in every message about an unavailable index.
OFFLINE: Final = (
    "Without a network: `speechsubs models install FILE.argosmodel`, or on a machine that "
    "has models `speechsubs models export DIR` and here `speechsubs models install --from DIR`. "
    "ARGOS_PACKAGE_INDEX names a mirror, HTTPS_PROXY a proxy"
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A package in an index. Names are for display; `links` are validated URLs."""

    from_code: str
    to_code: str
    from_name: str
    to_name: str
    version: str
    links: tuple[str, ...]

    @property
    def name(self) -> str:
        """How people write it: "translate-en_es 1.0"."""
        return f"translate-{self.from_code}_{self.to_code} {self.version}"

    @property
    def pair(self) -> tuple[str, str]:
        """The two Argos codes."""
        return self.from_code, self.to_code


@dataclass(frozen=True, slots=True)
class Index:
    """The packages of an index, and the reasons for skipped entries."""

    base: str
    offers: tuple[Offer, ...]
    skipped: tuple[str, ...] = ()

    def of(self, pair: tuple[str, str]) -> tuple[Offer, ...]:
        """The versions for a pair of Argos codes, newest first."""
        found = [offer for offer in self.offers if offer.pair == pair]
        return tuple(sorted(found, key=lambda o: version_key(o.version), reverse=True))

    def name(self, code: str) -> str:
        """The name of a language in the index."""
        for offer in self.offers:
            if offer.from_code == code:
                return offer.from_name
            if offer.to_code == code:
                return offer.to_name
        return code


def base_url() -> str:
    """The URL of the index folder: `ARGOS_PACKAGE_INDEX`, or the default of Argos.

    Read at every call, so that changes of the environment take effect.
    """
    named = os.environ.get("ARGOS_PACKAGE_INDEX") or argos.settings().package_index
    return named.removesuffix("index.json").rstrip("/") + "/"


def fetch(limits: Limits | None = None) -> Index:
    """Download and parse the index. Raises `InputError` with offline alternatives."""
    patience = replace(limits or Limits(), max_bytes=MAX_BYTES)
    url = base_url() + "index.json"
    where = f"the model index at {url}"
    problem = ""
    for _ in range(max(1, min(patience.tries, 2))):
        try:
            data = http_client.fetch(url, patience)
            break
        except InputError as error:
            raise InputError(
                where, error.problem, "ARGOS_PACKAGE_INDEX must be a URL (https://...)"
            ) from error
        except http_client.FAILURES as error:
            problem = http_client.failure(error, patience)
    else:
        raise InputError(where, f"cannot be fetched ({problem})", OFFLINE)
    return parse(data, base_url())


def parse(data: bytes, base_url: str) -> Index:
    """Parse an index. Links may be relative to its URL, as on a mirror.

    Raises `InputError` if it is not an index; invalid entries are reported in `skipped`.
    """
    where = f"the model index at {base_url}index.json"
    try:
        entries = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(where, f"is not valid JSON ({error!s:.80})", OFFLINE) from error
    if not isinstance(entries, list):
        raise InputError(where, "is not a package index", OFFLINE)
    if len(entries) > _MAX_ENTRIES:
        raise InputError(where, f"has {len(entries):,} entries", OFFLINE)
    offers: dict[tuple[str, str, str], Offer] = {}
    skipped: list[str] = []
    for number, entry in enumerate(entries, start=1):
        try:
            offer = _parse_entry(entry, base_url)
        except ValueError as error:
            skipped.append(f"entry {number}: {error}")
            continue
        if offer is None:
            continue
        key = (*offer.pair, offer.version)
        if key in offers:
            links = dict.fromkeys((*offers[key].links, *offer.links))
            offer = replace(offers[key], links=tuple(links)[:_MAX_LINKS])
        offers[key] = offer
    return Index(base_url, tuple(offers.values()), tuple(skipped))


def _parse_entry(entry: Any, base_url: str) -> Offer | None:
    """Parse one entry; None if it is not a translation package. Raises `ValueError`."""
    if not isinstance(entry, Mapping):
        raise ValueError("is not a JSON object")
    if entry.get("type", "translate") != "translate":
        return None
    source, target = (_checked_text(entry, key, _CODE) for key in ("from_code", "to_code"))
    version = _checked_text(entry, "package_version", _VERSION)
    links = entry.get("links")
    if not isinstance(links, list) or not all(isinstance(link, str) for link in links):
        raise ValueError("links must be a list of strings")
    usable = []
    for link in links[:_MAX_LINKS]:
        try:
            usable.append(http_client.check_url(urllib.parse.urljoin(base_url, link)))
        except (InputError, ValueError):
            continue  # ipfs: and other schemes that an index may list
    if not usable:
        raise ValueError(f"{source} to {target} has no http or https link")
    return Offer(
        source,
        target,
        _display_name(entry.get("from_name"), source),
        _display_name(entry.get("to_name"), target),
        version,
        tuple(dict.fromkeys(usable)),
    )


def _checked_text(entry: Mapping[str, Any], key: str, pattern: re.Pattern[str]) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(f"{key} cannot be used: {value!r:.40}")
    return value


def _display_name(value: Any, code: str) -> str:
    """The name of a language if it is safe to print, else its code."""
    if isinstance(value, str) and 0 < len(value) <= 60 and value.isprintable():
        return value
    return code


Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One direction. `offers` are the candidates to install, newest first, if any.

    `there` is the best package that the user has installed for it.
    """

    pair: Pair
    offers: tuple[Offer, ...]
    there: Package | None = None


def plan(index: Index, source: str, target: str, installed: Iterable[Package]) -> tuple[Step, ...]:
    """Plan the packages for a language pair: one, or two through a pivot language.

    English is the preferred pivot. Installed packages are used unless the index has a
    newer version; bundled starter models do not count, because they are meant to be
    replaced. Raises `InputError` if the index has no packages, `UnknownLocaleError`.
    """
    have: dict[Pair, Package] = {}
    for package in sorted((p for p in installed if not p.bundled), key=preference):
        have[package.from_code, package.to_code] = package
    known = {offer.pair for offer in index.offers} | set(have)
    check_pair(source, target)
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
        f"the model index at {index.base} offers no route between these languages",
        _advice(index, source),
    )


def check_pair(source: str, target: str) -> None:
    """Raise `InputError` if both tags are the same language, `UnknownLocaleError`."""
    if set(codes(source)) & set(codes(target)):
        raise InputError(f"{source} {target}", "source and target language are the same")


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
    return "`speechsubs models list --available` shows what is available"
