"""Masked sentences into drafts, and the ladder that failing ones climb.

All sentences go to the engine in one batch, equal ones once. Every output is
verified: each mask once, every number still there, nothing empty, copied or
looping. Only sentences that fail go on, all together: other masks and the
engine's next best outputs in one second batch, then the text split around its
slots in a third. What no rung brings right keeps its best output and says so.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from speechsubs import numbers
from speechsubs.masking import Masked, Protected, locate, mask, without
from speechsubs.model import Place, SlotKind
from speechsubs.protocols import Engine

#: Called with how many sentences are done and how many there are.
Progress = Callable[[int, int], None]

HARD = frozenset({SlotKind.TERM, SlotKind.MONEY})
ALL = frozenset(SlotKind)
#: How many of the engine's outputs are looked at per masking in the second batch.
HYPOTHESES = 4
_WORDS = re.compile(r"\w+")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Raw:
    """An engine's output for one sentence with the places of its slots.

    `slots` are the numbers of all slots that were hidden from the engine; `places`
    says where each stands. `problems` are empty when the output passed.
    """

    sentence: int
    text: str
    places: tuple[Place, ...]
    rung: str
    tries: int = 1
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class _Job:
    """One sentence on its way up the ladder."""

    protected: Protected
    best: Raw | None = None
    tries: int = 0

    def offer(self, candidate: Raw) -> None:
        """Keep the candidate if it is better than what there is."""
        self.tries += 1
        if self.best is None or _badness(candidate) < _badness(self.best):
            self.best = candidate

    @property
    def open(self) -> bool:
        return self.best is None or bool(self.best.problems)


@dataclass(slots=True)
class _Batch:
    """Texts for one call of the engine, each once, however many jobs want it."""

    engine: Engine
    texts: dict[str, None] = field(default_factory=dict)

    def translate(self, hypotheses: int = 1) -> dict[str, list[str]]:
        """All answers by text."""
        wanted = list(self.texts)
        if not wanted:
            return {}
        return dict(zip(wanted, self.engine.translate(wanted, hypotheses), strict=True))


def drafts(
    protected: Sequence[Protected],
    engine: Engine,
    source_language: str,
    target_language: str,
    progress: Progress | None = None,
) -> list[Raw]:
    """One verified output per sentence, in order. Raises `EngineError` if the engine does."""
    jobs = [_Job(item) for item in protected]
    languages = (source_language, target_language)
    for job in jobs:
        if not _needs_engine(job.protected):
            _copy(job)
    _first(jobs, engine, languages)
    if progress:
        progress(sum(not job.open for job in jobs), len(jobs))
    _second(_failing(jobs), engine, languages)
    _split(_failing(jobs), engine, languages)
    if progress:
        progress(len(jobs), len(jobs))
    return [_finished(job) for job in jobs]


def _failing(jobs: Iterable[_Job]) -> list[_Job]:
    return [job for job in jobs if job.open]


def _finished(job: _Job) -> Raw:
    raw = job.best
    assert raw is not None
    return Raw(raw.sentence, raw.text, raw.places, raw.rung, job.tries, raw.problems)


def _needs_engine(protected: Protected) -> bool:
    """False for a text that is all slots and punctuation."""
    spans = [(slot.start, slot.end) for slot in protected.slots]
    return bool(_LETTER.search(without(protected.text, spans)))


def _copy(job: _Job) -> None:
    places = tuple(
        Place(number, slot.start, slot.end) for number, slot in enumerate(job.protected.slots)
    )
    job.offer(Raw(job.protected.sentence, job.protected.text, places, "copied"))


def _first(jobs: Sequence[_Job], engine: Engine, languages: tuple[str, str]) -> None:
    """The plain batch: terms and amounts hidden, numbers in the clear."""
    batch = _Batch(engine)
    masked: list[tuple[_Job, Masked]] = []
    for job in _failing(jobs):
        hidden = _first_that_fits(job.protected, engine, HARD)
        if hidden is not None:
            masked.append((job, hidden))
            batch.texts[hidden.text] = None
    answers = batch.translate()
    for job, hidden in masked:
        rung = "masked" if hidden.slots else "plain"
        job.offer(_verified(job.protected, hidden, answers[hidden.text][0], rung, languages))


def _first_that_fits(
    protected: Protected, engine: Engine, kinds: frozenset[SlotKind]
) -> Masked | None:
    for family in engine.masks:
        hidden = mask(protected, family, kinds)
        if hidden is not None:
            return hidden
    return None


def _second(jobs: Sequence[_Job], engine: Engine, languages: tuple[str, str]) -> None:
    """Other masks, numbers hidden too, and the engine's next best outputs."""
    batch = _Batch(engine)
    wanted: list[tuple[_Job, Masked, str]] = []
    for job in jobs:
        seen: set[str] = set()
        for family in engine.masks:
            for kinds in (HARD, ALL):
                hidden = mask(job.protected, family, kinds)
                if hidden is None or hidden.text in seen:
                    continue
                seen.add(hidden.text)
                batch.texts[hidden.text] = None
                wanted.append((job, hidden, family.name))
    answers = batch.translate(HYPOTHESES)
    for job, hidden, name in wanted:
        for number, answer in enumerate(answers[hidden.text]):
            rung = f"masks {name}" if not number else f"masks {name}, output {number + 1}"
            job.offer(_verified(job.protected, hidden, answer, rung, languages))


def _split(jobs: Sequence[_Job], engine: Engine, languages: tuple[str, str]) -> None:
    """The stretches between the slots translated alone: exact, and stiff."""
    batch = _Batch(engine)
    for job in jobs:
        for piece in _pieces(job.protected):
            if _LETTER.search(piece):
                batch.texts[piece.strip()] = None
    answers = batch.translate()
    for job in jobs:
        if job.protected.slots:
            job.offer(_rejoined(job.protected, answers, languages))


def _pieces(protected: Protected) -> list[str]:
    """What stands before, between and behind the slots."""
    edges = [0, *(edge for slot in protected.slots for edge in (slot.start, slot.end))]
    edges.append(len(protected.text))
    return [protected.text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _rejoined(
    protected: Protected, answers: dict[str, list[str]], languages: tuple[str, str]
) -> Raw:
    text, places = "", []
    for number, piece in enumerate(_pieces(protected)):
        bare = piece.strip()
        answer = answers[bare][0].strip() if bare in answers else bare
        if bare and answer and number and bare[:1].islower():
            # Engines capitalise what looks like a sentence to them.
            answer = answer[:1].lower() + answer[1:]
        if bare and answer and bare[-1:] not in ".!?。！？" and answer[-1:] in ".。":
            answer = answer.rstrip(".。")
        left = " " if piece[:1].isspace() else ""
        right = " " if piece[-1:].isspace() and bare else ""
        text += left + answer + right
        if number < len(protected.slots):
            slot = protected.slots[number]
            places.append(Place(number, len(text), len(text) + len(slot.text)))
            text += slot.text
    hidden = Masked(protected.text, (), ())
    problems = _problems(protected, text, tuple(places), hidden, languages)
    return Raw(protected.sentence, text, tuple(places), "split", problems=problems)


def _verified(
    protected: Protected, hidden: Masked, output: str, rung: str, languages: tuple[str, str]
) -> Raw:
    places, lost = locate(output, hidden)
    problems = lost + _problems(protected, output, places, hidden, languages)
    return Raw(protected.sentence, output, places, rung, problems=problems)


def _problems(
    protected: Protected,
    output: str,
    places: tuple[Place, ...],
    hidden: Masked,
    languages: tuple[str, str],
) -> tuple[str, ...]:
    """What is wrong with an output besides its masks."""
    hidden_slots = {place.slot for place in places} | set(hidden.slots)
    spans = [(s.start, s.end) for n, s in enumerate(protected.slots) if n in hidden_slots]
    source = without(protected.text, spans)
    target = without(output, [(place.start, place.end) for place in places])
    problems = []
    missing, extra = numbers.compare(source, languages[0], target, languages[1])
    problems += [f"number-missing:{value}" for value in missing]
    problems += [f"number-extra:{value}" for value in extra]
    if not _LETTER.search(target) and _LETTER.search(source):
        # Names alone are no translation of what stood between them.
        problems.append("empty")
    elif _copied(source, target):
        problems.append("untranslated")
    if _loops(target) > max(2, _loops(source)):
        problems.append("repetition")
    if len(target) > 3 * len(source) + 40 or len(source) > 8 * len(target) + 40:
        problems.append("length")
    return tuple(problems)


def _copied(source: str, target: str) -> bool:
    """True where a sentence of four words and more came back as it was."""
    words = _WORDS.findall(source.casefold())
    return len(words) >= 4 and words == _WORDS.findall(target.casefold())


def _loops(text: str) -> int:
    """How often the most frequent run of three words (six CJK characters) occurs."""
    words = _WORDS.findall(text.casefold())
    if len(words) < 4:
        # No blanks: Chinese, Japanese, Thai.
        joined = "".join(words)
        words = [joined[i : i + 2] for i in range(0, len(joined) - 1, 2)]
    runs = Counter(zip(words, words[1:], words[2:], strict=False))
    return max(runs.values(), default=0)


_WEIGHT = {"mask-lost": 8, "mask-repeated": 8, "number-missing": 6, "number-extra": 6,
           "empty": 40, "repetition": 5, "length": 4, "untranslated": 3}  # fmt: skip


def _badness(raw: Raw) -> int:
    return sum(_WEIGHT[problem.partition(":")[0]] for problem in raw.problems)
