# SPDX-License-Identifier: Apache-2.0
"""Matrices of GPTQ and AWQ, whose tensors hold four-bit codes, as weights with the same values.

Both keep a matrix transposed, [inputs, outputs], with eight codes in an int32. Of each group of
inputs an output has a scale and a zero: w = scale * (code - zero).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktdesk.errors import KTDeskError
from ktdesk.formats.int4_groups import pack_groups
from ktdesk.formats.quant import Weight, WeightType

_CODES = 8  # in an int32
_GROUPS = {
    kind.block_size: kind for kind in (WeightType.Q4_G32, WeightType.Q4_G64, WeightType.Q4_G128)
}
# Which of eight neighbouring outputs the codes of an int32 belong to, from the low bits up.
_AWQ_ORDER = (0, 2, 4, 6, 1, 3, 5, 7)


def from_gptq(
    name: str,
    qweight: NDArray[np.int32],
    qzeros: NDArray[np.int32],
    scales: NDArray[np.floating],
    g_idx: NDArray[np.int32] | None = None,
    *,
    zeros_less_one: bool,
) -> Weight:
    """Return the matrix [outputs, inputs] of GPTQ's tensors.

    qweight [inputs / 8, outputs], qzeros [groups, outputs / 8], scales [groups, outputs];
    g_idx [inputs]: the group of each input. zeros_less_one: what files hold whose
    `checkpoint_format` is `gptq`, other than those of `gptq_v2`.
    Raises KTDeskError for what cannot be held exactly.
    """
    codes = _unpacked(qweight).transpose(0, 2, 1).reshape(-1, qweight.shape[1])
    zeros = _unpacked(qzeros).reshape(len(qzeros), -1) + np.uint8(zeros_less_one)
    if g_idx is not None and not _is_in_order(g_idx, len(scales)):
        raise KTDeskError(
            f"The inputs of {name} are grouped out of their order (act-order).",
            hint="Choose a model that was quantised with desc_act false.",
        )
    return _weight(name, codes, zeros, scales)


def from_awq(
    name: str,
    qweight: NDArray[np.int32],
    qzeros: NDArray[np.int32],
    scales: NDArray[np.floating],
) -> Weight:
    """Return the matrix [outputs, inputs] of AWQ's tensors.

    qweight [inputs, outputs / 8], qzeros [groups, outputs / 8], scales [groups, outputs].
    Raises KTDeskError for what cannot be held exactly.
    """
    codes, zeros = (_in_order(_unpacked(packed)) for packed in (qweight, qzeros))
    return _weight(name, codes, zeros, scales)


def _unpacked(packed: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Return the codes [..., 8] of each int32, from the low bits up."""
    shifts = np.arange(0, 4 * _CODES, 4, dtype=np.uint32)
    return (packed.view(np.uint32)[..., None] >> shifts & 15).astype(np.uint8)


def _in_order(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the codes [rows, outputs] of AWQ's [rows, outputs / 8, 8]."""
    return codes[..., np.argsort(_AWQ_ORDER)].reshape(len(codes), -1)


def _is_in_order(g_idx: NDArray[np.int32], groups: int) -> bool:
    return bool(np.array_equal(g_idx, np.arange(len(g_idx)) // (len(g_idx) // groups)))


def _weight(
    name: str, codes: NDArray[np.uint8], zeros: NDArray[np.uint8], scales: NDArray[np.floating]
) -> Weight:
    """Return the weight of codes [inputs, outputs], zeros and scales [groups, outputs]."""
    (inputs, outputs), groups = codes.shape, len(scales)
    if scales.shape != (groups, outputs) or zeros.shape != scales.shape:
        raise KTDeskError(
            f"The scales of {name} are {list(scales.shape)}, its zeros {list(zeros.shape)}, "
            f"and its codes {list(codes.shape)}, which do not fit.",
            hint="The file is damaged, or made for another program. Fetch it again.",
        )
    kind = _GROUPS.get(inputs // groups)
    if kind is None or inputs % groups:
        raise KTDeskError(
            f"The groups of {name} are of {inputs / groups:g} weights.",
            hint=f"KTDesk computes with groups of {', '.join(map(str, _GROUPS))} weights.",
        )
    blocks = pack_groups(codes.T, _halves(name, scales).T, zeros.T)
    return Weight(name, kind, (outputs, inputs), blocks)


def _halves(name: str, scales: NDArray[np.floating]) -> NDArray[np.float16]:
    with np.errstate(over="ignore"):
        halves = scales.astype(np.float16)
    if not np.array_equal(halves, scales) or not np.all(np.isfinite(halves)):
        raise KTDeskError(
            f"The scales of {name} are not all finite numbers of 16 bits.",
            hint="Choose a model whose scales are float16, as GPTQ and AWQ write them.",
        )
    return halves
