"""Engines by name, and the selection of an engine for a language pair."""

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
#: Engines that need a location, and how to give it.
_LOCATIONS: Final = {
    "ct2": "Specify the model's folder: --engine ct2 --model DIR, or --engine ct2:DIR",
    "libretranslate": (
        "Specify the server: --engine libretranslate --url http://127.0.0.1:5000, "
        "or --engine libretranslate:http://127.0.0.1:5000"
    ),
}

#: Debian packages of the Apertium pairs that speechsubs was tested with.
_DEBIAN: Final = {
    frozenset({"eng", "spa"}): "apertium-eng-spa",
    frozenset({"eng", "cat"}): "apertium-eng-cat",
    frozenset({"fra", "spa"}): "apertium-fr-es",
    frozenset({"spa", "por"}): "apertium-es-pt",
    frozenset({"spa", "ita"}): "apertium-spa-ita",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """An installed option for translating a language pair.

    `steps` are package or mode names in order; more than one is a pivot translation.
    `bundled` if one of its models comes with speechsubs.
    """

    engine: str
    source: str
    target: str
    steps: tuple[str, ...]
    bundled: bool = False


@dataclass(frozen=True, slots=True)
class _Route:
    """An `Offer` with the packages or modes needed to load it."""

    offer: Offer
    chain: tuple[Package, ...] = ()
    route: tuple[str, ...] = ()


def names() -> tuple[str, ...]:
    """The names that `load` accepts, the default first."""
    return ("auto", *_NAMES)


def load(
    name: str,
    source: str,
    target: str,
    *,
    packages_dir: Path | None = None,
    threads: int | None = None,
) -> Engine:
    """Load an engine by name for a pair of BCP 47 tags.

    `auto` selects the first of `available`. `ct2:DIR` names a folder with a converted
    model, `libretranslate:URL` a server, which is contacted immediately. `packages_dir`
    replaces the default package folder of Argos, `threads` is the number of cores for
    neural models, by default `SPEECHSUBS_THREADS`, else all.

    Raises `EngineError` with the commands that install what is missing,
    `UnknownLocaleError`, `PackageError` for a model that does not load.
    """
    start, goal = locales.load(source), locales.load(target)
    kind, _, place = name.partition(":")
    if kind not in names() or (place and kind not in _LOCATIONS):
        raise EngineError(f"unknown engine {name!r:.100}", f"Available: {', '.join(names())}")
    if kind == "echo":
        return EchoEngine(start.tag, goal.tag)
    if start.tag == goal.tag:
        raise EngineError(f"nothing to translate: source and target are both {goal.tag}")
    if kind in _LOCATIONS:
        return _load_from_location(kind, place, start, goal, threads)
    for way in _find_routes(start, goal, packages_dir):
        if kind in ("auto", way.offer.engine):
            if way.chain:
                return _load_argos(way.chain, start, goal, threads)
            return apertium.ApertiumEngine(start.tag, goal.tag, way.route)
    raise _missing_engine(kind, start, goal, packages_dir)


def available(source: str, target: str, *, packages_dir: Path | None = None) -> list[Offer]:
    """List the installed options for a language pair, best first.

    Engines that need a location and `echo` are not included. An Argos model that the user
    installed comes first. The bundled starter model only precedes Apertium if it is
    measured to be better (`quality.beats_apertium`).
    """
    start, goal = locales.load(source), locales.load(target)
    if start.tag == goal.tag:
        return []
    return [way.offer for way in _find_routes(start, goal, packages_dir)]


def _find_routes(start: Locale, goal: Locale, packages_dir: Path | None) -> list[_Route]:
    ways = []
    chain = _find_chain(start, goal, packages_dir)
    starter = any(package.bundled for package in chain)
    if chain:
        steps = tuple(package.name for package in chain)
        ways.append(_Route(Offer("argos", start.tag, goal.tag, steps, starter), chain=chain))
    route = apertium.find_route(start.tag, goal.tag)
    if route:
        way = _Route(Offer("apertium", start.tag, goal.tag, route), route=route)
        better = not starter or (len(chain) == 1 and quality.beats_apertium(chain[0], route))
        ways.insert(len(ways) if better else 0, way)
    return ways


def _load_from_location(
    kind: str, place: str, start: Locale, goal: Locale, threads: int | None
) -> Engine:
    if not place:
        raise EngineError(f"the engine '{kind}' requires a location", _LOCATIONS[kind])
    if kind == "ct2":
        return opus.load(Path(place), start.tag, goal.tag, cores=threads)
    # Only import networking modules if they are needed.
    from speechsubs.engines.libretranslate import LibreTranslateEngine

    return LibreTranslateEngine(place, start.tag, goal.tag)


def _load_argos(
    chain: tuple[Package, ...], start: Locale, goal: Locale, threads: int | None
) -> Engine:
    if len(chain) == 1:
        return ArgosEngine(chain[0], start.tag, goal.tag, threads=threads)
    first, second = chain
    middle = locales.resolve(first.to_code)
    return PivotEngine(
        ArgosEngine(first, start.tag, middle, threads=threads),
        ArgosEngine(second, middle, goal.tag, threads=threads),
    )


def _find_chain(start: Locale, goal: Locale, packages_dir: Path | None) -> tuple[Package, ...]:
    """Find one package, or two through a pivot language, preferably English."""
    try:
        found = models.installed(packages_dir)
    except PackageError:
        return ()  # the folders of Argos cannot be created, so nothing is installed
    best: dict[tuple[str, str], Package] = {}
    for package in sorted(found, key=models.preference):
        best[package.from_code, package.to_code] = package
    pairs = models.code_pairs(start.tag, goal.tag)
    # User-installed packages under any code of the language precede the starter model.
    for pair in sorted((pair for pair in pairs if pair in best), key=lambda p: best[p].bundled):
        return (best[pair],)
    for source, target in pairs:
        middles = sorted(
            (to for (code, to) in best if code == source and (to, target) in best),
            key=lambda code: (code != "en", code),
        )
        for middle in middles:
            if _is_known_code(middle):
                return (best[source, middle], best[middle, target])
    return ()


def _is_known_code(code: str) -> bool:
    return any(locales.load(tag).argos == code for tag in locales.known())


def _missing_engine(
    name: str, start: Locale, goal: Locale, packages_dir: Path | None
) -> EngineError:
    wanted = {"auto": "no engine", "argos": "no Argos package", "apertium": "no Apertium pair"}
    problem = f"{wanted[name]} for {start.name} to {goal.name} ({start.tag} to {goal.tag})"
    ways: list[str] = []
    if name in ("auto", "argos"):
        ways += _argos_commands(start, goal, packages_dir)
    if name in ("auto", "apertium"):
        ways += _apertium_commands(start, goal)
    if not ways:
        return EngineError(problem, "No package is known for these languages")
    return EngineError(problem, "Get one: " + "; or ".join(ways))


def _argos_commands(start: Locale, goal: Locale, packages_dir: Path | None) -> Iterator[str]:
    if not start.argos or not goal.argos:
        return
    steps = [(start.tag, goal.tag)]
    if "en" not in (start.argos, goal.argos):
        steps = [(start.tag, "en"), ("en", goal.tag)]
    yield (
        " and ".join(f"`speechsubs models install {a} {b}`" for a, b in steps)
        + ", or `speechsubs models install FILE.argosmodel` with a file you have"
    )
    try:
        broken = models.scan(packages_dir).problems
    except PackageError as error:
        yield f"repair the installation first: {error}"
        return
    if broken:
        yield f"repair the skipped packages: {'; '.join(str(b) for b in broken[:3])}"


def _apertium_commands(start: Locale, goal: Locale) -> Iterator[str]:
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
