"""A report on an error says where it happened, and nothing of what was processed."""

import json
from typing import Any

import pytest

from speechsubs.adapters import traces
from speechsubs.language import locales

SECRET = "the minister resigns"


def caught(action: Any) -> BaseException:
    with pytest.raises(BaseException) as found:
        action()
    return found.value


@pytest.mark.parametrize(
    "action",
    [
        lambda: int(SECRET),
        lambda: {}[SECRET],
        lambda: json.loads(f'"{SECRET}'),
        lambda: SECRET.encode("ascii").decode("utf-32"),
        lambda: [].index(SECRET),
    ],
)
def test_a_message_that_quotes_a_file_is_left_out(action: Any) -> None:
    error = caught(action)
    text = traces.describe(error)
    assert type(error).__name__ in text
    # The lines of this test quote it themselves; nothing else may.
    assert SECRET not in text
    assert "test_traces.py" in text


def test_a_message_about_the_code_is_kept() -> None:
    text = traces.describe(caught(lambda: None + 1))  # type: ignore[operator]
    assert "unsupported operand type(s) for +: 'NoneType' and 'int'" in text


def test_causes_come_first() -> None:
    def fail() -> None:
        try:
            raise ZeroDivisionError
        except ZeroDivisionError as error:
            raise TypeError("no number") from error

    text = traces.describe(caught(fail))
    assert 0 <= text.index("ZeroDivisionError") < text.index("TypeError: no number")


def test_hidden_causes_and_circles() -> None:
    def hide() -> None:
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            raise TypeError("no number") from None

    assert "ZeroDivisionError:" not in traces.describe(caught(hide))
    one, two = TypeError("one"), TypeError("two")
    one.__cause__, two.__cause__ = two, one
    assert traces.describe(one).count("TypeError") == 2


def test_no_folder_of_the_user_is_named() -> None:
    text = traces.describe(caught(lambda: locales.load("no-such-language")))
    assert "speechsubs/language/locales.py:" in text
    assert "/home/" not in text
    assert not any(line.startswith("/") for line in text.splitlines())


def test_an_endless_recursion_is_short() -> None:
    def again() -> None:
        again()

    text = traces.describe(caught(again))
    assert text.count(" in again") < 200
    assert "maximum recursion depth exceeded" in text
