"""Translation of single sentences without cues, for scripts and benchmarks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from speechsubs.glossary import Matcher, Policy, Target, Term
from speechsubs.language.locales import Locale
from speechsubs.model import Finding, Method, MethodKind, Sentence, Translation
from speechsubs.pipeline import texts as steps
from speechsubs.pipeline.texts import RunSettings
from speechsubs.protocols import Engine
from speechsubs.quantities import currencies
from speechsubs.spans import SpannedText
from speechsubs.translation import placeholders
from speechsubs.translation.placeholders import Protected


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its translation, the method and the findings."""

    translation: Translation
    findings: tuple[Finding, ...]


def translate_lines(
    texts: Sequence[str],
    engine: Engine,
    setting: RunSettings,
    locale: Locale,
    terms: Sequence[Mapping[str, str]] = (),
    recall: steps.Pretranslator | None = None,
) -> list[Line]:
    """Translate sentences one to one; an empty line gives an empty one.

    `terms` are additional terms for each line, source to target, required in its
    translation; it is empty or as long as `texts`. Raises `EngineError`, and
    `ValueError` if the lengths differ.
    """
    source = setting.source
    settings = [setting] * len(texts)
    if terms:
        settings = [
            _with_terms(setting, own, locale) if own else setting
            for own, _ in zip(terms, texts, strict=True)
        ]
    context = currencies.infer_context(texts, source.language, setting.options.default_dollar)
    dates, units = setting.options.dates == "locale", setting.options.units == "locale"
    protected: list[Protected] = []
    for number, (text, own_setting) in enumerate(zip(texts, settings, strict=True)):
        sentence = Sentence(number, number, text.strip())
        protected += placeholders.protect(
            [sentence], own_setting.matcher, source.language, context, dates, units
        )
    wanted = [item for item in protected if item.text]
    known = recall(wanted, locale) if recall else ()
    done = steps.translate_sentences(wanted, engine, locale, setting, known=known)
    by_line = {translation.sentence: translation for translation in done}
    translations = [
        by_line.get(item.sentence)
        or Translation(item.sentence, SpannedText(""), Method(MethodKind.BLANK))
        for item in protected
    ]
    lines = []
    for translation, item, own_setting in zip(translations, protected, settings, strict=True):
        found_here: list[Finding] = []
        if item.text:
            (compared,) = steps.check_translations(
                [item.quantities], [translation], locale, own_setting
            )
            found_here = [*steps.find_guessed_amounts(item), *compared]
        findings = (replace(f, line=item.sentence + 1) for f in found_here)
        lines.append(Line(translation, tuple(findings)))
    return lines


def _with_terms(setting: RunSettings, terms: Mapping[str, str], locale: Locale) -> RunSettings:
    """The settings with a line's own terms, which take precedence over the glossary."""
    own = tuple(
        Term(
            id=f"line-{number}",
            source=term,
            policy=Policy.FIXED,
            targets={locale.tag: Target(target)},
            case="any",
        )
        for number, (term, target) in enumerate(terms.items())
        if term.strip() and target.strip()
    )
    taken = {term.source.casefold() for term in own}
    rest = tuple(t for t in setting.glossary.terms if t.source.casefold() not in taken)
    words = replace(setting.glossary, terms=(*own, *rest), digest="")
    return replace(setting, glossary=words, matcher=Matcher(words))
