"""Invented names and product codes, many and unlike each other."""

import random
import string
from typing import Final


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Syllables of Mandarin names in Latin letters, and of names that sound European.
_INITIALS: Final = _parts("b p m f d t n l g k h j q x zh ch sh r z c s y w")
_FINALS: Final = _parts("a o e ai ei ao ou an en ang eng ong i ia ie iu ian in ing iang u")
_ONSETS: Final = _parts(
    "b br c ch cl d dr f fr g gr h j k kl l m n p pr r s sch st t th tr v w y z"
)
_VOWELS: Final = _parts("a e i o u a e i o ai ie ou au ei y ö é á ü")
_CODAS: Final = ("", "", "", *_parts("n l r s t ck nd rt ss m x sky son"))
_FIRST: Final = _parts(
    "Tom Mary Anna Peter Lucas Maria John Emma David Laura Omar Aisha Ivan Olga Kenji Yuki Ravi "
    "Priya Kofi Amina Lars Ingrid Pedro Carmen Luigi Giulia Pierre Claire Hans Greta Ahmed Fatima "
    "Susan Robert Linda James Alice Daniel Sofia Miguel Chloe Oscar Nina Hugo Elena Victor"
)


def name(rng: random.Random) -> str:
    """A person, place or firm: one to three words with capitals."""
    draw = rng.random()
    if draw < 0.3:
        return rng.choice(_FIRST)
    if draw < 0.45:
        return f"{rng.choice(_FIRST)} {_sounding(rng)}"
    if draw < 0.65:
        given = _mandarin(rng) + (_mandarin(rng) if rng.random() < 0.5 else "")
        return f"{_mandarin(rng).capitalize()} {given.capitalize()}"
    if draw < 0.72:
        return "".join(rng.choice(string.ascii_uppercase) for _ in range(rng.choice((2, 3, 3, 4))))
    if draw < 0.78:
        return _sounding(rng) + rng.choice(("Net", "Lab", "Soft", "Tech", "Pay", "Car"))
    return " ".join(_sounding(rng) for _ in range(rng.choice((1, 1, 1, 2))))


def code(rng: random.Random) -> str:
    """What a product is called: SU7, 4S, A320, X-17, Model 3, iX5, RTX 4090.

    >>> code(random.Random(1)) == code(random.Random(1))
    True
    """
    letters = "".join(
        rng.choice(string.ascii_uppercase) for _ in range(rng.choice((1, 1, 2, 2, 3)))
    )
    digits = str(rng.randrange(1, rng.choice((10, 10, 100, 1000, 10_000))))
    form = rng.random()
    if form < 0.45:
        return letters + digits
    if form < 0.6:
        return digits + letters
    if form < 0.7:
        return f"{letters}-{digits}"
    if form < 0.8:
        return f"{letters} {digits}"
    if form < 0.9:
        return letters + digits + rng.choice(string.ascii_letters)
    return rng.choice(("Model ", "Mi ", "Pro ", "i", "e", "Gen ")) + letters[0] + digits


def _mandarin(rng: random.Random) -> str:
    return rng.choice(_INITIALS) + rng.choice(_FINALS)


def _sounding(rng: random.Random) -> str:
    syllables = [
        rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(rng.choice((1, 2, 2, 2, 3)))
    ]
    return ("".join(syllables) + rng.choice(_CODAS)).capitalize()
