"""`speechsubs glossary`: maintain a glossary and exchange it with CAT tools."""

from pathlib import Path
from typing import Any

import click

from speechsubs.cli import arguments
from speechsubs.cli.options import GLOSSARY_FORMATS, EngineType
from speechsubs.cli.review import page_options


@click.group()
def command() -> None:
    """Check a glossary, find candidates for it, import and export it.

    A GLOSSARY is a YAML file; the sample glossary.yml describes the format.
    """


@command.command("check")
@click.argument("glossary", type=click.Path(path_type=Path))
@click.option(
    "--with",
    "texts",
    multiple=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="A transcript or subtitles in the source language: what is unused, or an ordinary word there. May be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_context
def check(ctx: click.Context, /, glossary: Path, **given: Any) -> None:
    """Check a GLOSSARY for what will surprise its author.

    Contradictions, entries that share a spelling or a target, terms that are everyday
    words, locales without a target. Exit code 3 when there is something to mend.
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
    help="Glossary whose terms are known already.",
)
@click.option(
    "--write",
    "output",
    type=click.Path(path_type=Path),
    help="Append the candidates to this glossary as entries to review (status: proposed). It is made if there is none; the rest of it stays as it is.",
)
@click.option(
    "--min-count",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Only what stands there at least so often.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the candidates as JSON.")
@click.pass_context
def suggest(ctx: click.Context, /, transcripts: tuple[Path, ...], **given: Any) -> None:
    """List names, codes and recurring phrases of TRANSCRIPTS that a glossary lacks.

    With counts and places. Capitals are the evidence, so it serves languages that
    write names with a capital and common nouns without.
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
    help="What FILE is. Default: what its suffix and its first row say.",
)
@click.option(
    "--source-language",
    metavar="TAG",
    default="",
    help="Language of the sources. Default: that of the GLOSSARY, or en for a new one.",
)
@click.option(
    "--target-language",
    metavar="TAG",
    default="",
    help="Language of the targets, for files that do not say it (DeepL, OmegaT).",
)
@click.option(
    "--base",
    type=click.Path(path_type=Path),
    help="The glossary as it was when FILE was made: only what both sides changed is a conflict.",
)
@click.option(
    "--prefer",
    type=click.Choice(["ours", "theirs"]),
    default="ours",
    show_default=True,
    help="Who wins a conflict: the GLOSSARY or the FILE.",
)
@click.option(
    "--policy",
    type=click.Choice(["fixed", "translate", "keep"]),
    default="fixed",
    show_default=True,
    help="Policy of new entries with a target of their own, where FILE says none.",
)
@click.option("--dry-run", is_flag=True, help="Report what would change and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.pass_context
def import_(ctx: click.Context, /, glossary: Path, file: Path, **given: Any) -> None:
    """Merge a FILE of a translators' tool into a GLOSSARY.

    CSV, TSV, XLSX, TBX 2 and 3, DeepL, OmegaT. Entries are found by their id, else by
    their source. Nothing is removed; remarks, order and all other entries of the GLOSSARY
    stay as they are. Exit code 3 when there were conflicts.
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import glossary as job

    ctx.exit(job.import_(glossary, file, arguments.GlossaryImport(**given)))


@command.command("export")
@click.argument("glossary", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="The file to write."
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(GLOSSARY_FORMATS),
    help="What to write (tbx is version 3, tbx2 is version 2). Default: what the suffix says.",
)
@click.option(
    "--to",
    "targets",
    metavar="TAG",
    multiple=True,
    help="Only this target language; one without targets gives an empty column. May be repeated.",
)
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.pass_context
def export(ctx: click.Context, /, glossary: Path, **given: Any) -> None:
    """Write a GLOSSARY for a translators' tool.

    CSV, TSV and XLSX hold everything; what another format has no place for is listed.
    Exit code 3 when an entry had to be left out.
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
    help="What the change is looked at in: a project (or its folder of subtitles), or subtitle files that belong together by name (talk.en.srt, talk.es.srt). May be repeated.",
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
    help="What translates the sentences that have to be translated again. Default: auto for a project, nothing for subtitle files.",
)
@click.option(
    "--no-translate",
    is_flag=True,
    help="Translate nothing again: those have no predicted text then.",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["table", "markdown", "json", "tsv"]),
    default="table",
    show_default=True,
    help="How it is shown. markdown suits a pull request; tsv has only the segments.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write it into this file.")
@click.option(
    "--textconv",
    metavar="FILE",
    help="Only print FILE as git should compare it: `git config diff.glossary.textconv 'speechsubs glossary diff --textconv'`.",
)
@click.pass_context
def diff(ctx: click.Context, /, versions: tuple[str, ...], **given: Any) -> None:
    """Compare two versions of a glossary by entries, and show what the change touches.

    OLD and NEW are files or git revisions (HEAD~1:glossary.yml). With --in and a project,
    OLD may be left out: it is the version that the project was made with. Every segment
    that the change touches is shown as it is and as it would be; nothing is written to
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
    help="The subtitle project that the change is decided in.",
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
    help="What translates the sentences that have to be translated again.",
)
@click.option(
    "--no-translate",
    is_flag=True,
    help="Translate nothing again: those have no predicted text then.",
)
@page_options
@click.pass_context
def review(ctx: click.Context, /, versions: tuple[str, ...], **given: Any) -> None:
    """Make a page to decide what a glossary's change does to a project.

    OLD and NEW are as in `glossary diff`. Conflicts come first, then every segment that
    the change touches, as it is and as it would be. Its decisions.yml is carried out by
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
    help="The subtitle project that was decided about.",
)
@click.option(
    "-g",
    "--glossary",
    "new",
    metavar="NEW",
    help="The new glossary: it becomes the project's own. Needed where a text was accepted that is not in the file.",
)
@click.option(
    "--old",
    metavar="OLD",
    help="The old glossary. Default: the one that the project was made with.",
)
@click.option(
    "--engine",
    type=EngineType(),
    default="auto",
    show_default=True,
    help="What translated the texts that were accepted and are not in the file.",
)
@click.option(
    "--memory",
    type=click.Path(path_type=Path),
    help="Translation memory that takes what was accepted, edited and approved. Made if missing.",
)
@click.option("--dry-run", is_flag=True, help="Report what would change and write nothing.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.pass_context
def apply(ctx: click.Context, /, decisions: Path, **given: Any) -> None:
    """Carry out the DECISIONS of a review in a project and in its subtitle files.

    Accepted and edited segments are rewritten in their cues; every other cue stays byte
    for byte. Decisions on texts that have changed since are refused, all of them, with
    the list. A subtitle file that somebody changed is kept, the new one is NAME.new.srt.

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
    type=click.Path(path_type=Path),
    help="The file to write; it may be OURS. Default: standard output.",
)
@click.option("-q", "--quiet", is_flag=True, help="Do not list the conflicts.")
@click.pass_context
def merge(ctx: click.Context, /, base: str, ours: str, theirs: str, **given: Any) -> None:
    """Merge what OURS and THEIRS made of BASE, entry by entry and field by field.

    Comments and order are those of OURS. What both changed differently stays as in OURS,
    with a comment that shows all versions. As a git merge driver:
    `git config merge.glossary.driver 'speechsubs glossary merge %O %A %B -o %A'`.

    Exit codes, as git wants them: 0 merged, 1 conflicts (the file is written) or input
    error (it is not).
    """
    # Imported here because it is heavy and would slow down --help.
    from speechsubs.cli.jobs import glossary_review as job

    ctx.exit(job.merge(base, ours, theirs, **given))
