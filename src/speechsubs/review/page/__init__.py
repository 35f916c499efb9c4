"""The review as one HTML file: everything inside it, nothing fetched, nothing run but its own.

The review's data stand in the page as JSON that no text in it can leave: `<`, `>` and `&`
are escapes. The content security policy names the page's own style and script by their
hashes, so that nothing else could run even if a text came to stand as markup.
"""

import base64
import hashlib
import importlib.resources
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from speechsubs.errors import UnknownLocaleError
from speechsubs.language import locales
from speechsubs.language.locales import Locale
from speechsubs.review.decisions import SCHEMA
from speechsubs.review.model import Decision, Review

#: In the order in which they need each other; they become one script.
_SCRIPTS = ("text.js", "state.js", "card.js", "editor.js", "player.js", "page.js")
#: What would end the element or start a comment, and line ends of JavaScript.
_UNSAFE = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def render(
    review: Review,
    *,
    languages: Mapping[str, str] | None = None,
    decided: Sequence[Decision] = (),
    save_to: str = "",
    revision: str = "",
    name: str = "decisions.yml",
) -> str:
    """The page as the text of an HTML file, which may be saved and opened from disk.

    `languages` are the tags of the sources by `Item.source_id`. `decided` are decisions
    already taken. `save_to` is where the page sends decisions when a server of ours shows
    it ("" makes it a page that only downloads), `revision` what that server expects back.
    `name` is what the file of the decisions is called when it is downloaded.
    """
    data = review.data() | {
        "languages": dict(languages or {}),
        "locales": _locales(review, languages or {}),
        "decisions": [asdict(one) | {"demands": dict(one.demands)} for one in decided],
        "decisions_schema": SCHEMA,
        "decisions_name": name,
        "save": save_to,
        "revision": revision,
    }
    style = _file("page.css")
    script = "\n".join(_file(name) for name in _SCRIPTS)
    parts = {
        "csp": _policy(style, script, served=bool(save_to)),
        "css": style,
        "js": script,
        # ASCII only: a lone surrogate in a text is an escape too, and no error.
        "data": json.dumps(data, ensure_ascii=True, separators=(",", ":")).translate(_UNSAFE),
    }
    # In one pass: what stands in the data is never taken for a place to fill.
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _file("page.html"))


def _file(name: str) -> str:
    return importlib.resources.files(__name__).joinpath(name).read_text("utf-8")


def _policy(style: str, script: str, *, served: bool) -> str:
    """The content security policy of a page with this style and script."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "img-src data:",
            "media-src 'self' file: blob:",
            "connect-src 'self'" if served else "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}"


def _locales(review: Review, languages: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What the page has to know about each language; the review's own limits go first."""
    tags = {item.locale for item in review.items} | {change.locale for change in review.changes}
    known: dict[str, dict[str, Any]] = {}
    for tag in sorted(tags | set(languages.values())):
        try:
            known[tag] = traits(locales.load(tag))
        except UnknownLocaleError:
            continue
    for tag, limits in review.limits.items():
        known[tag] = known.get(tag, {"direction": "auto"}) | limits
    return known


def traits(locale: Locale) -> dict[str, Any]:
    """Direction, width of characters and limits of a language, as the page reads them."""
    return {
        "direction": locale.direction,
        "spaces": locale.words == "spaces",
        "narrow_width": locale.narrow_width,
        "line_width": locale.limits.line_width,
        "max_lines": locale.limits.max_lines,
        "chars_per_second": locale.limits.chars_per_second,
        "min_duration_ms": locale.limits.min_duration_ms,
        "max_duration_ms": locale.limits.max_duration_ms,
    }
