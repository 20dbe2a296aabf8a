# SPDX-License-Identifier: Apache-2.0
"""What making weights anew costs: `python -m tests.bench.requantized FILE`.

For each type that a placement may ask for: bits a weight, the error over all matrices of a model
file, as NMSE against the file's own weights, and how fast the threads make them.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ktdesk.errors import KTDeskError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.formats.quant import Weight, WeightType
from ktdesk.hardware.processor import physical_cores
from ktdesk.kernels import cpu
from ktdesk.kernels.streams import open_stream

_COMPARED_ROWS = 512  # of each matrix
_SLICE_ROWS = 4096


@dataclass(slots=True)
class Cost:
    """Sums over what was made anew. power, error: of the rows that were compared."""

    weights: int = 0
    seconds: float = 0.0
    power: float = 0.0
    error: float = 0.0


def matrices(checkpoint: Checkpoint) -> Iterator[Weight]:
    """Yield what a model multiplies by, but not the routers."""
    for name, info in checkpoint.tensors.items():
        if len(info.shape) > 1 and not any(part in name for part in ("_inp", "token_embd")):
            yield checkpoint.weight(name)


def slices(weight: Weight) -> Iterator[Weight]:
    """Yield some rows after the other."""
    for first in range(0, weight.rows, _SLICE_ROWS):
        data = weight.blocks[first : first + _SLICE_ROWS]
        yield replace(weight, shape=(len(data), weight.columns), data=data)


def measure(weights: list[Weight], kind: WeightType, threads: int) -> Cost:
    """Make all of them anew as one type."""
    cost, stream = Cost(), open_stream(threads)
    for weight in weights:
        few = min(_COMPARED_ROWS, weight.rows)
        some = replace(weight, shape=(few, weight.columns), data=weight.blocks[:few])
        rows = np.zeros((_SLICE_ROWS, kind.row_bytes(weight.columns)), np.uint8)
        found = cpu.requantize(stream, some, kind, rows[:few]).dequantize()
        expected = some.dequantize().astype(np.float64)
        cost.power += float(np.square(expected).sum())
        cost.error += float(np.square(found - expected).sum())
        cost.weights += weight.rows * weight.columns
        for part in slices(weight):
            cpu.scan(stream, part, 0, part.rows)  # from the disk, which is not what is measured
            began = time.perf_counter()
            cpu.requantize(stream, part, kind, rows[: part.rows])
            cost.seconds += time.perf_counter() - began
    return cost


def main() -> int:
    """Print a line for each type."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--threads", type=int, default=physical_cores())
    options = parser.parse_args()
    try:
        weights = list(matrices(Checkpoint.open(options.file)))
    except KTDeskError as error:
        print(error, error.hint, file=sys.stderr)
        return 1
    stored = sum(weight.data.nbytes for weight in weights)
    count = sum(weight.rows * weight.columns for weight in weights)
    print(
        f"{count / 1e9:.3f} G weights of {8 * stored / count:.2f} bits, {options.threads} threads"
    )
    for kind in cpu.TARGET_TYPES:
        fit = [weight for weight in weights if weight.columns % kind.block_size == 0]
        cost = measure(fit, kind, options.threads)
        bits = 8 * kind.block_bytes / kind.block_size
        share, rate = cost.weights / count, cost.weights / cost.seconds / 1e9 if fit else 0
        nmse = cost.error / cost.power if fit else 0
        print(
            f"{kind.name.lower():8} {bits:5.2f} bits   NMSE {nmse:.2e}   "
            f"{rate:6.2f} G weights/s   of {share:.0%} of the weights"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
