# SPDX-License-Identifier: Apache-2.0
"""The slots of a model, from a file's header alone: what there is to place."""

from __future__ import annotations

from dataclasses import dataclass

from ktdesk.devices.cpu import CpuDevice
from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.architectures import find_architecture
from ktdesk.models.decoder import DecoderSpec
from ktdesk.operators.base import Slot
from ktdesk.operators.site import Resources, Site


@dataclass(frozen=True, slots=True)
class SlotSite:
    """A slot, where it is in the model, and what the model says about it."""

    path: str
    kind: str
    spec: object


@dataclass(frozen=True, slots=True)
class Outline:
    """A model's numbers, and its slots in the order of its constructor."""

    decoder: DecoderSpec
    slots: tuple[SlotSite, ...]


def outline(checkpoint: Checkpoint) -> Outline:
    """Run the architecture's constructor to name its slots; no weight is touched.

    Raises ModelFileError for an unknown architecture, or if the file lacks what it needs.
    """
    slots: list[SlotSite] = []

    def note(slot: type[Slot], site: Site, spec: object) -> Slot:
        slots.append(SlotSite(site.path, slot.kind, spec))
        return object.__new__(_unfilled(slot))

    resources = Resources(checkpoint, CpuDevice(1), 1, CacheType.F16)
    model = find_architecture(checkpoint)(Site("", resources, note), checkpoint)
    return Outline(model.spec, tuple(slots))


def _unfilled(slot: type[Slot]) -> type[Slot]:
    """Return a concrete class for slots that are only passed around."""
    return type(slot.__name__, (slot,), dict.fromkeys(slot.__abstractmethods__))
