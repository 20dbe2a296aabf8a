# SPDX-License-Identifier: Apache-2.0
"""Move models to another folder of models; a whole copy of each is kept at every moment.

for example:
  ktdesk models move DeepSeek-R1-Q4_K_M --to /mnt/models
  ktdesk models move
  ktdesk models move --undo

Without a model, moves that were broken off are finished, or undone.
"""

from __future__ import annotations

import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ktdesk.cli.library.chosen import add_models_argument, choose_models
from ktdesk.cli.program import Program, on_interrupt
from ktdesk.errors import LibraryError, format_progress
from ktdesk.settings import Settings

if TYPE_CHECKING:
    from ktdesk.library.shelf.move_plan import MovePlan


def add_arguments(parser: ArgumentParser) -> None:
    """Add the models, and the folder."""
    add_models_argument(parser, nargs="*")
    help_text = "one of `ktdesk models folders`"
    parser.add_argument("--to", type=Path, metavar="FOLDER", help=help_text)
    help_text = "put all back as it was before moves that were broken off"
    parser.add_argument("--undo", action="store_true", help=help_text)


def run(arguments: Namespace, program: Program) -> int:
    """Move with progress, and print where each model is then."""
    from ktdesk.library.shelf.move import move, plan_move, undo
    from ktdesk.library.shelf.move_plan import unfinished_moves
    from ktdesk.library.shelf.shelf import Shelf

    if arguments.models and (arguments.to is None or arguments.undo):
        raise LibraryError("It is not said where to.", hint="Name a folder with --to.")
    stop = threading.Event()
    done: list[MovePlan] = []
    with Shelf.of_settings(program.settings) as shelf, on_interrupt(stop.set):
        if arguments.models:
            target = _folder(arguments.to, program.settings)
            models = choose_models(arguments.models, shelf)
            plans = (plan_move(model, target) for model in models)
        else:
            plans = iter(unfinished_moves())
        for plan in plans:
            if arguments.undo:
                undo(plan)
            else:
                move(plan, shelf.facts, _teller(plan, program), stop)
            program.terminal.clear_progress()
            done.append(plan)
            if not arguments.json:
                file = plan.files[0]
                program.terminal.line(str(file.source if arguments.undo else file.target))
    if arguments.json:
        key = "undone" if arguments.undo else "moved"
        program.terminal.json({key: [_json(plan) for plan in done]})
    elif not done:
        program.terminal.note("No move was broken off.")
    return 0


def _folder(wanted: Path, settings: Settings) -> Path:
    """Return a folder of models. Raises LibraryError if it is none: what is there is not found."""
    from ktdesk.library.shelf.folders import model_folders

    folder = wanted.expanduser().absolute()
    if folder not in model_folders(settings):
        raise LibraryError(
            f"{folder} is not a folder of models.",
            hint=f"`ktdesk models folders add {folder}` makes it one.",
        )
    return folder


def _teller(plan: MovePlan, program: Program) -> Callable[[int, int], None]:
    """Return what shows the progress of a move: what is copied is read again and compared."""

    def tell(done: int, size: int) -> None:
        few, all_ = format_progress(done, size)
        stage = f"{plan.title}: {few} of {all_} copied and compared"
        program.terminal.progress(stage, done / size if size else 1.0)

    return tell


def _json(plan: MovePlan) -> dict[str, Any]:
    return {
        "name": plan.title,
        "files": [{"from": str(file.source), "to": str(file.target)} for file in plan.files],
    }
