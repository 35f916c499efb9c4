"""Where a currency's name is more likely another word: pounds of flour, 元组, "won"."""

from speechsubs.money.currencies import Names
from speechsubs.numbers.quantities import Quantity

#: From here on a name that is mostly another word is money: "2000 coronas".
_LARGE = 1000
#: What follows 元 where it means "element" or "unit": tuples, binary, unification.
_ELEMENT = "组組素件化的分函类類管运運事整比交数數"
_ENDS = "，。！？、；：）」』】,.!?;:) \n"


def unlikely(text: str, end: int, name: str, quantity: Quantity, table: Names) -> bool:
    """Whether a number with this name behind it is no amount at all."""
    small = quantity.value < _LARGE and not quantity.scale
    word = name.lower()
    if word in table.rare and small:
        return True
    if word in table.weak and quantity.spelled and quantity.value == 1:
        return True
    if word == "won" and "won" in table.weak:
        # "in 2021 won the prize", "version 3 won": only a large number is Korean money.
        return not quantity.scale and not (quantity.run and len(quantity.run) > 4)
    following = text[end : end + 1]
    if name == "元" and small:
        if following and following in _ELEMENT:
            return True
        return quantity.spelled and quantity.value < 10 and not _at_end(following)
    if name in ("块", "塊") and small:
        return not _at_end(following)
    return False


def _at_end(following: str) -> bool:
    return not following or following in _ENDS
