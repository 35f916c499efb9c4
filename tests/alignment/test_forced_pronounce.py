"""Pronunciations of any token, from the lexicon, the dictionary or a guess."""

from pathlib import Path

import pytest

from speechsubs.alignment.forced import pronounce
from speechsubs.alignment.forced.pronounce import PHONES, guess_from_spelling, ipa_to_phones
from speechsubs.errors import InputError

pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")


@pytest.mark.parametrize("ipa", ["z_ˌaɪ_ə_ˈoʊ_m_i", "ʎˈaːɲo", "ɕjɑu2mˈi", "ʃˈøːn", "ɹˈɛzuːmˌeɪz"])
def test_any_language_maps_to_phones_of_the_model(ipa: str) -> None:
    assert ipa_to_phones(ipa)
    assert set(ipa_to_phones(ipa)) <= PHONES
    assert set(guess_from_spelling("Schönhauser")) <= PHONES


@pytest.mark.parametrize(
    "token", ["9" * 10**6, "1-" * 10**5, "$" * 10**5, "\0\ud800", "😀", "—", "ß" * 999]
)
def test_hostile_tokens_cost_little_and_never_raise(token: str) -> None:
    found = pronounce.Pronouncer("en").look_up(token)
    assert all(len(way) <= 48 for way in found.spoken_forms)
    assert all(u.length for way in found.spoken_forms for u in way)


def test_unknown_names_get_a_guessed_pronunciation() -> None:
    words = pronounce.Pronouncer("en")
    assert words.look_up("Xiaopeng").guessed
    assert words.look_up("Xiaopeng").length >= 5
    assert not words.look_up("courage").guessed
    assert not words.look_up("résumés").guessed
    assert words.look_up("Courage:").spoken_forms == words.look_up("courage").spoken_forms


def test_names_are_pronounced_without_espeak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("speechsubs.alignment.forced.pronounce.load_espeak", lambda: None)
    assert pronounce.Pronouncer("en").look_up("Xiaopeng").length >= 4
    assert pronounce.Pronouncer("it").look_up("sconosciuti").length >= 6
    assert pronounce.Pronouncer("ru").look_up("слово").spoken_forms


def test_a_lexicon_takes_precedence_over_the_dictionary() -> None:
    own = pronounce.parse_lexicon("Xiaomi: shao mee\nHeihe = HH EY HH AH  # a city\n\n# nothing\n")
    words = pronounce.Pronouncer("en", own)
    (form,) = words.look_up("Heihe,").spoken_forms
    assert form[0].phones == (("HH", "EY", "HH", "AH"),)
    assert not words.look_up("Heihe").guessed
    assert not words.look_up("Xiaomi's").guessed


@pytest.mark.parametrize(("line", "part"), [("word", ":2"), ("a: XX YY", "'XX'"), (": x", ":2")])
def test_an_invalid_lexicon_line_is_reported(line: str, part: str) -> None:
    with pytest.raises(InputError) as caught:
        pronounce.parse_lexicon(f"good: gud\n{line}\n", "my.lex")
    assert "my.lex:2" in str(caught.value)
    assert part in str(caught.value)


def test_a_lexicon_file_must_be_text(tmp_path: Path) -> None:
    path = tmp_path / "x.lex"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError):
        pronounce.load_lexicon(path)
