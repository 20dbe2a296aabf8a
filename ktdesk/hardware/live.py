# SPDX-License-Identifier: Apache-2.0
"""What changes from moment to moment: load, free memory, free memory of the cards."""

from __future__ import annotations

from dataclasses import dataclass, replace

import psutil

from ktdesk.hardware.machine import Gpu, Machine
from ktdesk.hardware.memory import available_memory_bytes, node_free_bytes
from ktdesk.hardware.nvml import driver_cards

_LOOK_S = 0.25  # over which the load is an average


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """Figures of one moment. load: of all the machine's cores, 0 to 1. gpus: by PCI address."""

    load: float
    available_bytes: int
    node_free_bytes: dict[int, int]
    gpus: dict[str, Gpu]


def read_live(machine: Machine) -> Live:
    """Look at a machine again; takes about a third of a second."""
    cards, _ = driver_cards() if machine.gpus else ((), "")
    return Live(
        load=psutil.cpu_percent(_LOOK_S) / 100,
        available_bytes=available_memory_bytes(),
        node_free_bytes={node.id: node_free_bytes(node.id) for node in machine.memory.nodes},
        gpus={gpu.pci_address: gpu for gpu in cards},
    )


def with_live(machine: Machine, live: Live) -> Machine:
    """Return the machine, as found, with the figures of a moment."""
    nodes = tuple(
        replace(node, free_bytes=live.node_free_bytes.get(node.id, node.free_bytes))
        for node in machine.memory.nodes
    )
    memory = replace(machine.memory, available_bytes=live.available_bytes, nodes=nodes)
    gpus = tuple(_card(gpu, live.gpus.get(gpu.pci_address, gpu)) for gpu in machine.gpus)
    return replace(machine, memory=memory, gpus=gpus)


def _card(gpu: Gpu, now: Gpu) -> Gpu:
    return replace(gpu, free_bytes=now.free_bytes, programs=now.programs, link=now.link)
