# SPDX-License-Identifier: Apache-2.0
"""List the models on this computer.

for example:
  ktdesk models list
  ktdesk models list --json
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ktdesk.cli.model_choice import found_models
from ktdesk.cli.program import Program
from ktdesk.errors import format_bytes
from ktdesk.settings import models_folder

if TYPE_CHECKING:
    from ktdesk.library.shelf.model import LocalModel


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command: it has none of its own."""
    del parser


def run(arguments: Namespace, program: Program) -> int:
    """Print one line for each model: name, architecture, size, condition, path."""
    models = found_models(program.settings)
    print_models(models, program, as_json=arguments.json)
    _tell_of_moves(program)
    if not models and not arguments.json:
        program.terminal.note(
            f"There are no models in {models_folder()}. Put .gguf files there, name more folders "
            "in the settings, or build the demo model with `ktdesk demo`."
        )
    return 0


def _tell_of_moves(program: Program) -> None:
    from ktdesk.library.shelf.move_plan import unfinished_moves

    for plan in unfinished_moves():
        program.terminal.note(
            f"Moving {plan.title} was broken off: `ktdesk models move` finishes it, "
            "`ktdesk models move --undo` puts all back."
        )


def print_models(models: Sequence[LocalModel], program: Program, *, as_json: bool) -> None:
    """Print a few lines for each model."""
    if as_json:
        program.terminal.json({"models": [_as_json(model) for model in models]})
        return
    for model in models:
        program.terminal.line(f"{model.name}  ({_about(model)})\n    {model.path}")


def _about(model: LocalModel) -> str:
    if model.problem:
        return model.problem
    parts = [model.architecture, format_bytes(model.size_bytes), model.condition.value]
    return ", ".join(parts + ([f"of {model.owner.value}"] if model.owner.value else []))


def _as_json(model: LocalModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "path": str(model.path),
        "architecture": model.architecture,
        "size_bytes": model.size_bytes,
        "condition": model.condition.value,
        "owner": model.owner.value,
        "problem": model.problem,
    }
