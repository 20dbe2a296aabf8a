# SPDX-License-Identifier: Apache-2.0
"""A graphics card in rows."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication

from ktdesk.errors import format_bytes
from ktdesk.hardware import Gpu
from ui.hardware.machine_texts import say
from ui.hardware.rows import Figures, Row, fraction, joined, names

translate = QCoreApplication.translate  # lupdate knows it by this name


def card_rows(gpu: Gpu, figures: Figures, *, is_first: bool) -> Iterator[Row]:
    """Yield what is known of a card. Only the first one's figures can be overruled."""

    def setting(name: str) -> str:
        return name if is_first else ""

    yield Row("", gpu.name)
    if gpu.problem:
        yield Row(translate("Hardware", "Not used"), say(gpu.problem))
    total, free = format_bytes(gpu.memory_bytes), format_bytes(gpu.free_bytes)
    yield figures.row(translate("Hardware", "VRAM"), total, setting("card_memory_mb"))
    used = 1 - fraction(gpu.free_bytes, gpu.memory_bytes)
    yield figures.row(translate("Hardware", "Free"), free, setting("card_free_mb"), used)
    if gpu.programs:
        yield Row(translate("Hardware", "Used by"), names(gpu.programs))
    if gpu.link:
        link = translate("Hardware", "{now} now, {most} at most").format(
            now=f"{gpu.link.generation}.0 x{gpu.link.width}",
            most=f"{gpu.link.most_generation}.0 x{gpu.link.most_width}",
        )
        yield Row(translate("Hardware", "PCIe"), link)
    yield Row(translate("Hardware", "Driver"), _driver(gpu))
    read, peak = gpu.read_bytes_per_s, gpu.peak_bytes_per_s
    reading = translate("Hardware", "VRAM speed")
    yield figures.speed(reading, read, setting("card_bandwidth_gbs"), peak)
    products, bf16 = translate("Hardware", "bf16 products"), gpu.bf16_ops_per_s
    yield figures.operations(products, bf16, setting("card_bf16_gops"))
    to_card, from_card = gpu.to_card_bytes_per_s, gpu.from_card_bytes_per_s
    label = translate("Hardware", "To the card")
    yield figures.speed(label, to_card, setting("to_card_gbs"))
    label = translate("Hardware", "From the card")
    yield figures.speed(label, from_card, setting("from_card_gbs"))


def _driver(gpu: Gpu) -> str:
    major, minor = gpu.compute_capability
    cuda = f"CUDA {gpu.cuda[0]}.{gpu.cuda[1]}" if gpu.cuda[0] else ""
    capability = translate("Hardware", "compute capability {version}")
    return joined(gpu.driver, cuda, capability.format(version=f"{major}.{minor}"))
