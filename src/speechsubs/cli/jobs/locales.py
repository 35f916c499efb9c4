"""The implementation of `speechsubs locales`."""

import json
from dataclasses import asdict

import click

from speechsubs.language import locales


def run(*, as_json: bool) -> int:
    """Print the known languages; returns the exit code."""
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
        click.echo(json.dumps(data, ensure_ascii=True, indent=1))
        return 0
    click.echo(f"{'tag':7} {'language':24} chars/line  lines  chars/s")
    for item in items:
        limits, star = item.limits, "*" if item.unverified else ""
        click.echo(
            f"{item.tag:7} {item.name:24} {limits.line_width:>10g} {limits.max_lines:>6} "
            f"{limits.chars_per_second:>8g} {star}".rstrip()
        )
    return 0
