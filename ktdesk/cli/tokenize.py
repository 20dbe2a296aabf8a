# SPDX-License-Identifier: Apache-2.0
"""Split a text into a model's tokens; no weights are read.

for example:
  ktdesk tokenize demo "Why is the sky blue?"
  cat code.py | ktdesk tokenize DeepSeek-V2-Lite-Q4_K_M --count
  ktdesk tokenize demo --json < prompt.txt

A line for each token: its number, and the bytes that it stands for as a text
in JSON; of bytes that are no whole character, their numbers in hexadecimal.
Control tokens that are written out count as such.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ktdesk.cli.model_choice import choose_file
from ktdesk.cli.parsers import UsageError
from ktdesk.cli.program import Program
from ktdesk.cli.question import piped_text, readable
from ktdesk.cli.setting_arguments import add_first_model_argument

if TYPE_CHECKING:
    from ktdesk.text.tokenizer import Tokenizer


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    add_first_model_argument(parser)
    parser.add_argument(
        "text", metavar="TEXT", nargs="?", help="the text; by default standard input"
    )
    parser.add_argument(
        "--bos", action="store_true", help="put the token before it that begins a prompt"
    )
    parser.add_argument("--count", action="store_true", help="print only how many tokens there are")


def run(arguments: Namespace, program: Program) -> int:
    """Print one line for each token, and how many there are."""
    from ktdesk.formats.gguf import Checkpoint
    from ktdesk.text.tokenizer import Tokenizer

    text = _text(arguments.text)
    path = choose_file(arguments.model, program)
    tokenizer = Tokenizer.from_metadata(path, Checkpoint.open(path).metadata)
    ids = tokenizer.encode(text, add_bos=arguments.bos)
    pieces = [_piece(tokenizer, token) for token in ids]
    counts = {"tokens": len(ids), "characters": len(text), "bytes": len(text.encode())}
    if arguments.json:
        told: dict[str, Any] = {"model": str(path)} | counts
        if not arguments.count:
            told["pieces"] = [asdict(piece) for piece in pieces]
        program.terminal.json(told)
        return 0
    if arguments.count:
        program.terminal.line(str(len(ids)))
        return 0
    for piece in pieces:
        program.terminal.line(f"{piece.id:7}  {piece}")
    program.terminal.note(", ".join(f"{count} {name}" for name, count in counts.items()))
    return 0


def _text(given: str | None) -> str:
    """Return the text that was given or piped in. Raises UsageError if there is neither."""
    text = piped_text() if given is None else given
    if not text:
        raise UsageError("There is no text.", hint="Give one behind the model, or pipe it in.")
    return readable(text)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A token. text: what it stands for, a control token's name; None for part of a character.

    hex: the bytes that it adds to a text, of which control tokens add none.
    """

    id: int
    text: str | None
    hex: str

    def __str__(self) -> str:
        """Return the piece so that it breaks no line."""
        if not self.hex:
            return self.text or ""
        return self.hex if self.text is None else json.dumps(self.text, ensure_ascii=False)


def _piece(tokenizer: Tokenizer, token: int) -> _Piece:
    data = tokenizer.token_bytes(token)
    if not data:
        return _Piece(token, tokenizer.token_text(token), "")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    return _Piece(token, text, data.hex(" "))
