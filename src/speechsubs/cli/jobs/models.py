"""The implementation of `speechsubs models`, except `install`."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from speechsubs import models
from speechsubs.cli.escape import visible
from speechsubs.cli.jobs import console
from speechsubs.cli.jobs.models_install import offer, size_text
from speechsubs.engines import install, quality
from speechsubs.errors import InputError, PackageError, UnknownLocaleError
from speechsubs.language import locales
from speechsubs.models import Package, Scan
from speechsubs.models import index as models_index

__all__ = ["export", "info", "list_", "offer", "path", "remove", "verify"]

#: Lines of a model's README that `info` shows.
_README_LINES: Final = 20


def path(*, starter: bool) -> int:
    """Print a folder; returns the exit code."""
    # As bytes, because a file name need not be valid Unicode.
    click.echo(os.fsencode(models.bundled_folder() if starter else models.folder()))
    return 0


# ---- List ------------------------------------------------------------------------


def list_(*, available: bool, as_json: bool) -> int:
    """List the installed models, or those of an index; returns the exit code."""
    return _available(as_json) if available else _installed(as_json)


def _installed(as_json: bool) -> int:
    scan = models.scan()
    rows = [_row(package, scan) for package in _in_order(scan.packages)]
    if as_json:
        data = {
            "folder": str(models.folder()),
            "models": rows,
            "problems": [str(problem) for problem in scan.problems],
        }
        click.echo(json.dumps(data, ensure_ascii=True, indent=1))
        return 0
    for row in rows:
        used = "" if row["used"] else "  (not used: a better model is available)"
        click.echo(
            f"{row['from']} → {row['to']}".ljust(9)
            + f"{row['languages']:32} {row['version']:>7} {size_text(row['bytes']):>9}  "
            + visible(row["state"])
            + used
        )
    screen = console.stderr()
    if not rows:
        screen.print(
            "no models are installed; `speechsubs models list --available` lists available models,\n"
            "`speechsubs models install en es` installs English to Spanish"
        )
    for problem in scan.problems:
        console.note(screen, f"skipped: {problem}")
    return 0


def _in_order(found: Sequence[Package]) -> list[Package]:
    return sorted(found, key=lambda p: (p.from_code, p.to_code, models.preference(p)))


def _row(package: Package, scan: Scan) -> dict[str, Any]:
    rivals = [
        other
        for other in scan.packages
        if (other.from_code, other.to_code) == (package.from_code, package.to_code)
    ]
    entry = models.lock_entry(package)
    return {
        "from": package.from_code,
        "to": package.to_code,
        "languages": f"{_language(package.from_code)} to {_language(package.to_code)}",
        "version": package.version,
        "bytes": package.size,
        "state": _state(package, models.lock_problem(package)),
        "used": package == max(rivals, key=models.preference),
        "quality": package.quality,
        "folder": str(package.path),
        "origin": entry.origin if entry else "",
        "installed": entry.installed if entry else "",
    }


def _state(package: Package, problem: str) -> str:
    if problem:
        return f"changed: {problem}"
    if package.bundled:
        return "starter"
    return "locked" if models.lock_entry(package) else "not locked"


def _language(code: str) -> str:
    """A language's name if it has a locale, else its code."""
    try:
        found = locales.load(code)
    except UnknownLocaleError:
        return code
    # A regional locale may stand in for its language: pt is not Brazilian Portuguese.
    return found.name if found.argos == code else code


def _available(as_json: bool) -> int:
    index = models_index.fetch()
    best: dict[tuple[str, str], Package] = {}
    for package in sorted(models.installed(), key=models.preference):
        if not package.bundled:
            best[package.from_code, package.to_code] = package
    rows: list[dict[str, Any]] = []
    for pair in sorted({offered.pair for offered in index.offers}):
        versions = index.of(pair)
        there = best.get(pair)
        rows.append(
            {
                "from": pair[0],
                "to": pair[1],
                "languages": f"{versions[0].from_name} to {versions[0].to_name}",
                "versions": [offered.version for offered in versions],
                "links": list(versions[0].links),
                "installed": there.version if there else None,
            }
        )
    if as_json:
        data = {"index": index.base, "models": rows, "problems": list(index.skipped)}
        click.echo(json.dumps(data, ensure_ascii=True, indent=1))
        return 0
    for row in rows:
        note = f"  installed: {visible(row['installed'])}" if row["installed"] else ""
        click.echo(
            f"{row['from']} → {row['to']}".ljust(9)
            + f"{visible(row['languages']):40} {', '.join(row['versions'])}{note}"
        )
    screen = console.stderr()
    screen.print(
        console.escape(f"{len(rows)} pairs at {index.base}; other pairs pivot through English")
    )
    if index.skipped:
        console.note(screen, f"{len(index.skipped)} entries cannot be used: {index.skipped[0]}")
    return 0


# ---- Selected models -------------------------------------------------------------


def _chosen(which: Sequence[str]) -> list[Package]:
    """The packages selected by two languages or a folder's name; () selects all."""
    found = models.scan()
    if not which:
        return _in_order(found.packages)
    if len(which) == 1:
        name = which[0].rstrip("/")
        chosen = [p for p in found.packages if name in (p.path.name, str(p.path), p.name)]
        for problem in found.problems:
            if not chosen and name in (problem.path.name, str(problem.path)):
                raise problem
        where, advice = name, "See `speechsubs models list`"
    elif len(which) == 2:
        pairs = models.code_pairs(*which)
        chosen = [p for p in found.packages if (p.from_code, p.to_code) in pairs]
        # A pt model serves pt-BR too, but a user who names one does not mean the other.
        first = next((pair for pair in pairs if any(_is(p, pair) for p in chosen)), None)
        chosen = [p for p in chosen if first and _is(p, first)]
        where = " ".join(which)
        advice = f"Install it with `speechsubs models install {where}`"
    else:
        raise click.UsageError("specify two languages (en es) or one model (translate-en_es-1_0)")
    if not chosen:
        raise InputError(where, "no such model is installed", advice)
    return _in_order(chosen)


def _is(package: Package, pair: tuple[str, str]) -> bool:
    return (package.from_code, package.to_code) == pair


def verify(which: Sequence[str], *, adopt: bool, no_trial: bool, as_json: bool) -> int:
    """Verify and smoke-test models; returns the exit code."""
    screen = console.stderr()
    problems = list(models.scan().problems) if not which else []
    rows = []
    for package in _chosen(which):
        row = _verified(package, adopt, no_trial)
        rows.append(row)
        if not as_json:
            _say_verified(row)
    if adopt and not which:
        # Adopting replaces a broken lock with a new one.
        problems = list(models.scan().problems)
    if as_json:
        data = {"models": rows, "problems": [str(problem) for problem in problems]}
        click.echo(json.dumps(data, ensure_ascii=True, indent=1))
    else:
        for problem in problems:
            console.note(screen, f"skipped: {problem}")
        if not rows:
            screen.print("no models are installed")
    return 3 if problems or any(row["problem"] for row in rows) else 0


def _verified(package: Package, adopt: bool, no_trial: bool) -> dict[str, Any]:
    problem, said = models.verify(package), ""
    answers: tuple[str, ...] = ()
    if adopt:
        problem = ""
    if not problem and not no_trial:
        try:
            answers = install.run_smoke_test(package)
        except install.SmokeTestError as error:
            problem = said = error.problem
    if adopt and not problem and not package.bundled:
        models.adopt(package)
    state = said or _state(package, problem)
    asked = install.sample_sentences(package.from_code)
    return {
        "name": package.name,
        "folder": str(package.path),
        "state": state,
        "problem": problem,
        "trial": [
            {"source": source, "translation": answer}
            for source, answer in zip(asked, answers, strict=False)
        ],
    }


def _say_verified(row: dict[str, Any]) -> None:
    click.echo(visible(f"{row['name']}: {row['state']}"))
    for one in row["trial"][:1]:
        click.echo(visible(f"  {one['source']} → {one['translation']}"))
    if row["problem"]:
        click.echo(
            f"  {visible(row['folder'])}: reinstall it, or accept its current state with --adopt"
        )


def info(which: Sequence[str], *, as_json: bool) -> int:
    """Show details of models; returns the exit code."""
    file = Path(which[0])
    if len(which) == 1 and file.suffix.lower() == ".argosmodel":
        package = models.read_archive(file)
        rows: list[dict[str, Any]]
        rows = [{"name": package.name, "file": str(file), "bytes": file.stat().st_size}]
    else:
        scan = models.scan()
        rows = [_described(package, scan) for package in _chosen(which)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=True, indent=1))
        return 0
    for row in rows:
        for name, value in row.items():
            if name == "bytes":
                click.echo(f"{'size':10} {size_text(value)}")
            elif name == "readme":
                for line in str(value).splitlines()[:_README_LINES]:
                    click.echo(f"{'':10} {visible(line)}".rstrip())
            elif value not in ("", None):
                click.echo(f"{name:10} {visible(str(value))}")
    return 0


def _described(package: Package, scan: Scan) -> dict[str, Any]:
    row = _row(package, scan)
    readme = ""
    try:
        with (package.path / "README.md").open("rb") as stream:
            readme = stream.read(20_000).decode("utf-8", "replace")
    except OSError:
        pass  # most packages have none
    return {
        "name": package.name,
        "languages": row["languages"],
        "folder": row["folder"],
        "state": row["state"],
        "used": "yes" if row["used"] else "no: a better model is available",
        "bytes": row["bytes"],
        "tokenizer": package.kind,
        "origin": row["origin"],
        "installed": row["installed"],
        "sha256": package.sha256,
        "quality": package.quality,
        "scores": quality.describe(package),
        "readme": readme,
    }


def export(folder: Path, which: Sequence[str], *, overwrite: bool, quiet: bool) -> int:
    """Write archives; returns the exit code."""
    screen = console.stderr()
    # Models bundled with speechsubs need no export.
    found = [package for package in _chosen(which) if not package.bundled]
    if not found:
        raise InputError(
            " ".join(which) or str(models.folder()),
            "nothing to export",
            "Starter models are part of every speechsubs installation",
        )
    changed = [p for p in found if models.lock_problem(p)]
    if changed and which:
        raise PackageError(changed[0].path, f"changed: {models.lock_problem(changed[0])}")
    for package in changed:
        problem = models.lock_problem(package)
        console.note(screen, f"{package.name} was skipped because it has changed: {problem}")
    good = [package for package in found if package not in changed]
    written = install.export_bundle(good, folder, overwrite=overwrite)
    if not quiet:
        console.show_paths(written)
        screen.print(
            console.escape(
                f"on the other machine: speechsubs models install --from {folder.name or folder}"
            )
        )
    return 3 if changed else 0


def remove(which: Sequence[str], *, yes: bool, quiet: bool) -> int:
    """Remove models; returns the exit code."""
    found = _chosen(which)
    # Removing a better model brings the starter model back.
    found = [package for package in found if not package.bundled] or found
    if not yes:
        names = ", ".join(f"{p.name} ({size_text(p.size)})" for p in found)
        if not sys.stdin.isatty():
            raise click.UsageError(f"this would remove {visible(names)}; use --yes to confirm")
        click.confirm(visible(f"Remove {names}?"), abort=True, err=True)
    for package in found:
        models.remove(package)
        if not quiet:
            how = "disabled" if package.bundled else "removed"
            click.echo(visible(f"{package.name}: {how}"))
            if package.bundled:
                click.echo("  `speechsubs models install starter` restores it")
    return 0
