# SPDX-License-Identifier: Apache-2.0
"""A small Llama as a DeepSeek: the same function in another architecture, without training.

Latents. The latent norms of DeepSeek do nothing if what they get is normalised already: the
down-projections are identities, so a latent is the normalised input itself, and the gains of the
layer's norm move into the up-projections.

Rotary positions. Llama turns every pair of every key head; DeepSeek has one rotary key that all
heads share. The SLOW slowest pairs of each head, whose wavelength exceeds the context, become its
part without positions. The other pairs of the key heads are interleaved in the shared key: pair j
of head a takes place 3j + a, so its frequency is that of Llama times theta^(-a / 96), a slight
stretch of positions that the model does not mind. A query head has zeros in the places of others.

Experts. A feed-forward part is a sum over its neurons, however they are grouped: the first half
become the shared experts, the others EXPERTS routed ones. All are used, with nearly equal weights
that the scale brings back to one. Their blocks are copied, so nothing is rounded there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from gguf import GGMLQuantizationType, quantize
from numpy.typing import NDArray

from ktdesk.formats.gguf import Checkpoint
from ktdesk.formats.quant import WeightType

Floats = NDArray[np.float32]

LAYERS, WIDTH, HEADS, KEY_HEADS, HEAD_SIZE, FFN_WIDTH = 30, 576, 9, 3, 64, 1536
SLOW = 8  # of the 32 pairs of a head
TURNING = HEAD_SIZE // 2 - SLOW
NOPE = 2 * SLOW
ROPE = 2 * KEY_HEADS * TURNING
EXPERTS, EXPERT_WIDTH = 8, 96
SHARED_WIDTH = FFN_WIDTH - EXPERTS * EXPERT_WIDTH
TENSORS = 2 + (9 + 4) + (9 + 9) * (LAYERS - 1)
ROUTER_SPREAD = 0.001  # of the router's weights: the experts' order varies, their weights hardly


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of the new file: blocks [.., row_bytes] uint8, or floats, and its type."""

    name: str
    values: NDArray[np.generic]
    type: GGMLQuantizationType


def rope_base(llama_base: float) -> float:
    """Return the base whose shared pairs turn as the Llama's do."""
    return float(llama_base ** (TURNING / (HEAD_SIZE // 2)))


def tensors(source: Checkpoint) -> Iterator[Tensor]:
    """Yield the tensors of the DeepSeek, in the file's order, for the Llama in `source`."""
    yield _copied(source, "token_embd.weight", "token_embd.weight")
    yield _floats("output_norm.weight", source.weight("output_norm.weight").dequantize())
    for layer in range(LAYERS):
        yield from _attention(source, f"blk.{layer}.")
        yield from _feed_forward(source, f"blk.{layer}.", layer)


def _attention(source: Checkpoint, blk: str) -> Iterator[Tensor]:
    gain = source.weight(f"{blk}attn_norm.weight").dequantize()
    q = _heads(source, f"{blk}attn_q.weight", HEADS, gain)
    k = _heads(source, f"{blk}attn_k.weight", KEY_HEADS, gain)
    v = source.weight(f"{blk}attn_v.weight").dequantize() * gain
    of_head = np.arange(HEADS) // (HEADS // KEY_HEADS)
    identity, ones = np.eye(WIDTH, dtype=np.float32), np.ones(WIDTH, np.float32)
    yield _floats(f"{blk}attn_norm.weight", ones)
    yield _blocks(f"{blk}attn_q_a.weight", identity)
    yield _floats(f"{blk}attn_q_a_norm.weight", ones)
    yield _blocks(f"{blk}attn_q_b.weight", _queries(q).reshape(-1, WIDTH))
    yield _blocks(f"{blk}attn_kv_a_mqa.weight", np.concatenate((identity, _shared_key(k))))
    yield _floats(f"{blk}attn_kv_a_norm.weight", ones)
    # Rows of 16 hold no block of 32: F16, which is finer than the source.
    slow = _slow_pairs(k)[of_head].swapaxes(1, 2).astype(np.float16)
    yield Tensor(f"{blk}attn_k_b.weight", np.ascontiguousarray(slow), GGMLQuantizationType.F16)
    values = v.reshape(KEY_HEADS, HEAD_SIZE, WIDTH)[of_head]
    yield _blocks(f"{blk}attn_v_b.weight", values)
    yield _copied(source, f"{blk}attn_output.weight", f"{blk}attn_output.weight")


def _heads(source: Checkpoint, name: str, heads: int, gain: Floats) -> Floats:
    """Return [heads, pairs, 2, WIDTH]: GGUF has a Llama's pairs side by side."""
    rows = source.weight(name).dequantize() * gain
    return rows.reshape(heads, HEAD_SIZE // 2, 2, WIDTH)


def _slow_pairs(heads: Floats) -> Floats:
    return heads[:, TURNING:].reshape(len(heads), NOPE, WIDTH)


def _queries(q: Floats) -> Floats:
    """Return [HEADS, NOPE + ROPE, WIDTH], scaled since DeepSeek divides by its own head size."""
    turning = np.zeros((HEADS, TURNING, KEY_HEADS, 2, WIDTH), np.float32)
    for head in range(HEADS):
        turning[head, :, head // (HEADS // KEY_HEADS)] = q[head, :TURNING]
    whole = np.concatenate((_slow_pairs(q), turning.reshape(HEADS, ROPE, WIDTH)), 1)
    return whole * np.float32(np.sqrt((NOPE + ROPE) / HEAD_SIZE))


def _shared_key(k: Floats) -> Floats:
    """Return [ROPE, WIDTH]: pair j of key head a at place KEY_HEADS * j + a."""
    return k[:, :TURNING].swapaxes(0, 1).reshape(ROPE, WIDTH)


def _feed_forward(source: Checkpoint, blk: str, layer: int) -> Iterator[Tensor]:
    yield _floats(f"{blk}ffn_norm.weight", source.weight(f"{blk}ffn_norm.weight").dequantize())
    names = ("gate", "up", "down")
    if layer == 0:  # dense, as DeepSeek's first layers are
        for name in names:
            yield _copied(source, f"{blk}ffn_{name}.weight", f"{blk}ffn_{name}.weight")
        return
    random = np.random.Generator(np.random.PCG64(layer))
    router = random.standard_normal((EXPERTS, WIDTH), np.float32) * np.float32(ROUTER_SPREAD)
    yield _floats(f"{blk}ffn_gate_inp.weight", router)
    yield _floats(f"{blk}exp_probs_b.bias", np.zeros(EXPERTS, np.float32))
    for name in names:
        weight = source.weight(f"{blk}ffn_{name}.weight")
        neurons = _by_neuron_block(weight.blocks, name)
        shared, routed = neurons[: SHARED_WIDTH // 32], neurons[SHARED_WIDTH // 32 :]
        experts = routed.reshape(EXPERTS, -1, *routed.shape[1:])
        kind = GGMLQuantizationType(weight.type)
        yield Tensor(f"{blk}ffn_{name}_exps.weight", _joined(experts, name), kind)
        yield Tensor(f"{blk}ffn_{name}_shexp.weight", _joined(shared[None], name)[0], kind)


def _by_neuron_block(blocks: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    """Return the bytes of each 32 neurons: rows of gate and up, one block of each row of down."""
    if name != "down":
        return blocks.reshape(FFN_WIDTH // 32, 32, -1)
    return blocks.reshape(WIDTH, FFN_WIDTH // 32, -1).swapaxes(0, 1)


def _joined(groups: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    """Return the matrix [rows, row_bytes] of each group of neurons, [groups, ..]."""
    if name == "down":
        groups = groups.swapaxes(1, 2)
        return np.ascontiguousarray(groups).reshape(len(groups), WIDTH, -1)
    return np.ascontiguousarray(groups).reshape(len(groups), -1, groups.shape[-1])


def _floats(name: str, values: Floats) -> Tensor:
    return Tensor(name, values, GGMLQuantizationType.F32)


def _blocks(name: str, values: Floats) -> Tensor:
    return Tensor(name, quantize(values, GGMLQuantizationType.Q8_0), GGMLQuantizationType.Q8_0)


def _copied(source: Checkpoint, name: str, new_name: str) -> Tensor:
    weight = source.weight(name)
    assert weight.type in (WeightType.Q4_1, WeightType.Q8_0)
    return Tensor(new_name, weight.blocks, GGMLQuantizationType(weight.type))
