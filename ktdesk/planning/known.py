# SPDX-License-Identifier: Apache-2.0
"""Plans for published models before there is a file: from a small table of their dimensions."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ktdesk.hardware.machine import Machine
from ktdesk.kernels.cache_types import BLOCK, CacheType
from ktdesk.operators.rules import Part
from ktdesk.planning.context import DEFAULT_CONTEXT_TOKENS
from ktdesk.planning.modules import Anatomy, Module
from ktdesk.planning.plan import Plan, Wishes, plan_anatomy
from ktdesk.settings import EngineSettings

_TABLE = Path(__file__).with_name("known_models.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """A model that is published. The table says what the figures of a layer are.

    parts: bytes and weights of each part, all layers together.
    """

    name: str
    quantization: str
    layers: int
    dense_layers: int
    width: int
    experts: int
    experts_used: int
    cache_row_bytes: int
    row_operations: int
    prompt_row_operations: int
    made_bytes: int
    parts: dict[str, tuple[int, int]]

    @property
    def size_bytes(self) -> int:
        """About how large its file is."""
        return sum(size for size, _ in self.parts.values())

    @property
    def weights(self) -> int:
        """How many weights there are."""
        return sum(weights for _, weights in self.parts.values())

    @property
    def active_weights(self) -> int:
        """How many of them one token uses: of the routed experts its share, of embeddings none."""
        routed, looked_up = (self.parts[part][1] for part in (Part.ROUTED, Part.EMBEDDING))
        return self.weights - looked_up - routed + routed * self.experts_used // self.experts

    def anatomy(self, cache_type: CacheType = CacheType.F16) -> Anatomy:
        """Return its modules: one for each part of a layer, layers alike."""
        routed = self.parts[Part.ROUTED][0] // (self.layers - self.dense_layers)
        modules = tuple(self._modules(cache_type))
        return Anatomy(modules, self.layers, self.width, routed // self.experts)

    def _modules(self, cache_type: CacheType) -> Iterator[Module]:
        sparse = range(self.dense_layers, self.layers)
        row_bytes = self.cache_row_bytes * cache_type.row_bytes(BLOCK)
        yield self._module("embed_tokens", "embedding", Part.EMBEDDING)
        for layer in range(self.layers):
            yield self._module(
                f"layers.{layer}.self_attn.attend",
                "linear",
                Part.ATTENTION,
                layer,
                self.layers,
                row_bytes // CacheType.F16.row_bytes(BLOCK),
            )
        for layer in range(self.dense_layers):
            path = f"layers.{layer}.mlp.dense"
            yield self._module(path, "mlp", Part.DENSE, layer, self.dense_layers)
        for layer in sparse:
            path = f"layers.{layer}.mlp.experts"
            yield self._module(path, "experts", Part.ROUTED, layer, len(sparse))
        for layer in sparse if Part.SHARED in self.parts else ():
            path = f"layers.{layer}.mlp.shared_experts.dense"
            yield self._module(path, "mlp", Part.SHARED, layer, len(sparse))
        for layer in range(self.layers):
            path = f"layers.{layer}.input_layernorm"
            yield self._module(path, "norm", Part.SMALL, layer, self.layers)
        for path in ("norm", "rotary", "elementwise"):  # of next to no bytes; rules name them
            yield Module(path, path, Part.SMALL, -1, 0, 0, 0.0, 0.0)
        yield self._module("lm_head", "linear", Part.HEAD)

    def _module(
        self, path: str, kind: str, part: Part, layer: int = -1, layers: int = 1, row_bytes: int = 0
    ) -> Module:
        size, weights = (count // layers for count in self.parts[part])
        used = self.experts_used / self.experts if part is Part.ROUTED else 1.0
        is_looked_up = part is Part.EMBEDDING  # a row of it, which is nothing
        is_attention = part is Part.ATTENTION
        return Module(
            path=path,
            kind=kind,
            part=part,
            layer=layer,
            weights=weights,
            size_bytes=size,
            read_bytes=0.0 if is_looked_up else used * size,
            operations=0.0 if is_looked_up else 2 * used * weights,
            row_bytes=row_bytes,
            row_operations=self.row_operations * is_attention,
            prompt_row_operations=self.prompt_row_operations * is_attention,
            made_bytes=self.made_bytes * is_attention,
            experts=self.experts if part is Part.ROUTED else 0,
        )


def known_models() -> list[KnownModel]:
    """Return the models of the table, the smallest first."""
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return [KnownModel(**entry) for entry in table["model"]]


def plan_known(model: KnownModel, machine: Machine, settings: EngineSettings) -> Plan:
    """Plan a known model as the settings would load it, by the default of contexts."""
    cache_type = CacheType(settings.cache_type)
    wishes = Wishes(
        context_tokens=settings.context_tokens or DEFAULT_CONTEXT_TOKENS,
        cache_type=cache_type,
        vram_bytes=settings.vram_mb * 1_000_000,
    )
    return plan_anatomy(model.anatomy(cache_type), machine, wishes)
