# SPDX-License-Identifier: Apache-2.0
"""List the models on this computer."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from ktdesk.cli.model_choice import found_models
from ktdesk.cli.program import Program
from ktdesk.errors import format_bytes
from ktdesk.settings import models_folder

if TYPE_CHECKING:
    from ktdesk.library.index import ModelEntry


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command: it has none of its own."""
    del parser


def run(arguments: Namespace, program: Program) -> int:
    """Print one line for each model: name, architecture, size, path."""
    entries = found_models(program.settings)
    if arguments.json:
        program.terminal.json({"models": [_as_json(entry) for entry in entries]})
        return 0
    for entry in entries:
        what = entry.problem or f"{entry.architecture}, {format_bytes(entry.size_bytes)}"
        program.terminal.line(f"{entry.name}  ({what})\n    {entry.path}")
    if not entries:
        program.terminal.note(
            f"There are no models in {models_folder()}. Put .gguf files there, name more folders "
            "in the settings, or build the demo model with `ktdesk demo`."
        )
    return 0


def _as_json(entry: ModelEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "path": str(entry.path),
        "architecture": entry.architecture,
        "size_bytes": entry.size_bytes,
        "problem": entry.problem,
    }
