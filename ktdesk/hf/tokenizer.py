# SPDX-License-Identifier: Apache-2.0
"""The tokeniser of a model file as one of `transformers`: the same tokens as the engine's."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any, Self

from transformers import PreTrainedTokenizerFast

from ktdesk.formats.gguf import Checkpoint
from ktdesk.text.tokenizer import Tokenizer


class KTTokenizer(PreTrainedTokenizerFast):
    """A model file's vocabulary, with its chat template. `from_pretrained` makes one."""

    _unused: frozenset[int] = frozenset()  # tokens that add nothing to a text

    @classmethod
    def from_pretrained(  # pyright: ignore[reportIncompatibleMethodOverride]
        cls, path: str | PathLike[str], **options: Any
    ) -> Self:
        """Read the vocabulary of a .gguf file (of several parts, the first).

        options: as of `PreTrainedTokenizerFast`, such as padding_side. Raises ModelFileError if the
        file cannot be read.
        """
        checkpoint = Checkpoint.open(Path(path))
        tokenizer = Tokenizer.from_metadata(checkpoint.path, checkpoint.metadata)
        ids = {"bos_token": tokenizer.bos_id, "eos_token": tokenizer.eos_id}
        special = {name: tokenizer.token_text(i) for name, i in ids.items() if i is not None}
        # Where nothing follows, what stands there is never read.
        pad = {"pad_token": special["eos_token"]} if "eos_token" in special else {}
        made = cls(
            **{
                "tokenizer_object": tokenizer.library(),
                "padding_side": "left",  # rows are there to be continued
                "clean_up_tokenization_spaces": False,
                "name_or_path": str(path),
                "chat_template": _chat_template(checkpoint, tokenizer),
                **special,
                **pad,
                **options,
            }
        )
        made._unused = tokenizer.unused_ids
        return made

    def _decode(self, token_ids: int | list[int], *args: Any, **kwargs: Any) -> str:
        ids = [token_ids] if isinstance(token_ids, int) else token_ids
        used = [i for i in ids if i not in self._unused]
        return super()._decode(used, *args, **kwargs)  # pyright: ignore[reportUnknownMemberType]


def _chat_template(checkpoint: Checkpoint, tokenizer: Tokenizer) -> str | None:
    """Return the file's template; one that does not write the first token, where texts have it."""
    source = checkpoint.get("tokenizer.chat_template", str, "")
    if not source or not tokenizer.adds_bos or tokenizer.bos_id is None:
        return source or None
    writes_it = "bos_token" in source or tokenizer.token_text(tokenizer.bos_id) in source
    return source if writes_it else "{{ bos_token }}" + source
