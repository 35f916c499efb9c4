"""Plain sentences that a model is asked to translate before it may be used.

Some models answer everything with one piece repeated ("mainstre@@ mainstre@@ ...",
argos-translate issues 504 and 522), others with nothing. What is looked for is such
nonsense, never bad style: a small honest model must pass.

A model is loaded and tried in a process of its own before it may be used.

CTranslate2 is C++ that reads a file from a stranger: a broken or hostile model.bin can
end the process that loads it (its changelog for 4.8.1 mends one such overflow). The
child may crash, hang or eat memory; the parent tells what happened.

From an offer in an index to a package that is installed and tried.

Models to a machine without a network: a folder of archives with their hashes.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from speechsubs import models
from speechsubs.adapters.files import read_bytes, write_atomic
from speechsubs.adapters.http_client import Limits
from speechsubs.errors import InputError, PackageError, SpeechsubsError
from speechsubs.models import Package, code_pairs, download, preference, read
from speechsubs.models.download import Progress
from speechsubs.models.index import Offered, Step
from speechsubs.models.package import hashed
from speechsubs.models.store import refuse_full

#: By the Argos code of the language that is translated from.
SENTENCES: Final = {
    "en": ("The meeting begins at nine o'clock.", "She bought a new car last year.",
           "We have not seen the results yet."),
    "es": ("La reunión empieza a las nueve.", "Ella compró un coche nuevo el año pasado.",
           "Todavía no hemos visto los resultados."),
    "ca": ("La reunió comença a les nou.", "Ella va comprar un cotxe nou l'any passat.",
           "Encara no hem vist els resultats."),
    "fr": ("La réunion commence à neuf heures.", "Elle a acheté une voiture l'année dernière.",
           "Nous n'avons pas encore vu les résultats."),
    "de": ("Die Sitzung beginnt um neun Uhr.", "Sie hat letztes Jahr ein neues Auto gekauft.",
           "Wir haben die Ergebnisse noch nicht gesehen."),
    "it": ("La riunione comincia alle nove.", "L'anno scorso ha comprato una macchina nuova.",
           "Non abbiamo ancora visto i risultati."),
    "pt": ("A reunião começa às nove horas.", "Ela comprou um carro novo no ano passado.",
           "Ainda não vimos os resultados."),
    "ru": ("Собрание начинается в девять часов.", "В прошлом году она купила новую машину.",
           "Мы ещё не видели результатов."),
    "zh": ("会议九点开始。", "她去年买了一辆新车。", "我们还没有看到结果。"),
    "zt": ("會議九點開始。", "她去年買了一輛新車。", "我們還沒有看到結果。"),
    "ja": ("会議は九時に始まります。", "彼女は去年新しい車を買いました。",
           "私たちはまだ結果を見ていません。"),
    "ko": ("회의는 아홉 시에 시작합니다.", "그녀는 작년에 새 차를 샀습니다.",
           "우리는 아직 결과를 보지 못했습니다."),
    "ar": ("يبدأ الاجتماع في الساعة التاسعة.", "اشترت سيارة جديدة في العام الماضي.",
           "لم نر النتائج بعد."),
    "th": ("การประชุมเริ่มเวลาเก้าโมง", "เธอซื้อรถใหม่เมื่อปีที่แล้ว", "เรายังไม่เห็นผลลัพธ์"),
}  # fmt: skip
#: For other languages: names and numbers, which any alphabet has a use for.
_ANY: Final = ("Berlin, Paris, Madrid.", "Internet 2024", "Maria 25 km")

#: A translation is longer than this many times its source only when a model is lost.
_MOST_GROWTH: Final = 6
#: How often a piece may follow itself: "bla bla bla" is speech, a dozen times is a loop.
_MOST_REPEATS: Final = 5
_LONGEST_PIECE: Final = 30


def sentences(code: str) -> tuple[str, ...]:
    """What to translate from a language, by its Argos code."""
    return SENTENCES.get("pt" if code == "pb" else code, _ANY)


def nonsense(sources: Sequence[str], answers: Sequence[str]) -> str:
    """What is wrong with a model's answers, in words; "" where nothing is.

    One bad answer is bad luck, most of them are a broken model.

    >>> nonsense(("One.", "Two."), ("mainstre@@ " * 20, "mainstre@@ " * 20))
    "it answers 'One.' with 'mainstre@@ mainstre@@ mainstre@@ mainstre@@ ...'"
    >>> nonsense(("One.", "Two."), ("Uno.", "Dos."))
    ''
    """
    bad = [
        (source, answer)
        for source, answer in zip(sources, answers, strict=True)
        if _lost(source, answer)
    ]
    if 2 * len(bad) > len(sources):
        source, answer = bad[0]
        if not answer.strip():
            return f"it answers {source!r} with nothing"
        shown = answer if len(answer) <= 43 else f"{answer[:43]} ..."
        return f"it answers {source!r} with {shown!r}"
    if len(sources) > 1 and len(set(answers)) == 1:
        return f"it answers every sentence with {answers[0][:60]!r}"
    return ""


def _lost(source: str, answer: str) -> bool:
    if not any(c.isalnum() for c in answer):
        return True
    if len(answer) > _MOST_GROWTH * len(source) + 40:
        return True
    return "@@" in answer or "\u2581" in answer or _loops(answer)


def _loops(text: str) -> bool:
    """True where a piece of up to `_LONGEST_PIECE` characters follows itself too often."""
    for period in range(1, min(_LONGEST_PIECE, len(text) // 2) + 1):
        run = 0
        for index in range(period, len(text)):
            run = run + 1 if text[index] == text[index - period] else 0
            # A row of dots or of dashes is typography; twelve letters alike are not.
            if run >= max(period * _MOST_REPEATS, 12):
                return True
    return False


#: How long a trial may take: to start, and for every byte of the model.
START_S: Final = 120.0
BYTES_PER_S: Final = 2_000_000
#: What a trial may allocate: for itself, and for every byte of the model.
_OWN_BYTES: Final = 4 * 1024**3
_TIMES_MODEL: Final = 8
_THREADS: Final = 2


class TrialError(PackageError):
    """A package whose model did not pass its trial."""


def try_out(package: Package, *, timeout_s: float | None = None) -> tuple[str, ...]:
    """Translate the canary sentences in a child process; the translations.

    Raises `TrialError` when the model does not load, crashes, takes longer than
    `timeout_s` seconds, or answers with nonsense.
    """
    limit = timeout_s if timeout_s is not None else START_S + package.size / BYTES_PER_S
    with tempfile.TemporaryDirectory(prefix="speechsubs-trial-") as temporary:
        answer = Path(temporary) / "answer.json"
        errors = Path(temporary) / "stderr"
        code = _run(package, answer, errors, limit)
        said = _said(answer)
        if said is None:
            raise TrialError(package.path, _ended(code, errors))
    if "problem" in said:
        raise TrialError(package.path, f"its model does not work: {said['problem']}"[:400])
    answers = tuple(str(text) for text in said["answers"])
    problem = nonsense(sentences(package.from_code), answers)
    if problem:
        raise TrialError(package.path, f"its model does not work: {problem}")
    return answers


def _run(package: Package, answer: Path, errors: Path, limit_s: float) -> int:
    # The child finds the same modules as we do; -P: and none in the folder it runs in.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    command = [sys.executable, "-P", "-c", f"from {__name__} import child; child()"]
    command += [str(package.path), "shipped" if package.bundled else "", str(answer)]
    command += [str(int(_OWN_BYTES + _TIMES_MODEL * package.size)), str(int(limit_s) + 1)]
    with errors.open("wb") as stream:
        try:
            process = subprocess.Popen(  # noqa: S603 our own interpreter and code
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stream,
            )
        except OSError as error:
            problem = f"cannot be tried, because Python does not start ({error.strerror})"
            raise TrialError(package.path, problem) from error
        try:
            return process.wait(limit_s)
        except subprocess.TimeoutExpired:
            raise TrialError(
                package.path, f"its model gave no answer within {limit_s:g} seconds"
            ) from None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def _said(answer: Path) -> dict[str, Any] | None:
    """What the child wrote, None if it did not come to that."""
    try:
        data = json.loads(answer.read_bytes())
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def _ended(code: int, errors: Path) -> str:
    lines = errors.read_bytes()[-2_000:].decode("utf-8", "replace").strip().splitlines()
    last = f": {lines[-1][:200]}" if lines else ""
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"its model crashes when it is loaded ({signal.Signals(-code).name}){last}"
    return f"its model crashes when it is loaded (exit code {code}){last}"


def child() -> None:
    """What runs in the child process; its arguments are those that `_run` gives."""
    folder, shipped, answer, memory, seconds = sys.argv[1:]
    _limit(int(memory), int(seconds))
    Path(answer).write_text(json.dumps(_answered(Path(folder), bool(shipped))), "utf-8")


def _answered(folder: Path, shipped: bool) -> dict[str, Any]:
    # Heavy, and only for the child.
    from speechsubs.engines.argos import ArgosEngine

    try:
        package = read(folder, bundled=shipped)
        if package is None:
            return {"problem": "it does not translate"}
        engine = ArgosEngine(package, package.from_code, package.to_code, threads=_THREADS)
        asked = sentences(package.from_code)
        return {"answers": [found[0] for found in engine.translate(asked)]}
    except PackageError as error:
        return {"problem": error.problem}
    except SpeechsubsError as error:
        return {"problem": str(error)}
    except (Exception, SystemExit) as error:
        # Whatever a stranger's model does to the libraries: the parent tells it.
        first = str(error).splitlines()
        return {"problem": f"{type(error).__name__}: {first[0] if first else ''}"}


def _limit(memory: int, seconds: int) -> None:
    """Bound what the child may take, where the system can."""
    if sys.platform == "win32":
        return
    # Only where it exists.
    import resource

    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds * max(2, os.cpu_count() or 2)),
        (resource.RLIMIT_DATA, memory),
    ):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (most, most))


#: Called with every version that could not be used, and why, before the next is tried.
Refused = Callable[[Offered, str], None]


def install_file(
    path: Path,
    directory: Path | None = None,
    *,
    replace: bool = False,
    origin: str = "",
    sha256: str = "",
) -> Package:
    """Install a package file after its model has been tried in a process of its own.

    As `packages.install_file`, and raises `TrialError` for a model that does not work.
    """
    return models.install_file(
        path, directory, check=_try, replace=replace, origin=origin, sha256=sha256
    )


def _try(package: Package) -> None:
    try_out(package)


def obtain(
    step: Step,
    directory: Path | None = None,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
    refused: Refused | None = None,
    replace: bool = False,
) -> Package:
    """Download and install the newest version of a step that works.

    All links of a version are tried in order; a version whose model fails its trial, or
    that no link gives whole, gives way to the next older one. `refused` hears of it.
    Raises `InputError` with all that went wrong when none is left; `PackageError` where
    the package cannot take its place, which no other version would mend.
    """
    problems: list[str] = []
    for offer in step.offers:
        for link in offer.links:
            try:
                return _from_link(offer, link, directory, limits, progress, replace)
            except TrialError as error:
                # Another link has the same model.
                problem = f"{offer.name}: {error.problem}"
            except InputError as error:
                problem = f"{link}: {error.problem}"
                problem += f" ({error.advice})" if error.advice else ""
            problems.append(problem)
            if refused:
                refused(offer, problem)
            if problem.startswith(offer.name):
                break
    names = " and ".join(dict.fromkeys(offer.name for offer in step.offers))
    raise InputError(
        names or "_".join(step.pair),
        f"cannot be installed: {'; '.join(problems)}",
        "`speechsubs models install FILE.argosmodel` takes a file from elsewhere",
    )


def _from_link(
    offer: Offered,
    link: str,
    directory: Path | None,
    limits: Limits | None,
    progress: Progress | None,
    replace: bool,
) -> Package:
    with download.fetched(link, download.folder(), limits=limits, progress=progress) as path:
        try:
            found = models.contents(path)
        except PackageError as error:
            # The name of the part on our disk says nothing to anybody.
            raise InputError(link, error.problem) from error
        said = (offer.from_code, offer.to_code, offer.version)
        if (found.from_code, found.to_code, found.version) != said:
            raise InputError(link, f"holds {found.name} instead of {offer.name}")
        try:
            return install_file(path, directory, replace=replace, origin=link)
        except TrialError:
            raise
        except PackageError as error:
            if error.path == path:
                raise InputError(link, error.problem) from error
            raise


SUFFIX: Final = ".argosmodel"
#: In the form of the program sha256sum, so that `sha256sum -c SHA256SUMS` checks a stick.
SUMS: Final = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Carried:
    """An archive in a folder. `sha256` is what SHA256SUMS says of it, "" for nothing."""

    path: Path
    package: Package
    sha256: str


def export(items: Iterable[Package], folder: Path, *, overwrite: bool = False) -> list[Path]:
    """Write packages as archives into a folder, which is made; the files, in order.

    `install --from` unpacks the very same files. An archive that is there and is the
    same stays; another of the name is only replaced with `overwrite`. Raises
    `PackageError` for a package that changed since it was installed, and where nothing
    can be written.
    """
    written: list[Path] = []
    if folder.exists() and not folder.is_dir():
        raise PackageError(folder, "is no folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sums = _sums(folder)
        for package in items:
            problem = models.verify(package)
            if problem:
                raise PackageError(package.path, f"is not exported: {problem}")
            refuse_full(folder, package.size)
            path = folder / f"{package.path.name}{SUFFIX}"
            sums[path.name] = _write(package, path, overwrite)
            written.append(path)
        lines = [f"{digest}  {name}\n" for name, digest in sorted(sums.items())]
        write_atomic(folder / SUMS, "".join(lines).encode())
    except OSError as error:
        raise PackageError(folder, f"cannot be written ({error.strerror or error})") from error
    return written


def _write(package: Package, path: Path, overwrite: bool) -> str:
    """Write one archive in one step; its hash."""
    with tempfile.TemporaryDirectory(prefix=".speechsubs-", dir=path.parent) as temporary:
        made = Path(temporary) / path.name
        models.archived(package, made)
        digest = hashed(made)
        if path.exists() and not overwrite and hashed(path) != digest:
            raise PackageError(path, "is there already and another one; --overwrite replaces it")
        made.replace(path)
    return digest


def _sums(folder: Path) -> dict[str, str]:
    """What SHA256SUMS says, by the name of the file; lines of another form are no word."""
    found: dict[str, str] = {}
    with contextlib.suppress(InputError):
        text = read_bytes(folder / SUMS, max_bytes=1 << 20).decode("utf-8", "replace")
        for line in text.splitlines():
            digest, _, name = line.partition(" ")
            if len(digest) == 64:
                found[name.lstrip(" *")] = digest.lower()
    return found


def carried(folder: Path) -> tuple[list[Carried], list[PackageError]]:
    """The archives in a folder, and those that cannot be read.

    Raises `InputError` for what is no folder or holds none.
    """
    try:
        paths = sorted(p for p in folder.iterdir() if p.suffix.lower() == SUFFIX and p.is_file())
    except OSError as error:
        raise InputError(str(folder), f"cannot be read as a folder ({error.strerror})") from error
    if not paths:
        raise InputError(str(folder), f"holds no {SUFFIX} file")
    sums = _sums(folder)
    found: list[Carried] = []
    problems: list[PackageError] = []
    for path in paths:
        try:
            found.append(Carried(path, models.contents(path), sums.get(path.name, "")))
        except PackageError as error:
            problems.append(error)
    return found, problems


def chosen(items: Iterable[Carried], source: str, target: str, folder: Path) -> list[Carried]:
    """The archives for a pair of tags: one, or two through another language.

    Raises `InputError` where there is no way.
    """
    best: dict[tuple[str, str], Carried] = {}
    for item in sorted(items, key=lambda c: preference(c.package)):
        best[item.package.from_code, item.package.to_code] = item
    pairs = code_pairs(source, target)
    for pair in pairs:
        if pair in best:
            return [best[pair]]
    for start, goal in pairs:
        middles = {b for a, b in best if a == start} & {a for a, b in best if b == goal}
        for middle in sorted(middles, key=lambda code: (code != "en", code)):
            return [best[start, middle], best[middle, goal]]
    names = ", ".join(sorted({f"{a} to {b}" for a, b in best})) or "nothing that can be read"
    raise InputError(str(folder), f"has no way from {source} to {target}", f"It holds {names}")
