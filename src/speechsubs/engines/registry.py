"""Engines by name, and which one serves a pair of languages."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from speechsubs import models
from speechsubs.engines import apertium, opus, quality
from speechsubs.engines.argos import ArgosEngine
from speechsubs.engines.echo import EchoEngine
from speechsubs.engines.pivot import PivotEngine
from speechsubs.errors import EngineError, PackageError
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.models import Package
from speechsubs.protocols import Engine

_NAMES: Final = ("argos", "apertium", "ct2", "libretranslate", "echo")
#: Engines that need a place, and how it is written.
_PLACES: Final = {
    "ct2": "Name the model's folder: --engine ct2 --model DIR, or --engine ct2:DIR",
    "libretranslate": (
        "Name the server: --engine libretranslate --url http://127.0.0.1:5000, "
        "or --engine libretranslate:http://127.0.0.1:5000"
    ),
}

#: Debian packages of the Apertium pairs that speechsubs has tried.
_DEBIAN: Final = {
    frozenset({"eng", "spa"}): "apertium-eng-spa",
    frozenset({"eng", "cat"}): "apertium-eng-cat",
    frozenset({"fra", "spa"}): "apertium-fr-es",
    frozenset({"spa", "por"}): "apertium-es-pt",
    frozenset({"spa", "ita"}): "apertium-spa-ita",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to translate a pair with what is installed.

    `steps` are package names or mode names in order; more than one is a pivot.
    `bundled` where a model of it comes with speechsubs.
    """

    engine: str
    source: str
    target: str
    steps: tuple[str, ...]
    bundled: bool = False


@dataclass(frozen=True, slots=True)
class _Way:
    """An `Offer` with what it takes to load it."""

    offer: Offer
    chain: tuple[Package, ...] = ()
    route: tuple[str, ...] = ()


def names() -> tuple[str, ...]:
    """The engines that `load` takes, the default first."""
    return ("auto", *_NAMES)


def load(
    name: str,
    source: str,
    target: str,
    *,
    packages_dir: Path | None = None,
    threads: int | None = None,
) -> Engine:
    """The engine of that name for a pair of BCP 47 tags, loaded.

    `auto` takes the first of `available`. `ct2:DIR` is a folder with a converted model,
    `libretranslate:URL` a server, which is contacted at once. `packages_dir` replaces
    Argos's own package folder, `threads` is how many cores neural models use, by
    default what `SPEECHSUBS_THREADS` says, else all.

    Raises `EngineError` that names the commands that get what is missing,
    `UnknownLocaleError`, `PackageError` for a model that does not load.
    """
    start, goal = locales.load(source), locales.load(target)
    kind, _, place = name.partition(":")
    if kind not in names() or (place and kind not in _PLACES):
        raise EngineError(f"unknown engine {name!r:.100}", f"There are {', '.join(names())}")
    if kind == "echo":
        return EchoEngine(start.tag, goal.tag)
    if start.tag == goal.tag:
        raise EngineError(f"nothing to translate: source and target are both {goal.tag}")
    if kind in _PLACES:
        return _placed(kind, place, start, goal, threads)
    for way in _ways(start, goal, packages_dir):
        if kind in ("auto", way.offer.engine):
            if way.chain:
                return _argos(way.chain, start, goal, threads)
            return apertium.ApertiumEngine(start.tag, goal.tag, way.route)
    raise _missing(kind, start, goal, packages_dir)


def available(source: str, target: str, *, packages_dir: Path | None = None) -> list[Offer]:
    """What could translate a pair now, best first, without what needs a place and `echo`.

    An installed Argos model comes first: somebody chose it. The starter model that
    comes with speechsubs comes before Apertium only where it is measured to be better
    (`figures.beats_apertium`), and after it otherwise.
    """
    start, goal = locales.load(source), locales.load(target)
    if start.tag == goal.tag:
        return []
    return [way.offer for way in _ways(start, goal, packages_dir)]


def _ways(start: Locale, goal: Locale, packages_dir: Path | None) -> list[_Way]:
    ways = []
    chain = _chain(start, goal, packages_dir)
    starter = any(package.bundled for package in chain)
    if chain:
        steps = tuple(package.name for package in chain)
        ways.append(_Way(Offer("argos", start.tag, goal.tag, steps, starter), chain=chain))
    route = apertium.find_route(start.tag, goal.tag)
    if route:
        way = _Way(Offer("apertium", start.tag, goal.tag, route), route=route)
        better = not starter or (len(chain) == 1 and quality.beats_apertium(chain[0], route))
        ways.insert(len(ways) if better else 0, way)
    return ways


def _placed(kind: str, place: str, start: Locale, goal: Locale, threads: int | None) -> Engine:
    if not place:
        raise EngineError(f"the engine {kind} needs a place", _PLACES[kind])
    if kind == "ct2":
        return opus.load(Path(place), start.tag, goal.tag, cores=threads)
    # The modules that speak to a network are loaded by whoever asks for it, no one else.
    from speechsubs.engines.libretranslate import LibreTranslateEngine

    return LibreTranslateEngine(place, start.tag, goal.tag)


def _argos(chain: tuple[Package, ...], start: Locale, goal: Locale, threads: int | None) -> Engine:
    if len(chain) == 1:
        return ArgosEngine(chain[0], start.tag, goal.tag, threads=threads)
    first, second = chain
    middle = locales.resolve(first.to_code)
    return PivotEngine(
        ArgosEngine(first, start.tag, middle, threads=threads),
        ArgosEngine(second, middle, goal.tag, threads=threads),
    )


def _chain(start: Locale, goal: Locale, packages_dir: Path | None) -> tuple[Package, ...]:
    """The package, or the two packages through one language, English if possible."""
    try:
        found = models.installed(packages_dir)
    except PackageError:
        return ()  # Argos's folders cannot even be made: nothing is installed
    best: dict[tuple[str, str], Package] = {}
    for package in sorted(found, key=models.preference):
        best[package.from_code, package.to_code] = package
    pairs = models.code_pairs(start.tag, goal.tag)
    # What somebody installed under any of a language's codes comes before the starter.
    for pair in sorted((pair for pair in pairs if pair in best), key=lambda p: best[p].bundled):
        return (best[pair],)
    for source, target in pairs:
        middles = sorted(
            (to for (code, to) in best if code == source and (to, target) in best),
            key=lambda code: (code != "en", code),
        )
        for middle in middles:
            if _known(middle):
                return (best[source, middle], best[middle, target])
    return ()


def _known(code: str) -> bool:
    return any(locales.load(tag).argos == code for tag in locales.known())


def _missing(name: str, start: Locale, goal: Locale, packages_dir: Path | None) -> EngineError:
    wanted = {"auto": "no engine", "argos": "no Argos package", "apertium": "no Apertium pair"}
    problem = f"{wanted[name]} for {start.name} to {goal.name} ({start.tag} to {goal.tag})"
    ways: list[str] = []
    if name in ("auto", "argos"):
        ways += _argos_ways(start, goal, packages_dir)
    if name in ("auto", "apertium"):
        ways += _apertium_ways(start, goal)
    if not ways:
        return EngineError(problem, "None is known to exist")
    return EngineError(problem, "Get one: " + "; or ".join(ways))


def _argos_ways(start: Locale, goal: Locale, packages_dir: Path | None) -> Iterator[str]:
    if not start.argos or not goal.argos:
        return
    steps = [(start.tag, goal.tag)]
    if "en" not in (start.argos, goal.argos):
        steps = [(start.tag, "en"), ("en", goal.tag)]
    yield (
        " and ".join(f"`speechsubs models install {a} {b}`" for a, b in steps)
        + ", or `speechsubs models install FILE.argosmodel` with a file that you have"
    )
    try:
        broken = models.scan(packages_dir).problems
    except PackageError as error:
        yield f"first of all: {error}"
        return
    if broken:
        yield f"repair what was skipped: {'; '.join(str(b) for b in broken[:3])}"


def _apertium_ways(start: Locale, goal: Locale) -> Iterator[str]:
    if not start.apertium or not goal.apertium:
        return
    direct = _DEBIAN.get(frozenset({start.apertium, goal.apertium}))
    names_ = [direct] if direct else []
    if not direct:
        first = _DEBIAN.get(frozenset({start.apertium, "spa"}))
        second = _DEBIAN.get(frozenset({"spa", goal.apertium}))
        names_ = [first, second] if first and second else []
    if names_:
        yield f"`apt install apertium {' '.join(str(n) for n in names_)}`"
