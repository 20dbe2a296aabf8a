# SPDX-License-Identifier: Apache-2.0
"""Say whether there is a newer KTDesk; nothing is downloaded.

for example:
  ktdesk updates
  ktdesk updates --json

It asks for the newest version, as the settings under [updates] say where.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from ktdesk import __version__
from ktdesk.cli.program import Program
from ktdesk.errors import format_bytes
from ktdesk.updates import Release, newest_release


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command: it has none of its own."""
    del parser


def run(arguments: Namespace, program: Program) -> int:
    """Print what is known of the newest version."""
    newest = newest_release(program.settings)
    if arguments.json:
        program.terminal.json(
            {"version": __version__, "is_newer": newest.is_newer, "newest": asdict(newest)}
        )
        return 0
    for line in _lines(newest):
        program.terminal.line(line)
    return 0


def _lines(newest: Release) -> list[str]:
    if not newest.is_newer:
        return [f"There is nothing newer than this KTDesk {__version__}."]
    return [
        f"KTDesk {newest.version} of {newest.date} is newer than this one, {__version__}.",
        f"What is new: {newest.notes}",
        f"Download:    {newest.page}",
        *(
            f"  {file.name}  {format_bytes(file.size_bytes)}  sha256 {file.sha256}"
            for file in newest.files
        ),
    ]
