# SPDX-License-Identifier: Apache-2.0
"""Tokenisers of other formats as the metadata of a model's file, laid out as llama.cpp's converter
does it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from transformers.convert_slow_tokenizer import bytes_to_unicode

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6
SPACE = "\u2581"

Metadata = dict[str, Any]


def of_tokenizer_json(source: Mapping[str, Any], pre: str) -> Metadata:
    """Return the metadata of a byte-level `tokenizer.json`."""
    ids = dict(source["model"]["vocab"])
    added = {token["content"]: token for token in source["added_tokens"]}
    ids |= {text: token["id"] for text, token in added.items()}
    tokens = _by_id(ids)
    kinds = [_kind(token, added.get(token)) for token in tokens]
    merges = [m if isinstance(m, str) else " ".join(m) for m in source["model"]["merges"]]
    return _metadata(model="gpt2", pre=pre, tokens=tokens, token_type=kinds, merges=merges)


def of_scored_json(source: Mapping[str, Any], **values: Any) -> Metadata:
    """Return the metadata of a `tokenizer.json` made of a SentencePiece model.

    Its scores are gone, but merges are in their order: a token's first merge says its rank.
    """
    added = {token["content"]: token for token in source["added_tokens"]}
    ids = dict(source["model"]["vocab"]) | {text: token["id"] for text, token in added.items()}
    ranks: dict[str, int] = {}
    for rank, merge in enumerate(source["model"]["merges"]):
        ranks.setdefault("".join(merge if isinstance(merge, list) else merge.split(" ")), rank)
    tokens, kinds = [], []
    for token in _by_id(ids):
        kind = _kind(token, added.get(token))
        if token == source["model"]["unk_token"]:
            kind = UNKNOWN
        elif kind == NORMAL and len(token) == 6 and token.startswith("<0x"):
            kind = BYTE
        tokens.append(token.replace(SPACE, " ") if kind == USER_DEFINED else token)
        kinds.append(kind)
    scores = [-float(ranks.get(token, len(ranks))) for token in tokens]
    return _metadata(
        model="llama", pre="default", tokens=tokens, token_type=kinds, scores=scores, **values
    )


def of_sentence_piece(processor: Any, **values: Any) -> Metadata:
    """Return the metadata of a SentencePiece model."""
    pieces = range(processor.vocab_size())

    def kind(i: int) -> int:
        if processor.is_unknown(i):
            return UNKNOWN
        if processor.is_control(i):
            return CONTROL
        if processor.is_unused(i):
            return UNUSED
        return BYTE if processor.is_byte(i) else NORMAL

    return _metadata(
        model="llama",
        pre="default",
        tokens=[processor.id_to_piece(i) for i in pieces],
        token_type=[kind(i) for i in pieces],
        scores=[processor.get_score(i) for i in pieces],
        **values,
    )


def of_ranks(ranks: Mapping[bytes, int], special: Mapping[str, int], pre: str) -> Metadata:
    """Return the metadata of a tiktoken vocabulary; special: its control tokens.

    A token's merge is of the two parts that merging of lower ranks leaves of it.
    """
    alphabet = bytes_to_unicode()

    def text(token: bytes) -> str:
        return "".join(alphabet[byte] for byte in token)

    merges = []
    for token, rank in sorted(ranks.items(), key=lambda item: item[1]):
        parts = _parts(ranks, token, rank)
        if len(token) > 1 and len(parts) == 2:
            merges.append(" ".join(map(text, parts)))
    tokens = _by_id({text(token): rank for token, rank in ranks.items()} | dict(special))
    kinds = [CONTROL if token in special else _kind(token, None) for token in tokens]
    return _metadata(model="gpt2", pre=pre, tokens=tokens, token_type=kinds, merges=merges)


def _parts(ranks: Mapping[bytes, int], token: bytes, limit: int) -> list[bytes]:
    """Merge a token's bytes with the ranks below a limit."""
    parts = [bytes([byte]) for byte in token]
    while len(parts) > 1:
        pairs = (ranks.get(a + b, limit) for a, b in pairwise(parts))
        rank, at = min((rank, i) for i, rank in enumerate(pairs))
        if rank >= limit:
            break
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return parts


def _kind(token: str, added: Mapping[str, Any] | None) -> int:
    if added is None:
        return UNUSED if token.startswith("[PAD") else NORMAL
    looks_special = token.startswith(("<|", "<\uff5c", "<unused"))
    return CONTROL if added["special"] or looks_special else USER_DEFINED


def _by_id(ids: Mapping[str, int]) -> list[str]:
    """Return the tokens in the order of their numbers; numbers without one are padding."""
    tokens = {number: text for text, number in ids.items()}
    return [tokens.get(i, f"[PAD{i}]") for i in range(max(tokens) + 1)]


def _metadata(**values: Any) -> Metadata:
    return {f"tokenizer.ggml.{key}": value for key, value in values.items()}
