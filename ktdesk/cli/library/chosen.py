# SPDX-License-Identifier: Apache-2.0
"""Which models on this computer somebody means on the command line."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ktdesk.errors import LibraryError, did_you_mean

if TYPE_CHECKING:
    from ktdesk.library.shelf.model import LocalModel
    from ktdesk.library.shelf.shelf import Shelf


def add_models_argument(parser: ArgumentParser, *, nargs: str = "+") -> None:
    """Add MODEL|FILE, once or more often."""
    help_text = "a name of `ktdesk models list`, or the path of a file"
    parser.add_argument("models", metavar="MODEL|FILE", nargs=nargs, help=help_text)


def choose_models(wanted: Sequence[str], shelf: Shelf) -> list[LocalModel]:
    """Return the models that are named, each once. Raises LibraryError if one is not there."""
    found = shelf.look().models
    chosen = [_choose(each, found, shelf) for each in wanted]
    return list({model.path: model for model in chosen}.values())


def _choose(wanted: str, found: Sequence[LocalModel], shelf: Shelf) -> LocalModel:
    from ktdesk.library.shelf.model import named

    path = Path(wanted).expanduser()
    if path.is_file():
        return shelf.look_at(path)
    called = named(found, wanted)
    if len(called) > 1:
        paths = "; ".join(str(model.path) for model in called)
        raise LibraryError(
            f"More than one model is called {wanted!r}.", hint=f"Give the path of one: {paths}."
        )
    if called:
        return called[0]
    names = [model.id for model in found]
    raise LibraryError(
        f"No model is called {wanted!r}.{did_you_mean(wanted, names) if names else ''}",
        hint="`ktdesk models list` lists those that were found.",
    )
