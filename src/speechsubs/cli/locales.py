"""`speechsubs locales`: which languages there are, and what they ask."""

import json
from dataclasses import asdict

import click

from speechsubs import locales


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the limits as JSON.")
def command(as_json: bool) -> None:
    """List the known languages and their limits.

    A * marks a language with a number that could not be checked at its source; the
    file in locales/ says which and why.
    """
    items = [locales.load(tag) for tag in locales.known()]
    if as_json:
        data = {
            item.tag: {
                "name": item.name,
                **asdict(item.limits),
                "unverified": list(item.unverified),
            }
            for item in items
        }
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
        return
    click.echo(f"{'tag':7} {'language':24} chars/line  lines  chars/s")
    for item in items:
        limits, star = item.limits, "*" if item.unverified else ""
        click.echo(
            f"{item.tag:7} {item.name:24} {limits.line_width:>10g} {limits.max_lines:>6} "
            f"{limits.chars_per_second:>8g} {star}"
        )
