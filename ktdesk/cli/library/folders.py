# SPDX-License-Identifier: Apache-2.0
"""List the folders of models, or add, remove or choose one.

for example:
  ktdesk models folders
  ktdesk models folders add /mnt/models
  ktdesk models folders download-to /mnt/models
  ktdesk models folders remove /mnt/models

Removing a folder from the list deletes nothing.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ktdesk.cli.program import Program
from ktdesk.errors import LibraryError, format_bytes
from ktdesk.settings import save_settings

if TYPE_CHECKING:
    from ktdesk.library.shelf.folders import ModelFolder

_ACTIONS = ("add", "remove", "download-to")
_STATES = {
    "ready": "",
    "read-only": "cannot be written to",
    "unreadable": "cannot be read",
    "absent": "is not there",
}


def add_arguments(parser: ArgumentParser) -> None:
    """Add what is to be done, and with which folder."""
    parser.add_argument("action", nargs="?", choices=_ACTIONS, help="what to do; else list them")
    parser.add_argument("folder", metavar="FOLDER", nargs="?", type=Path, help="one of models")


def run(arguments: Namespace, program: Program) -> int:
    """Do what was asked for, and print one line for each folder."""
    from ktdesk.library.shelf import folders

    if arguments.action:
        if arguments.folder is None:
            raise LibraryError("It is not said which folder.", hint="Name it after the action.")
        change = {
            "add": folders.add_folder,
            "remove": folders.remove_folder,
            "download-to": folders.send_downloads_to,
        }[arguments.action]
        folder = arguments.folder.expanduser().absolute()
        program = replace(program, settings=change(program.settings, folder))
        save_settings(program.settings)
    described = folders.describe_folders(program.settings)
    if arguments.json:
        program.terminal.json({"folders": [_json(folder) for folder in described]})
    else:
        for folder in described:
            program.terminal.line(f"{folder.path}\n    {_about(folder)}")
    return 0


def _about(folder: ModelFolder) -> str:
    space = f"{format_bytes(folder.free_bytes)} of {format_bytes(folder.total_bytes)} free"
    parts = [
        space if folder.total_bytes else "",
        _STATES[folder.state.value],
        "gets what is fetched" if folder.gets_downloads else "",
    ]
    return ", ".join(part for part in parts if part)


def _json(folder: ModelFolder) -> dict[str, object]:
    return {
        "path": str(folder.path),
        "state": folder.state.value,
        "free_bytes": folder.free_bytes,
        "total_bytes": folder.total_bytes,
        "is_own": folder.is_own,
        "gets_downloads": folder.gets_downloads,
    }
