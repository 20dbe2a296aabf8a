# SPDX-License-Identifier: Apache-2.0
"""Find, fetch and keep models; without a command, list those on this computer."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from typing import Any

from ktdesk.cli.library import (
    adopt,
    delete,
    downloads,
    find,
    folders,
    get,
    move,
    present,
    show,
    sources,
    verify,
)
from ktdesk.cli.program import Program

COMMANDS: dict[str, Any] = {
    "find": find,
    "show": show,
    "get": get,
    "downloads": downloads,
    "list": present,
    "verify": verify,
    "adopt": adopt,
    "move": move,
    "delete": delete,
    "folders": folders,
    "sources": sources,
}


def add_arguments(parser: ArgumentParser) -> None:
    """Add the commands for models."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    parser.set_defaults(run_models=present.run)
    for name, command in COMMANDS.items():
        about, _, more = command.__doc__.partition("\n\n")
        own = commands.add_parser(
            name,
            help=about,
            description=about,
            epilog=more,
            formatter_class=RawDescriptionHelpFormatter,
        )
        own.add_argument("--json", action="store_true", default=SUPPRESS, help="print JSON")
        own.set_defaults(run_models=command.run)
        command.add_arguments(own)


def run(arguments: Namespace, program: Program) -> int:
    """Run the command for models that was chosen."""
    return arguments.run_models(arguments, program)
