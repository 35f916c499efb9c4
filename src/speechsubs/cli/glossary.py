"""`speechsubs glossary`: maintain a glossary and exchange it with CAT tools."""

from pathlib import Path
from typing import Any

import click

from speechsubs.cli import arguments
from speechsubs.cli.options import GLOSSARY_FORMATS, EngineType, OutputType
from speechsubs.cli.review import page_options


@click.group()
def command() -> None:
    """Check, import, export and compare glossaries; extract terms.

    A GLOSSARY is a YAML file; the sample glossary.yml describes the format.
    """


@command.command("check")
@click.argument("glossary", type=click.Path(path_type=Path))
@click.option(
    "--with",
    "texts",
    multiple=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="Transcript or subtitles in the source language, to find unused terms and terms that are common words. May be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_context
def check(ctx: click.Context, /, glossary: Path, **given: Any) -> None:
    """Check a GLOSSARY for common mistakes.

    Reports contradictions, entries that share a spelling or a target, terms that are common
    words, and locales without a target. Exit code 3 if there are issues.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import glossary as job

    ctx.exit(job.check(glossary, **given))


@command.command("suggest")
@click.argument(
    "transcripts", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True)
)
@click.option(
    "-g",
    "--glossary",
    "known",
    type=click.Path(path_type=Path),
    help="Existing glossary whose terms are not listed.",
)
@click.option(
    "--write",
    "output",
    type=OutputType(),
    help="Append the candidates to this glossary as entries to review (status: proposed). Created if missing; existing content is not changed.",
)
@click.option(
    "--min-count",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Minimum number of occurrences.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the candidates as JSON.")
@click.pass_context
def suggest(ctx: click.Context, /, transcripts: tuple[Path, ...], **given: Any) -> None:
    """Extract term candidates from TRANSCRIPTS: names, codes and recurring phrases.

    Lists counts and locations. Relies on capitalization, so it suits languages that
    capitalize names but not common nouns.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import glossary as job

    ctx.exit(job.suggest(transcripts, **given))


@command.command("import")
@click.argument("glossary", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--from-format",
    "kind",
    type=click.Choice(GLOSSARY_FORMATS),
    help="Format of FILE. Default: detected from its extension and first row.",
)
@click.option(
    "--source-language",
    metavar="TAG",
    default="",
    help="Source language. Default: that of the GLOSSARY, or en for a new one.",
)
@click.option(
    "--target-language",
    metavar="TAG",
    default="",
    help="Target language, for formats that do not specify it (DeepL, OmegaT).",
)
@click.option(
    "--base",
    type=click.Path(path_type=Path),
    help="Glossary version that FILE is based on; only changes on both sides are conflicts.",
)
@click.option(
    "--prefer",
    type=click.Choice(["ours", "theirs"]),
    default="ours",
    show_default=True,
    help="Precedence in a conflict: the GLOSSARY (ours) or the FILE (theirs).",
)
@click.option(
    "--policy",
    type=click.Choice(["fixed", "translate", "keep"]),
    default="fixed",
    show_default=True,
    help="Policy of new entries with a target of their own, if FILE does not specify one.",
)
@click.option("--dry-run", is_flag=True, help="Report what would change without writing anything.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Only print errors.")
@click.pass_context
def import_(ctx: click.Context, /, glossary: Path, file: Path, **given: Any) -> None:
    """Merge a FILE from a translation tool into a GLOSSARY.

    CSV, TSV, XLSX, TBX 2 and 3, DeepL, OmegaT. Entries are matched by their id, else by
    their source. Nothing is removed; comments, order and all other entries of the GLOSSARY
    are preserved. Exit code 3 if there are conflicts.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import glossary as job

    ctx.exit(job.import_(glossary, file, arguments.GlossaryImport(**given)))


@command.command("export")
@click.argument("glossary", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=OutputType(), help="Output file.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(GLOSSARY_FORMATS),
    help="Output format (tbx is version 3, tbx2 is version 2). Default: from the file extension.",
)
@click.option(
    "--to",
    "targets",
    metavar="TAG",
    multiple=True,
    help="Only this target language; its column is empty if there are no targets. May be repeated.",
)
@click.option("--overwrite", is_flag=True, help="Overwrite an existing file.")
@click.option("-q", "--quiet", is_flag=True, help="Only print errors.")
@click.pass_context
def export(ctx: click.Context, /, glossary: Path, **given: Any) -> None:
    """Export a GLOSSARY for a translation tool.

    CSV, TSV and XLSX are lossless; what other formats cannot represent is listed.
    Exit code 3 if an entry had to be skipped.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import glossary as job

    ctx.exit(job.export(glossary, **given))


@command.command("diff")
@click.argument("versions", nargs=-1, metavar="[OLD] NEW")
@click.option(
    "--in",
    "places",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Project (or its folder of subtitles) or subtitle files to analyze, matched by name (talk.en.srt, talk.es.srt). May be repeated.",
)
@click.option(
    "--to",
    "targets",
    metavar="TAG",
    multiple=True,
    help="Only this target language. May be repeated.",
)
@click.option(
    "--engine",
    type=EngineType(),
    help="Engine for sentences that need retranslation. Default: auto for a project, none for subtitle files.",
)
@click.option(
    "--no-translate",
    is_flag=True,
    help="Do not retranslate; sentences that need it have no predicted text.",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["table", "markdown", "json", "tsv"]),
    default="table",
    show_default=True,
    help="Output format. markdown suits pull requests; tsv contains only the segments.",
)
@click.option("-o", "--output", type=OutputType(), help="Output file. Default: standard output.")
@click.option(
    "--textconv",
    metavar="FILE",
    help="Print FILE in canonical form for git diff: `git config diff.glossary.textconv 'speechsubs glossary diff --textconv'`.",
)
@click.pass_context
def diff(ctx: click.Context, /, versions: tuple[str, ...], **given: Any) -> None:
    """Compare two glossary versions entry by entry and show the affected segments.

    OLD and NEW are files or git revisions (HEAD~1:glossary.yml). With --in and a project,
    OLD defaults to the version that the project was made with. Every affected segment
    is shown with its current and its predicted text; nothing is written to
    the project.

    Exit codes: 0 no change, 3 changes, 1 input error.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import glossary_review

    ctx.exit(glossary_review.diff(versions, arguments.GlossaryDiff(**given)))


@command.command("review")
@click.argument("versions", nargs=-1, metavar="[OLD] NEW")
@click.option(
    "--in",
    "project",
    required=True,
    type=click.Path(path_type=Path),
    help="Subtitle project to review the change in.",
)
@click.option(
    "--to",
    "targets",
    metavar="TAG",
    multiple=True,
    help="Only this target language. May be repeated.",
)
@click.option(
    "--engine",
    type=EngineType(),
    default="auto",
    show_default=True,
    help="Engine for sentences that need retranslation.",
)
@click.option(
    "--no-translate",
    is_flag=True,
    help="Do not retranslate; sentences that need it have no predicted text.",
)
@page_options
@click.pass_context
def review(ctx: click.Context, /, versions: tuple[str, ...], **given: Any) -> None:
    """Create a page to review the effects of a glossary change on a project.

    OLD and NEW are as in `glossary diff`. Conflicts come first, then every affected segment
    with its current and its predicted text. The resulting decisions.yml is applied by
    `glossary apply`.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import review as job

    change = arguments.filled(arguments.GlossaryReview, given)
    ctx.exit(job.change(versions, change, arguments.filled(arguments.Page, given)))


@command.command("apply")
@click.argument("decisions", type=click.Path(path_type=Path))
@click.option(
    "--project",
    "folder",
    required=True,
    type=click.Path(path_type=Path),
    help="Subtitle project to apply the decisions to.",
)
@click.option(
    "-g",
    "--glossary",
    "new",
    metavar="NEW",
    help="New glossary; replaces the project's own. Required if an accepted text is not in the file.",
)
@click.option(
    "--old",
    metavar="OLD",
    help="Old glossary. Default: the one that the project was made with.",
)
@click.option(
    "--engine",
    type=EngineType(),
    default="auto",
    show_default=True,
    help="Engine that translated the accepted texts that are not in the file.",
)
@click.option(
    "--memory",
    type=click.Path(path_type=Path),
    help="Translation memory to store accepted, edited and approved segments in. Created if missing.",
)
@click.option("--dry-run", is_flag=True, help="Report what would change without writing anything.")
@click.option("-q", "--quiet", is_flag=True, help="Only print errors.")
@click.pass_context
def apply(ctx: click.Context, /, decisions: Path, **given: Any) -> None:
    """Apply the DECISIONS of a review to a project and its subtitle files.

    Accepted and edited segments are rewritten in their cues; all other cues are kept byte
    for byte. If texts have changed since the review, nothing is applied and the stale
    decisions are listed. An edited subtitle file is kept; the new one is NAME.new.srt.

    Exit codes: 0 done, 1 refused or input error, 3 done with findings.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import glossary_review as job

    ctx.exit(job.apply(decisions, arguments.GlossaryApply(**given)))


@command.command("merge")
@click.argument("base")
@click.argument("ours")
@click.argument("theirs")
@click.option(
    "-o",
    "--output",
    type=OutputType(),
    help="Output file; may be OURS. Default: standard output.",
)
@click.option("-q", "--quiet", is_flag=True, help="Do not list the conflicts.")
@click.pass_context
def merge(ctx: click.Context, /, base: str, ours: str, theirs: str, **given: Any) -> None:
    """Merge the changes of OURS and THEIRS since BASE, entry by entry and field by field.

    Comments and order are those of OURS. Conflicting changes keep the value from OURS,
    with a comment showing all versions. As a git merge driver:
    `git config merge.glossary.driver 'speechsubs glossary merge %O %A %B -o %A'`.

    Exit codes, as git expects them: 0 merged, 1 conflicts (the file is written) or input
    error (it is not).
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import glossary_review as job

    ctx.exit(job.merge(base, ours, theirs, **given))
