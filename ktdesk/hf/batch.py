# SPDX-License-Identifier: Apache-2.0
"""From the tensors of a call to the tokens of each row; what the engine cannot do is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ktdesk.errors import RequestError
from ktdesk.hf.token_cache import Row


def new_rows(input_ids: Tensor, attention_mask: Tensor | None, past: Sequence[Row]) -> list[Row]:
    """Return the new columns of each row. input_ids: [B, T]. attention_mask: [B, past + T].

    A mask may hide tokens on either side of a row; the engine reads the others as one sequence.
    Raises RequestError for other shapes, and masks that hide what was read.
    """
    if input_ids.ndim != 2 or not input_ids.numel():
        raise RequestError(
            f"input_ids of the shape {list(input_ids.shape)} are not rows of tokens.",
            hint="Give a batch of rows: [rows, tokens], with one token at least.",
        )
    rows, columns = input_ids.shape
    known = len(past[0]) if past else 0
    if past and len(past) != rows:
        raise RequestError(
            f"There are {rows} rows, and the cache has {len(past)}.",
            hint="Give the cache of the same batch.",
        )
    if attention_mask is None:
        return [tuple(row) for row in _lists(input_ids)]
    mask = attention_mask.bool()
    if mask.shape != (rows, known + columns):
        raise RequestError(
            f"The attention mask has the shape {list(mask.shape)}; "
            f"{[rows, known + columns]} is wanted: a column for each token, read or new.",
            hint="The engine attends causally; a mask only says where padding is.",
        )
    _check_past(mask[:, :known], past)
    return [
        tuple(token if is_seen else None for token, is_seen in zip(tokens, seen, strict=True))
        for tokens, seen in zip(_lists(input_ids), _lists(mask[:, known:]), strict=True)
    ]


def check_positions(position_ids: Tensor | None, past: Sequence[Row], new: Sequence[Row]) -> None:
    """Raise RequestError unless the engine gives tokens the positions that are meant.

    position_ids: [B or 1, T], of the new columns. None: columns are counted, so that none may be
    hidden between two that are seen.
    """
    positions = None if position_ids is None else _lists(position_ids)
    for index, row in enumerate(new):
        before = past[index] if past else ()
        if positions is None:
            _check_gaps((*before, *row))
            continue
        position = len(seen(before))
        for token, given in zip(row, positions[min(index, len(positions) - 1)], strict=True):
            if token is not None:
                _check_position(given, position)
                position += 1


def seen(row: Row) -> list[int]:
    """Return the tokens of a row without padding."""
    return [token for token in row if token is not None]


def kept_columns(logits_to_keep: int | Tensor, columns: int) -> int:
    """Return how many of the last columns' logits are needed."""
    if isinstance(logits_to_keep, Tensor):
        wanted = torch.where(logits_to_keep < 0, logits_to_keep + columns, logits_to_keep)
        return columns - int(wanted.min())
    return min(logits_to_keep or columns, columns)


def _lists(tensor: Tensor) -> list[list[int]]:
    values: Any = tensor  # the library's own types are partial
    return values.tolist()


def _check_past(mask: Tensor, past: Sequence[Row]) -> None:
    for given, row in zip(_lists(mask), past, strict=False):
        if given != [token is not None for token in row]:
            raise RequestError(
                "The attention mask says something else of tokens that were read than before.",
                hint="Begin again without the cache.",
            )


def _check_position(given: int, position: int) -> None:
    if given != position:
        raise RequestError(
            f"The engine gives a row's tokens the positions 0, 1, 2 and so on; position_ids say "
            f"{given} in the place of {position}.",
            hint="Leave position_ids out.",
        )


def _check_gaps(row: Row) -> None:
    is_seen = [token is not None for token in row]
    if True in is_seen:
        first, last = is_seen.index(True), len(row) - is_seen[::-1].index(True)
        if not all(is_seen[first:last]):
            raise RequestError(
                "An attention mask hides tokens between two that are seen, and no position_ids say "
                "where these stand.",
                hint="Pad at one end of rows, or give position_ids that count the tokens seen.",
            )
