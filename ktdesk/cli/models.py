# SPDX-License-Identifier: Apache-2.0
"""Find, fetch and keep models; without a command, list those on this computer.

for example:
  ktdesk models
  ktdesk models find deepseek
  ktdesk models get unsloth/DeepSeek-R1-GGUF:Q4_K_M
"""

from __future__ import annotations

from argparse import SUPPRESS, Namespace
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
from ktdesk.cli.parsers import Parser, add_commands
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


def add_arguments(parser: Parser) -> None:
    """Add the commands for models."""
    parser.set_defaults(run_models=present.run)
    add_commands(parser, COMMANDS, "run_models", json_default=SUPPRESS)


def run(arguments: Namespace, program: Program) -> int:
    """Run the command for models that was chosen."""
    return arguments.run_models(arguments, program)
