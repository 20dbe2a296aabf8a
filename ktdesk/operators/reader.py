# SPDX-License-Identifier: Apache-2.0
"""The first reading of weights: on all threads, a slice at a time, checked and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from ktdesk._native import Stream
from ktdesk.errors import ModelFileError, PlacementError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.formats.quant import Weight, WeightType
from ktdesk.kernels import cpu

_SLICE_BYTES = 32 << 20  # read between two reports


class Reader:
    """Brings the weights of a model file into memory.

    done_bytes: how many have been read. on_read: told so after every slice; may raise to cancel.
    """

    def __init__(self, checkpoint: Checkpoint, stream: Stream) -> None:
        self.done_bytes = 0
        self.on_read: Callable[[int], None] = lambda done: None
        self._checkpoint, self._stream = checkpoint, stream

    def read(self, weight: Weight, parts: Sequence[range] = ()) -> Iterator[range]:
        """Yield the rows of a tensor, or of a part of one, a slice at a time once it is in memory.

        A slice but the last has a multiple of the rows that are interleaved. parts: the rows to
        read, if not all. Raises ModelFileError if it holds what is no number, or the file is no
        longer whole.
        """
        row_bytes = weight.data.shape[1]
        panels = max(1, _SLICE_BYTES // (row_bytes * cpu.PANEL_ROWS))
        step = panels * cpu.PANEL_ROWS
        for part in parts or [range(weight.rows)]:
            for begin in part[::step]:
                rows = range(begin, min(begin + step, part.stop))
                self._check(weight, rows)
                yield rows
                self.done_bytes += len(rows) * row_bytes
                self.on_read(self.done_bytes)

    def read_as(
        self, weight: Weight, kind: WeightType, parts: Sequence[range] = ()
    ) -> Iterator[tuple[slice, Weight]]:
        """Yield the same rows with their blocks, made anew if `kind` is not their type."""
        for rows in self.read(weight, parts):
            part = slice(rows.start, rows.stop)
            some = replace(weight, shape=(len(rows), weight.columns), data=weight.blocks[part])
            yield part, self.remake(some, kind)

    def remake(self, weight: Weight, kind: WeightType) -> Weight:
        """Return a weight in memory as `kind`: itself, or made anew.

        Raises PlacementError if that cannot hold it.
        """
        if kind is weight.type:
            return weight
        data = np.empty((weight.rows, kind.row_bytes(weight.columns)), np.uint8)
        made = cpu.requantize(self._stream, weight, kind, data)
        if cpu.scan(self._stream, made, 0, made.rows) is not None:
            raise PlacementError(
                f"The tensor {weight.name} holds numbers too large for {kind.name.lower()}.",
                hint="Choose another quantization for it by a rule of its own, such as bf16.",
            )
        return made

    def _check(self, weight: Weight, rows: range) -> None:
        bad = cpu.scan(self._stream, weight, rows.start, rows.stop)
        self._checkpoint.check_whole()
        if bad is not None:
            raise ModelFileError(
                self._checkpoint.path_of(weight.name),
                f"The tensor {weight.name} holds a NaN or an infinity, first in row {bad} "
                f"of {weight.rows}.",
                hint="The file is damaged, or was made wrongly. Fetch it again, or choose another.",
            )
