# SPDX-License-Identifier: Apache-2.0
"""Put models into the recycle bin, after saying which files go and what that frees.

for example:
  ktdesk models delete DeepSeek-R1-Q4_K_M
  ktdesk models delete DeepSeek-R1-Q4_K_M --for-good --yes
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ktdesk.cli.library.chosen import add_models_argument, choose_models
from ktdesk.cli.program import Program
from ktdesk.errors import LibraryError, format_bytes

if TYPE_CHECKING:
    from ktdesk.library.shelf.removal import Removal


def add_arguments(parser: ArgumentParser) -> None:
    """Add the models, and how to delete them."""
    add_models_argument(parser)
    help_text = "delete them without the recycle bin"
    parser.add_argument("--for-good", action="store_true", help=help_text)
    help_text = "also what is another program's, which then has lost its model"
    parser.add_argument("--of-others", action="store_true", help=help_text)
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(arguments: Namespace, program: Program) -> int:
    """Say what would go, ask, and do it; return 1 if the answer is no."""
    from ktdesk.library.shelf.removal import plan_removal, remove
    from ktdesk.library.shelf.shelf import Shelf

    with Shelf.of_settings(program.settings) as shelf:
        removals = [plan_removal(model) for model in choose_models(arguments.models, shelf)]
        _tell(removals, program)
        if not arguments.yes and not _is_agreed():
            program.terminal.note("Nothing was deleted.")
            return 1
        for removal in removals:
            remove(
                removal,
                shelf.facts,
                for_good=arguments.for_good,
                of_others=arguments.of_others,
            )
    if arguments.json:
        program.terminal.json({"deleted": [_json(removal) for removal in removals]})
    return 0


def _tell(removals: Sequence[Removal], program: Program) -> None:
    for removal in removals:
        frees = format_bytes(removal.freed_bytes)
        lines = [f"{removal.model.name}, which frees {frees}:", *map(str, removal.files)]
        program.terminal.note("\n    ".join(lines))


def _is_agreed() -> bool:
    """Ask. Raises LibraryError where nobody can answer."""
    if not sys.stdin.isatty():
        raise LibraryError("Nobody is there to agree to this.", hint="Say --yes to do it.")
    return input("Delete these files? [y/N] ").strip().casefold() in ("y", "yes")


def _json(removal: Removal) -> dict[str, Any]:
    return {
        "name": removal.model.name,
        "files": [str(path) for path in removal.files],
        "freed_bytes": removal.freed_bytes,
    }
