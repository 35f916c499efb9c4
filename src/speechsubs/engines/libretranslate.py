"""Client of a LibreTranslate server, the only engine that uses a network.

It is only used if the user selects `--engine libretranslate` with a URL; texts are sent
to that server and nowhere else. The API key, if the server needs one, is read from
`SPEECHSUBS_LIBRETRANSLATE_KEY` and never appears in messages or reports.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from speechsubs import models
from speechsubs.adapters import http_client
from speechsubs.engines import ctranslate, mask_probe
from speechsubs.errors import EngineError
from speechsubs.protocols import MaskFamily

KEY_VARIABLE: Final = "SPEECHSUBS_LIBRETRANSLATE_KEY"
#: Characters per request. Public servers accept 2,000; smaller limits are met by halving.
BATCH_CHARACTERS: Final = 2_000
#: Default maximum of alternatives per text on a server.
MAX_HYPOTHESES: Final = 4
_PROBE_VERSION: Final = 1
#: Codes of servers since 2025; older servers use the Argos codes.
_NEW_CODES: Final = {
    "zh-CN": ("zh-Hans", "zh"), "zh-TW": ("zh-Hant", "zt"), "pt-BR": ("pt-BR", "pb", "pt"),
    "nb": ("nb", "no"),
}  # fmt: skip


class LibreTranslateEngine:
    """Translates one direction on one server; contacts the server when created.

    Raises `EngineError` for an invalid URL, a server that does not answer, and unsupported
    languages.
    """

    def __init__(
        self,
        url: str,
        source: str,
        target: str,
        *,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        key = os.environ.get(KEY_VARIABLE, "").strip()
        base = http_client.normalize_url(url)
        self._server = (
            http_client.Server(base, key, sleep) if sleep else http_client.Server(base, key)
        )
        self.name = "libretranslate"
        self.source, self.target = source, target
        self.url = self._server.url
        self._from, self._to = self._codes()
        self._most = BATCH_CHARACTERS
        self._alternatives = True
        self._masks: tuple[MaskFamily, ...] = ()
        version = self._version()
        self.signature = f"libretranslate {version} {self._from}-{self._to} {self.url}"
        self.quality = (
            f"neural models of the server at {self.url} (LibreTranslate {version}), to which "
            "the texts were sent; fluent but may drop or change words; needs review"
        )

    @property
    def masks(self) -> tuple[MaskFamily, ...]:
        """Codes that the server copies unchanged, best first; measured once per version."""
        if not self._masks:
            digest = hashlib.sha256(self.signature.encode()).hexdigest()
            key = f"libretranslate-{digest[:32]}-{_PROBE_VERSION}"
            self._masks = mask_probe.load_or_probe(key, lambda: mask_probe.probe_codes(self))
        return self._masks

    @masks.setter
    def masks(self, families: tuple[MaskFamily, ...]) -> None:
        self._masks = families

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        """Translate in batches by characters, equal texts once; empty texts stay empty.

        Raises `EngineError` with the URL of the server and its reason.
        """
        wanted = max(1, min(hypotheses, MAX_HYPOTHESES))
        parts = {text: list(self._parts(text)) for text in dict.fromkeys(texts)}
        unique = list(dict.fromkeys(part for group in parts.values() for part in group))
        done: dict[str, list[str]] = {}
        at = 0
        while at < len(unique):
            batch = _batch(unique, at, self._most)
            done |= zip(batch, self._asked(batch, wanted), strict=True)
            at += len(batch)
        return [ctranslate.join([done[p] for p in parts[text]], wanted) for text in texts]

    def _parts(self, text: str) -> Iterator[str]:
        # Count words instead of tokens, which only the server knows.
        return ctranslate.split(ctranslate.clean(text), str.split)

    def _asked(self, batch: list[str], wanted: int) -> list[list[str]]:
        """Translate a batch; if it fails, split it in half and retry."""
        body: dict[str, Any] = {
            "q": batch, "source": self._from, "target": self._to, "format": "text",
        }  # fmt: skip
        if wanted > 1 and self._alternatives:
            body["alternatives"] = wanted - 1
        try:
            answer = self._server.ask("/translate", self._with_key(body))
        except http_client.RefusedError as refused:
            if refused.status in (401, 403):
                raise self._no_key(refused) from refused
            if "alternatives" in body and refused.status == 400:
                # An older server, or one configured without alternatives.
                self._alternatives = False
                return self._asked(batch, wanted)
            problem = f"{refused.status} {refused.message}"
        else:
            found = _parse_answer(answer, len(batch))
            if found is not None:
                return [self._distinct(group, wanted) for group in found]
            problem = "the response does not contain one text for each text sent"
        if len(batch) == 1:
            raise EngineError(
                f"the server at {self.url} cannot translate a sentence of "
                f"{len(batch[0])} characters ({problem})",
                "See the server's log, or use another engine",
            )
        half = len(batch) // 2
        # If this batch was too large, the others are too.
        self._most = max(200, min(self._most, sum(map(len, batch)) // 2))
        return self._asked(batch[:half], wanted) + self._asked(batch[half:], wanted)

    def _distinct(self, group: Sequence[str], wanted: int) -> list[str]:
        return list(dict.fromkeys(ctranslate.clean(text) for text in group))[:wanted]

    def _with_key(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"api_key": self._server.secret} if self._server.secret else body

    def _no_key(self, refused: http_client.RefusedError) -> EngineError:
        return EngineError(
            f"the server at {self.url} refused the request ({refused.status} {refused.message})",
            f"Set the environment variable {KEY_VARIABLE} to its API key",
        )

    def _codes(self) -> tuple[str, str]:
        """The codes of the server for the language pair."""
        try:
            listed = self._server.ask("/languages", first=True)
        except http_client.RefusedError as refused:
            if refused.status in (401, 403):
                raise self._no_key(refused) from refused
            raise EngineError(
                f"the server at {self.url} does not list its languages "
                f"({refused.status} {refused.message})",
                "Is it a LibreTranslate server?",
            ) from refused
        pairs = _parse_languages(listed)
        if not pairs:
            raise EngineError(f"the server at {self.url} offers no languages")
        sources = [code for code in _candidates(self.source) if code in pairs]
        for source in sources:
            for target in _candidates(self.target):
                if target in pairs[source]:
                    return source, target
        if sources:
            known = f"it translates {sources[0]} to {_list_codes(pairs[sources[0]])}"
        else:
            known = f"it translates from {_list_codes(pairs)}"
        raise EngineError(
            f"the server at {self.url} does not translate {self.source} to {self.target}; {known}"
        )

    def _version(self) -> str:
        """The version that the server reports, if any."""
        try:
            spec = self._server.ask("/spec")
        except (http_client.RefusedError, EngineError):
            return "of unknown version"
        info = spec.get("info") if isinstance(spec, dict) else None
        version = info.get("version") if isinstance(info, dict) else None
        return (self._server.shown(version)[:40] if isinstance(version, str) else "") or (
            "of unknown version"
        )


def _batch(texts: Sequence[str], at: int, most: int) -> list[str]:
    """The texts from an index on that fit into one request, at least one."""
    size = 0
    end = at
    while end < len(texts) and (end == at or size + len(texts[end]) <= most):
        size += len(texts[end])
        end += 1
    return list(texts[at:end])


def _parse_answer(answer: object, count: int) -> list[list[str]] | None:
    """The translations of each text, best first; None for an invalid answer."""
    if not isinstance(answer, dict):
        return None
    first = answer.get("translatedText")
    if isinstance(first, str) and count == 1:
        first = [first]
    if not isinstance(first, list) or len(first) != count:
        return None
    if not all(isinstance(text, str) for text in first):
        return None
    others = answer.get("alternatives")
    if not isinstance(others, list) or len(others) != count:
        others = [[]] * count
    return [
        [text, *(o for o in group if isinstance(o, str))] if isinstance(group, list) else [text]
        for text, group in zip(first, others, strict=True)
    ]


def _parse_languages(listed: object) -> dict[str, frozenset[str]]:
    """Target codes by source code from /languages; invalid entries are ignored."""
    found: dict[str, frozenset[str]] = {}
    for entry in listed if isinstance(listed, list) else []:
        code = entry.get("code") if isinstance(entry, dict) else None
        targets = entry.get("targets") if isinstance(entry, dict) else None
        if isinstance(code, str) and isinstance(targets, list):
            found[code] = frozenset(t for t in targets if isinstance(t, str)) - {code}
    return found


def _candidates(tag: str) -> tuple[str, ...]:
    return _NEW_CODES.get(tag) or models.codes(tag)


def _list_codes(codes: Sequence[str] | Any) -> str:
    known = sorted(str(code)[:20] for code in codes)
    return ", ".join(known[:40]) + (" ..." if len(known) > 40 else "") or "nothing"
