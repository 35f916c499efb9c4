"""TMX as other programs write it, as it must not be, and back."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from speechsubs.errors import InputError
from speechsubs.memory import Memory, Origin, Segment, State, tmx
from speechsubs.memory.tmx import Unit
from speechsubs.model import PlaceableKind
from speechsubs.spans import Span
from speechsubs.translation.keys import read_placeable

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n'
OPEN = '<tmx version="1.4"><header srclang="en" segtype="sentence" creationtool="X"/><body>'
CLOSE = "</body></tmx>"


def read(tmp_path: Path, data: str | bytes, **options: Any) -> list[Unit]:
    path = tmp_path / "in.tmx"
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    return list(tmx.read(path, **options))


def units(tmp_path: Path, body: str, **options: Any) -> list[Unit]:
    return read(tmp_path, HEAD + OPEN + body + CLOSE, **options)


def tuv(tag: str, text: str) -> str:
    return f'<tuv xml:lang="{tag}"><seg>{text}</seg></tuv>'


def targets(found: list[Unit]) -> list[str]:
    return [segment.target for unit in found for segment in unit.segments]


def test_a_unit_with_everything(tmp_path: Path) -> None:
    body = (
        '<tu creationdate="20200102T030405Z" creationid="ANA" tuid="7"><note>one</note>'
        '<prop type="domain">cars</prop>' + tuv("EN-US", "Good evening.") +
        '<tuv lang="es_es" changedate="20210203T040506Z" changeid="BEN"><note>two</note>'
        '<prop type="x-y">z</prop><seg>Buenas noches.</seg></tuv></tu>'
    )  # fmt: skip
    (unit,) = units(tmp_path, body)
    assert (unit.line, unit.findings) == (3, ())
    assert unit.segments == (
        Segment(
            "en-US", "es-ES", "Good evening.", "Buenas noches.", state=State.APPROVED,
            author="BEN", date="2021-02-03T04:05:06Z", note="one\ntwo",
            props=(("domain", "cars"), ("x-y", "z")),
        ),
    )  # fmt: skip


def test_the_state_of_units_that_do_not_say(tmp_path: Path) -> None:
    body = f"<tu>{tuv('en', 'a b')}{tuv('es', 'c d')}</tu>"
    (unit,) = units(tmp_path, body, state=State.EDITED)
    assert unit.segments[0].state is State.EDITED
    assert unit.segments[0].date == ""


@pytest.mark.parametrize(
    ("seg", "text"),
    [
        ("<bpt i='1'>&lt;b></bpt>bold<ept i='1'>&lt;/b></ept> text", "bold text"),
        ("<hi type='x'>marked <hi>twice</hi></hi> text", "marked twice text"),
        ("file <ph x='1'>{0}</ph> of <ph>%d</ph>", "file {0} of %d"),
        ("one<ph type='lb'/>two<ph>&lt;br/&gt;</ph>three", "one two three"),
        ("a<ph>&lt;img/&gt;</ph>b<it pos='begin'>{x}</it>c<ut>{\\f1}</ut>d", "abcd"),
        ("a<ph>&lt;fn><sub>A footnote <bpt>x</bpt>.</sub></ph>b", "ab"),
        ("<foreign>kept <tu>too</tu></foreign>", "kept too"),
        ("&lt;i&gt; &amp; &#8364;<![CDATA[ <x> ]]>", "<i> & € <x>"),
        ("\n   indented\n   ", "indented"),
        ("<seg>in it</seg> and <note>a note</note>", "in it and a note"),
    ],
)
def test_inline_tags_become_text(tmp_path: Path, seg: str, text: str) -> None:
    body = f"<tu>{tuv('en', 'source')}{tuv('es', seg)}</tu>"
    assert targets(units(tmp_path, body)) == [text]


def test_several_languages_and_duplicates(tmp_path: Path) -> None:
    body = (
        f"<tu>{tuv('es', 'hola')}{tuv('en-GB', 'hello')}{tuv('fr', 'salut')}{tuv('es', 'buenas')}"
        f"</tu><tu>{tuv('en', 'hello')}{tuv('es', 'hola')}</tu>"
    )
    found = units(tmp_path, body)
    assert [(s.source, s.target_language, s.target) for u in found for s in u.segments] == [
        ("hello", "es", "hola"), ("hello", "fr", "salut"), ("hello", "es", "buenas"),
        ("hello", "es", "hola"),
    ]  # fmt: skip
    with Memory.open(tmp_path / "m") as memory:
        done = memory.import_(found)
        assert (done.units, done.stored, done.kept, done.skipped) == (2, 4, 0, 0)
        again = memory.import_(found)
        assert (again.stored, again.kept) == (0, 4)


def test_the_source_is_what_the_unit_the_header_or_a_person_says(tmp_path: Path) -> None:
    pair = tuv("fr", "salut") + tuv("en", "hello")

    def source(unit: str, header: str, **options: Any) -> str:
        text = f"<tmx version='1.4'><header {header}/><body>{unit}{pair}</tu></body></tmx>"
        return read(tmp_path, text, **options)[0].segments[0].source

    assert source("<tu>", "srclang='en-US'") == "hello"
    assert source("<tu srclang='fr'>", "srclang='en'") == "salut"
    assert source("<tu>", "srclang='*all*'") == "salut"
    assert source("<tu>", "srclang='*all*'", source="en") == "hello"
    assert source("<tu>", "") == "salut"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (tuv("en", "a"), "no translation"),
        (tuv("en", "a") + tuv("en", "b"), "no translation"),
        (tuv("es", "a") + tuv("fr", "b"), "no text in the source language"),
        ("", "no text in the source language"),
        (tuv("en", "a") + tuv("es", "  \n "), "no text (es)"),
        (tuv("en", "a") + tuv("spanish!", "b"), "'spanish!' is not a language tag"),
        (tuv("en", "a") + "<tuv><seg>b</seg></tuv>", "'' is not a language tag"),
        (tuv("en", "a") + tuv("es", "x" * 100_001), "a text of more than 100,000 characters"),
        (
            tuv("en", "a") + tuv("es", "xy&#122;\n" * 90_000),
            "a text of more than 100,000 characters (es)",
        ),
    ],
)
def test_what_cannot_be_used_is_a_finding(tmp_path: Path, body: str, problem: str) -> None:
    good = f"<tu>{tuv('en', 'a')}{tuv('es', 'b')}</tu>"
    found = units(tmp_path, f"\n<tu>{body}</tu>{good}")
    assert targets(found) == ["b"]
    findings = found[0].findings
    assert any(f.message.startswith(problem) for f in findings)
    assert {finding.line for finding in findings} == {4}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>{OPEN}'
    text += f"<tu>{tuv('en', 'x')}{tuv('es', '¡Añil!')}</tu>{CLOSE}"
    assert targets(read(tmp_path, text.encode(encoding))) == ["¡Añil!"]


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "boom"}">' for n in range(12))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (f"<!DOCTYPE tmx [{BOMB}]>{OPEN}<tu>&e11;</tu>{CLOSE}", "declares an entity"),
        (f'<!DOCTYPE tmx [<!ENTITY a SYSTEM "file:///etc/passwd">]>{OPEN}{CLOSE}', "an entity"),
        (f'<!DOCTYPE tmx [<!ENTITY % a SYSTEM "http://x/y">%a;]>{OPEN}{CLOSE}', "an entity"),
        (f"{HEAD}{OPEN}<tu>{tuv('en', 'caf&eacute;')}</tu>{CLOSE}", "unknown entity ('eacute')"),
        (f"{OPEN}<tu>{tuv('en', '&eacute;')}</tu>{CLOSE}", "undefined entity"),
        ("<a>" * 50, "not a TMX file: it begins with <a>"),
        ("<tmx>" * 50, "nested more than 40 deep"),
        (OPEN + "<tu>" + "<hi>" * 10**5, "nested more than 40 deep"),
        (f"{OPEN}<tu x='{'y' * 9_000_000}'/>{CLOSE}", "a tag longer than"),
        (f"{OPEN}<!--{'y' * 9_000_000}-->{CLOSE}", "a tag longer than"),
        (f"{OPEN}<tu>{tuv('en', '&#0;')}</tu>{CLOSE}", "not well-formed XML"),
        (f"{OPEN}<tu>{tuv('en', chr(0))}</tu>{CLOSE}", "not well-formed XML"),
        (f"{OPEN}<tu>", "no element found"),
        ("", "no element found"),
        ("not xml", "not well-formed XML"),
        (b"\x89PNG\r\n\x1a\n", "not well-formed XML"),
        (OPEN.encode() + b"\xff\xfe", "not well-formed XML"),
        (b'<?xml version="1.0" encoding="klingon"?><tmx/>', "encoding"),
        (b'<?xml version="1.0" encoding="shift_jis"?><tmx/>', "encoding"),
    ],
)
def test_what_is_refused(tmp_path: Path, data: str | bytes, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, data)
    assert problem in str(caught.value)
    assert len(str(caught.value)) < 500


def test_a_doctype_is_tolerated_and_nothing_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "tmx14.dtd").write_text('<!ENTITY x "loaded">', "utf-8")
    internal = '<!DOCTYPE tmx SYSTEM "tmx14.dtd" [<!ELEMENT tmx ANY><!ATTLIST tu a CDATA "b">]>'
    body = f"<tu>{tuv('en', 'a')}{tuv('es', 'b')}</tu>"
    assert targets(read(tmp_path, internal + OPEN + body + CLOSE)) == ["b"]
    with pytest.raises(InputError, match="unknown entity"):
        read(tmp_path, internal + OPEN + body.replace("<seg>b", "<seg>&x;") + CLOSE)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        list(tmx.read(tmp_path / "nope.tmx"))
    with pytest.raises(InputError, match="folder"):
        list(tmx.read(tmp_path))


def test_a_file_that_breaks_off_leaves_the_memory_as_it_was(tmp_path: Path) -> None:
    body = "".join(f"<tu>{tuv('en', f'a {n}')}{tuv('es', f'b {n}')}</tu>" for n in range(9_000))
    path = tmp_path / "in.tmx"
    path.write_text(HEAD + OPEN + body + "<oops>", "utf-8")
    with Memory.open(tmp_path / "m") as memory:
        with pytest.raises(InputError, match="not well-formed XML"):
            memory.import_(tmx.read(path))
        assert memory.stats().segments == 0
        path.write_text(HEAD + OPEN + body + CLOSE, "utf-8")
        assert memory.import_(tmx.read(path)).stored == 9_000


FULL = Segment(
    "en", "zh-Hant-TW", 'He said: "<b>$5 & more\t\r\n</b>"', "他說 5 美元 \r\n\t>x",
    (read_placeable(PlaceableKind.MONEY, 13, 15, "$5", "5 USD", "'s"),), (Span(0, 3, 7),),
    State.EDITED, 'A "B" <c>\n&', "2026-03-01T12:00:00Z", Origin("talk & co.srt", 12),
    "digest", "argos en-zh 1.9", " a note\nwith lines ", (("p", "q"), ("x-speechsubs-foreign", "")),
)  # fmt: skip


def test_a_round_trip_loses_nothing(tmp_path: Path) -> None:
    kept = [FULL, Segment("fr", "es", " bonjour ", " hola ", state=State.MACHINE)]
    path = tmp_path / "out.tmx"
    assert tmx.write(kept, path) == 2
    assert [s for unit in tmx.read(path) for s in unit.segments] == kept


def test_an_export_is_plain_tmx_for_others(tmp_path: Path) -> None:
    path = tmp_path / "out.tmx"
    tmx.write([FULL], path)
    root = ElementTree.fromstring(path.read_bytes())
    header = root.find("header")
    assert root.attrib == {"version": "1.4"}
    assert header is not None
    assert set(header.attrib) == {
        "creationtool", "creationtoolversion", "segtype", "o-tmf", "adminlang", "srclang",
        "datatype",
    }  # fmt: skip
    (unit,) = root.findall("body/tu")
    # OmegaT leaves out what stands inside inline tags, so there are none.
    assert [list(seg) for seg in unit.findall("tuv/seg")] == [[], []]
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    assert [v.attrib[lang] for v in unit.findall("tuv")] == ["en", "zh-Hant-TW"]
    assert unit.attrib["changedate"] == "20260301T120000Z"
    # The DTD wants notes and properties before the languages.
    assert [child.tag for child in unit][-2:] == ["tuv", "tuv"]


def test_what_xml_cannot_hold_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out.tmx"
    tmx.write([Segment("en", "es", "a\0b\x1b", "c\ud800d\uffff", author="x\0")], path)
    (unit,) = tmx.read(path)
    segment = unit.segments[0]
    assert (segment.source, segment.target) == ("a\ufffdb\ufffd", "c\ufffdd\ufffd")
    assert segment.author == "x\ufffd"


def test_a_text_that_another_tool_changed_loses_its_places(tmp_path: Path) -> None:
    path = tmp_path / "out.tmx"
    machine = Segment(
        FULL.source_language, FULL.target_language, FULL.source, FULL.target,
        FULL.placeables, FULL.places, State.MACHINE,
    )  # fmt: skip
    tmx.write([machine], path)
    path.write_text(path.read_text("utf-8").replace("他說", "她說道"), "utf-8", newline="")
    segment = next(iter(tmx.read(path))).segments[0]
    assert (segment.placeables, segment.places) == (FULL.placeables, ())
    assert segment.state is State.EDITED


@pytest.mark.parametrize("slots", ["[[", "[[1,2]]", '[["money",0,999,"",""]]', "9" * 9_999])
def test_forged_slots_are_ignored(tmp_path: Path, slots: str) -> None:
    path = tmp_path / "out.tmx"
    tmx.write([FULL], path)
    text = path.read_text("utf-8")
    honest = '[["money",13,15,"5 USD","\'s"]]'
    assert honest in text
    path.write_text(text.replace(honest, slots), "utf-8", newline="")
    segment = next(iter(tmx.read(path))).segments[0]
    assert (segment.placeables, segment.places) == ((), ())
