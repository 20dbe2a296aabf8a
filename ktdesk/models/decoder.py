# SPDX-License-Identifier: Apache-2.0
"""The decoder stack that all architectures share.

An architecture brings its attention and says what each layer's feed-forward part is; embedding,
residual stream, norms and head are here. D width, T tokens, V vocabulary.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from ktdesk.devices.buffers import StepInputs
from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.blocks import Block
from ktdesk.models.stages import Stage, Way
from ktdesk.operators.base import (
    Embedding,
    EmbeddingSpec,
    Linear,
    LinearSpec,
    Norm,
    NormSpec,
    RotarySpec,
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
    expert_spread: float = 1.0  # how many tokens choose each expert once, on average

    @classmethod
    def read(cls, checkpoint: Checkpoint, rotary: RotarySpec) -> DecoderSpec:
        """Read them from a file's metadata. Raises ModelFileError if one is missing."""
        arch = checkpoint.architecture
        return cls(
            layers=_layers(checkpoint),
            width=checkpoint.count(f"{arch}.embedding_length"),
            vocabulary=checkpoint.info("token_embd.weight").shape[0],
            context_tokens=checkpoint.count(f"{arch}.context_length"),
            norm_eps=checkpoint.positive(f"{arch}.attention.layer_norm_rms_epsilon"),
            tied_head="output.weight" not in checkpoint.tensors,
            rotary=rotary,
            expert_spread=max(1, checkpoint.count(f"{arch}.expert_count", 0, least=0))
            / max(1, checkpoint.count(f"{arch}.expert_used_count", 0, least=0)),
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
    """A half of a layer, with its norms, on one device."""

    before: Norm
    block: Block
    after: Norm | None
    stage: Stage


@dataclass(slots=True)
class Passage:
    """A step's tokens on their way through the layers: their residual stream x [T, D].

    outputs: how many of the last tokens need logits. change: what the last half of a layer made,
    which the next norm adds to x.
    """

    x: Tensor
    way: Way
    outputs: int
    change: Tensor | None = None
    done: int = 0  # halves of layers

    def keep_outputs(self) -> None:
        """Leave the other tokens behind, when nothing that is left to do looks at them."""
        self.x = self.x[-self.outputs :]
        self.change = None if self.change is None else self.change[-self.outputs :]


# Vectors of the model's width, in float32, that a token takes at once: the residual stream, what
# goes into a half of a layer and comes out of it, and queries, keys and values, which are wider.
_VECTORS_OF_A_TOKEN = 16


def token_bytes(width: int) -> int:
    """Return about what each token of a prompt takes while a model of this width reads it."""
    return _VECTORS_OF_A_TOKEN * width * 4


class Decoder(ABC):
    """A whole model. `site` gives every operator its place.

    first_device: where a step begins. device: where it ends, with the logits. cpu: what computes
    that which no card does. expert_use: what captured steps are to note there.
    """

    norms: ClassVar[NormNames] = NormNames()

    def __init__(self, site: Site, spec: DecoderSpec) -> None:
        self.spec = spec
        self.expert_use, self.cpu = site.resources.expert_use, site.resources.cpu
        self._stages: dict[int, Stage] = {}  # by card
        embedding = EmbeddingSpec("token_embd.weight", spec.vocabulary, spec.width)
        self._embedding = site.make("embed_tokens", Embedding, embedding)
        self._first = self._stage(site, site.card_of("embed_tokens"))
        self._halves = [half for i in range(spec.layers) for half in self._layer(site, i)]
        self._norm = site.make(
            "norm", Norm, NormSpec("output_norm.weight", spec.width, spec.norm_eps)
        )
        head = "token_embd.weight" if spec.tied_head else "output.weight"
        self._head = site.make("lm_head", Linear, LinearSpec(head, spec.width, spec.vocabulary))
        self._last = self._stage(site, site.card_of("lm_head"))
        self.first_device, self.device = self._first.device, self._last.device

    @abstractmethod
    def attention(self, site: Site, layer: int) -> Block:
        """Return the attention of a layer."""

    @abstractmethod
    def feed_forward(self, site: Site, layer: int) -> Block:
        """Return the feed-forward part of a layer."""

    def forward(self, inputs: StepInputs, *, outputs: int = 1) -> Tensor:
        """Run one step; return the logits [outputs, V] of its last `outputs` tokens."""
        now = self.begin(inputs, outputs)
        while now.done < self.halves:
            self.advance(now)
        return self.finish(now)

    @property
    def halves(self) -> int:
        """How often a step advances."""
        return len(self._halves)

    def begin(self, inputs: StepInputs, outputs: int) -> Passage:
        """Begin a step that may be left between the halves of layers; `forward` runs it whole."""
        way = Way(inputs, self._first)
        x = self._embedding.forward(way.step.inputs.tokens)
        return Passage(self._first.scaled(x, self.spec.embedding_scale), way, outputs)

    def advance(self, now: Passage) -> None:
        """Run the next half of a layer: the last, a feed-forward part, for the outputs only."""
        half = self._halves[now.done]
        if half is self._halves[-1]:
            now.keep_outputs()
        normed = self._normed(now, half.before, half.stage)
        now.change = half.block.forward(normed, now.way.step)
        if half.after:
            now.change = half.after.forward(now.change)
        now.done += 1

    def finish(self, now: Passage) -> Tensor:
        """Return the logits [outputs, V] of the last tokens, after all halves."""
        normed = self._normed(now, self._norm, self._last)
        return self._last.scaled(self._head.forward(normed), self.spec.logit_scale)

    def _normed(self, now: Passage, norm: Norm, stage: Stage) -> Tensor:
        """Add what is yet to be added, go on at a stage, and return the norm of x there."""
        scale = self.spec.residual_scale
        if now.change is not None and stage is now.way.stage:
            now.x, normed = norm.forward_sum(now.x, now.change, scale)
            return normed
        if now.change is not None:
            now.x = now.way.add(now.x, now.change, scale)
        now.x = now.way.go(now.x, stage)
        return norm.forward(now.x)

    @property
    def is_on_cpu(self) -> bool:
        """Whether no card has a part in it."""
        return all(stage.device is self.cpu for stage in self._stages.values())

    @property
    def chunk_tokens(self) -> int:
        """How many tokens of a prompt had best be computed at a time, as much memory as is free."""
        size = token_bytes(self.spec.width)
        spread = self.spec.expert_spread
        return min(stage.device.chunk_tokens(size, spread) for stage in self._stages.values())

    def _stage(self, site: Site, card: int) -> Stage:
        if card not in self._stages:
            rotary, local = self.spec.rotary, self.spec.local_rotary
            self._stages[card] = Stage.make(site, card, rotary, local)
        return self._stages[card]

    def _layer(self, whole: Site, layer: int) -> tuple[Half, Half]:
        site = whole.at("layers").at(layer)
        stage = self._stage(whole, site.card_of("input_layernorm"))

        def norm(name: str, tensor: str) -> Norm:
            weight = f"blk.{layer}.{tensor}.weight"
            return site.make(name, Norm, NormSpec(weight, self.spec.width, self.spec.norm_eps))

        def half(before: tuple[str, str], block: Block, after: tuple[str, str]) -> Half:
            return Half(norm(*before), block, norm(*after) if after[1] else None, stage)

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
