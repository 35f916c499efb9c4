"""What a user can cause, as exceptions that say what, where, and what to do.

Problems in the *input* are raised from here. Problems in the *output* are
`speechsubs.model.Finding`s and never stop a run. Every class keeps its
constructor's arguments in `args`, so it travels between processes.
"""

from pathlib import Path


class SpeechsubsError(Exception):
    """Base of everything the command line shows as one message and exit code 1."""


class InputError(SpeechsubsError):
    """A file or a text that cannot be used.

    `where` names the place as a person finds it ("talk.srt:12" or "talk.srt, cue 3").
    `advice` says what to do; it may be empty.
    """

    def __init__(self, where: str, problem: str, advice: str = "") -> None:
        super().__init__(where, problem, advice)
        self.where, self.problem, self.advice = where, problem, advice

    def __str__(self) -> str:
        text = f"{self.where}: {self.problem}"
        return f"{text}. {self.advice}" if self.advice else text


class CueTimingError(SpeechsubsError):
    """A cue that ends before it starts, or starts before zero. Milliseconds."""

    def __init__(self, start_ms: int, end_ms: int) -> None:
        super().__init__(start_ms, end_ms)
        self.start_ms, self.end_ms = start_ms, end_ms

    def __str__(self) -> str:
        return f"a cue cannot run from {self.start_ms} ms to {self.end_ms} ms"


class YamlError(SpeechsubsError):
    """A YAML file that does not parse or breaks a rule. `line` and `column` are 1-based."""

    def __init__(self, path: Path, line: int, column: int, problem: str) -> None:
        super().__init__(path, line, column, problem)
        self.path, self.line, self.column, self.problem = path, line, column, problem

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.problem}"


class GlossaryError(SpeechsubsError):
    """A glossary that parses but breaks a rule. `line` is 1-based."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(path, line, problem)
        self.path, self.line, self.problem = path, line, problem

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.problem}"


class UnknownLocaleError(SpeechsubsError):
    """A language tag without a locale file. `suggestions` are near tags, best first."""

    def __init__(self, tag: str, suggestions: tuple[str, ...] = ()) -> None:
        super().__init__(tag, suggestions)
        self.tag, self.suggestions = tag, suggestions

    def __str__(self) -> str:
        text = f"unknown language tag {self.tag!r}"
        if self.suggestions:
            return f"{text}: did you mean {' or '.join(self.suggestions)}?"
        return f"{text}. `speechsubs locales` lists the supported ones"


class EngineError(SpeechsubsError):
    """No engine can translate a pair of languages, or the engine failed.

    `advice` names the command that gets what is missing.
    """

    def __init__(self, problem: str, advice: str = "") -> None:
        super().__init__(problem, advice)
        self.problem, self.advice = problem, advice

    def __str__(self) -> str:
        return f"{self.problem}. {self.advice}" if self.advice else self.problem


class PackageError(SpeechsubsError):
    """An Argos package on disk that cannot be used."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, problem)
        self.path, self.problem = path, problem

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


class OutputError(SpeechsubsError):
    """A file that cannot be written."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, problem)
        self.path, self.problem = path, problem

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"
