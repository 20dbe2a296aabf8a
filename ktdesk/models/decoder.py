# SPDX-License-Identifier: Apache-2.0
"""The decoder stack that all architectures share.

An architecture brings its attention and says what each layer's feed-forward part is; embedding,
residual stream, norms and head are here. D width, T tokens, V vocabulary.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from ktdesk.devices.buffers import StepInputs
from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.blocks import Block
from ktdesk.operators.base import (
    Elementwise,
    Embedding,
    EmbeddingSpec,
    Linear,
    LinearSpec,
    Norm,
    NormSpec,
    Rotary,
    RotarySpec,
    Step,
)
from ktdesk.operators.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoderSpec:
    """The numbers that every architecture has."""

    layers: int
    width: int
    vocabulary: int
    context_tokens: int  # that the model was made for
    norm_eps: float
    tied_head: bool  # the head is the embedding
    rotary: RotarySpec
    local_rotary: RotarySpec | None = None  # of layers that look at a window only
    embedding_scale: float = 1.0
    residual_scale: float = 1.0  # of what each half of a layer adds
    logit_scale: float = 1.0

    @classmethod
    def read(cls, checkpoint: Checkpoint, rotary: RotarySpec) -> DecoderSpec:
        """Read them from a file's metadata. Raises ModelFileError if one is missing."""
        arch = checkpoint.architecture
        return cls(
            layers=_layers(checkpoint),
            width=checkpoint.count(f"{arch}.embedding_length"),
            vocabulary=checkpoint.weight("token_embd.weight").shape[0],
            context_tokens=checkpoint.count(f"{arch}.context_length"),
            norm_eps=checkpoint.positive(f"{arch}.attention.layer_norm_rms_epsilon"),
            tied_head="output.weight" not in checkpoint.tensors,
            rotary=rotary,
        )


def _layers(checkpoint: Checkpoint) -> int:
    arch = checkpoint.architecture
    blocks = checkpoint.count(f"{arch}.block_count")
    # Layers that predict further tokens come last and are not part of the stack.
    layers = blocks - checkpoint.count(f"{arch}.nextn_predict_layers", 0, least=0)
    if not 0 < layers <= len(checkpoint.tensors):
        raise ModelFileError(
            checkpoint.path,
            f"The file claims {blocks} layers, but has {len(checkpoint.tensors)} tensors.",
            hint="The file may be damaged: fetch it again.",
        )
    return layers


@dataclass(frozen=True, slots=True)
class NormNames:
    """What the norms of a layer are called, `blk.<layer>.<name>.weight`; an empty one is none.

    before: of what goes into a half of the layer. after: of what comes out, before it is added.
    """

    before_attention: str = "attn_norm"
    after_attention: str = ""
    before_feed_forward: str = "ffn_norm"
    after_feed_forward: str = ""


@dataclass(frozen=True, slots=True)
class Half:
    """A half of a layer, with its norms."""

    before: Norm
    block: Block
    after: Norm | None


# Vectors of the model's width, in float32, that a token takes at once: the residual stream, what
# goes into a half of a layer and comes out of it, and queries, keys and values, which are wider.
_VECTORS_OF_A_TOKEN = 16


class Decoder(ABC):
    """A whole model. `site` gives every operator its place.

    device: where its activations and caches live.
    """

    norms: ClassVar[NormNames] = NormNames()

    def __init__(self, site: Site, spec: DecoderSpec) -> None:
        self.spec = spec
        self.device = site.resources.device
        embedding = EmbeddingSpec("token_embd.weight", spec.vocabulary, spec.width)
        self._embedding = site.make("embed_tokens", Embedding, embedding)
        self._rotary = site.make("rotary", Rotary, spec.rotary)
        self._local_rotary = self._rotary
        if spec.local_rotary:
            self._local_rotary = site.make("local_rotary", Rotary, spec.local_rotary)
        self._elementwise = site.make("elementwise", Elementwise, None)
        self._layers = [self._layer(site.at("layers").at(i), i) for i in range(spec.layers)]
        self._norm = site.make(
            "norm", Norm, NormSpec("output_norm.weight", spec.width, spec.norm_eps)
        )
        head = "token_embd.weight" if spec.tied_head else "output.weight"
        self._head = site.make("lm_head", Linear, LinearSpec(head, spec.width, spec.vocabulary))

    @abstractmethod
    def attention(self, site: Site, layer: int) -> Block:
        """Return the attention of a layer."""

    @abstractmethod
    def feed_forward(self, site: Site, layer: int) -> Block:
        """Return the feed-forward part of a layer."""

    def forward(
        self, inputs: StepInputs, *, outputs: int = 1, check: Callable[[], None] = lambda: None
    ) -> Tensor:
        """Run one step; return the logits [outputs, V] of its last `outputs` tokens.

        check: called between layers; what it raises ends the step.
        """
        spec = self.spec
        inputs.send()
        x = self._scaled(self._embedding.forward(inputs.tokens), spec.embedding_scale)
        step = self._step(inputs)
        change: Tensor | None = None  # what is yet to be added to x: the next norm does that too
        for layer in self._layers:
            check()
            for half in layer:
                x, normed = self._added(half.before, x, change)
                change = half.block.forward(normed, step)
                if half.after:
                    change = half.after.forward(change)
        assert change is not None
        last = slice(len(x) - outputs, None)
        _, normed = self._added(self._norm, x[last], change[last])
        return self._scaled(self._head.forward(normed), spec.logit_scale)

    @property
    def chunk_tokens(self) -> int:
        """How many tokens of a prompt had best be computed at a time, as much memory as is free."""
        return self.device.chunk_tokens(_VECTORS_OF_A_TOKEN * self.spec.width * 4)

    def _step(self, inputs: StepInputs) -> Step:
        rotary = self._rotary.forward(inputs.positions)
        is_one = self._local_rotary is self._rotary
        local = rotary if is_one else self._local_rotary.forward(inputs.positions)
        return Step(inputs, rotary, local)

    def _added(self, norm: Norm, x: Tensor, change: Tensor | None) -> tuple[Tensor, Tensor]:
        if change is None:
            return x, norm.forward(x)
        return norm.forward_sum(x, change, self.spec.residual_scale)

    def _scaled(self, x: Tensor, factor: float) -> Tensor:
        return x if factor == 1 else self._elementwise.scale(x, factor)

    def _layer(self, site: Site, layer: int) -> tuple[Half, Half]:
        def norm(name: str, tensor: str) -> Norm:
            weight = f"blk.{layer}.{tensor}.weight"
            return site.make(name, Norm, NormSpec(weight, self.spec.width, self.spec.norm_eps))

        def half(before: tuple[str, str], block: Block, after: tuple[str, str]) -> Half:
            return Half(norm(*before), block, norm(*after) if after[1] else None)

        names = self.norms
        return (
            half(
                ("input_layernorm", names.before_attention),
                self.attention(site.at("self_attn"), layer),
                ("attention_output_norm", names.after_attention),
            ),
            half(
                ("post_attention_layernorm", names.before_feed_forward),
                self.feed_forward(site.at("mlp"), layer),
                ("mlp_output_norm", names.after_feed_forward),
            ),
        )
