# SPDX-License-Identifier: Apache-2.0
"""Figures of a moment: read of this machine, and put into one that is made up."""

from __future__ import annotations

import dataclasses

import psutil

from ktdesk.hardware import Gpu, Machine, Memory, MemoryNode, Processor, System
from ktdesk.hardware.live import Live, read_live, with_live
from ktdesk.hardware.machine import Program

GB = 10**9
CARD = Gpu(
    name="Card",
    memory_bytes=24 * GB,
    free_bytes=20 * GB,
    compute_capability=(8, 9),
    pci_address="0000:01:00.0",
    read_bytes_per_s=9e11,
)
MACHINE = Machine(
    system=System(name="System"),
    processor=Processor(name="Processor"),
    memory=Memory(
        total_bytes=64 * GB, available_bytes=60 * GB, nodes=(MemoryNode(id=0), MemoryNode(id=1))
    ),
    gpus=(CARD, dataclasses.replace(CARD, pci_address="0000:02:00.0")),
)


def test_this_machine_is_read() -> None:
    live = read_live(MACHINE)
    assert 0 <= live.load <= 1
    assert 0 < live.available_bytes <= psutil.virtual_memory().total
    assert live.node_free_bytes.keys() == {0, 1}


def test_what_changes_is_put_in_and_nothing_else() -> None:
    busy = dataclasses.replace(
        CARD,
        name="as the driver says",
        free_bytes=5 * GB,
        programs=(Program(name="game", memory_bytes=15 * GB),),
        read_bytes_per_s=0,
    )
    live = Live(
        load=0.5, available_bytes=8 * GB, node_free_bytes={1: GB}, gpus={CARD.pci_address: busy}
    )
    now = with_live(MACHINE, live)
    assert now.memory.available_bytes == 8 * GB
    assert [node.free_bytes for node in now.memory.nodes] == [0, GB]
    assert [gpu.free_bytes for gpu in now.gpus] == [5 * GB, 20 * GB]
    assert now.gpus[0].programs == busy.programs
    assert (now.gpus[0].name, now.gpus[0].read_bytes_per_s) == ("Card", 9e11)


def test_a_driver_that_no_longer_answers_leaves_what_was_known() -> None:
    live = Live(load=0, available_bytes=GB, node_free_bytes={}, gpus={})
    assert with_live(MACHINE, live).gpus == MACHINE.gpus
