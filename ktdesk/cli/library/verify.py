# SPDX-License-Identifier: Apache-2.0
"""Compare every byte of models with what their sources say; without names, of all models.

for example:
  ktdesk models verify
  ktdesk models verify DeepSeek-R1-Q4_K_M

What is wrong is fetched again by `ktdesk models get`; what is right of it stays.
"""

from __future__ import annotations

import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ktdesk.cli.library.chosen import add_models_argument, choose_models
from ktdesk.cli.program import Program, on_interrupt
from ktdesk.errors import format_progress

if TYPE_CHECKING:
    from ktdesk.library.shelf.model import LocalModel
    from ktdesk.library.shelf.shelf import Shelf
    from ktdesk.library.shelf.verify import FileResult

_OUTCOMES = {
    "right": "right",
    "same": "as it was when it was read first; nobody says what it should be",
    "wrong": "has other bytes than it should",
    "unknown": "nobody says what it should be; from now on changes are noticed",
    "unreadable": "cannot be read",
    "changed": "was written to meanwhile",
}
_BAD = ("wrong", "unreadable", "changed")


def add_arguments(parser: ArgumentParser) -> None:
    """Add the models."""
    add_models_argument(parser, nargs="*")


def run(arguments: Namespace, program: Program) -> int:
    """Print one line for each file; return 1 if one is not right."""
    from ktdesk.library.shelf.shelf import Shelf

    stop = threading.Event()
    results: list[tuple[LocalModel, Sequence[FileResult]]] = []
    with Shelf.of_settings(program.settings) as shelf, on_interrupt(stop.set):
        wanted = arguments.models
        models = choose_models(wanted, shelf) if wanted else shelf.look().models
        for model in models:
            results.append((model, _verify(model, shelf, stop, program)))
            if not arguments.json:
                _print(*results[-1], program)
    if arguments.json:
        program.terminal.json({"models": [_json(*each) for each in results]})
    return int(any(each.outcome.value in _BAD for _, files in results for each in files))


def _verify(
    model: LocalModel, shelf: Shelf, stop: threading.Event, program: Program
) -> Sequence[FileResult]:
    """Read a model's files, with progress. Raises Cancelled after Ctrl+C."""
    from ktdesk.library.shelf.verify import verify

    def tell(done: int, size: int) -> None:
        few, all_ = format_progress(done, size)
        program.terminal.progress(f"{model.name}: {few} of {all_}", done / size if size else 1.0)

    results = verify(model, shelf.facts, tell, stop)
    program.terminal.clear_progress()
    return results


def _print(model: LocalModel, results: Sequence[FileResult], program: Program) -> None:
    program.terminal.line(model.name)
    for each in results:
        why = f": {each.reason}" if each.reason else ""
        program.terminal.line(f"    {each.path.name}  {_OUTCOMES[each.outcome.value]}{why}")


def _json(model: LocalModel, results: Sequence[FileResult]) -> dict[str, Any]:
    return {
        "name": model.name,
        "path": str(model.path),
        "files": [
            {
                "path": str(each.path),
                "outcome": each.outcome.value,
                "sha256": each.sha256,
                "reason": each.reason,
            }
            for each in results
        ],
    }
