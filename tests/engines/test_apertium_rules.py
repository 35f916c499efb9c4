"""Repairs of Apertium's output and simplifications of its input."""

import pytest

from speechsubs.engines.apertium_rules import add_opening_marks, repair, simplify_english

SMALL = {"y", "es", "a", "de", "el"}


@pytest.mark.parametrize(
    ("source", "text", "wanted"),
    [
        ("Xqza and Vuzk left.", "Xqza Y Vuzk dejó.", "Xqza y Vuzk dejó."),
        ("Lei Jun met John.", "Lei Jun Conoció John.", "Lei Jun conoció John."),
        ("BMW big Germany.", "BMW Alemania grande.", "BMW Alemania grande."),
        ("It is 5 o'clock .", "Son las 5 .", "Son las 5 ."),
        ("It is 5.", "Son las 5 .", "Son las 5."),
        ("Go to the .NET page.", "Va a la página .NET.", "Va a la página .NET."),
        ("The car is new.", "el coche es nuevo.", "El coche es nuevo."),
        ("iPhone sells.", "iPhone vende.", "iPhone vende."),
        ("Lei Jun's car.", "Lei Junha carro.", "Lei Jun carro."),
        ("Go. And left.", "Va. Y dejó.", "Va. Y dejó."),
        ('"Yes," he said.', '" Sí ," dijo.', '"Sí," dijo.'),
    ],
)
def test_repairs(source: str, text: str, wanted: str) -> None:
    assert repair(source, text, SMALL) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Qué pasa?", "¿Qué pasa?"),
        ("Quién? Yo? No!", "¿Quién? ¿Yo? ¡No!"),
        ("¿Ya está?", "¿Ya está?"),
        ('"Qué pasa?"', '"¿Qué pasa?"'),
        ('"Sí," dijo, verdad?', '"¿Sí," dijo, verdad?'),
        ("Si no, qué pasa?", "Si no, ¿qué pasa?"),
        ("Dijo: ven aquí!", "Dijo: ¡ven aquí!"),
        ("Qué?!", "¿¡Qué?!"),
        ("(?) y ya.", "(?) y ya."),
        ("http://x.y/?q=1", "http://x.y/?q=1"),
        ("Nada.", "Nada."),
        ("???", "???"),
        ("", ""),
    ],
)
def test_spanish_opens_what_it_closes(text: str, wanted: str) -> None:
    assert add_opening_marks(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "The costs 5 years ago were high.",
        "The game is over.",
        "Over there are two cars.",
        "It flew over three countries.",
        "He won over the jury.",
        "Moreover 20 people left.",
        "",
    ],
)
def test_other_english_is_left_as_it_is(text: str) -> None:
    assert simplify_english(text) == text
