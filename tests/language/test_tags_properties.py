"""Language tags: what holds for every one that is well-formed."""

from hypothesis import given
from hypothesis import strategies as st

from speechsubs.language import tags

TAGS = st.from_regex(r"\A[A-Za-z]{2,3}([-_][A-Za-z]{4})?([-_]([A-Za-z]{2}|[0-9]{3}))?\Z")
KNOWN = ("en", "es", "es-MX", "pt-BR", "zh-CN", "zh-TW")


@given(TAGS)
def test_a_tag_is_spelled_once_and_for_all(tag: str) -> None:
    assert tags.spelled(tags.spelled(tag)) == tags.spelled(tag)
    assert tags.spelled(tag).casefold() == tag.replace("_", "-").casefold()
    assert tags.canonical(tags.spelled(tag)) == tags.canonical(tag)


@given(TAGS)
def test_the_nearest_tag_is_known_and_of_the_language(tag: str) -> None:
    found = tags.nearest(tag, KNOWN)
    assert found in (*KNOWN, "")
    assert not found or tags.primary(found) == tags.primary(tags.canonical(tag))
    assert bool(found) == (tags.primary(tags.canonical(tag)) in map(tags.primary, KNOWN))


def test_mandarin_is_read_by_its_script() -> None:
    found = [tags.nearest(tag, KNOWN) for tag in ("cmn", "cmn-Hant", "zh-HK", "zt", "zh-Hans-TW")]
    assert found == ["zh-CN", "zh-TW", "zh-TW", "zh-TW", "zh-CN"]
