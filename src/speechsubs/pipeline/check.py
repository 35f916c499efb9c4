"""Checks of third-party tracks."""

from dataclasses import replace
from fractions import Fraction

from speechsubs import qa
from speechsubs.glossary import Glossary, Matcher, empty
from speechsubs.language.locales import Locale
from speechsubs.model import Finding, Track
from speechsubs.quantities import currencies
from speechsubs.quantities.parse import parse


def check_track(
    track: Track,
    locale: Locale,
    *,
    source: Track | None = None,
    source_locale: Locale | None = None,
    glossary: Glossary | None = None,
    fps: Fraction | None = None,
) -> list[Finding]:
    """Check a third-party track and return the findings in cue order.

    With a source track, terms, amounts and numbers of simultaneous cues are compared
    too.
    """
    gap = None if fps is None else int(Fraction(2_000) / fps)
    found = [*track.findings, *qa.inspect(track, locale, gap)]
    if source is not None and source_locale is not None:
        pairs = qa.pair_texts(source, track)
        context = currencies.infer_context((b for b, _, _ in pairs), source_locale.language)
        compared = qa.compare(
            [parse(before, source_locale.language, context) for before, _, _ in pairs],
            [after for _, after, _ in pairs],
            glossary=glossary or empty(),
            matcher=Matcher(glossary or empty()),
            locale=locale,
        )
        for (_, _, number), own in zip(pairs, compared, strict=True):
            start = track.cues[number - 1].start_ms
            found += [replace(f, cue=number, start_ms=start, file=track.source) for f in own]
    elif glossary is not None:
        found += qa.find_forbidden(track, glossary, locale)
    return sorted(found, key=lambda f: f.cue or 0)
