"""Read a version of a glossary from a file or from git (`HEAD~1:glossary.yml`)."""

import subprocess
from pathlib import Path

from speechsubs.adapters.files import read_bytes
from speechsubs.adapters.strict_yaml import MAX_BYTES
from speechsubs.errors import InputError, SpeechsubsError
from speechsubs.glossary import Glossary
from speechsubs.glossary.load import parse
from speechsubs.glossary.write import render as render_glossary

#: Git answers at once unless it waits for an unreachable server.
TIMEOUT_S = 60


def load(name: str) -> Glossary:
    """Load a version. If the name is both a file and a revision, the file is used.

    Raises `GlossaryError`, `YamlError`, and `InputError` if the file or revision does not
    exist or git is not installed.
    """
    return parse(read_text(name), Path(name))


def read_text(name: str) -> str:
    """Read the text of a version. Raises `InputError`."""
    path = Path(name)
    revision, colon, inside = name.partition(":")
    try:
        is_file = path.exists()
    except (OSError, ValueError):
        is_file = False  # not a valid file name; git reports it
    git = bool(colon and revision and inside and not is_file)
    data = _git_show(name) if git else read_bytes(path, max_bytes=MAX_BYTES)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{name}:{line}", "not UTF-8 text") from error


def canonicalize(name: str) -> str:
    """Render a version for git's textconv: entries sorted by id, fields in a fixed order.

    Comments and layout are dropped. A file that is not a glossary is returned as it is,
    preceded by the reason, because git aborts when a textconv fails.
    """
    raw = read_text(name)
    try:
        glossary = parse(raw, Path(name))
    except SpeechsubsError as error:
        return f"# not a glossary: {' '.join(str(error).split())}\n{raw}"
    terms = tuple(sorted(glossary.terms, key=lambda term: term.id))
    return render_glossary(Glossary(terms, glossary.language, glossary.path))


def _git_show(name: str) -> bytes:
    """Run `git show REVISION:PATH` from an argument list, never through a shell."""
    if name.startswith("-") or not name.isprintable():
        raise InputError(ascii(name), "not a git revision", "Use the form HEAD~1:glossary.yml")
    command = ["git", "--no-pager", "show", "--no-textconv", "--no-color", name]
    try:
        done = subprocess.run(  # noqa: S603 - a list, whose last part cannot be an option
            command, capture_output=True, check=False, timeout=TIMEOUT_S, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError:
        problem = "no such file, and git is not installed to look up a revision"
        raise InputError(name, problem, "Install git or specify two files") from None
    except subprocess.TimeoutExpired as error:
        raise InputError(name, f"git timed out after {TIMEOUT_S} seconds") from error
    except (OSError, ValueError) as error:
        raise InputError(ascii(name), f"git could not be run ({error})") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[0].removeprefix("fatal: ")[:300] if said else "git failed"
        raise InputError(name, f"not found by git ({reason})",
                         "Use REVISION:PATH, relative to the repository root")  # fmt: skip
    if len(done.stdout) > MAX_BYTES:
        raise InputError(name, f"exceeds the limit of {MAX_BYTES:,} bytes")
    return done.stdout
