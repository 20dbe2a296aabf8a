# SPDX-License-Identifier: Apache-2.0
"""What one question is made of: files, standard input, and the words themselves."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from ktdesk.attachments import Attachment, compose, read_paths
from ktdesk.cli.program import Program
from ktdesk.errors import AttachmentError

STANDARD_INPUT = "standard input"  # the name that it has for the model


def add_attach_argument(parser: ArgumentParser) -> None:
    """Add --attach, which may be given more than once."""
    parser.add_argument(
        "--attach",
        metavar="FILE|FOLDER",
        action="append",
        default=[],
        type=Path,
        help="let the model read this with the question: text, code, a PDF, or the texts of a "
        "folder; may be given more than once",
    )


def read_attachments(paths: Sequence[Path], program: Program) -> tuple[Attachment, ...]:
    """Read what goes with a question. Raises AttachmentError if one of the paths gives nothing.

    What was left out of a folder, or cannot be seen by the model, is said on stderr.
    """
    attachments: list[Attachment] = []
    for path in map(Path.expanduser, paths):
        reading = read_paths([path])
        if not reading.attachments:
            raise _nothing(path, reading.problems)
        for problem in reading.problems:
            program.terminal.note(" ".join(filter(None, (str(problem), problem.hint))))
        attachments += reading.attachments
    for attachment in attachments:
        if note := "the model cannot see images" if attachment.is_image else attachment.note:
            program.terminal.note(f"{attachment.name}: {note}.")
    return tuple(attachments)


def _nothing(path: Path, problems: Sequence[Exception]) -> Exception:
    if problems:
        return problems[0]
    return AttachmentError(f"The folder {path} has no files.", hint="Check the path.")


def piped_text() -> str:
    """Return all of standard input if it is a pipe or a file, which waits for its end; else ''."""
    if sys.stdin is None or sys.stdin.isatty():
        return ""
    return readable(sys.stdin.read())


def with_context(question: str, context: str) -> str:
    """Return a question with the text that it is about; either may be all there is."""
    if not (question and context.strip()):
        return question or context
    return compose(question, [Attachment(STANDARD_INPUT, context.rstrip("\n"))])


def readable(text: str) -> str:
    """Return the text without the stand-ins that Python uses for bytes that were not UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")
