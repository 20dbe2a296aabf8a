# SPDX-License-Identifier: Apache-2.0
"""What one way of making tokens is to a tokeniser: `byte_level` and `sentence_piece` make it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer as Library
from tokenizers.decoders import Decoder
from tokenizers.models import BPE

from ktdesk.errors import ModelFileError


@dataclass(frozen=True)
class Scheme:
    """How text becomes tokens, and a token bytes.

    library: cuts and merges text; knows no special tokens yet.
    surface: the bytes of a normal token's text.
    decoder: the same for the library, of whole texts.
    written_space: how tokens write a space; in a text it means one, too.
    adds_space: encoding puts a space before a text, which decoding takes away.
    adds_bos, bos_id, eos_id: what holds if the file does not say.
    """

    library: Library
    surface: Callable[[str], bytes]
    decoder: Decoder
    written_space: str = " "
    adds_space: bool = False
    adds_bos: bool = False
    bos_id: int | None = None
    eos_id: int | None = None


def merging(path: Path, ids: dict[str, int], merges: Any, **options: Any) -> Library:
    """Return the library with a model that merges pairs. Raises ModelFileError if they do not fit.

    merges: pairs of texts. options: those of the library's BPE.
    """
    try:
        return Library(BPE(vocab=ids, merges=merges, **options))
    except Exception as error:  # the library raises plain exceptions
        message = f"The file's vocabulary cannot be used: {error}."
        raise ModelFileError(path, message, hint="The file may be damaged.") from error
