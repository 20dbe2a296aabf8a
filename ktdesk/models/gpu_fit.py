# SPDX-License-Identifier: Apache-2.0
"""Which placement a model and a card's memory allow, when nobody chose one.

What does the most work per byte comes first: attention, shared experts, dense layers and the head;
then all routed experts, or none.
"""

from __future__ import annotations

from ktdesk.formats.gguf import Checkpoint

# For activations, kernels' scratch, and what the driver keeps for itself.
_RESERVE_BYTES = 1_500_000_000


def choose_placement(checkpoint: Checkpoint, cache_bytes: int, card_bytes: int) -> str:
    """Return the name of a placement. card_bytes: of a card's memory, what may be used; 0: none."""
    sizes = {name: tensor.size_bytes for name, tensor in checkpoint.tensors.items()}
    if "output.weight" in sizes:  # else the embedding is the head, too
        sizes.pop("token_embd.weight", None)  # whose rows are read from the CPU's memory
    routed = sum(size for name, size in sizes.items() if "_exps." in name)
    left = card_bytes - _RESERVE_BYTES - cache_bytes - sum(sizes.values())
    if left >= 0:
        return "gpu_only"
    return "one_gpu" if routed and left + routed >= 0 else "cpu_only"
