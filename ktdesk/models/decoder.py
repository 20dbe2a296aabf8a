# SPDX-License-Identifier: Apache-2.0
"""The decoder stack that all architectures share.

An architecture brings its attention and says what each layer's feed-forward part is; embedding,
residual stream, norms and head are here. D width, T tokens, V vocabulary.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from ktdesk.devices.buffers import StepInputs
from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.operators.base import (
    Elementwise,
    Embedding,
    EmbeddingSpec,
    Experts,
    ExpertsSpec,
    Linear,
    LinearSpec,
    Mlp,
    MlpSpec,
    Norm,
    NormSpec,
    Rotary,
    RotarySpec,
    Router,
    RouterSpec,
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


class Block(ABC):
    """One half of a layer: attention, or a feed-forward part."""

    @abstractmethod
    def forward(self, x: Tensor, step: Step) -> Tensor:
        """Return what is added to the residual stream, [T, D], for normalised x [T, D]."""


class DenseMlp(Block):
    """A gated feed-forward part that all tokens pass.

    `tensors` is what follows gate, up and down in the tensors' names: '' or '_shexp'.
    """

    def __init__(
        self, site: Site, layer: int, width: int, ffn_width: int, tensors: str = ""
    ) -> None:
        gate, up, down = (
            f"blk.{layer}.ffn_{name}{tensors}.weight" for name in ("gate", "up", "down")
        )
        self._mlp = site.make("dense", Mlp, MlpSpec(gate, up, down, width, ffn_width))

    def forward(self, x: Tensor, step: Step) -> Tensor:
        """Return [T, D]."""
        del step
        return self._mlp.forward(x)


class SparseMlp(Block):
    """Routed experts, perhaps beside shared ones that every token passes."""

    def __init__(
        self,
        site: Site,
        layer: int,
        router: RouterSpec,
        ffn_width: int,
        shared: DenseMlp | None,
        width: int,
    ) -> None:
        blk = f"blk.{layer}.ffn"
        scores = LinearSpec(f"{blk}_gate_inp.weight", width, router.experts)
        self._scores = site.make("gate", Linear, scores)
        self._router = site.make("router", Router, router)
        self._shared = shared
        self._experts = site.make(
            "experts",
            Experts,
            ExpertsSpec(
                f"{blk}_gate_exps.weight",
                f"{blk}_up_exps.weight",
                f"{blk}_down_exps.weight",
                router.experts,
                router.experts_per_token,
                width,
                ffn_width,
            ),
        )

    def forward(self, x: Tensor, step: Step) -> Tensor:
        """Return [T, D]."""
        ids, weights = self._router.forward(self._scores.forward(x))
        shared = self._shared.forward(x, step) if self._shared else None
        return self._experts.forward(x, ids, weights, shared)


class Decoder(ABC):
    """A whole model. `site` gives every operator its place."""

    def __init__(self, site: Site, spec: DecoderSpec) -> None:
        self.spec = spec
        embedding = EmbeddingSpec("token_embd.weight", spec.vocabulary, spec.width)
        self._embedding = site.make("embed_tokens", Embedding, embedding)
        self._rotary = site.make("rotary", Rotary, spec.rotary)
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
        x = self._embedding.forward(inputs.tokens)
        rotary = self._rotary.forward(inputs.positions)
        step = Step(inputs.positions, rotary, inputs.places)
        for layer in self._layers:
            check()
            for norm, block in layer:
                x = self._elementwise.add(x, block.forward(norm.forward(x), step))
        last = x[len(x) - outputs :]
        return self._head.forward(self._norm.forward(last))

    def _layer(self, site: Site, layer: int) -> tuple[tuple[Norm, Block], tuple[Norm, Block]]:
        def norm(name: str, tensor: str) -> Norm:
            weight = f"blk.{layer}.{tensor}.weight"
            return site.make(name, Norm, NormSpec(weight, self.spec.width, self.spec.norm_eps))

        return (
            (norm("input_layernorm", "attn_norm"), self.attention(site.at("self_attn"), layer)),
            (
                norm("post_attention_layernorm", "ffn_norm"),
                self.feed_forward(site.at("mlp"), layer),
            ),
        )
