"""Units, percentages, times and ordinals: found, set right in a target, compared."""

import pytest

from speechsubs.language.locales import load
from speechsubs.quantities.ordinals import ordinal_edits
from speechsubs.quantities.parse import parse
from speechsubs.quantities.repair import compare_units, measure_edits
from speechsubs.quantities.times import find_times, render_time, time_edits
from speechsubs.quantities.units import find_measures, render_measure


def edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    for start, end, new in reversed(edits):
        text = text[:start] + new + text[end:]
    return text.replace("\u00a0", "_").replace("\u202f", "_")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("170 km/h and 170 km / h", [("170 km/h", "kilometer-per-hour")] * 2),
        ("a 500-horsepower engine", [("500-horsepower", "horsepower")]),
        ("-38 °C", [("-38 °C", "celsius")]),
        ("eight hundred kilometers", [("eight hundred kilometers", "kilometer")]),
        # Words that only look like units.
        ("5 in the morning, 5 m from 4S", []),
        ("2 percentage points", []),
        ("he ran 5 kmx", []),
    ],
)
def test_measures_are_found(text: str, wanted: list[tuple[str, str]]) -> None:
    found = [(m.text.replace(" / ", "/"), m.unit) for m in find_measures(text, "en")]
    assert found == wanted


@pytest.mark.parametrize(
    ("source", "target", "tag", "wanted"),
    [
        ("5.4 million kilometers", "5,4 millones kilómetros", "es", "5,4_millones_de_kilómetros"),
        ("5.4 million kilometers", "5.4 millones de kilometers", "es",
         "5,4_millones_de_kilómetros"),
        ("5.4 million kilometers", "5.4百万公里", "zh-CN", "540万公里"),
        ("800 kilometers", "800 kilómetro", "es", "800_kilómetros"),
        ("800 kilometers", "mit 800 Kilometern", "de", "mit 800_Kilometern"),
        ("500 horsepower", "500 caballos de fuerza", "es", "500_caballos de fuerza"),
        ("500 horsepower", "500 horsepower", "es", "500_caballos"),
        ("55%", "un 55% de", "fr", "un 55_% de"),
        ("55 percent", "55 por ciento", "es", "55 por ciento"),
        ("170 km/h", "时速170公里", "zh-CN", "时速170公里"),
        # Another number or another unit is no repair: the check says so.
        ("170 km/h", "170 millas por hora", "es", "170 millas por hora"),
        ("170 km/h", "17 km/h", "es", "17 km/h"),
        ("no unit", "800 kilómetro", "es", "800 kilómetro"),
    ],
)  # fmt: skip
def test_measures_are_set_right(source: str, target: str, tag: str, wanted: str) -> None:
    locale = load(tag)
    edits = measure_edits(parse(source, "en"), parse(target, locale.language), locale)
    assert edited(target, edits) == wanted


def test_what_is_in_a_slot_is_left_alone() -> None:
    said, copied = parse("800 kilometers", "en"), parse("800 kilometers", "es")
    assert measure_edits(said, copied, load("es"), [(0, 3)]) == []


@pytest.mark.parametrize(
    ("source", "target", "language", "wanted"),
    [
        ("at 170 km/h", "a 170 millas por hora", "es", ["170 millas por hora"]),
        ("at 170 km/h", "a 170", "es", [""]),
        ("38 degrees Celsius", "38 grados", "es", []),
        ("-5 °C", "5 °C bajo cero", "es", []),
        ("800 km", "800キロ", "ja", []),
        ("55%", "55", "es", [""]),
        ("3 minutes", "3 horas", "es", ["3 horas"]),
        ("500 meters", "в 500 метрах", "ru", []),
        ("500 meters", "500 mètres", "xx", []),
    ],
)
def test_changed_units_are_found(
    source: str, target: str, language: str, wanted: list[str]
) -> None:
    assert [c.unit for c in compare_units(parse(source, "en"), parse(target, language))] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("At 4:13 p.m. he left.", [("4:13 p.m.", 16, 13)]),
        ("It ended at 4 p.m.", [("4 p.m", 16, 0)]),
        ("At 12 AM and 12:30 PM", [("12 AM", 0, 0), ("12:30 PM", 12, 30)]),
        ("下午4点13分开会", [("下午4点13分", 16, 13)]),
        ("오후 4시 반에", [("오후 4시 반", 16, 30)]),
        ("um 16.13 Uhr, à 16 h 13", [("16.13 Uhr", 16, 13), ("16 h 13", 16, 13)]),
        ("16時間, 3:1, 12:345, I am 4", []),
    ],
)
def test_times_are_found(text: str, wanted: list[tuple[str, int, int]]) -> None:
    assert [(t.text, t.hour, t.minute) for t in find_times(text)] == wanted


def retimed(source: str, target: str) -> list[tuple[int, int, str]]:
    return time_edits(find_times(source), target, find_times(target), load("es"))


def test_times_are_written_by_the_locale() -> None:
    (one,) = find_times("4:13 p.m.")
    written = {tag: render_time(one, load(tag)) for tag in ("es", "de", "fr", "zh-TW", "ko")}
    assert written == {
        "es": "16:13", "de": "16:13", "fr": "16:13", "zh-TW": "下午4:13", "ko": "오후 4:13",
    }  # fmt: skip
    source = "At 4.13 p.m. he left, at 5."
    target = "A las 4.13 p.m. se fue, a las 5."
    assert edited(target, retimed(source, target)) == ("A las 16:13 se fue, a las 5.")
    stop = retimed("It was 4 p.m. He left.", "Era 4 p.m. Y se fue.")
    assert edited("Era 4 p.m. Y se fue.", stop) == "Era 16:00. Y se fue."
    stop = retimed("It was 4 p.m. He left.", "Era 4 p.m. se fue.")
    assert edited("Era 4 p.m. se fue.", stop) == "Era 16:00. se fue."
    other = "A las 4.31 p.m. se fue."
    assert retimed(source, other) == []
    assert retimed("no time", other) == []


@pytest.mark.parametrize(
    ("target", "tag", "wanted"),
    [
        ("el 21st día", "es", "el 21.º día"),
        ("la 21st vez", "es", "la 21.ª vez"),
        ("su 21st vez", "es", "su 21st vez"),  # no article says the gender
        ("le 21st jour", "fr", "le 21e jour"),
        ("am 21st Tag", "de", "am 21. Tag"),
        ("21st天", "zh-CN", "第21天"),
        ("21st день", "ru", "21st день"),  # a case that nobody knows
        ("el 22nd día", "es", "el 22nd día"),
    ],
)
def test_ordinals_that_were_copied(target: str, tag: str, wanted: str) -> None:
    assert edited(target, ordinal_edits("the 21st day", "en", target, load(tag))) == wanted


def test_the_first_has_a_form_of_its_own() -> None:
    assert edited("le 1st", ordinal_edits("the 1st", "en", "le 1st", load("fr"))) == "le 1er"
    assert edited("la 1st", ordinal_edits("the 1st", "en", "la 1st", load("fr"))) == "la 1re"
    assert ordinal_edits("the 1st", "en", "de 1st", load("fr")) == []


@pytest.mark.parametrize(
    "text",
    ["5 km " * 4_000, "4 p.m. " * 4_000, "1st " * 4_000, "两百" * 8_000, "สิบ" * 8_000,
     "이백만 " * 4_000, "two hundred " * 4_000, "مئة " * 4_000, "9" * 40_000, "\ud800\x00" * 8_000],
)  # fmt: skip
def test_hostile_texts_equal_themselves(text: str) -> None:
    from speechsubs.quantities import find_differences

    for language in ("en", "th", "ko", "ar"):
        assert find_differences(parse(text, language), parse(text, language)) == []
        assert isinstance(find_measures(text, language), tuple)


@pytest.mark.parametrize(
    ("tag", "long", "short"),
    [
        ("es", "500␣caballos", "500␣CV"),
        ("fr", "500␣chevaux", "500␣ch"),
        ("de", "500␣PS", "500␣PS"),
        ("it", "500␣cavalli", "500␣CV"),
        ("pt-BR", "500␣cavalos", "500␣cv"),
        ("ca", "500␣cavalls", "500␣CV"),
        ("ru", "500␣лошадиных сил", "500␣л. с."),
        ("zh-CN", "500马力", "500马力"),
        ("ja", "500馬力", "500馬力"),
        ("ko", "500마력", "500hp"),
    ],
)
def test_horsepower_as_each_language_counts_it(tag: str, long: str, short: str) -> None:
    for text, wanted in (("500 horsepower", long), ("500 hp", short)):
        (measure,) = find_measures(text, "en")
        assert render_measure(measure, load(tag)).replace("\u00a0", "␣") == wanted
