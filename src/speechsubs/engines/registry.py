"""Engines by name, and which one serves a pair of languages."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from speechsubs import locales, packages
from speechsubs.engines import apertium
from speechsubs.engines.argos import ArgosEngine
from speechsubs.engines.echo import EchoEngine
from speechsubs.engines.pivot import PivotEngine
from speechsubs.errors import EngineError, PackageError
from speechsubs.locales import Locale
from speechsubs.packages import Package
from speechsubs.protocols import Engine

#: How `auto` chooses: the first that serves the pair.
_NAMES: Final = ("argos", "apertium", "echo")

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
    """

    engine: str
    source: str
    target: str
    steps: tuple[str, ...]


def names() -> tuple[str, ...]:
    """What `load` takes, the default first."""
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

    `auto` takes Argos where a package or a pair of packages is installed, else
    Apertium. `packages_dir` replaces Argos's own package folder, `threads` is how
    many cores Argos uses, by default all.

    Raises `EngineError` that names the commands that get what is missing,
    `UnknownLocaleError`, `PackageError` for a package that does not load.
    """
    start, goal = locales.load(source), locales.load(target)
    if name not in names():
        raise EngineError(f"unknown engine {name!r}", f"There are {', '.join(names())}")
    if name == "echo":
        return EchoEngine(start.tag, goal.tag)
    if start.tag == goal.tag:
        raise EngineError(f"nothing to translate: source and target are both {goal.tag}")
    if name in ("auto", "argos"):
        chain = _chain(start, goal, packages_dir)
        if chain:
            return _argos(chain, start, goal, threads)
    if name in ("auto", "apertium"):
        route = apertium.find_route(start.tag, goal.tag)
        if route:
            return apertium.ApertiumEngine(start.tag, goal.tag, route)
    raise _missing(name, start, goal, packages_dir)


def available(source: str, target: str, *, packages_dir: Path | None = None) -> list[Offer]:
    """What could translate a pair now, best first, `echo` left out."""
    start, goal = locales.load(source), locales.load(target)
    if start.tag == goal.tag:
        return []
    offers = []
    chain = _chain(start, goal, packages_dir)
    if chain:
        offers.append(Offer("argos", start.tag, goal.tag, tuple(p.name for p in chain)))
    route = apertium.find_route(start.tag, goal.tag)
    if route:
        offers.append(Offer("apertium", start.tag, goal.tag, route))
    return offers


def _argos(chain: tuple[Package, ...], start: Locale, goal: Locale, threads: int | None) -> Engine:
    if len(chain) == 1:
        return ArgosEngine(chain[0], start.tag, goal.tag, threads=threads)
    first, second = chain
    middle = _tag(first.to_code)
    return PivotEngine(
        ArgosEngine(first, start.tag, middle, threads=threads),
        ArgosEngine(second, middle, goal.tag, threads=threads),
    )


def _chain(start: Locale, goal: Locale, packages_dir: Path | None) -> tuple[Package, ...]:
    """The package, or the two packages through one language, English if possible."""
    try:
        found = packages.installed(packages_dir)
    except PackageError:
        return ()  # Argos's folders cannot even be made: nothing is installed
    best: dict[tuple[str, str], Package] = {}
    for package in sorted(found, key=lambda p: _version(p.version)):
        best[package.from_code, package.to_code] = package
    for source in _codes(start):
        for target in _codes(goal):
            if (source, target) in best:
                return (best[source, target],)
    for source in _codes(start):
        for target in _codes(goal):
            middles = sorted(
                (to for (code, to) in best if code == source and (to, target) in best),
                key=lambda code: (code != "en", code),
            )
            for middle in middles:
                if _known(middle):
                    return (best[source, middle], best[middle, target])
    return ()


def _codes(locale: Locale) -> tuple[str, ...]:
    """Argos codes that serve a locale: its own, for Brazil also the one of Portugal."""
    if not locale.argos:
        return ()
    return ("pb", "pt") if locale.argos == "pb" else (locale.argos,)


def _tag(code: str) -> str:
    return locales.resolve({"zt": "zh-TW", "pb": "pt-BR"}.get(code, code))


def _known(code: str) -> bool:
    return any(locales.load(tag).argos == code for tag in locales.known())


def _version(version: str) -> tuple[int, ...]:
    """Versions as numbers, so that 1.10 comes after 1.9; odd ones come first."""
    parts = version.split(".")
    return tuple(int(p) if p.isascii() and p.isdigit() and len(p) < 9 else -1 for p in parts)


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
    steps = [(start.argos, goal.argos)]
    if "en" not in steps[0]:
        steps = [(start.argos, "en"), ("en", goal.argos)]
    commands = " and ".join(f"`argospm install translate-{a}_{b}`" for a, b in steps)
    try:
        folder = packages_dir or packages.folder()
        broken = packages.scan(packages_dir).problems
    except PackageError as error:
        yield f"{commands} (but {error})"
        return
    yield f"{commands}, or unzip an .argosmodel file into {folder}"
    if broken:
        yield f"repair what was skipped there: {'; '.join(str(b) for b in broken[:3])}"


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
