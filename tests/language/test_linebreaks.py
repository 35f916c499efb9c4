"""Where a line may end: which breaks cost more than which, and what may never part."""

import unicodedata

import pytest

from speechsubs.language.linebreaks import NO_END, NO_START, tokens
from speechsubs.language.locales import known, load


def after(text: str, word: str, tag: str = "en", glued: str = "") -> float:
    """The cost of a break right after `word`."""
    spans = [(text.index(glued), text.index(glued) + len(glued))] if glued else []
    end = text.index(word) + len(word)
    return next(t.cost for t in tokens(text, load(tag), spans) if t.end == end)


def words(text: str, tag: str = "en") -> list[str]:
    return [text[t.start : t.end] for t in tokens(text, load(tag))]


@pytest.mark.parametrize(
    ("text", "bad", "good", "tag"),
    [
        ("In all, he had the car, and left.", "the", "car,", "en"),
        ("In all, it took 70 days, and more.", "70", "days,", "en"),
        ("In all, it took ten million dollars, and more.", "million", "dollars,", "en"),
        ("In all, Mr. Wang came; he left.", "Mr.", "came;", "en"),
        ("In all, Jack Wang came; he left.", "Jack", "came;", "en"),
        ("In all, he did not come; he left.", "not", "come;", "en"),
        ("In all, he came with pride; he left.", "with", "pride;", "en"),
        ("En fin, compró el coche, y se fue.", "el", "coche,", "es"),
        ("En fin, vino el Sr. López; se fue.", "Sr.", "López;", "es"),
        ("Enfin, il a la voiture, et il part.", "la", "voiture,", "fr"),
        ("Nun, er sah das Auto, und ging.", "das", "Auto,", "de"),
        ("Ecco, ha la macchina, e parte.", "la", "macchina,", "it"),
        ("Por fim, viu o carro, e foi.", "o", "carro,", "pt-BR"),
        ("Per fi, va veure el cotxe, i va marxar.", "el", "cotxe,", "ca"),
        ("Он вышел с другом, а потом ушёл.", "с", "другом,", "ru"),
    ],
)
def test_a_break_inside_a_phrase_costs_more_than_one_at_a_comma(
    text: str, bad: str, good: str, tag: str
) -> None:
    # The word as a whole, with its blank: "el" stands inside other words too.
    place = text.index(f" {bad} ") + 1
    end = place + len(bad)
    found = {t.end: t.cost for t in tokens(text, load(tag))}
    assert found[end] > found[text.index(good) + len(good)]
    assert found[end] > 50


@pytest.mark.parametrize("glued", ["Lei Jun", "US$29,700", "10 billion dollars"])
def test_a_break_inside_a_name_or_an_amount_costs_most(glued: str) -> None:
    text = f"First, there is the {glued}, and then the end."
    found = tokens(text, load("en"), [(text.index(glued), text.index(glued) + len(glued))])
    start, end = text.index(glued), text.index(glued) + len(glued)
    others = max(t.cost for t in found if not start < t.end < end)
    inside = [t.cost for t in found if start < t.end < end]
    assert all(cost > others for cost in inside)
    assert (len(inside) > 0) == (" " in glued)


def test_many_glued_spans_are_all_seen_and_their_order_does_not_matter() -> None:
    text = "Lei Jun met Li Bin and He Xiaopeng."
    spans = [(0, 7), (12, 18), (23, 34)]
    forward = tokens(text, load("en"), spans)
    assert forward == tokens(text, load("en"), spans[::-1])
    costly = [text[t.start : t.end] for t in forward if t.cost == 140]
    assert costly == ["Lei", "Li", "He"]


def test_a_sentence_end_costs_least_and_a_clause_less_than_a_comma() -> None:
    text = "Well, it works; that is all."
    assert after(text, "all.") == 0 < after(text, "works;") < after(text, "Well,")


def test_break_before_a_conjunction_rather_than_after_it() -> None:
    text = "They built phones and they built cars."
    assert after(text, "phones") < after(text, "and")


def test_an_em_dash_between_words_is_a_place_to_break_and_stays_on_its_line() -> None:
    assert words("They build—not talk.") == ["They", "build—", "not", "talk."]
    assert words("the years 2021–2024 were") == ["the", "years", "2021–2024", "were"]
    assert words("the road Paris–Lyon is") == ["the", "road", "Paris–", "Lyon", "is"]


@pytest.mark.parametrize("blank", ["\u00a0", "\u202f", "\u2007", "\u2060"])
def test_no_break_spaces_hold_words_together(blank: str) -> None:
    assert words(f"about 10{blank}km away") == ["about", f"10{blank}km", "away"]


@pytest.mark.parametrize("text", ["l'avion", "d'abord", "qu'il", "l’avion"])
def test_an_elided_word_is_never_parted_from_the_next(text: str) -> None:
    assert words(f"Il voit {text} rouge.", "fr") == ["Il", "voit", text, "rouge."]


def test_french_breaks_before_an_elided_preposition_not_after_the_article() -> None:
    text = "Le prix d'une voiture est haut."
    assert after(text, "prix", "fr") < after(text, "d'une", "fr")


@pytest.mark.parametrize("tag", ["zh-CN", "zh-TW", "ja"])
@pytest.mark.parametrize(
    "text",
    [
        "他说：“我们的车，很快。”然后（真的）走了！",
        "彼は「行こう。」と言った（本当に）、そして去った…はい！",
        "SU7の価格は21.59万元（約300万円）です。「高い？」「いいえ。」",
        "价格是￥215,900，比Model 3低30,000元；（29700$）。",
    ],
)
def test_kinsoku(text: str, tag: str) -> None:
    found = words(text, tag)
    assert len(found) > 3
    for piece in found[1:]:
        assert piece[0] not in NO_START
    for piece in found[:-1]:
        assert piece[-1] not in NO_END


@pytest.mark.parametrize("opening", "「『（《【“‘")
def test_a_line_never_ends_with_an_opening_mark(opening: str) -> None:
    assert opening in NO_END
    for tag in ("zh-CN", "zh-TW", "ja"):
        assert not any(w.endswith(opening) for w in words(f"我们{opening}今天天气很好", tag)[:-1])


@pytest.mark.parametrize("mark", "、。，！？：；」』）》】”’ーっゃ々")
def test_a_line_never_begins_with_a_closing_mark(mark: str) -> None:
    assert mark in NO_START
    for tag in ("zh-CN", "zh-TW", "ja"):
        assert not any(w.startswith(mark) for w in words(f"今天天气很好{mark}我们走", tag)[1:])


def test_budoux_finds_phrases() -> None:
    assert words("今日はとても良い天気です。", "ja") == ["今日は", "とても", "良い", "天気です。"]
    assert "我们" in words("我们选择建造。", "zh-CN")


def test_numbers_and_latin_words_stay_whole_in_chinese() -> None:
    found = words("小米SU7售价215,900元，有5.4百万公里和380,000份简历。", "zh-CN")
    for whole in ("SU7", "215,900", "5.4", "380,000"):
        assert any(whole in piece for piece in found), (whole, found)


@pytest.mark.parametrize("tag", known())
def test_no_token_is_wider_than_a_line(tag: str) -> None:
    locale = load(tag)
    address = "https://example.com/" + "path-with-parts/" * 20 + "x" * 300
    for text in (address, "a" * 10_000, "漢" * 500, "👩‍👩‍👧" * 200, "\u0e01" * 300):
        found = tokens(text, locale)
        assert max(t.width for t in found) <= locale.limits.line_width
        assert "".join(text[t.start : t.end] for t in found) == text
        assert all(t.cost >= 100 or locale.words == "phrases" for t in found[:-1])


def test_a_long_address_is_cut_at_its_marks() -> None:
    address = "https://example.com/" + "/".join(["section"] * 20)
    for piece in words(address)[:-1]:
        assert piece[-1] in "/-_.?&="


def test_a_mark_is_not_parted_from_its_letter() -> None:
    text = "e\u0301" * 200
    for piece in words(text)[1:]:
        assert not piece.startswith("\u0301")
    family = "👩\u200d👩\u200d👧" * 60
    for piece in words(family):
        assert not piece.startswith("\u200d")


def test_cutting_a_long_word_measures_each_character_a_bounded_number_of_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Measured as calls, not as time: a quadratic cut would measure the rest each time.
    from speechsubs.language.locales import Locale

    measured = 0
    width = Locale.width

    def counting(self: Locale, text: str) -> float:
        nonlocal measured
        measured += len(text)
        return width(self, text)

    monkeypatch.setattr(Locale, "width", counting)
    tokens("é" * 2_000, load("en"))
    small, measured = measured, 0
    tokens("é" * 20_000, load("en"))
    assert measured < 11 * small


def test_blanks_of_every_kind_part_words_and_have_a_width() -> None:
    for tag in ("en", "zh-CN"):
        for blank in ("\t", "\n", "\r\n", "\x85", "\x1c", " \t ", "\u2028"):
            found = tokens(f"Model{blank}three", load(tag))
            assert len(found) == 2
            assert found[0].space == load(tag).width(" ")


def test_an_ideographic_space_keeps_its_width() -> None:
    assert tokens("天気です\u3000そうです", load("ja"))[0].space == 1


@pytest.mark.parametrize("text", ["", " ", "\u3000\n\t"])
def test_nothing_to_read_gives_no_token(text: str) -> None:
    assert tokens(text, load("en")) == []


def test_a_blank_behind_the_text_belongs_to_no_line() -> None:
    assert tokens("end ", load("en"))[-1].space == 0


def test_thai_breaks_between_words_though_it_writes_no_blanks() -> None:
    locale = load("th")
    text = "พวกเขาจะสร้างรถยนต์ที่ดีที่สุดในโลกภายในสามปีข้างหน้าอย่างแน่นอนที่สุดเลย"
    found = tokens(text, locale)
    assert len(found) > 5
    assert "".join(text[t.start : t.end] for t in found) == text
    # No token begins with a mark that stands on the letter before it.
    assert not any(unicodedata.combining(text[t.start]) for t in found)
    assert locale.width("ที่") < len("ที่")


@pytest.mark.parametrize(
    ("tag", "text", "bad", "good"),
    [
        # Abbreviations: a full stop inside a sentence ends no sentence.
        ("de", "Das war am Montag, d. h. am Nachmittag.", "d.", "Montag,"),
        ("de", "Das war am 15. Januar in Wien.", "15.", "Januar"),
        ("en", "He read No. 5 of the list.", "No.", "5"),
        ("en", "The book by J. Smith of Leeds.", "J.", "Smith"),
        ("de", "Das kostet ca. hundert Euro und mehr.", "ca.", "Euro"),
        # Elided words are looked up as what they stand for.
        ("fr", "Il a dit qu'il n'a pas dormi.", "n'a", "dit"),
        ("fr", "Il a dit qu’il n’a pas dormi.", "n’a", "dit"),
        ("fr", "Plus d'un ami de Paul.", "d'un", "ami"),
        ("it", "Avrebbe richiesto molto nell'arco di un anno.", "un", "molto"),
        # What follows its verb or its noun.
        ("fr", "Nous ne pouvons plus fabriquer cela.", "pouvons", "plus"),
        ("en", "She came ten years ago from Rome.", "years", "ago"),
        ("ko", "할 수 있는 것과 할 수 없는 것을 안다.", "할", "것과"),
        ("ko", "베이징의 무대에 올라 연설을 했다.", "베이징의", "무대에"),
        ("en", "You will never make it in this town.", "make", "it"),
        # Numbers in words, and what they count.
        ("es", "A los cincuenta y tres años ganó.", "cincuenta", "años"),
        ("pt-BR", "Aos cinquenta e três anos ganhou.", "cinquenta", "anos"),
        ("ko", "그래서 3만 명의 직원들은 간다.", "3만", "명의"),
        ("en", "It rose by 30 % in a year.", "30", "%"),
        # A conjunction belongs to what follows, comma or none.
        ("es", "Probó los coches y, al final, escribió.", "y,", "coches"),
        ("pt-BR", "Dizem que estavam se perguntando isso.", "estavam", "Dizem"),
        # Marks that French sets apart, typed with plain blanks.
        ("fr", "Il a dit : « Non ! » Puis, il part.", "«", "Puis,"),
        ("fr", "Il a dit : « Non ! » Puis, il part.", "dit", "Puis,"),
        ("fr", "Il a dit : « Non ! » Puis, il part.", "Non", "Puis,"),
        # Genitives tie more than other prepositions do.
        ("es", "Fue los fines de semana en coche.", "fines", "semana"),
    ],
)
def test_what_belongs_together_in_each_language(tag: str, text: str, bad: str, good: str) -> None:
    assert after(text, bad, tag) > after(text, good, tag)


def test_a_number_has_no_unit_where_a_little_word_follows() -> None:
    text = "On 30 March 2021 he sold 30 cars."
    assert after(text, "2021") < after(text, "30 c".removesuffix(" c")) == after(text, "sold 30")


@pytest.mark.parametrize(
    ("tag", "text", "bad", "good"),
    [
        ("ja", "シャオミの創業者は一つの物語を語った。", "一つの", "創業者は"),
        ("ja", "一台ごとに感じたことを書き留めた。", "感じた", "一台ごとに"),
        ("zh-CN", "起售价是21万元，他的车很快。", "他的", "21万元，"),
        ("th", "ประจำปีของเขา เขาตั้งชื่อ", "ปี", "ของเขา"),
    ],
)
def test_phrases_of_languages_without_blanks_stay_together(
    tag: str, text: str, bad: str, good: str
) -> None:
    costs = {text[: t.end]: t.cost for t in tokens(text, load(tag))}
    upto = {part: text[: text.index(part) + len(part)] for part in (bad, good)}
    # A phrase that is one token with the next cannot be parted at all.
    assert costs.get(upto[bad], 200.0) > costs[upto[good]]


def test_chinese_dates_and_counted_things_are_never_parted() -> None:
    found = words("他在2021年1月15日见了三万名员工。", "zh-CN")
    assert any("2021年1月15日" in piece for piece in found)
    assert any("三万名" in piece for piece in found)
