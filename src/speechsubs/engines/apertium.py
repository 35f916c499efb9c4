"""Rule-based translation with the installed Apertium, one process per batch.

Texts are sent in Apertium's stream format and escaped here, so that no character is
taken for markup and no text runs into the next: each text ends with a superblank that
carries its number and with a null byte, which every program of the pipeline passes on.
If the numbers do not come back in order, the batch is split in half and sent again.
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from speechsubs.adapters import signals
from speechsubs.engines import apertium_rules, mask_probe, quality
from speechsubs.errors import EngineError
from speechsubs.language import locales
from speechsubs.protocols import MaskFamily

#: A batch of an hour of speech takes seconds; a hung pipeline must not hang the run.
TIMEOUT_S: Final = 300
#: Characters per process. Apertium needs little memory, but a timeout should cost one
#: batch, not a whole book.
BATCH_CHARACTERS: Final = 200_000
#: Longer words are not real words, and analysis time grows with their length.
MAX_WORD: Final = 400

#: Apertium's own language codes, two or three letters.
_LANGUAGES: Final[Mapping[str, str]] = {
    "en": "eng", "es": "spa", "ca": "cat", "fr": "fra", "pt": "por", "it": "ita", "de": "deu",
    "ru": "rus", "ar": "ara", "gl": "glg", "oc": "oci", "ro": "ron", "eu": "eus", "eo": "epo",
    "nl": "nld", "sv": "swe", "da": "dan", "uk": "ukr", "be": "bel", "hi": "hin", "ur": "urd",
}  # fmt: skip
_MODE: Final = re.compile(r"([a-z]{2,3})-([a-z]{2,3})(?:_([A-Z]{2}))?")

#: Measured on 24 sentence patterns in five directions (English to Spanish, Catalan,
#: and on to French, Portuguese, Italian): unknown words break agreement and pass
#: their capital on ("Xqza Decidió", "Xqza Es"); known names keep both ("Toronto
#: decidió"). Towns do better than persons, because a town before a noun belongs to
#: it ("Toronto cars": "coches de Toronto", but "Gonzalo coches") and speaks ("dijo
#: Toronto", but "Gonzalo dicho"). These towns are masculine, start with a consonant
#: (no "l'", "d'", "e" for "y"), and have no translation in any of the five. Of 120
#: towns 22 pass 27 or more of 30 checks. Money: a code with a number stays together
#: and keeps the preposition ("over": "sobre CHF 717", but "encima 777 euros").
_FAMILIES: Final = (
    MaskFamily(
        "towns",
        ("Toronto", "Dakar", "Rabat", "Vigo", "Chicago", "Bangkok", "Montevideo", "Boston",
         "Santander", "Minneapolis", "Dallas", "Wisconsin", "Delaware", "Vermont"),
        ("CHF 717", "CHF 939", "CHF 373", "CHF 979", "CHF 737", "CHF 393", "CHF 797", "CHF 919"),
    ),
    MaskFamily(
        "names",
        ("Gonzalo", "Rodrigo", "Leopoldo", "Bernardo", "Gustavo", "Ricardo", "Salvador", "Rafael",
         "Vicente", "Pascual"),
        ("717€", "939€", "373€", "979€", "737€", "393€", "797€", "919€"),
    ),
    MaskFamily("unknown", ("Xqza", "Vuzk", "Zwox", "Qexa", "Kuzq", "Wozx", "Bexq", "Yaxz")),
)  # fmt: skip

_SPECIAL: Final = re.compile(r"([\\$\[\]{}/@<>*])")
_TOKEN: Final = re.compile(r"\\(.)|\[s([0-9]+)\]|\[u([0-9a-f]+)\]|\[[^\]]*\]", re.DOTALL)
#: Unusual characters, dropped if a text gets no answer.
_UNUSUAL: Final = re.compile(r"[^\w\s.,;:!?'’\"“”()-]")
#: In "said no." the last word is read as the abbreviation of "number" unless separated.
_NO: Final = re.compile(r"\b(no)\.(?!\s*[0-9])", re.IGNORECASE)
#: Sent as a superblank, which the rules do not see: a mark that the generators use and
#: swallow, one that desynchronizes the pipeline even when escaped (seen in 3.8.3), and
#: addresses ("x.y" would become "x.et" in French).
_PROTECTED: Final = re.compile(
    r"[~^]|\b(?:https?://|www\.)[^\s<>\"“”]*[\w/]|\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}"
)


class ApertiumEngine:
    """Translates along one route of installed pairs, one or several in sequence.

    `route` lists mode names ("eng-spa", "es-fr"). Raises `EngineError` if the program or
    a mode is missing.
    """

    def __init__(self, source: str, target: str, route: Sequence[str]) -> None:
        self.name = "apertium"
        self.source, self.target = source, target
        self.route = tuple(route)
        self._masks: tuple[MaskFamily, ...] = ()
        self._program = _find_program()
        self.quality = "rule-based; gives the gist, needs post-editing"
        if self.route in quality.APERTIUM:
            own, argos = quality.APERTIUM[self.route]
            beside = f"; Argos {argos:g}" if argos else ""
            self.quality += f" ({own:g} BLEU on FLORES{beside})"
        if len(self.route) > 1:
            self.quality += (
                f"; {len(self.route)} steps ({', '.join(self.route)}), errors accumulate"
            )
        self.signature = f"apertium {' '.join(self.route)} sha256:{_fingerprint(self.route)[:12]}"

    @property
    def masks(self) -> tuple[MaskFamily, ...]:
        """Names that this route leaves unchanged, with unknown words as the last resort."""
        if self._masks:
            return self._masks
        scores = mask_probe.probe(
            _FAMILIES,
            locales.load(self.source).language,
            lambda texts: [answer[0] for answer in self.translate(texts)],
        )
        # Families stay in order of how well the sentence around them is translated.
        sound = [s.family for s in scores if len(s.family.words) * 2 >= s.tried]
        self._masks = tuple(sound) or mask_probe.rank(scores)
        return self._masks

    @masks.setter
    def masks(self, families: tuple[MaskFamily, ...]) -> None:
        self._masks = families

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        """Translate; one answer per text, since Apertium has no n-best output.

        Equal texts are sent once. Raises `EngineError` if the program fails or times out.
        """
        del hypotheses
        done: dict[str, str] = {}
        unique = [text for text in dict.fromkeys(texts) if text.strip()]
        for batch in _batches(unique):
            current = [_clean(text) for text in batch]
            if self.route[0].startswith("en"):
                current = [apertium_rules.simplify_english(text) for text in current]
            for mode in self.route:
                raw = self._run(mode, current)
                small = _function_words(mode)
                # Repair between the steps too: the next one then analyses it better.
                current = [
                    apertium_rules.repair(before, after, small)
                    for before, after in zip(current, raw, strict=True)
                ]
            if locales.load(self.target).typography.opening_question:
                current = [apertium_rules.add_opening_marks(text) for text in current]
            done.update(zip(batch, current, strict=True))
        return [[done.get(text, "")] for text in texts]

    def _run(self, mode: str, texts: list[str]) -> list[str]:
        stream = "".join(f"{_escape(t, mode)}[s{n}]\0" for n, t in enumerate(texts))
        answers = _parse(self._pipe(mode, stream))
        if len(answers) == len(texts):
            return [answers[n] for n in range(len(texts))]
        if len(texts) > 1:
            # Split in half, so that one troublesome text costs few processes.
            half = len(texts) // 2
            return self._run(mode, texts[:half]) + self._run(mode, texts[half:])
        simple = " ".join(_UNUSUAL.sub(" ", texts[0]).split())
        if simple == texts[0]:
            raise EngineError(
                f"Apertium returned nothing for {texts[0]!r:.80} with mode {mode}",
                f"Try `echo Hello | apertium {mode}`",
            )
        return self._run(mode, [simple]) if simple else [texts[0]]

    def _pipe(self, mode: str, stream: str) -> str:
        command = [self._program, "-u", "-z", "-f", "none", mode]
        # Apertium needs a UTF-8 locale, and finds one itself if none is set.
        try:
            code, output, errors = _run_group(command, stream.encode())
        except subprocess.TimeoutExpired:
            raise EngineError(f"Apertium took longer than {TIMEOUT_S} s with mode {mode}") from None
        except OSError as error:
            raise EngineError(f"Apertium cannot be run ({error.strerror})") from error
        if code != 0:
            messages = errors.decode("utf-8", "replace").strip().splitlines()
            raise EngineError(
                f"Apertium failed with mode {mode} (exit code {code}: "
                f"{messages[0] if messages else 'no message'!s:.120})",
                "Try `echo Hello | apertium " + mode + "`",
            )
        return output.decode("utf-8", "replace")


def _run_group(command: Sequence[str], data: bytes) -> tuple[int, bytes, bytes]:
    """Run a program that starts others: exit code, output, messages.

    After a timeout or a signal all of them are killed, not only the first. Raises
    `subprocess.TimeoutExpired` and `OSError`.
    """
    pipe = subprocess.PIPE
    process: subprocess.Popen[bytes] | None = None
    try:
        with signals.deferred():
            process = subprocess.Popen(  # noqa: S603 - a fixed program, no shell, text by pipe
                command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
            )
        output, errors = process.communicate(data, TIMEOUT_S)
    except BaseException:
        if process is not None:
            _kill_group(process)
        raise
    return process.returncode, output, errors


def _kill_group(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and all that it started, and close its pipes."""
    with process:  # waits for its end
        if sys.platform == "win32":
            process.kill()
        else:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def installed_modes() -> tuple[str, ...]:
    """List the installed modes between plain languages, sorted."""
    if shutil.which("apertium") is None:
        return ()
    folder = _data_folder() / "modes"
    return tuple(sorted(p.stem for p in folder.glob("*.mode") if _MODE.fullmatch(p.stem)))


def find_route(source: str, target: str, modes: Sequence[str] | None = None) -> tuple[str, ...]:
    """Find the shortest route between two tags, at most two modes; () if none exists.

    A mode for the target's region is preferred ("es-pt_BR" for pt-BR).
    """
    start, goal = locales.load(source), locales.load(target)
    if not start.apertium or not goal.apertium or start.apertium == goal.apertium:
        return ()
    region = goal.tag.partition("-")[2]
    found: list[tuple[int, int, tuple[str, ...]]] = []
    edges = [
        edge for edge in map(_parse_mode, installed_modes() if modes is None else modes) if edge
    ]
    for mode, left, right, variant in edges:
        if left != start.apertium or variant not in ("", region):
            continue
        if right == goal.apertium:
            found.append((1, 0 if variant == region else 1, (mode,)))
        for second, middle, end, region_of in edges:
            if (
                middle == right
                and end == goal.apertium
                and region_of in ("", region)
                and not variant
            ):
                found.append((2, 0 if region_of == region else 1, (mode, second)))
    return min(found, default=(0, 0, ()))[2]


def _parse_mode(mode: str) -> tuple[str, str, str, str] | None:
    match = _MODE.fullmatch(mode)
    if not match:
        return None
    left, right, region = match.groups(default="")
    return mode, _LANGUAGES.get(left, left), _LANGUAGES.get(right, right), region


def _function_words(mode: str) -> frozenset[str]:
    """Articles, prepositions and other function words of a mode's target language."""
    edge = _parse_mode(mode)
    for tag in locales.known():
        locale = locales.load(tag)
        if edge and locale.apertium == edge[2]:
            b = locale.breaks
            return b.articles | b.prepositions | b.conjunctions | b.pronouns | b.auxiliaries
    return frozenset()


def _find_program() -> str:
    program = shutil.which("apertium")
    if program is None:
        raise EngineError("Apertium is not installed", "Install it with `apt install apertium`")
    return program


def _data_folder() -> Path:
    return Path(os.environ.get("APERTIUM_DATADIR", "/usr/share/apertium"))


def _fingerprint(route: Sequence[str]) -> str:
    """Hash the compiled rules and dictionaries that a route uses."""
    digest = hashlib.sha256()
    try:
        for mode in route:
            text = (_data_folder() / "modes" / f"{mode}.mode").read_text("utf-8")
            digest.update(text.encode())
            for name in re.findall(r"'([^']+)'", text):
                if Path(name).is_file():
                    with Path(name).open("rb") as stream:
                        digest.update(hashlib.file_digest(stream, "sha256").digest())
    except OSError as error:
        raise EngineError(
            f"Apertium's mode {mode} cannot be read ({error.strerror})",
            "Reinstall the language pair",
        ) from error
    return digest.hexdigest()


def _clean(text: str) -> str:
    """Reduce a text to one line of valid characters, and break overlong words."""
    text = text.encode("utf-8", "replace").decode()
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    # The language pairs know 's only with a straight apostrophe.
    text = re.sub(r"(?<=\w)’(?=\w)", "'", text)
    return re.sub(rf"(\S{{{MAX_WORD}}})(?=\S)", r"\1 ", text)


def _escape(text: str, mode: str) -> str:
    parts: list[str] = []
    done = 0
    for match in _PROTECTED.finditer(text):
        parts += [_escape_plain(text[done : match.start()], mode), f"[u{match[0].encode().hex()}]"]
        done = match.end()
    return "".join([*parts, _escape_plain(text[done:], mode)])


def _escape_plain(text: str, mode: str) -> str:
    text = _SPECIAL.sub(r"\\\1", text)
    return _NO.sub(r"\1[].", text) if mode.startswith("en") else text


def _parse(stream: str) -> dict[int, str]:
    """Parse an output stream into texts by number; empty if the numbers are not in order."""
    answers: dict[int, str] = {}
    for block in stream.split("\0"):
        number: list[int] = []

        def unescape(match: re.Match[str], found: list[int] = number) -> str:
            escaped, mark, sealed = match.groups()
            if mark is not None:
                found.append(int(mark))
            return escaped or (bytes.fromhex(sealed).decode() if sealed else "")

        text = _TOKEN.sub(unescape, block)
        if not number and not text.strip():
            continue  # the pipeline ends with null bytes of its own
        if number != [len(answers)]:
            return {}
        answers[number[0]] = text
    return answers


def _batches(texts: Sequence[str]) -> list[list[str]]:
    batches: list[list[str]] = []
    size = 0
    for text in texts:
        if not batches or size + len(text) > BATCH_CHARACTERS:
            batches.append([])
            size = 0
        batches[-1].append(text)
        size += len(text)
    return batches
