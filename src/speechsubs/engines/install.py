"""Install models after a smoke test, from the index, from files and from bundles.

A model must translate a few plain sentences before it is installed. Some models answer
everything with one repeated token ("mainstre@@ mainstre@@ ...", argos-translate issues
504 and 522), others with nothing. The test detects such nonsense, not poor style: a
small but working model must pass.

The smoke test runs in a child process. CTranslate2 is C++ that parses an untrusted file:
a broken or malicious model.bin can crash the process that loads it (4.8.1 fixed one such
overflow). The child may crash, hang or exhaust memory; the parent reports what happened.

A bundle is a folder of archives with their hashes, for machines without a network.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from speechsubs import models
from speechsubs.adapters import signals
from speechsubs.adapters.files import read_bytes, temporary_folder, write_atomic
from speechsubs.adapters.http_client import Limits
from speechsubs.errors import InputError, PackageError, SpeechsubsError
from speechsubs.models import Package, code_pairs, download, preference, read
from speechsubs.models.download import Progress
from speechsubs.models.index import Offer, Step
from speechsubs.models.package import hash_file
from speechsubs.models.store import check_disk_space

#: Sentences to translate, by the Argos code of the source language.
TEST_SENTENCES: Final = {
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
#: For other languages: names and numbers.
_FALLBACK_SENTENCES: Final = ("Berlin, Paris, Madrid.", "Internet 2024", "Maria 25 km")

#: A translation that is this many times longer than its source is a loop.
_MAX_GROWTH: Final = 6
#: How often a piece may repeat: "bla bla bla" is speech, a dozen times is a loop.
_MAX_REPEATS: Final = 5
_LONGEST_PIECE: Final = 30


def sample_sentences(code: str) -> tuple[str, ...]:
    """The test sentences of a language, by its Argos code."""
    return TEST_SENTENCES.get("pt" if code == "pb" else code, _FALLBACK_SENTENCES)


def find_nonsense(sources: Sequence[str], answers: Sequence[str]) -> str:
    """Describe what is wrong with a model's answers; "" if nothing is.

    A single bad answer is tolerated; if most are bad, the model is broken.

    >>> find_nonsense(("One.", "Two."), ("mainstre@@ " * 20, "mainstre@@ " * 20))
    "it translates 'One.' as 'mainstre@@ mainstre@@ mainstre@@ mainstre@@ ...'"
    >>> find_nonsense(("One.", "Two."), ("Uno.", "Dos."))
    ''
    """
    bad = [
        (source, answer)
        for source, answer in zip(sources, answers, strict=True)
        if _is_nonsense(source, answer)
    ]
    if 2 * len(bad) > len(sources):
        source, answer = bad[0]
        if not answer.strip():
            return f"it returns nothing for {source!r}"
        shown = answer if len(answer) <= 43 else f"{answer[:43]} ..."
        return f"it translates {source!r} as {shown!r}"
    if len(sources) > 1 and len(set(answers)) == 1:
        return f"it translates every sentence as {answers[0][:60]!r}"
    return ""


def _is_nonsense(source: str, answer: str) -> bool:
    if not any(c.isalnum() for c in answer):
        return True
    if len(answer) > _MAX_GROWTH * len(source) + 40:
        return True
    return "@@" in answer or "\u2581" in answer or _loops(answer)


def _loops(text: str) -> bool:
    """True if a piece of up to `_LONGEST_PIECE` characters repeats too often."""
    for period in range(1, min(_LONGEST_PIECE, len(text) // 2) + 1):
        run = 0
        for index in range(period, len(text)):
            run = run + 1 if text[index] == text[index - period] else 0
            # A short row of dots or dashes is typography; twelve are not.
            if run >= max(period * _MAX_REPEATS, 12):
                return True
    return False


#: Time limit of a smoke test: for the start, and per byte of the model.
START_S: Final = 120.0
BYTES_PER_S: Final = 2_000_000
#: Memory limit of a smoke test: for itself, and per byte of the model.
_OWN_BYTES: Final = 4 * 1024**3
_TIMES_MODEL: Final = 8
_THREADS: Final = 2


class SmokeTestError(PackageError):
    """A package whose model failed the smoke test."""


def run_smoke_test(package: Package, *, timeout_s: float | None = None) -> tuple[str, ...]:
    """Translate the test sentences in a child process and return the translations.

    Raises `SmokeTestError` if the model does not load, crashes, takes longer than
    `timeout_s` seconds or outputs nonsense.
    """
    limit = timeout_s if timeout_s is not None else START_S + package.size / BYTES_PER_S
    with temporary_folder() as temporary:
        answer, errors = temporary / "answer.json", temporary / "stderr"
        code = _run(package, answer, errors, limit)
        result = _read_answer(answer)
        if result is None:
            raise SmokeTestError(package.path, _describe_exit(code, errors))
    if "problem" in result:
        raise SmokeTestError(package.path, f"its model does not work: {result['problem']}"[:400])
    answers = tuple(str(text) for text in result["answers"])
    problem = find_nonsense(sample_sentences(package.from_code), answers)
    if problem:
        raise SmokeTestError(package.path, f"its model does not work: {problem}")
    return answers


def _run(package: Package, answer: Path, errors: Path, limit_s: float) -> int:
    # The child uses our module path; -P keeps the current folder out of it.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    command = [sys.executable, "-P", "-c", f"from {__name__} import child; child()"]
    command += [str(package.path), "shipped" if package.bundled else "", str(answer)]
    command += [str(int(_OWN_BYTES + _TIMES_MODEL * package.size)), str(int(limit_s) + 1)]
    with errors.open("wb") as stream:
        try:
            process = subprocess.Popen(  # noqa: S603 our own interpreter and code
                command,
                env=environment,
                stdin=subprocess.PIPE,  # at its end the child knows that we are gone
                stdout=subprocess.DEVNULL,
                stderr=stream,
            )
        except OSError as error:
            problem = f"cannot be tested because Python does not start ({error.strerror})"
            raise SmokeTestError(package.path, problem) from error
        try:
            return process.wait(limit_s)
        except subprocess.TimeoutExpired:
            raise SmokeTestError(
                package.path, f"its model did not respond within {limit_s:g} seconds"
            ) from None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdin is not None:
                process.stdin.close()


def _read_answer(answer: Path) -> dict[str, Any] | None:
    """The result that the child wrote, or None."""
    try:
        data = json.loads(answer.read_bytes())
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def _describe_exit(code: int, errors: Path) -> str:
    lines = errors.read_bytes()[-2_000:].decode("utf-8", "replace").strip().splitlines()
    last = f": {lines[-1][:200]}" if lines else ""
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"its model crashes on loading ({signal.Signals(-code).name}){last}"
    return f"its model crashes on loading (exit code {code}){last}"


def child() -> None:
    """Entry point of the child process; `_run` passes the arguments."""
    folder, shipped, answer, memory, seconds = sys.argv[1:]
    signals.leave_to_parent()
    # Nothing is ever written to it: it ends with the parent.
    signals.end_after(sys.stdin.buffer.read)
    _limit_resources(int(memory), int(seconds))
    Path(answer).write_text(
        json.dumps(_translate_sample_sentences(Path(folder), bool(shipped))), "utf-8"
    )


def _translate_sample_sentences(folder: Path, shipped: bool) -> dict[str, Any]:
    # Heavy, and only for the child.
    from speechsubs.engines.argos import ArgosEngine

    try:
        package = read(folder, bundled=shipped)
        if package is None:
            return {"problem": "it does not translate"}
        engine = ArgosEngine(package, package.from_code, package.to_code, threads=_THREADS)
        texts = sample_sentences(package.from_code)
        return {"answers": [found[0] for found in engine.translate(texts)]}
    except PackageError as error:
        return {"problem": error.problem}
    except SpeechsubsError as error:
        return {"problem": str(error)}
    except (Exception, SystemExit) as error:
        # An untrusted model may make the libraries raise anything; the parent reports it.
        first = str(error).splitlines()
        return {"problem": f"{type(error).__name__}: {first[0] if first else ''}"}


def _limit_resources(memory: int, seconds: int) -> None:
    """Limit the resources of the child, on systems that support it."""
    if sys.platform == "win32":
        return
    # Not available on Windows.
    import resource

    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds * max(2, os.cpu_count() or 2)),
        (resource.RLIMIT_DATA, memory),
    ):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (most, most))


#: Called with every version that could not be installed, and why.
OnRefused = Callable[[Offer, str], None]


def install_file(
    path: Path,
    directory: Path | None = None,
    *,
    replace: bool = False,
    origin: str = "",
    sha256: str = "",
) -> Package:
    """Install a package file after a smoke test of its model.

    Like `models.install_file`; also raises `SmokeTestError` if the model does not work.
    """
    return models.install_file(
        path, directory, check=_check_model, replace=replace, origin=origin, sha256=sha256
    )


def _check_model(package: Package) -> None:
    run_smoke_test(package)


def install_step(
    step: Step,
    directory: Path | None = None,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
    refused: OnRefused | None = None,
    replace: bool = False,
) -> Package:
    """Download and install the newest working version of a step.

    All links of a version are tried in order. If its model fails the smoke test or no
    link works, `refused` is called and the next older version is tried. Raises
    `InputError` with all problems if no version is left; `PackageError` if the package
    cannot be put into its folder, which another version would not fix.
    """
    problems: list[str] = []
    for offer in step.offers:
        for link in offer.links:
            try:
                return _install_from_link(offer, link, directory, limits, progress, replace)
            except SmokeTestError as error:
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
        "`speechsubs models install FILE.argosmodel` installs a file from another source",
    )


def _install_from_link(
    offer: Offer,
    link: str,
    directory: Path | None,
    limits: Limits | None,
    progress: Progress | None,
    replace: bool,
) -> Package:
    with download.fetch(link, download.folder(), limits=limits, progress=progress) as path:
        try:
            found = models.read_archive(path)
        except PackageError as error:
            # The name of the temporary file means nothing to the user.
            raise InputError(link, error.problem) from error
        expected = (offer.from_code, offer.to_code, offer.version)
        if (found.from_code, found.to_code, found.version) != expected:
            raise InputError(link, f"contains {found.name} instead of {offer.name}")
        try:
            return install_file(path, directory, replace=replace, origin=link)
        except SmokeTestError:
            raise
        except PackageError as error:
            if error.path == path:
                raise InputError(link, error.problem) from error
            raise


SUFFIX: Final = ".argosmodel"
#: In the format of sha256sum, so that `sha256sum -c SHA256SUMS` verifies a copy.
SUMS: Final = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class BundledArchive:
    """An archive in a bundle. `sha256` is its entry in SHA256SUMS, "" if it has none."""

    path: Path
    package: Package
    sha256: str


def export_bundle(items: Iterable[Package], folder: Path, *, overwrite: bool = False) -> list[Path]:
    """Write packages as archives into a folder, created if needed; returns the files.

    `install --from` unpacks the identical files. An existing identical archive is kept; a
    different one is only replaced with `overwrite`. Raises `PackageError` for a package
    that changed since it was installed, and if the folder cannot be written.
    """
    written: list[Path] = []
    if folder.exists() and not folder.is_dir():
        raise PackageError(folder, "is not a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sums = _read_sums(folder)
        for package in items:
            problem = models.verify(package)
            if problem:
                raise PackageError(package.path, f"was not exported: {problem}")
            check_disk_space(folder, package.size)
            path = folder / f"{package.path.name}{SUFFIX}"
            sums[path.name] = _write_archive(package, path, overwrite)
            written.append(path)
        lines = [f"{digest}  {name}\n" for name, digest in sorted(sums.items())]
        write_atomic(folder / SUMS, "".join(lines).encode())
    except OSError as error:
        raise PackageError(folder, f"cannot be written ({error.strerror or error})") from error
    return written


def _write_archive(package: Package, path: Path, overwrite: bool) -> str:
    """Write one archive atomically and return its hash."""
    with temporary_folder(path.parent) as temporary:
        made = temporary / path.name
        models.write_archive(package, made)
        digest = hash_file(made)
        if path.exists() and not overwrite and hash_file(path) != digest:
            raise PackageError(path, "already exists and differs; --overwrite replaces it")
        made.replace(path)
    return digest


def _read_sums(folder: Path) -> dict[str, str]:
    """Read SHA256SUMS into hashes by file name; malformed lines are ignored."""
    found: dict[str, str] = {}
    with contextlib.suppress(InputError):
        text = read_bytes(folder / SUMS, max_bytes=1 << 20).decode("utf-8", "replace")
        for line in text.splitlines():
            digest, _, name = line.partition(" ")
            if len(digest) == 64:
                found[name.lstrip(" *")] = digest.lower()
    return found


def read_bundle(folder: Path) -> tuple[list[BundledArchive], list[PackageError]]:
    """Read the archives in a folder; also returns the errors of unreadable ones.

    Raises `InputError` if it is not a folder or holds no archive.
    """
    try:
        paths = sorted(p for p in folder.iterdir() if p.suffix.lower() == SUFFIX and p.is_file())
    except OSError as error:
        raise InputError(str(folder), f"cannot be listed ({error.strerror})") from error
    if not paths:
        raise InputError(str(folder), f"contains no {SUFFIX} file")
    sums = _read_sums(folder)
    found: list[BundledArchive] = []
    problems: list[PackageError] = []
    for path in paths:
        try:
            found.append(BundledArchive(path, models.read_archive(path), sums.get(path.name, "")))
        except PackageError as error:
            problems.append(error)
    return found, problems


def choose_archives(
    items: Iterable[BundledArchive], source: str, target: str, folder: Path
) -> list[BundledArchive]:
    """Choose the archives for a language pair: one, or two through a pivot language.

    Raises `InputError` if there are none.
    """
    best: dict[tuple[str, str], BundledArchive] = {}
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
    names = ", ".join(sorted({f"{a} to {b}" for a, b in best})) or "nothing readable"
    raise InputError(
        str(folder), f"offers no route from {source} to {target}", f"It contains {names}"
    )
