# SPDX-License-Identifier: Apache-2.0
"""The two kinds of attention that the measured models have: their tensors and their metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gguf import GGUFWriter, RopeScalingType

Sizes = dict[str, tuple[int, ...]]  # by the kind of tensor; slowest dimension first


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentAttention:
    """DeepSeek's. q_latent 0: queries have no latents. sharpening: YaRN's mscale_all_dim."""

    architecture: ClassVar[str] = "deepseek2"

    heads: int
    q_latent: int
    latent: int = 512
    nope: int = 128
    rope: int = 64
    value: int = 128
    sharpening: float

    @property
    def cache_values(self) -> int:
        """Values per token and layer in the cache."""
        return self.latent + self.rope

    @property
    def row_operations(self) -> int:
        """Operations of a token of a prompt for each row that it sees, in one layer."""
        return 2 * self.heads * (self.nope + self.rope + self.value)

    def norms(self) -> Sizes:
        """Return the sizes of the norms inside the attention."""
        queries = {"attn_q_a_norm": (self.q_latent,)} if self.q_latent else {}
        return {"attn_kv_a_norm": (self.latent,)} | queries

    def matrices(self, width: int) -> Sizes:
        """Return the sizes of the matrices of a model of this width."""
        q_width = self.heads * (self.nope + self.rope)
        queries: Sizes = {"attn_q": (q_width, width)}
        if self.q_latent:
            queries = {"attn_q_a": (self.q_latent, width), "attn_q_b": (q_width, self.q_latent)}
        return queries | {
            "attn_kv_a_mqa": (self.latent + self.rope, width),
            "attn_k_b": (self.heads, self.latent, self.nope),
            "attn_v_b": (self.heads, self.value, self.latent),
            "attn_output": (width, self.heads * self.value),
        }

    def describe(self, writer: GGUFWriter) -> None:
        """Write the metadata."""
        writer.add_head_count(self.heads)
        writer.add_head_count_kv(1)
        writer.add_q_lora_rank(self.q_latent)
        writer.add_kv_lora_rank(self.latent)
        writer.add_key_length(self.latent + self.rope)
        writer.add_value_length(self.latent)
        writer.add_key_length_mla(self.nope + self.rope)
        writer.add_value_length_mla(self.value)
        writer.add_rope_freq_base(10000.0)
        writer.add_rope_dimension_count(self.rope)
        writer.add_rope_scaling_type(RopeScalingType.YARN)
        writer.add_rope_scaling_factor(40.0)
        writer.add_rope_scaling_orig_ctx_len(4096)
        writer.add_rope_scaling_yarn_log_mul(0.1 * self.sharpening)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedAttention:
    """Qwen3's: grouped queries, a norm for each head's query and key."""

    architecture: ClassVar[str] = "qwen3moe"

    heads: int
    kv_heads: int
    head_size: int

    @property
    def cache_values(self) -> int:
        """Values per token and layer in the cache."""
        return 2 * self.kv_heads * self.head_size

    @property
    def row_operations(self) -> int:
        """Operations of a token of a prompt for each row that it sees, in one layer."""
        return 2 * self.heads * 2 * self.head_size

    def norms(self) -> Sizes:
        """Return the sizes of the norms inside the attention."""
        return {"attn_q_norm": (self.head_size,), "attn_k_norm": (self.head_size,)}

    def matrices(self, width: int) -> Sizes:
        """Return the sizes of the matrices of a model of this width."""
        kv_width = self.kv_heads * self.head_size
        return {
            "attn_q": (self.heads * self.head_size, width),
            "attn_k": (kv_width, width),
            "attn_v": (kv_width, width),
            "attn_output": (width, self.heads * self.head_size),
        }

    def describe(self, writer: GGUFWriter) -> None:
        """Write the metadata."""
        writer.add_head_count(self.heads)
        writer.add_head_count_kv(self.kv_heads)
        writer.add_key_length(self.head_size)
        writer.add_value_length(self.head_size)
        writer.add_rope_freq_base(1e6)
        writer.add_rope_dimension_count(self.head_size)
