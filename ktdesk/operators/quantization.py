# SPDX-License-Identifier: Apache-2.0
"""The option `quantization` of operators with matrices: what a model's weights are made anew as.

Without it they stay what the file has, which loses nothing.
"""

from __future__ import annotations

from ktdesk.errors import PlacementError, did_you_mean
from ktdesk.formats.quant import WeightType
from ktdesk.kernels.cpu import TARGET_TYPES
from ktdesk.operators.base import ExpertsSpec, LinearSpec, MlaSpec, MlpSpec

RemadeSpec = LinearSpec | MlaSpec | MlpSpec | ExpertsSpec  # of operators with the option

_BY_NAME = {kind.name.lower(): kind for kind in TARGET_TYPES}


def target_type(name: object) -> WeightType:
    """Return the type of that name. Raises PlacementError if weights cannot be made anew as it."""
    if name not in _BY_NAME:
        raise PlacementError(
            f"Weights cannot be made anew as {name!r}.{did_you_mean(str(name), _BY_NAME)}",
            hint="Correct the placement file; without quantization the weights stay as they are.",
        )
    return _BY_NAME[str(name)]


def check_fits(tensor: str, columns: int, kind: WeightType) -> None:
    """Raise PlacementError if rows of so many weights are not whole blocks of a type."""
    if columns % kind.block_size:
        raise PlacementError(
            f"The tensor {tensor} has rows of {columns} weights, of which "
            f"{kind.name.lower()} makes blocks of {kind.block_size}.",
            hint="Choose another quantization for it by a rule of its own.",
        )
