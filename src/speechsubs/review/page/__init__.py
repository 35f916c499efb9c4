"""Render a review as one self-contained HTML file that loads nothing from elsewhere.

The data are embedded as JSON in which `<`, `>` and `&` are escaped, so that no text can
break out of it. The content security policy allows the page's own style and script by
hash, so that nothing else would run even if a text ended up as markup.
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

#: Concatenated in dependency order into one script.
_SCRIPTS = ("text.js", "state.js", "card.js", "editor.js", "player.js", "page.js")
#: Characters that could end the element or start a comment, and JavaScript line ends.
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
    """Render the page as HTML that can be saved and opened from disk.

    `languages` maps `Item.source_id` to the tag of the source. `decided` are the existing
    decisions. `save_to` is the URL that the page posts decisions to ("" for a page that
    only downloads them), and `revision` is sent back with them. `name` is the name of the
    downloaded decisions file.
    """
    data = review.data() | {
        "languages": dict(languages or {}),
        "locales": _locale_traits(review, languages or {}),
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
        # ASCII only, so that a lone surrogate becomes an escape instead of an error.
        "data": json.dumps(data, ensure_ascii=True, separators=(",", ":")).translate(_UNSAFE),
    }
    # A single pass, so that braces in the data are never parsed as placeholders.
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _file("page.html"))


def _file(name: str) -> str:
    return importlib.resources.files(__name__).joinpath(name).read_text("utf-8")


def _policy(style: str, script: str, *, served: bool) -> str:
    """The content security policy for this style and script."""
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


def _locale_traits(review: Review, languages: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Traits of every language that the page shows; limits of the review take precedence."""
    tags = {item.locale for item in review.items} | {change.locale for change in review.changes}
    known: dict[str, dict[str, Any]] = {}
    for tag in sorted(tags | set(languages.values())):
        try:
            known[tag] = locale_traits(locales.load(tag))
        except UnknownLocaleError:
            continue
    for tag, limits in review.limits.items():
        known[tag] = known.get(tag, {"direction": "auto"}) | limits
    return known


def locale_traits(locale: Locale) -> dict[str, Any]:
    """Direction, character width and limits of a locale, as the page expects them."""
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
