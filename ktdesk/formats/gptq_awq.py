# SPDX-License-Identifier: Apache-2.0
"""Matrices of GPTQ (of four and eight bits) and AWQ (of four) as weights with the same values.

Both keep a matrix transposed, [inputs, outputs], with the codes packed into int32. Of each group of
inputs an output has a scale and a zero: w = scale * (code - zero).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktdesk.errors import KTDeskError
from ktdesk.formats.int4_groups import pack_groups
from ktdesk.formats.quant import Weight, WeightType

_WORD = 32  # bits
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

    qweight [inputs * bits / 32, outputs], qzeros [groups, outputs * bits / 32], by which the number
    of bits is known, scales [groups, outputs]; g_idx [inputs]: the group of each input.
    zeros_less_one: of files whose `checkpoint_format` is `gptq`, other than `gptq_v2`.
    Raises KTDeskError for what cannot be held exactly.
    """
    bits = _WORD * qzeros.shape[1] // qweight.shape[1]
    if bits not in (4, 8):
        raise KTDeskError(
            f"The codes of {name} have {bits} bits.", hint="Choose a model of four or eight bits."
        )
    codes = _unpacked(qweight, bits).transpose(0, 2, 1).reshape(-1, qweight.shape[1])
    zeros = _unpacked(qzeros, bits).reshape(len(qzeros), -1) + np.int16(zeros_less_one)
    if g_idx is not None and not _is_in_order(g_idx, len(scales)):
        raise KTDeskError(
            f"The inputs of {name} are grouped out of their order (act-order).",
            hint="Choose a model that was quantised with desc_act false.",
        )
    _check_shapes(name, codes, zeros, scales)
    if bits == 8:
        return _weight_of_bytes(name, codes, zeros, scales)
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
    codes, zeros = (_in_order(_unpacked(packed, 4)) for packed in (qweight, qzeros))
    _check_shapes(name, codes, zeros, scales)
    return _weight(name, codes, zeros, scales)


def _unpacked(packed: NDArray[np.int32], bits: int) -> NDArray[np.int16]:
    """Return the codes [..., 32 / bits] of each int32, from the low bits up."""
    shifts = np.arange(0, _WORD, bits, dtype=np.uint32)
    codes = packed.view(np.uint32)[..., None] >> shifts & np.uint32((1 << bits) - 1)
    return codes.astype(np.int16)


def _in_order(codes: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return the codes [rows, outputs] of AWQ's [rows, outputs / 8, 8]."""
    return codes[..., np.argsort(_AWQ_ORDER)].reshape(len(codes), -1)


def _is_in_order(g_idx: NDArray[np.int32], groups: int) -> bool:
    return bool(np.array_equal(g_idx, np.arange(len(g_idx)) // (len(g_idx) // groups)))


def _check_shapes(
    name: str, codes: NDArray[np.int16], zeros: NDArray[np.int16], scales: NDArray[np.floating]
) -> None:
    """Refuse codes [inputs, outputs] with zeros and scales other than [groups, outputs]."""
    if scales.shape != (len(scales), codes.shape[1]) or zeros.shape != scales.shape:
        raise KTDeskError(
            f"The scales of {name} are {list(scales.shape)}, its zeros {list(zeros.shape)}, "
            f"and its codes {list(codes.shape)}, which do not fit.",
            hint="The file is damaged, or made for another program. Fetch it again.",
        )


def _weight(
    name: str, codes: NDArray[np.int16], zeros: NDArray[np.int16], scales: NDArray[np.floating]
) -> Weight:
    """Return the weight of codes of four bits in groups."""
    (inputs, outputs), groups = codes.shape, len(scales)
    kind = _GROUPS.get(inputs // groups)
    if kind is None or inputs % groups:
        raise KTDeskError(
            f"The groups of {name} are of {inputs / groups:g} weights.",
            hint=f"KTDesk computes with groups of {', '.join(map(str, _GROUPS))} weights.",
        )
    halves = _halves(name, scales)
    blocks = pack_groups(codes.T.astype(np.uint8), halves.T, zeros.T.astype(np.uint8))
    return Weight(name, kind, (outputs, inputs), blocks)


def _weight_of_bytes(
    name: str, codes: NDArray[np.int16], zeros: NDArray[np.int16], scales: NDArray[np.floating]
) -> Weight:
    """Return the weight of codes of eight bits as Q8_0, whose blocks share the scale of a group."""
    kind = WeightType.Q8_0
    (inputs, outputs), groups = codes.shape, len(scales)
    blocks, rest = divmod(inputs, groups * kind.block_size)
    steps = codes - np.repeat(zeros, inputs // groups, axis=0) if not rest else codes
    if rest or steps.min() < -128 or steps.max() > 127:
        raise KTDeskError(
            f"The weights of {name} are no blocks of {kind.block_size} with steps of eight bits.",
            hint="Choose a model that was quantised symmetrically, in groups of 32 or a multiple.",
        )
    data = np.empty((outputs, groups * blocks, kind.block_bytes), np.uint8)
    halves = np.repeat(_halves(name, scales).T, blocks, axis=1)
    data[..., :2] = halves.astype("<f2")[..., None].view(np.uint8)
    data[..., 2:] = steps.T.astype(np.int8).view(np.uint8).reshape(*data.shape[:2], -1)
    return Weight(name, kind, (outputs, inputs), data.reshape(outputs, -1))


def _halves(name: str, scales: NDArray[np.floating]) -> NDArray[np.float16]:
    with np.errstate(over="ignore"):
        halves = scales.astype(np.float16)
    if not np.array_equal(halves, scales) or not np.all(np.isfinite(halves)):
        raise KTDeskError(
            f"The scales of {name} are not all finite numbers of 16 bits.",
            hint="Choose a model whose scales are float16, as GPTQ and AWQ write them.",
        )
    return halves
