"""The little words before times and dates, and the times that engines are given."""

import pytest

from speechsubs.glossary import Glossary, Matcher, Term
from speechsubs.language.locales import load
from speechsubs.model import Sentence
from speechsubs.quantities import currencies, parse
from speechsubs.quantities.repair import preposition_edits
from speechsubs.quantities.times import find_times, time_edits
from speechsubs.spans import SpannedText
from speechsubs.translation import placeholders
from speechsubs.translation.candidates import normalize_times
from speechsubs.translation.placeholders import Protected


def mended(source: str, target: str, tag: str) -> str:
    locale = load(tag)
    edits = preposition_edits(parse(source, "en"), parse(target, locale.language), locale)
    return SpannedText(target).edit(edits).text


@pytest.mark.parametrize(
    ("tag", "source", "target", "wanted"),
    [
        ("es", "He left at 4:13 p.m.", "Se fue en 16:13.", "Se fue a las 16:13."),
        ("es", "At 4:13 p.m. he left.", "En 16:13 se fue.", "A las 16:13 se fue."),
        ("es", "He left at 1:05 a.m.", "Se fue en 1:05.", "Se fue a la 1:05."),
        ("es", "It was 4:13 p.m.", "Era 16:13.", "Eran las 16:13."),
        ("es", "before 10:30 a.m.", "antes de 10:30", "antes de las 10:30"),
        ("es", "On March 30 he left.", "En 30 de marzo se fue.", "El 30 de marzo se fue."),
        ("ca", "He left at 16:13.", "Va marxar a 16:13.", "Va marxar a les 16:13."),
        ("fr", "He left at 4:13 p.m.", "Il partit en 16:13.", "Il partit à 16:13."),
        ("it", "He left at 4:13 p.m.", "Partì a 16:13.", "Partì alle 16:13."),
        ("pt-BR", "He left at 4:13 p.m.", "Saiu em 16:13.", "Saiu às 16:13."),
        ("de", "He left at 4:13 p.m.", "Er ging bei 16:13.", "Er ging um 16:13."),
        ("de", "On March 30 he left.", "Auf 30. März ging er.", "Am 30. März ging er."),
    ],
)
def test_words_before_are_mended(tag: str, source: str, target: str, wanted: str) -> None:
    assert mended(source, target, tag) == wanted
    assert mended(source, wanted, tag) == wanted


@pytest.mark.parametrize(
    ("tag", "source", "target"),
    [
        # A length of time, another time, a noun before the verb, a date without its "on".
        ("es", "He ran it in 16:13.", "Lo corrió en 16:13."),
        ("es", "He left at 4:13 p.m.", "Se fue en 16:14."),
        ("es", "The end was 4:13 p.m.", "El fin fue 16:13."),
        ("es", "They saw March 30 coming.", "Pensaron en 30 de marzo."),
        ("ja", "He left at 4:13 p.m.", "16:13に出た。"),
    ],
)
def test_other_words_stay(tag: str, source: str, target: str) -> None:
    assert mended(source, target, tag) == target


def test_engines_are_given_the_day_in_24_hours() -> None:
    sentence = Sentence(0, 0, "From 8:30 a.m. to 5 p.m. the SU7 runs.")
    matcher = Matcher(Glossary((Term("su7", "SU7"),)))
    (item,) = placeholders.protect([sentence], matcher, "en", currencies.Context())
    found = normalize_times(item)
    assert found.text == "From 8:30 to 17:00 the SU7 runs."
    assert [found.text[s.start : s.end] for s in found.placeables] == ["8:30", "17:00", "SU7"]
    plain = Protected(0, parse("at 16:13", "en"))
    assert normalize_times(plain) is plain


@pytest.mark.parametrize(
    ("tag", "target", "wanted"),
    [
        # Where people name the half of the day, 24 hours become theirs.
        ("ko", "16:13에 떠났다.", "오후 4:13에 떠났다."),
        ("zh-TW", "他16:13離開。", "他下午4:13離開。"),
        ("en", "He left at 16:13.", "He left at 4:13\u202fPM."),
        ("es", "Se fue a las 16: 13.", "Se fue a las 16:13."),
        ("es", "Se fue a las 4: 13.", "Se fue a las 4:13."),
        ("es", "La razón es 3: 45.", "La razón es 3: 45."),
    ],
)
def test_times_of_24_hours_in_the_locale_form(tag: str, target: str, wanted: str) -> None:
    edits = time_edits(find_times("He left at 4:13 p.m."), target, find_times(target), load(tag))
    assert SpannedText(target).edit(edits).text == wanted
