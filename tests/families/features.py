# SPDX-License-Identifier: Apache-2.0
"""What a model has, said by the slots it asks for: a feature is listed only if a test runs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.decoder import DecoderSpec
from ktdesk.models.slots import outline
from ktdesk.operators.base import (
    ExpertsSpec,
    GqaSpec,
    LinearSpec,
    MlaSpec,
    MlpSpec,
    RotarySpec,
    RouterSpec,
)

S = TypeVar("S")


@dataclass
class Model:
    """The slots of a model, by path, its numbers and its file."""

    checkpoint: Checkpoint
    slots: dict[str, object]
    decoder: DecoderSpec

    @classmethod
    def read(cls, path: Path) -> Model:
        """Name the slots of a file's model, without filling them."""
        checkpoint = Checkpoint.open(path)
        model = outline(checkpoint)
        return cls(checkpoint, {slot.path: slot.spec for slot in model.slots}, model.decoder)

    def specs(self, kind: type[S], path: str = "") -> list[S]:
        """Return the specs of a kind of slot, at paths with these words in them."""
        return [s for p, s in self.slots.items() if isinstance(s, kind) and path in p]

    def has(self, path: str) -> bool:
        """Whether there is a slot with these words in its path."""
        return any(path in p for p in self.slots)

    def says(self, key: str) -> object:
        """Return a number or word of the architecture's, from the metadata."""
        return self.checkpoint.metadata.get(f"{self.checkpoint.architecture}.{key}")

    @property
    def head_norms(self) -> list[int]:
        """The widths of what is normalised of the queries, relative to a head."""
        size = next((spec.head_size for spec in self.specs(GqaSpec)), 0)
        return [s.width // size for p, s in self.slots.items() if p.endswith("self_attn.q_norm")]


def _turns_a_part(model: Model) -> bool:
    turned = [spec.size for spec in model.specs(RotarySpec)]
    return any(spec.head_size > size for spec in model.specs(GqaSpec) for size in turned)


def _has_dense_and_sparse(model: Model) -> bool:
    dense = [p for p, s in model.slots.items() if isinstance(s, MlpSpec) and "shared" not in p]
    return bool(dense and model.specs(RouterSpec))


FEATURES: dict[str, Callable[[Model], object]] = {
    "latent attention": lambda m: m.specs(MlaSpec),
    "latents of queries": lambda m: m.has("q_a_proj"),
    "split matrices of latents": lambda m: any(s.key_weight for s in m.specs(MlaSpec)),
    "joint matrices of latents": lambda m: any(s.joint_weight for s in m.specs(MlaSpec)),
    "grouped queries": lambda m: m.specs(GqaSpec),
    "biases in attention": lambda m: any(s.bias for s in m.specs(LinearSpec, "self_attn")),
    "normalised heads": lambda m: 1 in m.head_norms,
    "heads normalised after they turned": lambda m: any(s.q_norm for s in m.specs(GqaSpec)),
    "queries and keys normalised as rows": lambda m: any(width > 1 for width in m.head_norms),
    "windows": lambda m: any(s.window for s in m.specs(GqaSpec)),
    "chunks": lambda m: any(s.chunk for s in m.specs(GqaSpec)),
    "sinks": lambda m: any(s.sinks for s in m.specs(GqaSpec)),
    "layers without positions": lambda m: any(not s.rotates for s in m.specs(GqaSpec)),
    "temperature by position": lambda m: any(s.temperature_length for s in m.specs(GqaSpec)),
    "a part of each head turns": _turns_a_part,
    "angles of their own near and far": lambda m: m.decoder.local_rotary,
    "YaRN": lambda m: m.says("rope.scaling.type") == "yarn",
    "linear rope scaling": lambda m: m.says("rope.scaling.type") == "linear",
    "LongRoPE": lambda m: "rope_factors_long.weight" in m.checkpoint.tensors,
    "rope factors": lambda m: "rope_freqs.weight" in m.checkpoint.tensors,
    "norms before and after": lambda m: m.has("attention_output_norm"),
    "softmax routing": lambda m: any(s.gating == "softmax" for s in m.specs(RouterSpec)),
    "sigmoid routing": lambda m: any(s.gating == "sigmoid" for s in m.specs(RouterSpec)),
    "groups of experts": lambda m: any(s.groups > 1 for s in m.specs(RouterSpec)),
    "a bias for the choice": lambda m: any(s.bias for s in m.specs(RouterSpec)),
    "dense and sparse layers": _has_dense_and_sparse,
    "shared experts": lambda m: m.has("shared_experts"),
    "a gate of shared experts": lambda m: m.has("shared_experts.gate"),
    "biases of experts": lambda m: any(s.up_bias for s in m.specs(ExpertsSpec)),
    "weighed inputs of experts": lambda m: any(s.weighs_input for s in m.specs(ExpertsSpec)),
    "clamped SwiGLU": lambda m: any(s.activation == "clamped_silu" for s in m.specs(ExpertsSpec)),
    "GELU": lambda m: any(s.activation == "gelu" for s in m.specs(MlpSpec)),
    "scaled embeddings": lambda m: m.decoder.embedding_scale != 1,
    "scaled residuals and logits": lambda m: m.decoder.residual_scale != 1,
    "tied heads": lambda m: m.decoder.tied_head,
    "untied heads": lambda m: not m.decoder.tied_head,
    "layers of further tokens left out": lambda m: m.says("nextn_predict_layers"),
}


def features(path: Path) -> set[str]:
    """Return the features of a file's model."""
    model = Model.read(path)
    return {name for name, has in FEATURES.items() if has(model)}
