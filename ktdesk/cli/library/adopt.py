# SPDX-License-Identifier: Apache-2.0
"""Use models that are on this computer already, where they are. Nothing is copied or changed.

for example:
  ktdesk models adopt /mnt/old-disk/models
  ktdesk models adopt ~/Downloads/Qwen3-30B-A3B-Q4_K_M.gguf

Models of LM Studio, Ollama, llama.cpp and the Hugging Face cache are found without this. A folder
that was copied with its model.lock.json can be verified.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path

from ktdesk.cli.library.present import print_models
from ktdesk.cli.program import Program
from ktdesk.errors import LibraryError
from ktdesk.settings import save_settings


def add_arguments(parser: ArgumentParser) -> None:
    """Add the places."""
    help_text = "a folder with models, or a model file, whose folder is taken"
    parser.add_argument("paths", metavar="PATH", nargs="+", type=Path, help=help_text)


def run(arguments: Namespace, program: Program) -> int:
    """Add the folders to those that are looked through, and list the models in them."""
    from ktdesk.library.shelf.folders import add_folder, model_folders
    from ktdesk.library.shelf.shelf import Shelf

    settings, folders = program.settings, [_folder(path) for path in arguments.paths]
    for folder in folders:
        if not any(folder.is_relative_to(known) for known in model_folders(settings)):
            settings = add_folder(settings, folder)
    if settings != program.settings:
        save_settings(settings)
    with Shelf.of_settings(settings) as shelf:
        found = [
            model
            for model in shelf.look().models
            if any(model.path.is_relative_to(folder) for folder in folders)
        ]
    if not found:
        program.terminal.note("There are no models there yet; it is looked through from now on.")
    print_models(found, replace(program, settings=settings), as_json=arguments.json)
    return 0


def _folder(path: Path) -> Path:
    """Return the folder that is meant. Raises LibraryError if nothing is there."""
    path = path.expanduser().absolute()
    if not path.exists():
        raise LibraryError(f"There is no {path}.", hint="Check the path.")
    return path if path.is_dir() else path.parent
