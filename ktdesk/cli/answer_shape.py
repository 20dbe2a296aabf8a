# SPDX-License-Identifier: Apache-2.0
"""Options of the command line for answers of a given shape."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from ktdesk.errors import RequestError


def add_shape_arguments(parser: ArgumentParser) -> None:
    """Add --json-object, --json-schema and --grammar."""
    group = parser.add_argument_group("shape of the answer").add_mutually_exclusive_group()
    group.add_argument("--json-object", action="store_true", help="answer with an object in JSON")
    group.add_argument(
        "--json-schema", metavar="FILE", help="answer with JSON of the schema in this file"
    )
    group.add_argument(
        "--grammar",
        metavar="FILE",
        help="answer with a text of the grammar in this file, in the form of Lark or GBNF",
    )


def shape_options(arguments: Namespace) -> dict[str, Any]:
    """Return the options of a request that the command line gives. Raises RequestError."""
    shape: dict[str, Any] = {"json": True} if arguments.json_object else {}
    for name in ("json_schema", "grammar"):
        if path := getattr(arguments, name):
            shape[name] = _text(Path(path))
    return shape


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise RequestError(
            f"The file {path} cannot be read: {why}.", hint="Check the path."
        ) from error
    if not text.strip():
        raise RequestError(f"The file {path} is empty.", hint="Check the path.")
    return text
