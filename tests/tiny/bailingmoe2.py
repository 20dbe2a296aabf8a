# SPDX-License-Identifier: Apache-2.0
"""A small Ling 2, which `transformers` does not have.

It computes what a GLM-4.5 with groups of experts and normalised heads does; its file differs: one
tensor for queries, keys and values, and another norm's name.
"""

from __future__ import annotations

from pathlib import Path

import torch

from tests.tiny.glm4moe import add_glm_feed_forward, add_glm_routing, glm4moe
from tests.tiny.shared import (
    Tiny,
    Variants,
    add,
    add_common,
    add_heads,
    add_nextn,
    finish,
    start,
)


def tiny_bailingmoe2(path: Path, *, nextn: int = 0) -> Tiny:
    """Write a model of three layers, its experts in four groups, of which two are used."""
    model = glm4moe(use_qk_norm=True, n_group=4, topk_group=2, n_shared_experts=1, head_dim=16)
    config, state = model.config, model.state_dict()
    writer = start(path, "bailingmoe2", config, nextn=nextn)
    add_heads(writer, config, 16)
    writer.add_rope_dimension_count(8)
    add_glm_routing(writer, config)
    writer.add_expert_shared_feed_forward_length(config.moe_intermediate_size)
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        parts = [state[f"{hf}self_attn.{name}_proj.weight"] for name in "qkv"]
        add(writer, f"{blk}attn_qkv.weight", torch.cat(parts))
        for name in ("q_norm", "k_norm"):
            add(writer, f"{blk}attn_{name}.weight", state[f"{hf}self_attn.{name}.weight"])
        add_common(writer, state, hf, blk)
        add_glm_feed_forward(writer, state, config, i)
    for i in range(nextn):
        add_nextn(writer, config.num_hidden_layers + i, config.hidden_size, "layer_output_norm")
    finish(writer, state, tied=False)
    return Tiny(path, model)


VARIANTS: Variants = {
    "bailingmoe2": tiny_bailingmoe2,
    "bailingmoe2 nextn": lambda path: tiny_bailingmoe2(path, nextn=1),
}
