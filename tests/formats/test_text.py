"""Plain text: paragraphs, headings, list items and speakers."""

from speechsubs import formats
from speechsubs.formats.text import Labels, display_width, strip_turn_marker
from speechsubs.model import Kind, Transcript


def transcript(text: str, name: str = "") -> Transcript:
    result = formats.read_bytes(text.encode(), "talk", name)
    assert isinstance(result, Transcript)
    return result


def test_a_title_that_is_a_name_is_no_glued_heading() -> None:
    for text in (
        "The New York Times wrote about it.",
        "Lei Jun and Li Bin met.",
        "Good evening, everyone. It is late.",
        "President of Xiaomi Lei Jun said so.",
    ):
        assert transcript(text).findings == ()
    (finding,) = transcript("The Decisive Board Meeting On 15 January 2021 we met.").findings
    assert "'The Decisive Board Meeting'" in finding.message


def test_a_short_line_is_no_heading_where_nobody_writes_full_stops() -> None:
    found = transcript("so we went on\n\nand the next day nobody came to the plant\n\nwell\n\nyes")
    assert {p.kind for p in found.paragraphs} == {Kind.TEXT}


def test_bullets_of_a_word_processor_are_items_and_are_not_said() -> None:
    found = transcript("She said:\n• Revenue rose\n•\tCosts: flat.\n\n- Who?\n- Me.\n\nThe end.\n")
    assert [(p.kind, p.text, p.line) for p in found.paragraphs][:3] == [
        (Kind.TEXT, "She said:", 1),
        (Kind.ITEM, "Revenue rose", 2),
        (Kind.ITEM, "Costs: flat.", 3),
    ]
    assert not any("•" in p.text for p in found.paragraphs)


def test_numbered_lines_are_paragraphs_and_other_numbers_are_not() -> None:
    found = transcript("We do this:\n1.\tShip the kit.\n2. Hire 25\n5. people.\n3) Go.\n\nEnd.\n")
    assert [p.text for p in found.paragraphs] == [
        "We do this:",
        "1. Ship the kit.",
        "2. Hire 25 5. people.",
        "3) Go.",
        "End.",
    ]


def test_a_bullet_alone_is_text() -> None:
    assert [p.text for p in transcript("•\n\nThe end.\n").paragraphs][-1] == "The end."


def test_a_label_in_title_case_must_recur() -> None:
    assert Labels.detect(["Note: this is it.", "It was late.", "We left."]).names == frozenset()
    labels = Labels.detect(["Ann: Hello.", "Ben: Hi.", "Ann: So?", "Ben: Well."])
    assert labels.split("Ann: Hello.") == ("Ann", "Hello.")
    assert labels.split("Cat: Hello.") == ("", "Cat: Hello.")
    assert Labels.detect(["LEI JUN: Good evening.", "More."]).names == {"LEI JUN"}


def test_turn_markers_and_widths() -> None:
    assert strip_turn_marker("&gt;&gt; So?") == (True, "So?")
    assert strip_turn_marker("> quoted") == (False, "> quoted")
    assert display_width("小米 SU7") == 8
