"""What an amount is, and what a document says about ambiguous signs."""

from dataclasses import dataclass

from speechsubs.model import Money
from speechsubs.numbers.notation import trimmed


@dataclass(frozen=True, slots=True)
class Context:
    """What a document means by signs that several currencies share.

    `default_dollar` is the bare "$", `yen_sign` the "¥" ("CNY", "JPY"), None where
    the document does not say.
    """

    default_dollar: str = "USD"
    yen_sign: str | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount of money where it stands in a text.

    `start` and `end` are half-open character offsets and `text` is what stands
    there. `values` has one member, or two for a range. `approx` is "over" where the
    text holds an inseparable "more than" (多, 余). `sure` is False where the
    currency or the value is a guess. `scales` are the powers of ten of the scale
    words as written (0 for none), one for each value.
    """

    start: int
    end: int
    text: str
    values: tuple[Money, ...]
    approx: str = ""
    sure: bool = True
    scales: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """The amount in canonical form: "10000000000 USD", "5 USD..10 USD"."""
        return "..".join(f"{trimmed(v.value)} {v.currency}" for v in self.values)
