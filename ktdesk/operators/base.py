# SPDX-License-Identifier: Apache-2.0
"""The slots: what a model asks for, as abstract classes, and what it says about each place.

A model knows slots only. Which operator fills a slot is decided by the placement.
T tokens, D width, H heads, E experts, K experts per token.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor

from ktdesk.devices.buffers import StepInputs
from ktdesk.kernels.experts import Activation

Gating = Literal["softmax", "sigmoid"]
Shared = Callable[[], Tensor]


@dataclass(frozen=True, slots=True)
class EmbeddingSpec:
    """The tensor `weight` [vocabulary, width]."""

    weight: str
    vocabulary: int
    width: int


@dataclass(frozen=True, slots=True)
class NormSpec:
    """The tensor `weight` [width], and the epsilon of the root mean square.

    Without a name for the weight it is one everywhere.
    """

    weight: str
    width: int
    eps: float


@dataclass(frozen=True, slots=True)
class LinearSpec:
    """The tensors `weight` [outputs, inputs] and `bias` [outputs], whose name may be empty."""

    weight: str
    inputs: int
    outputs: int
    bias: str = ""

    @property
    def matrices(self) -> tuple[str, ...]:
        """The names of the tensors to multiply by."""
        return (self.weight,)


@dataclass(frozen=True, slots=True)
class RotarySpec:
    """Angle per position of each pair of dimensions, and a factor on cosine and sine."""

    inverse_frequencies: tuple[float, ...]
    scale: float = 1.0

    @property
    def size(self) -> int:
        """Dimensions that turn: two per frequency."""
        return 2 * len(self.inverse_frequencies)


@dataclass(frozen=True, slots=True)
class GqaSpec:
    """Grouped-query attention. `interleaved`: rotary pairs are neighbours, else half apart.

    A token sees what stands before it and itself: the last `window` tokens, or those from a
    position that is a multiple of `chunk` on; 0 is no limit. The tensor `sinks` [heads] may be
    empty; it has a score for each head that takes its share of the weights, and has no value.
    `rotates`: whether queries and keys turn with their positions at all. `q_norm`, `k_norm`: of
    each head, [head_size], after it has turned. With a `temperature_length` n the query at position
    p grows to 1 + temperature_scale * ln(1 + (p+1)//n) times itself.
    """

    heads: int
    kv_heads: int
    head_size: int
    interleaved: bool
    scale: float
    window: int = 0
    chunk: int = 0
    sinks: str = ""
    rotates: bool = True
    q_norm: NormSpec | None = None
    k_norm: NormSpec | None = None
    temperature_length: int = 0
    temperature_scale: float = 0.0


@dataclass(frozen=True, slots=True)
class MlaSpec:
    """Multi-head latent attention. A head's query is its nope part, then its rope part.

    The matrices that expand a latent to keys and values stand in the file either split,
    `key_weight` [heads, latent, nope] and `value_weight` [heads, value, latent], or as one tensor
    `joint_weight` [heads * (nope + value), latent]; the other names are then empty.
    """

    heads: int
    nope: int
    rope: int
    value: int
    latent: int
    scale: float
    key_weight: str = ""
    value_weight: str = ""
    joint_weight: str = ""

    @property
    def matrices(self) -> tuple[str, ...]:
        """The names of the tensors to multiply by."""
        return tuple(filter(None, (self.key_weight, self.value_weight, self.joint_weight)))


@dataclass(frozen=True, slots=True)
class RouterSpec:
    """How scores choose experts. `bias` [experts] is added for the choice only; may be empty."""

    experts: int
    experts_per_token: int
    gating: Gating
    bias: str = ""
    groups: int = 1
    groups_used: int = 1
    normalize: bool = False
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class ExpertsSpec:
    """Tensors `gate`, `up` [experts, ffn_width, width] and `down` [experts, width, ffn_width].

    Their biases, [experts, ffn_width] and [experts, width], may be empty. `weighs_input`: a
    token's weight scales what goes into its one expert, instead of what comes out.
    """

    gate: str
    up: str
    down: str
    experts: int
    experts_per_token: int
    width: int
    ffn_width: int
    activation: Activation = "silu"
    gate_bias: str = ""
    up_bias: str = ""
    down_bias: str = ""
    weighs_input: bool = False

    @property
    def matrices(self) -> tuple[str, ...]:
        """The names of the tensors to multiply by."""
        return self.gate, self.up, self.down


@dataclass(frozen=True, slots=True)
class MlpSpec:
    """Tensors `gate`, `up` [ffn_width, width] and `down` [width, ffn_width].

    Without a name for the gate, `up` holds both, [2 * ffn_width, width], the gate first.
    """

    gate: str
    up: str
    down: str
    width: int
    ffn_width: int
    activation: Activation = "silu"

    @property
    def matrices(self) -> tuple[str, ...]:
        """The names of the tensors to multiply by."""
        return tuple(filter(None, (self.gate, self.up, self.down)))


@dataclass(frozen=True, slots=True)
class Step:
    """What all layers share: the tokens' positions and places, and their cosines and sines.

    rotary: [T, P, 2]. local_rotary: those of layers that look at a window only, where a model has
    two kinds.
    """

    inputs: StepInputs
    rotary: Tensor
    local_rotary: Tensor

    @property
    def positions(self) -> Tensor:
        """Where the tokens stand in their sequences."""
        return self.inputs.positions

    @property
    def places(self) -> Tensor:
        """The cache row of each token, in front of which its sequence stands."""
        return self.inputs.places


class Slot(ABC):
    """A place in a model. Operators of the kind `linear` are called `linear.<variant>`."""

    kind: ClassVar[str]
    captures: ClassVar[bool] = False  # whether the operator's work can be recorded into a graph


class Embedding(Slot):
    """Token ids to vectors."""

    kind = "embedding"

    @abstractmethod
    def forward(self, tokens: Tensor) -> Tensor:
        """Return [T, D] for tokens [T] int32."""


class Norm(Slot):
    """Root mean square normalisation."""

    kind = "norm"

    @abstractmethod
    def forward(self, x: Tensor) -> Tensor:
        """Return x normalised, contiguous, for x [T, D] or [T, G, D], whose rows may be apart."""

    @abstractmethod
    def forward_sum(self, x: Tensor, change: Tensor, factor: float) -> tuple[Tensor, Tensor]:
        """Return x + factor * change, [T, D], and that normalised."""


class Linear(Slot):
    """A matrix product."""

    kind = "linear"

    @abstractmethod
    def forward(self, x: Tensor) -> Tensor:
        """Return [T, outputs] for x [T, inputs]."""


class Elementwise(Slot):
    """The small steps between the products."""

    kind = "elementwise"

    @abstractmethod
    def scale(self, x: Tensor, factor: float) -> Tensor:
        """Return factor * x, [T, D]; x may be overwritten."""

    @abstractmethod
    def weigh(self, x: Tensor, weights: Tensor, *, logits: bool = False) -> Tensor:
        """Return x [T, D] times weights [T, 1], or times their sigmoids; x may be overwritten."""


class Rotary(Slot):
    """Rotary positions."""

    kind = "rotary"

    @abstractmethod
    def forward(self, positions: Tensor) -> Tensor:
        """Return cosines and sines [T, P, 2] for positions [T] int32."""


class Gqa(Slot):
    """Grouped-query attention over a cache of keys and values, which it owns."""

    kind = "gqa"

    @abstractmethod
    def forward(self, q: Tensor, k: Tensor, v: Tensor, step: Step) -> Tensor:
        """Turn q and k, store k and v, attend; return [T, heads * head_size].

        q [T, heads * head_size], k and v [T, kv_heads * head_size]; q and k may be overwritten.
        """


class Mla(Slot):
    """Latent attention with absorbed matrices over a cache of latents, which it owns."""

    kind = "mla"

    @abstractmethod
    def forward(self, q: Tensor, latent: Tensor, key_rope: Tensor, step: Step) -> Tensor:
        """Turn the rope parts, store latent and key, attend; return [T, heads * value].

        q [T, heads * (nope + rope)], latent [T, latent] (normalised), key_rope [T, rope]; rows of
        the latter may be apart. q and key_rope may be overwritten.
        """


class Mlp(Slot):
    """A gated feed-forward part: down(activation(gate(x), up(x)))."""

    kind = "mlp"

    @abstractmethod
    def forward(self, x: Tensor) -> Tensor:
        """Return [T, D] for x [T, D]."""


class Router(Slot):
    """The choice of experts."""

    kind = "router"

    @abstractmethod
    def forward(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        """Return ids and weights, [T, K] each, for logits [T, E]."""


class Experts(Slot):
    """Routed experts."""

    kind = "experts"

    @abstractmethod
    def forward(self, x: Tensor, ids: Tensor, weights: Tensor, shared: Shared | None) -> Tensor:
        """Return shared + the weighted sum of each token's experts, [T, D].

        x [T, D]; ids, weights [T, K] from a router. shared: launches what else is added, [T, D],
        which may be overwritten. It must be called, at whatever time suits.
        """
