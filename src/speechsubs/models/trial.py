"""A model is loaded and tried in a process of its own before it may be used.

CTranslate2 is C++ that reads a file from a stranger: a broken or hostile model.bin can
end the process that loads it (its changelog for 4.8.1 mends one such overflow). The
child may crash, hang or eat memory; the parent tells what happened.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from speechsubs.errors import PackageError, SpeechsubsError
from speechsubs.models import canaries
from speechsubs.packages import Package, read

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
    problem = canaries.nonsense(canaries.sentences(package.from_code), answers)
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
        asked = canaries.sentences(package.from_code)
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
