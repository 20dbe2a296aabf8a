# SPDX-License-Identifier: Apache-2.0
"""All probes, one after another, with progress and cancelling between them: some seconds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from ktdesk import __version__
from ktdesk._native import Stream
from ktdesk.devices.cuda import CudaDevice
from ktdesk.errors import Cancelled, KTDeskError
from ktdesk.hardware.cuda_build import load_cuda
from ktdesk.hardware.machine import Disk, Gpu, Machine, Measured
from ktdesk.hardware.processor import numa_nodes
from ktdesk.kernels.streams import open_stream
from ktdesk.probes.cards import BUDGET_BYTES, probe_card
from ktdesk.probes.disks import disk_bytes_per_s
from ktdesk.probes.products import bf16_ops_per_s, int8_ops_per_s
from ktdesk.probes.reading import READ_BYTES, MemoryProbe, node_bytes_per_s

log = logging.getLogger(__name__)

Progress = Callable[[str, float], None]  # what is being measured, and how much is done, 0 to 1
_Change = Callable[[Measured], Measured]  # one figure more
_MEMORY_SHARE = 4  # of the available memory that the probes take at most: one of so many parts


def measure(
    machine: Machine,
    *,
    progress: Progress = lambda stage, fraction: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Measured:
    """Measure memory, products, cards and disks of this machine. What fails is left out, logged.

    machine: as found, without the user's figures. Raises Cancelled.
    """
    measured = Measured(
        measured_at=datetime.now().astimezone().isoformat(" ", "minutes"), version=__version__
    )
    steps = list(_steps(machine, is_cancelled))
    for nth, (stage, step) in enumerate(steps):
        if is_cancelled():
            raise Cancelled
        progress(stage, nth / len(steps))
        try:
            measured = step(measured)
        except (KTDeskError, OSError, ValueError, RuntimeError) as error:
            log.warning("%s: %s", stage, error)
    if is_cancelled():
        raise Cancelled
    progress("", 1.0)
    return measured


def thread_counts(cores: int) -> list[int]:
    """Return with how many threads memory is read: 1, 2, 4 and so on, and all."""
    return [*(1 << n for n in range(cores.bit_length()) if 1 << n < cores), cores]


def _steps(machine: Machine, is_cancelled: Callable[[], bool]) -> Iterator[tuple[str, _Change]]:
    """Yield what is measured, and how."""
    cores, size = machine.processor.physical_cores, _read_bytes(machine)
    yield "Reading memory", partial(_memory, cores, size)
    nodes = [node for node in numa_nodes() if node.cores]
    if len(nodes) > 1:
        for node in nodes:
            yield (
                f"Reading memory node {node.id}",
                lambda measured, node=node: replace(
                    measured,
                    node_bytes_per_s=measured.node_bytes_per_s
                    | {node.id: node_bytes_per_s(node, size)},
                ),
            )
    yield "Multiplying", partial(_products, cores)
    for index, gpu in enumerate(machine.gpus):
        if not gpu.problem:
            yield f"Graphics card {gpu.name}", partial(_card, index, gpu)
    for mount, disk in {disk.mount: disk for disk in machine.disks}.items():
        if disk.kind != "memory":
            yield f"Reading the disk at {mount}", partial(_disk, disk, is_cancelled)


def _read_bytes(machine: Machine) -> int:
    """Return how much memory to read: more than all caches, less than what would be missed."""
    caches = sum(cache.size_bytes * cache.count for cache in machine.processor.caches)
    most = machine.memory.available_bytes // _MEMORY_SHARE
    return max(1 << 20, min(max(READ_BYTES, 2 * caches), most))


def _memory(cores: int, size: int, measured: Measured) -> Measured:
    probe = MemoryProbe(cores, size)
    speeds = {threads: probe.bytes_per_s(threads) for threads in thread_counts(cores)}
    return replace(measured, read_bytes_per_s=speeds)


def _products(cores: int, measured: Measured) -> Measured:
    stream: Stream = open_stream(cores)
    return replace(
        measured,
        int8_ops_per_s=int8_ops_per_s(stream, cores),
        bf16_ops_per_s=bf16_ops_per_s(stream, cores),
    )


def _card(index: int, gpu: Gpu, measured: Measured) -> Measured:
    device = CudaDevice(load_cuda(), index, BUDGET_BYTES)
    return replace(measured, gpus=measured.gpus | {gpu.pci_address: probe_card(device)})


def _disk(disk: Disk, is_cancelled: Callable[[], bool], measured: Measured) -> Measured:
    speed = disk_bytes_per_s(Path(disk.folder), is_cancelled=is_cancelled)
    return replace(measured, disks=measured.disks | {disk.mount: speed}) if speed else measured
