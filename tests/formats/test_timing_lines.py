"""Timing lines in the spellings of real files, and times that cannot be."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from speechsubs.formats.timing_lines import (
    MAX_MS,
    SHORTEST_MS,
    TEXT,
    Times,
    TimingLine,
    in_frames,
    parse,
    repair,
    resolve,
)

SPELLINGS = [
    "00:00:01,000 --> 00:00:02,000",
    "00:00:01.000 --> 00:00:02.000",
    "0:00:01,000 --> 0:00:02,000",
    "00:01.000 --> 00:02.000",
    "0:01.000 --> 0:02.000",
    "00:00:01 --> 00:00:02",
    "00.00.01,000 --> 00.00.02,000",
    "00;00;01,000 --> 00;00;02,000",
    "00:00:01:000 --> 00:00:02:000",
    "00:00:01;000 --> 00:00:02;000",
    "00:00:01'000 --> 00:00:02'000",
    "00-00-01,000 --> 00-00-02,000",
    "00h00m01s000 --> 00h00m02s000",
    "00: 00: 01, 000 --> 00: 00: 02, 000",
    "00 :00 :01 ,000 --> 00 :00 :02 ,000",
    "00:00:01,000-->00:00:02,000",
    "00:00:01,000 -> 00:00:02,000",
    "00:00:01,000 ---> 00:00:02,000",
    "00:00:01,000 ->> 00:00:02,000",
    "00:00:01,000 ==> 00:00:02,000",
    "00:00:01,000 - -> 00:00:02,000",
    "00:00:01,000 -- > 00:00:02,000",
    "00:00:01,000 – > 00:00:02,000",
    "00:00:01,000 —> 00:00:02,000",
    "00:00:01,000 → 00:00:02,000",
    "00:00:01,000 ⇒ 00:00:02,000",
    "00:00:01,000 >> 00:00:02,000",
    "00:00:01,000 - 00:00:02,000",
    "00:00:01,000 – 00:00:02,000",
    "00:00:01,000-00:00:02,000",
    "00:00:01,000\t00:00:02,000",
    "00:00:01,000,00:00:02,000",
    "00:00:01,000 --&gt; 00:00:02,000",
    "00:00:01,000 --&#62; 00:00:02,000",
    "00:00:01,000 --> 00:00:02,000 -->",
    "[00:00:01.000 --> 00:00:02.000]",
    "(00:00:01,000 --> 00:00:02,000)",
    '"00:00:01,000 --> 00:00:02,000"',
    "> 00:00:01,000 --> 00:00:02,000",
    "T00:00:01.000Z --> T00:00:02.000Z",
    "12:00:01,000 AM --> 12:00:02,000 AM",
    "00:00:01,000.0000000001 --> 00:00:02,000.0000000009",
    "1.000 --> 2.000",
    "٠٠:٠٠:٠١٫٠٠٠ --> ٠٠:٠٠:٠٢٫٠٠٠",
    "۰۰:۰۰:۰۱،۰۰۰ --> ۰۰:۰۰:۰۲،۰۰۰",
    "๐๐:๐๐:๐๑,๐๐๐ --> ๐๐:๐๐:๐๒,๐๐๐",
    "０:００:０１，０００ －－＞ ０：００：０２，０００",
    "００：００：０１．０００　→　００：００：０２．０００",
    "\ufeff\u200e00:00:01,000 --> \u202a00:00:02,000\u202c",
    "00\u00ad:00:01,000\u00a0-->\u00a000:00:02,000",
]


def times(line: str, fps: Fraction | None = None) -> Times:
    found = parse(line)
    assert found is not None
    return resolve([found], fps)[0]


@pytest.mark.parametrize("line", SPELLINGS)
def test_a_line_is_read_however_it_is_spelled(line: str) -> None:
    assert times(line) == Times(1000, 2000)
    found = parse(line)
    assert found is not None
    assert (found.rest, found.head, found.number) == ("", "", "")


@pytest.mark.parametrize(
    ("line", "number", "rest", "head"),
    [
        ("2 00:00:01,000 --> 00:00:02,000", "2", "", ""),
        ("1) 00:00:01,000 --> 00:00:02,000", "1", "", ""),
        ("1: 00:00:01,000 --> 00:00:02,000", "1", "", ""),
        ("00:00:01,000 --> 00:00:02,000 Hello.", "", "Hello.", ""),
        ("00:00:01,000 --> 00:00:02,000Hello.", "", "Hello.", ""),
        ("[00:00:01.000 --> 00:00:02.000]  And so", "", "And so", ""),
        ("00:00:01.000 --> 00:00:02.000 align:start", "", "align:start", ""),
        ("Good night.00:00:01,000 --> 00:00:02,000", "", "", "Good night."),
        ("Good night.7 00:00:01,000 --> 00:00:02,000", "", "", "Good night."),
    ],
)
def test_a_number_and_text_on_the_line_are_kept(
    line: str, number: str, rest: str, head: str
) -> None:
    found = parse(line)
    assert found is not None
    assert (found.number, found.rest, found.head) == (number, rest, head)
    assert resolve([found]) == [Times(1000, 2000)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("00:00:01,000 --> ", Times(1000, None)),
        ("00:00:01,000 --> 00:00:0x,000", Times(1000, None)),
        ("00:00:0x,000 --> 00:00:02,000", Times(None, 2000)),
        ("--> 00:00:02,000", Times(None, 2000)),
        ("0:0x:01 --> 0:0y:02", Times(None, None)),
        ("-00:00:01,500 --> 00:00:02,000", Times(-1500, 2000)),
        ("00:00:-2,000 --> 00:00:03,000", Times(-2000, 3000)),
        ("01:00:01,000 PM --> 01:00:02,000 PM", Times(46_801_000, 46_802_000)),
        ("99999:00:00,000 --> 00:00:03,000", Times(None, 3000)),
    ],
)
def test_what_can_be_read_of_a_line_is_read(line: str, expected: Times) -> None:
    assert times(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Flight 10:30 --> 12:45",
        "10:30 -> 12:45 is the slot",
        "10:00 - 11:00 Opening",
        "10 -> 20 and a --> b",
        "He said --> this",
        "Call +49 30 1234567 or +49 30 7654321",
        "1914 - 1918, 1939 - 1945",
        "-->",
        "",
    ],
)
def test_text_with_arrows_and_numbers_is_text(line: str) -> None:
    assert parse(line) is None


def test_a_line_that_is_marked_as_text_is_text() -> None:
    assert parse(TEXT + "00:00:01,000 --> 00:00:02,000") is None


def test_fractions_depend_on_the_whole_file() -> None:
    def read(*lines: str) -> list[Times]:
        return resolve([found for line in lines if (found := parse(line))])

    # No fraction has three digits: decimals.
    assert read("00:00:00,50 --> 00:00:02,00", "00:00:08,5 --> 00:00:09,9") == [
        Times(500, 2000),
        Times(8500, 9900),
    ]
    # One has: milliseconds without leading zeros. After a full stop, always decimals.
    assert read("00:00:00,50 --> 00:00:02,125", "00:00:08,5 --> 00:00:09.9") == [
        Times(50, 2125),
        Times(8005, 9900),
    ]


@pytest.mark.parametrize("mark", [":", ";"])
def test_frames_need_a_rate(mark: str) -> None:
    found = parse(f"00:00:01{mark}12 --> 00:00:02{mark}24")
    assert found is not None
    assert in_frames([found])
    assert resolve([found], Fraction(25)) == [Times(1480, 2960)]
    assert resolve([found], Fraction(24000, 1001)) == [Times(1500, 3001)]


whole = st.integers(0, MAX_MS)


@given(start=whole, end=whole, style=st.integers(0, 3))
def test_every_time_is_read_in_every_style(start: int, end: int, style: int) -> None:
    def spell(time_ms: int) -> str:
        seconds, ms = divmod(time_ms, 1000)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        plain = f"{hours:02}:{minutes:02}:{seconds:02},{ms:03}"
        arabic = plain.translate({ord("0") + n: 0x0660 + n for n in range(10)})
        return [plain, plain.replace(",", "."), plain.replace(":", "."), arabic][style]

    assert times(f"{spell(start)} {'->' if style else '-->'} {spell(end)}") == Times(start, end)


@given(st.text(alphabet="0123456789:;,.->→– \tAPMhmsx[]()\u200e٠۱", max_size=60))
def test_no_line_raises(line: str) -> None:
    found = parse(line)
    if found is not None:
        resolve([found], Fraction(25))


moments = st.none() | st.integers(-5_000, 60_000)


@given(st.lists(st.tuples(st.builds(Times, moments, moments), st.integers(0, 400)), max_size=12))
def test_repaired_times_are_possible_and_right_ones_stay(cues: list[tuple[Times, int]]) -> None:
    repaired = repair([own for own, _ in cues], lambda place: cues[place][1])
    for place, (own, _) in enumerate(cues):
        fine = (
            own.start_ms is not None and own.end_ms is not None and 0 <= own.start_ms < own.end_ms
        )
        assert (place not in repaired) == fine
        if not fine:
            start, end = repaired[place]
            assert 0 <= start < end <= MAX_MS
            if own.start_ms is not None and own.start_ms >= 0:
                assert start == own.start_ms


def test_a_repaired_cue_lasts_to_be_read_but_not_into_the_next() -> None:
    given_times = [Times(0, 1000), Times(7000, 7000), Times(9100, 8980), Times(11_000, 12_500)]
    assert repair(given_times, [10, 20, 60, 10].__getitem__) == {1: (7000, 8333), 2: (9100, 11_000)}
    late = [Times(1000, None), Times(None, None), Times(None, 9000)]
    assert repair(late, [3, 3, 30].__getitem__) == {
        0: (1000, 1000 + SHORTEST_MS),
        1: (1833, 1833 + SHORTEST_MS),
        2: (7000, 9000),
    }


@given(st.lists(st.sampled_from(SPELLINGS), min_size=1, max_size=5))
def test_lines_of_a_file_do_not_disturb_each_other(lines: list[str]) -> None:
    assume(all(parse(line) for line in lines))
    found: list[TimingLine] = [timing for line in lines if (timing := parse(line))]
    assert resolve(found) == [Times(1000, 2000)] * len(lines)
