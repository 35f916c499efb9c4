"""Plain sentences that a model is asked to translate before it may be used.

Some models answer everything with one piece repeated ("mainstre@@ mainstre@@ ...",
argos-translate issues 504 and 522), others with nothing. What is looked for is such
nonsense, never bad style: a small honest model must pass.
"""

from collections.abc import Sequence
from typing import Final

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
