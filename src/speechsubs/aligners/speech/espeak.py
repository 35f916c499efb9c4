"""Pronunciations from espeak-ng, through its own library.

espeak-ng is GPL-3 and therefore an extra (`speechsubs[align]`): it is loaded when it
is there, and everything works without it, with worse guesses at unknown words.
"""

import ctypes
import threading
from functools import cache
from typing import Any, Final

_RETRIEVAL: Final = 2  # AUDIO_OUTPUT_SYNCHRONOUS: no sound device is opened
_UTF8: Final = 1
_AS_IPA: Final = 0x02 | (ord("_") << 8)
#: More text than a token ever has; hostile tokens are cut before they come here.
_LONGEST: Final = 400

#: Languages that espeak-ng names otherwise.
_NAMES: Final = {"en": "en-us", "zh": "cmn", "nb": "nb", "no": "nb", "pt": "pt-br", "es": "es"}


class Espeak:
    """One loaded library. Get it from `find`."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self._voice = ""
        self._lock = threading.Lock()

    def words(self, text: str, language: str) -> list[str]:
        """The IPA of every word that is spoken for a text; [] where it has no voice."""
        clean = text.replace("\0", " ").encode("utf-8", "replace")[:_LONGEST]
        with self._lock:
            if not self._speaks(language):
                return []
            pointer = ctypes.c_char_p(clean)
            found: list[str] = []
            for _ in range(len(clean) + 1):
                if not pointer.value:
                    break
                part = self._library.espeak_TextToPhonemes(ctypes.byref(pointer), _UTF8, _AS_IPA)
                found += (part or b"").decode("utf-8", "replace").split()
            return found

    def knows(self, language: str) -> bool:
        """True where it has a voice for a language, by the first part of its tag."""
        with self._lock:
            return self._speaks(language)

    def _speaks(self, language: str) -> bool:
        name = _NAMES.get(language, language)
        if name != self._voice:
            if self._library.espeak_SetVoiceByName(name.encode()) != 0:
                return False
            self._voice = name
        return True


@cache
def find() -> Espeak | None:
    """The library if espeakng-loader is installed and works, else None."""
    try:
        import espeakng_loader

        library = ctypes.CDLL(espeakng_loader.get_library_path())
        started = library.espeak_Initialize(
            _RETRIEVAL, 0, espeakng_loader.get_data_path().encode(), 0
        )
        if started < 0:
            return None
        library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        library.espeak_TextToPhonemes.argtypes = [
            ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int
        ]  # fmt: skip
        library.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
        return Espeak(library)
    except (ImportError, OSError, AttributeError):
        return None
