"""Encodings of scripts other than Latin, from one short sentence each."""

import pytest

from speechsubs.formats.code_pages import _MODELS, guess, has_language

SENTENCES = {
    "he": [
        "שלום, מה שלומך היום?",
        "אנחנו הולכים מחר בבוקר.",
        "הוא לא יודע את התשובה לשאלה הזאת.",
        "כן.",
    ],
    "ru": [
        "Привет, как дела сегодня?",
        "Мы идём завтра утром.",
        "Он не знает ответа на этот вопрос.",
        "Да, конечно.",
    ],
    "uk": ["Привіт, як справи сьогодні?", "Ми йдемо завтра вранці, якщо їй зручно."],
    "bg": ["Здравей, как си днес?", "Ние отиваме утре сутринта."],
    "el": ["Γεια σου, τι κάνεις σήμερα;", "Πηγαίνουμε αύριο το πρωί.", "Δεν ξέρει την απάντηση."],
    "ar": ["مرحبا، كيف حالك اليوم؟", "سنذهب غدا في الصباح.", "هو لا يعرف الجواب."],
    "th": ["สวัสดีครับ วันนี้เป็นอย่างไรบ้าง", "เราจะไปพรุ่งนี้เช้า", "เขาไม่รู้คำตอบ"],
    "ja": [
        "こんにちは。今日はいい天気ですね。",
        "公園に散歩に行きましょうか？",
        "彼女は昨日電車で東京へ行きました。",
    ],
    "zh": ["你好，今天天气很好。", "我们明天早上去公园散步吧。", "他昨天坐火车去了北京。"],
    "zh-TW": ["你好，今天天氣很好。", "我們明天早上去公園散步吧。", "他昨天坐火車去了臺北。"],
    "ko": [
        "안녕하세요, 오늘 날씨가 좋네요.",
        "우리는 내일 아침에 공원에 갑니다.",
        "그는 어제 기차를 타고 서울에 갔습니다.",
    ],
}


CASES = [
    pytest.param(sentence, encoding, model.language, id=f"{model.language}-{encoding}-{number}")
    for model in _MODELS
    for number, sentence in enumerate(SENTENCES.get(model.language, ()))
    for encoding in model.encodings
    if sentence.encode(encoding, "ignore").decode(encoding) == sentence
]


@pytest.mark.parametrize(("sentence", "encoding", "language"), CASES)
def test_a_sentence_is_enough_with_its_language_and_mostly_without(
    sentence: str, encoding: str, language: str
) -> None:
    data = sentence.encode(encoding)
    for hint in (language, f"{language}-XX", "") if len(data) > 5 else (language,):
        found = guess(data, hint)
        assert found is not None
        assert data.decode(found[0]) == sentence


def test_a_language_of_another_script_does_not_force_its_code_page() -> None:
    data = "Привет, как дела сегодня?".encode("cp1251")
    for hint in ("he", "th", "ja"):
        found = guess(data, hint)
        assert found is not None
        assert found[0] == "cp1251"


def test_what_is_no_text_in_any_of_them_is_not_guessed_or_not_cheap() -> None:
    found = guess(bytes(range(128, 256)) * 4)
    assert found is None or found[1] > 6.3
    assert guess(b"only ASCII") is None


def test_which_languages_have_code_pages() -> None:
    assert has_language("he")
    assert has_language("zh-TW")
    assert not has_language("fr")
    assert not has_language("")
