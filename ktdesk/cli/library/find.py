# SPDX-License-Identifier: Apache-2.0
"""Search for models; all that are popular, without words.

for example:
  ktdesk models find deepseek r1
  ktdesk models find glm 4.5 air --source modelscope --limit 5
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING

from ktdesk.cli.library.opening import open_hubs
from ktdesk.cli.library.wanted import add_source_argument
from ktdesk.cli.program import Program
from ktdesk.cli.setting_arguments import at_least_one

if TYPE_CHECKING:
    from ktdesk.library.hub.source import Hit

_LIMIT = 20


def add_arguments(parser: ArgumentParser) -> None:
    """Add the words, and where to look."""
    parser.add_argument("words", metavar="WORD", nargs="*", help="of the model's name")
    add_source_argument(parser)
    help_text = f"how many are listed at most ({_LIMIT})"
    parser.add_argument("--limit", type=at_least_one, metavar="N", default=_LIMIT, help=help_text)


def run(arguments: Namespace, program: Program) -> int:
    """Print one line for each repository that was found, the most liked first."""
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


def _about(hit: Hit) -> str:
    parts = [
        f"{hit.parameters / 1e9:.1f} billion weights" if hit.parameters else "",
        hit.licence or "licence not said",
        f"{hit.downloads:,} downloads" if hit.downloads else "",
        hit.updated,
        "terms to accept" if hit.is_gated else "",
    ]
    return ", ".join(part for part in parts if part)
