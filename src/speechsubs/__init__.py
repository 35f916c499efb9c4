"""Turn talks into broadcast-quality multilingual subtitles, offline.

    import speechsubs as ss

    result = ss.subtitle("talk.txt", to=["es", "ca"], glossary="names.yml")
    ss.save(result["es"].track, "talk.es.srt")

docs/python.md explains the API; the command line is `speechsubs`.
"""

from importlib import import_module

# As in `typing`, whose import would double the time that this one takes.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from speechsubs.api import check, load, load_transcript, save, subtitle, sync, translate
    from speechsubs.errors import (
        CueTimingError,
        EngineError,
        GlossaryError,
        InputError,
        OutputError,
        PackageError,
        SpeechsubsError,
        UnknownLocaleError,
        YamlError,
    )
    from speechsubs.glossary import Glossary, Term
    from speechsubs.memory import Memory
    from speechsubs.model import Cue, Finding, Sentence, Severity, Track, Transcript, Word
    from speechsubs.options import Options
    from speechsubs.pipeline import Output, Result, SyncResult
    from speechsubs.protocols import Aligner, Engine

__version__ = "0.1.0"

__all__ = [
    "Aligner",
    "Cue",
    "CueTimingError",
    "Engine",
    "EngineError",
    "Finding",
    "Glossary",
    "GlossaryError",
    "InputError",
    "Memory",
    "Options",
    "Output",
    "OutputError",
    "PackageError",
    "Result",
    "Sentence",
    "Severity",
    "SpeechsubsError",
    "SyncResult",
    "Term",
    "Track",
    "Transcript",
    "UnknownLocaleError",
    "Word",
    "YamlError",
    "__version__",
    "check",
    "load",
    "load_transcript",
    "save",
    "subtitle",
    "sync",
    "translate",
]

#: The module of each public name. They are imported at first use: the command line
#: imports this package too, and must answer `--help` at once.
_MODULES = (
    ("api", ("check", "load", "load_transcript", "save", "subtitle", "sync", "translate")),
    ("errors", (
        "CueTimingError", "EngineError", "GlossaryError", "InputError", "OutputError",
        "PackageError", "SpeechsubsError", "UnknownLocaleError", "YamlError",
    )),
    ("glossary", ("Glossary", "Term")),
    ("memory", ("Memory",)),
    ("model", ("Cue", "Finding", "Sentence", "Severity", "Track", "Transcript", "Word")),
    ("options", ("Options",)),
    ("pipeline", ("Output", "Result", "SyncResult")),
    ("protocols", ("Aligner", "Engine")),
)  # fmt: skip

if not TYPE_CHECKING:  # A type checker would take every name for one of ours.

    def __getattr__(name: str) -> object:
        for module, names in _MODULES:
            if name in names:
                return getattr(import_module(f"{__name__}.{module}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
