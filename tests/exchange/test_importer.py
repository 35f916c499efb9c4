"""What of a file that came back is taken, and why the rest is not."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from speechsubs import exchange, project
from speechsubs.errors import InputError
from speechsubs.exchange import Taken
from speechsubs.project import Project, Segment, State

GOLDEN = Path(__file__).parents[1] / "golden" / "exchange" / "project"
XLIFF = ("xliff12", "xliff21")
Change = Callable[[str], str]


def loaded() -> Project:
    return project.load(GOLDEN)


def segments(made: Project) -> tuple[Segment, ...]:
    return made.sources[0].tracks[0].segments


def exported(kind: str, of: Project | None = None) -> bytes:
    (made,) = exchange.export(of or loaded(), kind)
    return made.data


def take(data: bytes, into: Project | None = None) -> Taken:
    return exchange.take(into or loaded(), exchange.read_bytes(data, "back.xlf"), author="Bea")


def changed(kind: str, change: Change, into: Project | None = None) -> Taken:
    text = exported(kind).decode("utf-8")
    after = change(text)
    assert after != text
    return take(after.encode("utf-8"), into)


def target(number: int, old: str, new: str) -> Change:
    """Replace in one unit's target."""

    def change(text: str) -> str:
        start = re.search(rf'<(?:trans-)?unit id="s{number}"', text)
        assert start is not None
        at = text.index("<target", start.end())
        return text[:at] + text[at:].replace(old, new, 1)

    return change


def codes(taken: Taken) -> list[str]:
    return [finding.code.removeprefix("exchange-") for finding in taken.findings]


@pytest.mark.parametrize("kind", XLIFF)
def test_a_changed_text_is_taken_with_author_date_and_places(kind: str) -> None:
    taken = changed(kind, target(1, " pagó ", " ha pagado "))
    (change,) = taken.changes
    after = segments(taken.project)[0]
    assert after is change.after
    assert after.text == "Lei Jun ha pagado 29.700 dólares por el SU7."
    assert (after.state, after.author, after.reason) == (State.EDITED, "Bea", "from back.xlf")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", after.date)
    assert [after.text[p.start : p.end] for p in after.places] == [
        "Lei Jun", "29.700 dólares", "SU7",
    ]  # fmt: skip
    assert (taken.unchanged, taken.findings) == (3, ())
    assert segments(taken.project)[1:] == segments(loaded())[1:]


def test_a_moved_placeholder_keeps_its_slot() -> None:
    def swap(text: str) -> str:
        lei, su7 = (
            re.findall(rf'<ph id="{n}"[^>]*>[^<]*</ph>', text.partition("<target")[2])[0]
            for n in (1, 3)
        )
        head, mark, rest = text.partition("<target")
        return head + mark + rest.replace(lei, "@@", 1).replace(su7, lei, 1).replace("@@", su7, 1)

    (change,) = changed("xliff12", swap).changes
    assert change.after.text == "SU7 pagó 29.700 dólares por el Lei Jun."
    assert [p.slot for p in change.after.places] == [2, 1, 0]


STATES = [
    ("xliff12", 'state="needs-review-translation" state-qualifier="leveraged-mt"', 'state="final"'),
    ("xliff21", 'state="initial" subState="speechsubs:machine"', 'state="reviewed"'),
    ("xliff12", 'state="needs-review-translation" state-qualifier="leveraged-mt"',
     'state="translated"'),
    ("xliff21", 'state="initial" subState="speechsubs:machine"', 'state="translated"'),
    ("json", '"state": "machine",\n   "limit"', '"state": "approved",\n   "limit"'),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "old", "new"), STATES)
def test_a_raised_state_alone_is_taken(kind: str, old: str, new: str) -> None:
    (change,) = changed(kind, lambda text: text.replace(old, new, 1)).changes
    wanted = State.EDITED if "translated" in new else State.APPROVED
    assert change.after == replace(
        segments(loaded())[0], state=wanted, author="Bea", date=change.after.date,
        reason="from back.xlf",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("xliff12", 'state="signed-off"', 'state="needs-translation"'),
        ("xliff12", 'state="translated"', 'state="x-of-a-tool"'),
        ("xliff21", 'state="final" subState="speechsubs:approved"', 'state="initial"'),
        ("json", '"state": "approved",\n   "limit"', '"state": "new",\n   "limit"'),
    ],
)
def test_a_lowered_or_unknown_state_is_nothing(kind: str, old: str, new: str) -> None:
    taken = changed(kind, lambda text: text.replace(old, new, 1))
    assert taken.project == loaded()
    assert (taken.changes, taken.findings, taken.unchanged) == ((), (), 4)


def test_a_changed_text_is_approved_where_the_file_says_so() -> None:
    def change(text: str) -> str:
        return target(2, 'state="translated">El', 'state="signed-off">Y el')(text)

    (made,) = changed("xliff12", change).changes
    assert (made.after.text, made.after.state) == (
        "Y el consejo dijo <no> y se fue.", State.APPROVED,
    )  # fmt: skip


def test_new_text_takes_away_the_line_breaks_of_the_old() -> None:
    (change,) = changed("xliff21", target(4, "Gracias.", "Muchas gracias.")).changes
    assert change.before.pinned
    assert not change.after.pinned


def test_an_empty_target_is_filled() -> None:
    filled = '<target>Visitaron <ph id="1"/> ciudades.</target></segment>'

    def change(text: str) -> str:
        at = text.index("</segment>", text.index('unit id="s3"'))
        return text[:at] + filled + text[at + len("</segment>") :]

    (made,) = changed("xliff21", change).changes
    assert made.after.text == "Visitaron 10 ciudades."
    assert made.after.places[0].start == 10
    lost = changed("xliff21", lambda t: change(t).replace('<ph id="1"/>', "diez", 1))
    assert codes(lost) == ["placeholder-missing"]


PH12 = '<ph id="3" ctype="x-term" equiv-text="SU7">SU7</ph>'


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (target(1, PH12, "SU7"), "placeholder-missing"),
        (target(1, PH12, PH12 + PH12), "placeholder-doubled"),
        (target(1, PH12, PH12.replace('"3"', '"9"')), "placeholder-unknown"),
        (target(1, PH12, PH12.replace('"3"', '"c3"')), "markup"),
        (target(1, " pagó ", " <g id='1'>pagó</g> "), "markup"),
        (target(4, "Gracias.", " "), "empty"),
        (target(4, "Gracias.", "Gracias.\x85"), "characters"),
        (target(4, "Gracias.", "G" * 20_001), "too-long"),
        (lambda t: target(4, "Gracias", "Hola")(t).replace("Thank you.<", "Tank you.<"),
         "source-changed"),
        (lambda t: target(4, "Gracias", "Hola")(t).replace('unit id="s4"', 'unit id="s5"'),
         "unknown"),
        (lambda t: target(4, "Gracias", "Hola")(t).replace('unit id="s4"', 'unit id="s04"'),
         "unknown"),
        (lambda t: target(4, "Gracias", "Hola")(t).replace('unit id="s4"', 'unit id="s2"'),
         "repeated"),
    ],
)  # fmt: skip
def test_what_is_not_taken(change: Change, code: str) -> None:
    taken = changed("xliff12", change)
    assert codes(taken) == [code]
    assert taken.changes == ()
    assert taken.project == loaded()
    assert taken.findings[0].file == "back.xlf"


def with_segment(index: int, **new: Any) -> Project:
    made = loaded()
    (source,) = made.sources
    (track,) = source.tracks
    own = list(track.segments)
    own[index] = replace(own[index], **new)
    tracks = (replace(track, segments=tuple(own)),)
    return replace(made, sources=(replace(source, tracks=tracks),))


def with_text(text: str) -> Project:
    return with_segment(3, text=text)


def test_a_changed_source_is_refused_by_its_hash() -> None:
    other = with_segment(3, source="Thanks.")
    taken = changed("xliff12", target(4, "Gracias", "Hola"), other)
    assert codes(taken) == ["source-changed"]
    # What the translator left alone is no news.
    assert codes(take(exported("xliff12"), other)) == []


@pytest.mark.parametrize("kind", ["xliff12", "xliff21"])
def test_what_both_sides_changed_is_refused_unless_it_is_the_same(kind: str) -> None:
    change = target(4, "Gracias", "Hola")
    assert codes(changed(kind, change, with_text("Muchas gracias."))) == ["stale"]
    same = changed(kind, change, with_text("Hola."))
    assert (codes(same), same.changes) == ([], ())
    # Only ours has changed: the file says nothing new.
    assert codes(take(exported(kind), with_text("Muchas gracias."))) == []


def test_without_a_skeleton_the_source_decides() -> None:
    def bare(text: str) -> str:
        text = re.sub(r"(?s)<skl>.*?</skl>", "", text).replace(
            'original="talk.txt"', 'original="talk"'
        )
        return target(4, "Gracias", "Hola")(text)

    (change,) = changed("xliff12", bare).changes
    assert change.after.text == "Hola."
    gone = changed("xliff12", lambda t: bare(t).replace("<source>Thank you.</source>", ""))
    assert codes(gone) == ["unbound"]


def test_segments_that_a_tool_cut_are_one() -> None:
    parts = (
        '<segment state="final"><source>The board </source><target>El consejo </target></segment>'
        "<ignorable><source> </source></ignorable>"
        '<segment state="translated"><source>said &lt;no&gt; &amp; left.</source>'
        "<target>no quiso.</target></segment>"
    )

    def cut(text: str) -> str:
        before = r'(?s)(unit id="s2".*?)<segment.*?</segment>'
        return re.sub(before, lambda match: match[1] + parts, text, count=1)

    (change,) = changed("xliff21", cut).changes
    assert change.after.text == "El consejo  no quiso."
    assert change.after.state is State.EDITED
    half = changed("xliff21", lambda t: cut(t).replace("<target>no quiso.</target>", ""))
    assert codes(half) == ["markup"]
    turned = changed("xliff21", lambda t: cut(t)
                     .replace("<target>El consejo", '<target order="3">El consejo')
                     .replace("<target>no quiso", '<target order="1">no quiso'))  # fmt: skip
    assert turned.changes[0].after.text == "no quiso. El consejo "


def test_marks_and_line_breaks_of_a_tool_change_nothing() -> None:
    change = target(4, "Gracias.", '<mrk mtype="seg" mid="1">Gracias.</mrk>')
    assert changed("xliff12", change).unchanged == 4
    taken = changed("xliff12", target(2, "y se fue", "y\n    se fue"))
    assert (taken.changes, taken.unchanged, codes(taken)) == ((), 4, [])


def edited_json(number: int, **new: Any) -> Change:
    def change(text: str) -> str:
        data = json.loads(text)
        data["segments"][number - 1].update(new)
        return json.dumps(data)

    return change


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Lei Jun pagó 29.700 dólares por el coche.", "placeholder-missing"),
        ("Lei Jun pagó 29.700 dólares por el SU7 SU7.", "placeholder-doubled"),
        ("Lei Jun pagó 29.700 dólares por el SU77.", "placeholder-missing"),
        ("\ud800 Lei Jun pagó 29.700 dólares por el SU7.", "characters"),
        ("a\x1b[2J Lei Jun pagó 29.700 dólares por el SU7.", "characters"),
    ],
)
def test_names_and_amounts_are_checked_by_their_wording(text: str, code: str) -> None:
    assert codes(changed("json", edited_json(1, target=text))) == [code]


def test_wording_gives_places_in_any_order() -> None:
    text = "El SU7 le costó a Lei Jun 29.700 dólares."
    (change,) = changed("json", edited_json(1, target=text)).changes
    assert [(p.slot, text[p.start : p.end]) for p in change.after.places] == [
        (2, "SU7"), (0, "Lei Jun"), (1, "29.700 dólares"),
    ]  # fmt: skip


def test_a_sheet_of_which_one_column_was_sorted_is_found_out() -> None:
    taken = changed("json", edited_json(4, target="El consejo", source="The board"))
    assert codes(taken) == ["source-changed"]


def test_an_unknown_state_is_told() -> None:
    assert codes(changed("json", edited_json(4, state="perfect"))) == ["state"]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"hello", b"{", b"[]", b'{"schema": 1}', b'{"schema": "speechsubs-exchange/1"}',
        b'{"schema": "speechsubs-exchange/1", "source": "a", "locale": "es", "segments": [1]}',
        b'{"schema": "speechsubs-exchange/1", "source": 1, "locale": "es", "segments": [{}]}',
        b'{"schema":' + b"[" * 100_000, b'{"schema": ' + b"9" * 10_000 + b"}",
        b"<a/>", b"<xliff version='3.0'/>", b"PK\x03\x04", b"\x00<", b"<xliff",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><xliff version='1.2'>&a;</xliff>",
        b"<xliff version='1.2'>" + b"<group>" * 1_000,
    ],
    ids=range(17),
)  # fmt: skip
def test_what_is_no_file_of_ours_is_an_input_error(data: bytes) -> None:
    with pytest.raises(InputError):
        exchange.read_bytes(data, "x")


def test_a_broken_skeleton_is_none() -> None:
    for broken in ("{", "[]", '{"schema": "speechsubs-exchange/1"}', "[" * 50_000):
        text = re.sub(r"(?s)(<internal-file[^>]*>).*?(</internal-file>)", rf"\1{broken}\2",
                      exported("xliff12").decode())  # fmt: skip
        incoming = exchange.read_bytes(text.encode(), "x")
        assert {row.revision for row in incoming.rows} == {None}


def test_a_language_that_is_not_there_is_an_input_error() -> None:
    assert [e.name for e in exchange.export(loaded(), "json", ["ES"])] == ["talk.es.json"]
    with pytest.raises(InputError, match="It contains es"):
        list(exchange.export(loaded(), "json", ["fr"]))


def test_a_glossary_that_cannot_be_read_marks_nothing() -> None:
    (made,) = exchange.export(replace(loaded(), glossary="terms: ["), "xliff12")
    assert [f.code for f in made.findings] == ["exchange-glossary"]
    assert b"mtype" not in made.data


def test_markdown_brings_nothing_to_life() -> None:
    text = "@team #1 https://x.y www.z.y [a](b) <script>`x`|$1$ :tada: *b*\r\n\u202e\x00"
    (made,) = exchange.export(with_text(text), "markdown")
    row = made.data.decode().splitlines()[-1]
    for dead in ("@team", "#1", "://", "www.", "](", "<script", "|$", ":tada:", " *b", "\u202e"):
        assert dead not in row
    assert row.count("|") - row.count("\\|") == 6


@pytest.mark.parametrize("count", [2_000, 20_000])
def test_hostile_files_end(count: int) -> None:
    # Each would take squared time if it were looked through for every finding.
    many = "4 " * (count // 2)
    assert codes(changed("json", edited_json(3, target=many, revision=None))) in ([], ["too-long"])
    segments = [{"id": "s1", "target": "x", "source": "y"}] * count
    data = {"schema": exchange.SCHEMA, "source": "talk", "locale": "es", "segments": segments}
    assert len(take(json.dumps(data).encode()).findings) == count
