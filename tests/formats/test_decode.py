"""Bytes into text: what is read, what is guessed, what is refused and in which words."""

import pytest

from speechsubs.errors import InputError
from speechsubs.formats.decode import decode

FRENCH = "L'été dernier, nous avons dû réunir le conseil à Genève. Ça n'a pas été facile."
SPANISH = "El año pasado, ¿cuántos coches vendió la compañía? ¡Más de setenta y seis mil!"
POLISH = "W zeszłym roku zarząd zebrał się w środę. Źródło tej siły leży w ludziach."
RUSSIAN = "В прошлом году совет директоров собрался в пятницу. Смелость нужна каждому."
CHINESE = "今天，我们来谈谈勇气。去年我们在三百个城市测试了五百七十六辆汽车。"
JAPANESE = "今日は勇気について話します。去年、私たちは三百の都市で車をテストしました。"
KOREAN = "오늘 우리는 용기에 대해 이야기합니다. 작년에 우리는 자동차를 시험했습니다."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_no_guess(encoding: str) -> None:
    text = f"1\n00:00:01,000 --> 00:00:02,000\n{CHINESE}\n"
    decoded = decode(text.encode(encoding), "x")
    assert decoded.text == text
    assert decoded.findings == ()


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "cp1252"),
        (FRENCH, "mac_roman"),
        (SPANISH, "cp1252"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859_2"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (CHINESE, "gb18030"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        (KOREAN, "cp949"),
        ("C'est très bien.", "cp1252"),
    ],
)
def test_other_encodings_are_guessed_right_and_said_to_be_guessed(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding), "talk.txt")
    assert decoded.text == text
    (finding,) = decoded.findings
    assert (finding.code, finding.file) == ("encoding-guessed", "talk.txt")
    assert decoded.encoding in finding.message


def test_few_broken_bytes_in_utf8_do_not_turn_it_into_a_guess() -> None:
    decoded = decode(f"{CHINESE}\n{CHINESE}".encode() + b"\xe4\xbb", "x")
    assert decoded.text == f"{CHINESE}\n{CHINESE}\ufffd"
    (finding,) = decoded.findings
    assert (finding.code, finding.line) == ("encoding-broken", 2)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends(end: str) -> None:
    assert decode(f"one{end}{end}two{end}".encode(), "x").text == "one\n\ntwo\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"ID3\x04\0\0", "MP3"),
        (b"\xff\xfb\x90\x64\0", "MP3"),
        (b"\x89PNG\r\n\x1a\n\0", "PNG"),
        (b"PK\x03\x04...word/document.xml", "docx"),
        (b"PK\x03\x04...", "ZIP"),
        (b"%PDF-1.7", "PDF"),
        (b"{\\rtf1 Hello}", "RTF"),
        (b"\0\0\0\x18ftypmp42", "MP4"),
        (b"Hello\0world", "NUL"),
        (bytes(range(1, 32)) * 4, "binary"),
        (b"\xff\xfea\0b\0\0\xd8", "UTF-16"),
    ],
)
def test_what_is_no_text_is_refused_by_its_name(data: bytes, said: str) -> None:
    with pytest.raises(InputError) as caught:
        decode(data, "talk.txt")
    assert str(caught.value).startswith("talk.txt: ")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(JAPANESE, "iso2022_jp"), (KOREAN, "iso2022_kr"), (CHINESE, "hz")],
)
def test_encodings_of_seven_bits_are_recognized_by_their_switches(text: str, encoding: str) -> None:
    decoded = decode(f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n".encode(encoding), "x")
    assert decoded.text.splitlines()[2] == text
    assert [f.code for f in decoded.findings] == ["encoding-guessed"]


def test_ascii_with_tildes_and_braces_is_no_switch() -> None:
    text = "Use ~{x} or ~{ab c~} here."
    assert decode(text.encode(), "x").text == text


def test_the_language_in_the_name_decides_between_code_pages() -> None:
    hebrew = "\u05db\u05df."
    assert decode(hebrew.encode("cp1255"), "x", "he").text == hebrew
    # Both are possible: Polish letters of one code page are French ones of the other.
    assert decode("za\u017c\u00f3\u0142\u0107".encode("cp1250"), "x", "pl").text == (
        "za\u017c\u00f3\u0142\u0107"
    )


def test_the_user_names_the_encoding() -> None:
    data = FRENCH.encode("cp1252")
    decoded = decode(data, "x", encoding="cp1252")
    assert (decoded.text, decoded.findings) == (FRENCH, ())
    with pytest.raises(InputError, match=r"byte \d is not valid ascii.*Omit --encoding"):
        decode(data, "x", encoding="ascii")
    with pytest.raises(InputError, match="'klingon' is not the name of an encoding"):
        decode(data, "x", encoding="klingon")


def test_a_few_nuls_are_left_out_and_reported() -> None:
    data = (
        b"1\n00:00:01,000 --> 00:00:03,000\nHello\0 world, how are you all today?\n" + b"\0" * 400
    )
    decoded = decode(data, "x")
    assert decoded.text.splitlines()[2] == "Hello world, how are you all today?"
    assert [(f.code, f.line) for f in decoded.findings] == [("nul-removed", 3)]


def test_text_that_was_decoded_wrongly_before_is_reported_with_the_mended_text() -> None:
    broken = SPANISH.encode("utf-8").decode("cp1252")
    decoded = decode(f"Fine.\n{broken}\n".encode(), "x")
    assert decoded.text == f"Fine.\n{broken}\n"
    (finding,) = decoded.findings
    assert (finding.code, finding.line) == ("mojibake", 2)
    assert "El a\u00f1o pasado" in finding.message


@pytest.mark.parametrize("text", [FRENCH, SPANISH, POLISH, RUSSIAN, CHINESE, JAPANESE, KOREAN])
def test_right_text_is_not_taken_for_mojibake(text: str) -> None:
    assert decode(text.encode(), "x").findings == ()
