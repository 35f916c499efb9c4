"""Language tags: properties of all well-formed tags, and the codes of other systems."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.errors import InputError
from speechsubs.language import locales, tags

TAGS = st.from_regex(r"\A[A-Za-z]{2,3}([-_][A-Za-z]{4})?([-_]([A-Za-z]{2}|[0-9]{3}))?\Z")
KNOWN = ("en", "es", "es-MX", "pt-BR", "zh-CN", "zh-TW")


@given(TAGS)
def test_normalizing_case_is_idempotent(tag: str) -> None:
    assert tags.normalize_case(tags.normalize_case(tag)) == tags.normalize_case(tag)
    assert tags.normalize_case(tag).casefold() == tag.replace("_", "-").casefold()
    assert tags.canonical(tags.normalize_case(tag)) == tags.canonical(tag)


@given(TAGS)
def test_the_nearest_tag_is_a_known_one_of_the_language(tag: str) -> None:
    found = tags.nearest(tag, KNOWN)
    assert found in (*KNOWN, "")
    assert not found or tags.primary(found) == tags.primary(tags.canonical(tag))
    assert bool(found) == (tags.primary(tags.canonical(tag)) in map(tags.primary, KNOWN))


def test_chinese_is_matched_by_script() -> None:
    found = [tags.nearest(tag, KNOWN) for tag in ("cmn", "cmn-Hant", "zh-HK", "zt", "zh-Hans-TW")]
    assert found == ["zh-CN", "zh-TW", "zh-TW", "zh-TW", "zh-CN"]


@given(TAGS, TAGS)
def test_serving_is_symmetric_and_within_a_language(one: str, other: str) -> None:
    held, wanted = tags.canonical(one), tags.canonical(other)
    assert tags.serves(held, held)
    assert tags.serves(held, wanted) == tags.serves(wanted, held)
    assert not tags.serves(held, wanted) or tags.primary(held) == tags.primary(wanted)
    assert tags.serves(tags.primary(held), held) or tags.primary(held) == "zh"


@given(st.text(max_size=70))
def test_any_text_is_a_tag_or_rejected(text: str) -> None:
    try:
        tag = tags.canonical(text)
    except InputError:
        return
    assert tags.canonical(tag) == tag


@pytest.mark.parametrize("tag", ["", "-", "123", "es-", "es--MX", "es MX", "a" * 61, "\u0131s"])
def test_texts_that_are_no_tags(tag: str) -> None:
    with pytest.raises(InputError):
        tags.canonical(tag)


@pytest.mark.parametrize("tag", locales.known())
def test_every_locale_has_a_flores_code_that_selects_it_in_a_model(tag: str) -> None:
    code = tags.flores(tag)
    assert code
    assert tags.opus_token(tag, {f">>{code}<<", ">>xxx<<"}) == f">>{code}<<"
    assert tags.opus_token(tag, {">>xxx<<"}) == ""


def test_the_script_of_plain_chinese_is_never_guessed() -> None:
    assert tags.opus_token("zh-CN", {">>zh<<"}) == ""
    assert tags.opus_token("zh-TW", {">>cmn_Hant<<", ">>cmn_Hans<<"}) == ">>cmn_Hant<<"
