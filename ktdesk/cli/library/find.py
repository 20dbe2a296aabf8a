# SPDX-License-Identifier: Apache-2.0
"""Search for models; without words, list mixtures of experts that are worth their room.

for example:
  ktdesk models find
  ktdesk models find deepseek r1
  ktdesk models find glm 4.5 air --source modelscope --limit 5
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ktdesk.cli.library.opening import open_hubs
from ktdesk.cli.library.verdict_text import verdict_text
from ktdesk.cli.library.wanted import add_source_argument
from ktdesk.cli.program import Program
from ktdesk.cli.setting_arguments import at_least_one

if TYPE_CHECKING:
    from ktdesk.library.hub.catalogue import CatalogueEntry
    from ktdesk.library.hub.source import Hit
    from ktdesk.planning.plan import Plan

_LIMIT = 20


def add_arguments(parser: ArgumentParser) -> None:
    """Add the words, and where to look."""
    parser.add_argument("words", metavar="WORD", nargs="*", help="of the model's name")
    add_source_argument(parser)
    help_text = f"how many are listed at most ({_LIMIT})"
    parser.add_argument("--limit", type=at_least_one, metavar="N", default=_LIMIT, help=help_text)


def run(arguments: Namespace, program: Program) -> int:
    """Print one line for each repository that was found, the most liked first."""
    if not arguments.words and not arguments.source:
        _print_catalogue(program, as_json=arguments.json)
        return 0
    with open_hubs(program) as hubs:
        sources = hubs.sources
        source = sources.find(arguments.source) if arguments.source else sources.all[0]
        hits = source.search(" ".join(arguments.words), arguments.limit)
    if arguments.json:
        program.terminal.json({"hits": [asdict(hit) for hit in hits]})
        return 0
    for hit in hits:
        program.terminal.line(f"{hit.repository}  ({_about(hit)})")
    if hits:
        program.terminal.note("`ktdesk models show OWNER/NAME` says what of it runs here.")
    else:
        program.terminal.note(f"{source.title} has nothing by these words.")
    return 0


def _print_catalogue(program: Program, *, as_json: bool) -> None:
    """Print what is known to be worth it, with its verdict here. Asks no network."""
    from ktdesk.hardware import describe_machine
    from ktdesk.library.hub.catalogue import read_catalogue

    machine = describe_machine(settings=program.settings.hardware)
    settings = program.settings.engine
    planned = [(entry, entry.plan(machine, settings)) for entry in read_catalogue()]
    if as_json:
        program.terminal.json({"catalogue": [_entry_json(*each) for each in planned]})
        return
    for entry, plan in planned:
        what = f"{entry.maker}, {entry.licence}; in {entry.shape.quantization}: "
        program.terminal.line(f"{entry.title}  ({what}{verdict_text(plan)})")
        program.terminal.line(f"    {entry.repositories[0]}")


def _entry_json(entry: CatalogueEntry, plan: Plan) -> dict[str, Any]:
    return {
        "title": entry.title,
        "maker": entry.maker,
        "licence": entry.licence,
        "repositories": entry.repositories,
        "quantization": entry.shape.quantization,
        "fit": plan.verdict.fit,
    }


def _about(hit: Hit) -> str:
    parts = [
        f"{hit.parameters / 1e9:.1f} billion weights" if hit.parameters else "",
        hit.licence or "licence not said",
        f"{hit.downloads:,} downloads" if hit.downloads else "",
        hit.updated,
        "terms to accept" if hit.is_gated else "",
    ]
    return ", ".join(part for part in parts if part)
