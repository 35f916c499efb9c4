"""TBX: identifiers, and files that are damaged or come from elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechsubs.errors import InputError
from speechsubs.glossary import Glossary, Target, Term, tbx
from speechsubs.glossary.fields import usable_id

GLOSSARY = Glossary((Term("4s", "shop", targets={"es": Target("tienda")}),), "en")


@given(st.from_regex(r"\A[^\W_][\w.:-]{0,19}\Z").filter(usable_id))
def test_ids_survive(term_id: str) -> None:
    assert tbx.decode_id(tbx.encode_id(term_id)) == term_id


@pytest.mark.parametrize("version", [2, 3])
def test_both_versions_come_back(version: int) -> None:
    data, _ = tbx.write(GLOSSARY, ["es"], version)
    (entry,) = tbx.read(data, "g.tbx", "en").entries
    assert (entry.id, entry.fields["source"], entry.fields["es"]) == ("4s", "shop", "tienda")


@pytest.mark.parametrize("version", [2, 3])
@given(data=st.data())
def test_a_truncated_file_is_refused(version: int, data: st.DataObject) -> None:
    whole = tbx.write(GLOSSARY, ["es"], version)[0].rstrip()
    with pytest.raises(InputError):
        tbx.read(whole[: data.draw(st.integers(0, len(whole) - 1))], "g.tbx", "en")


@pytest.mark.parametrize(
    "data",
    [b"<xliff/>", b'<!DOCTYPE t [<!ENTITY a "b">]><tbx>&a;</tbx>', b"no xml", b"\x00", b"<tbx>"],
)
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        tbx.read(data, "g.tbx", "en")
