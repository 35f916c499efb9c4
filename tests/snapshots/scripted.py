"""An engine that translates a little, in the right script, and errs in every way we know.

What it answers follows from the text and the language alone, so that a run can be
compared byte by byte. Masks, figures and names stay as they are, but where an error
is meant to lose or to change them.
"""

import itertools
import re
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Final

_MASK: Final = re.compile(r"(?:ZQ|KX|WJ)[0-9]", re.IGNORECASE)
_WORD: Final = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)

#: For each language: the words for _KNOWN, then words for whatever else there is.
_KNOWN: Final = ["the", "of", "to", "in", "and", "on", "a", "with", "for", "that", "he", "they",
                 "one", "two", "three", "ten", "hundred"]  # fmt: skip
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "ar": (
        "ال من إلى في و على واحد مع لأجل أن هو هم واحد اثنان ثلاثة عشرة مئة",
        "سيارة يوم مدينة عمل جديد كبير سنة ليلة ناس طريق كتب قال",
    ),
    "ca": (
        "el de a en i sobre un amb per que ell ells un dos tres deu cent",
        "cotxe dia aigua obra nou gran any nit gent hora escriu empresa",
    ),
    "de": (
        "der von zu in und auf ein mit für dass er sie eins zwei drei zehn hundert",
        "Wagen Tag Stadt Arbeit neu groß Jahr Nacht Leute Straße Unternehmensführung schrieb",
    ),
    "en": (
        "the of to in and on a with for that he they one two three ten hundred",
        "car day city work new big year night people road wrote company",
    ),
    "es": (
        "el de a en y sobre un con para que él ellos uno dos tres diez cien",
        "coche día agua obra nuevo gran año noche gente hora escribió empresa",
    ),
    "fr": (
        "le de à en et sur un avec pour que il ils un deux trois dix cent",
        "voiture jour eau travail nouveau grand année nuit gens heure écrit entreprise",
    ),
    "it": (
        "il di a in e su un con per che lui loro uno due tre dieci cento",
        "auto giorno acqua lavoro nuovo grande anno notte gente ora scrisse azienda",
    ),
    "ja": (
        "は の へ に と で ある と ため こと 彼は 彼らは 一つ 二つ 三つ 十 百",
        "車を 日に 都市 仕事が 新しい 大きな 年 夜に 人々が 道路 書きました 会社",
    ),
    "ko": (
        "그 의 에게 에서 그리고 위에 한 함께 위해 것을 그는 그들은 하나 둘 셋 열 백",
        "자동차를 날에 도시 일이 새로운 커다란 해에 밤에 사람들이 도로 썼습니다 회사",
    ),
    "pt-BR": (
        "o de a em e sobre um com por que ele eles um dois três dez cem",
        "carro dia água obra novo grande ano noite gente hora escreveu empresa",
    ),
    "ru": (
        "этот из к в и на один с для что он они один два три десять сто",
        "машина день город работа новый большой год ночь люди дорога написал компания",
    ),
    "th": (
        "นี้ ของ ถึง ใน และ บน หนึ่ง กับ เพื่อ ว่า เขา พวกเขา หนึ่ง สอง สาม สิบ ร้อย",
        "รถยนต์ วัน เมือง งาน ใหม่ ใหญ่ ปี กลางคืน ผู้คน ถนน เขียน บริษัท",
    ),
    "zh-CN": (
        "这 的 到 在 和 上 一个 与 为了 那 他 他们 一 两 三 十 一百",
        "汽车 日子 城市 工作 新的 很大 年 夜晚 人们 道路 写了 公司",
    ),
    "zh-TW": (
        "這 的 到 在 和 上 一個 與 為了 那 他 他們 一 兩 三 十 一百",
        "汽車 日子 城市 工作 新的 很大 年 夜晚 人們 道路 寫了 公司",
    ),
}
_TIGHT: Final = ("ja", "th", "zh-CN", "zh-TW")
_WIDE: Final = str.maketrans({".": "。", ",": "，", "?": "？", "!": "！", ":": "：", ";": "；"})
_FIGURES: Final = {"1": 12, "2": 13, "3": 14, "10": 15, "100": 16}


def _mark(text: str) -> int:
    return zlib.crc32(text.encode("utf-8"))


def faithful(target: str, text: str) -> str:
    """Word by word, as right as this engine can."""
    known, other = (words.split() for words in _WORDS[target])
    out = []
    for number, word in enumerate(text.split()):
        before, core, after = _WORD.match(word).groups()  # type: ignore[union-attr]
        name = number > 0 and core[:1].isupper()
        if core and not name and not any(c.isdigit() for c in core) and core.isascii():
            lower = core.lower()
            new = (
                known[_KNOWN.index(lower)] if lower in _KNOWN else other[_mark(lower) % len(other)]
            )
            core = new[0].upper() + new[1:] if core[0].isupper() else new
        if target in ("ja", "zh-CN", "zh-TW"):
            before, after = before.translate(_WIDE), after.translate(_WIDE)
        out.append(before + core + after)
    if target not in _TIGHT:
        return " ".join(out)
    # Latin words keep their blanks, as engines leave them.
    joined = out[0] if out else ""
    for left, right in itertools.pairwise(out):
        joined += (" " if left[-1:].isascii() and right[:1].isascii() else "") + right
    return joined


def _turned(target: str, text: str) -> str:
    words = text.rstrip(".!?").split()
    return faithful(target, " ".join(reversed(words)) + text[len(text.rstrip(".!?")) :])


def _shout(target: str, text: str) -> str:
    return faithful(target, text).upper()


def _lossy(target: str, text: str) -> str:
    return " ".join(_MASK.sub("", faithful(target, text), count=1).split())


def _double(target: str, text: str) -> str:
    return _MASK.sub(lambda m: f"{m[0]} {m[0]}", faithful(target, text), count=1)


def _small(target: str, text: str) -> str:
    return _MASK.sub(lambda m: m[0].lower(), faithful(target, text))


def _wrong(target: str, text: str) -> str:
    return re.sub(r"[0-9]", lambda d: str((int(d[0]) + 1) % 10), faithful(target, text))


def _worded(target: str, text: str) -> str:
    known = _WORDS[target][0].split()
    return re.sub(
        r"(?<![\w.,])(?:100|10|[123])(?![\w]|[.,]\d)",
        lambda d: known[_FIGURES[d[0]]],
        faithful(target, text),
    )


def _twice(target: str, text: str) -> str:
    return f"{faithful(target, text)} {faithful(target, text)}"


def _silent(target: str, text: str) -> str:
    return text[:0]


def _same(target: str, text: str) -> str:
    return text


def _more(target: str, text: str) -> str:
    return faithful(target, text).rstrip(".。") + " 7."


def _short(target: str, text: str) -> str:
    said = faithful(target, text)
    return said[: max(len(said) * 2 // 3, 1)]


def _glued(target: str, text: str) -> str:
    return re.sub(r"\s*(" + _MASK.pattern + r")\s*", r"\1", faithful(target, text))


_WAYS: Final[tuple[Callable[[str, str], str], ...]] = (
    faithful, faithful, faithful, faithful, faithful, faithful, _turned, _shout, _lossy, _double,
    _small, _wrong, _worded, _twice, _silent, _same, _more, _short, _glued,
)  # fmt: skip


def say(target: str, text: str, number: int = 0) -> str:
    """The answer of that number to a text."""
    return _WAYS[(_mark(f"{target} {text}") + number * 5) % len(_WAYS)](target, text)


def translate(engine: Any, text: str, hypotheses: int) -> list[str]:
    """What `Engine.translate` gives for one text."""
    answers = [say(engine.target, text, number) for number in range(max(hypotheses, 1))]
    return list(dict.fromkeys(answers))


def complete(engine: Any, text: str, beginning: str) -> str:
    """What `Steerable.complete` gives: the beginning, and the rest of the translation."""
    if _mark(text + beginning) % 7 == 0:
        return ""
    said = faithful(engine.target, text)
    return beginning + said[min(len(beginning), len(said)) :]


def without(engine: Any, text: str, words: Sequence[str]) -> str:
    """What `Steerable.translate_without` gives."""
    said = faithful(engine.target, text)
    for word in words:
        said = said.replace(word, "")
    return " ".join(said.split()) if _mark(text) % 5 else ""


def score(text: str, translation: str) -> float:
    """What `Steerable.score` gives: less than 0, and the same every time."""
    return -((_mark(f"{text} {translation}") % 300) / 100)
