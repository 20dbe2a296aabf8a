# SPDX-License-Identifier: Apache-2.0
"""Words for what plans say by codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from ktdesk.errors import format_bytes

if TYPE_CHECKING:
    from ktdesk.planning.remedies import Saving
    from ktdesk.planning.speed import Range

CPU, DISK = -1, -2  # in place of the number of a card

SHARES: dict[str, Any] = {
    "attention": QT_TRANSLATE_NOOP("Placement", "Attention"),
    "dense": QT_TRANSLATE_NOOP("Placement", "Dense layers"),
    "shared": QT_TRANSLATE_NOOP("Placement", "Shared experts"),
    "head": QT_TRANSLATE_NOOP("Placement", "Head"),
    "other": QT_TRANSLATE_NOOP("Placement", "Embeddings and norms"),
    "routed": QT_TRANSLATE_NOOP("Placement", "Routed experts"),
    "cache": QT_TRANSLATE_NOOP("Placement", "Cache"),
    "working": QT_TRANSLATE_NOOP("Placement", "Working space"),
}
FITS: dict[str, Any] = {
    "comfortable": QT_TRANSLATE_NOOP("Placement", "It fits"),
    "tight": QT_TRANSLATE_NOOP("Placement", "It fits, but little memory is left for anything else"),
    "from_disk": QT_TRANSLATE_NOOP(
        "Placement", "It does not fit into memory: {disk} would be read from the disk, slowly"
    ),
    "will_not_run": QT_TRANSLATE_NOOP("Placement", "It will probably not run here as it is"),
}
LIMITS: dict[str, Any] = {
    "memory": QT_TRANSLATE_NOOP("Placement", "the main memory"),
    "cores": QT_TRANSLATE_NOOP("Placement", "the processor's cores"),
    "card_memory": QT_TRANSLATE_NOOP("Placement", "the card's memory"),
    "card_cores": QT_TRANSLATE_NOOP("Placement", "the card's cores"),
    "slot": QT_TRANSLATE_NOOP("Placement", "the card's slot"),
    "disk": QT_TRANSLATE_NOOP("Placement", "the disk"),
    "latency": QT_TRANSLATE_NOOP("Placement", "short steps, one after another"),
}
_REMEDIES: dict[str, Any] = {
    "weights": QT_TRANSLATE_NOOP("Placement", "weights in {value} save {saved}"),
    "context": QT_TRANSLATE_NOOP("Placement", "a context of {value} tokens saves {saved}"),
    "cache": QT_TRANSLATE_NOOP("Placement", "a cache in {value} saves {saved}"),
}
_DEVICES: dict[int, Any] = {
    DISK: QT_TRANSLATE_NOOP("Placement", "Disk"),
    CPU: QT_TRANSLATE_NOOP("Placement", "Main memory"),
    0: QT_TRANSLATE_NOOP("Placement", "Graphics card {number}"),
}
_PLACEMENTS: dict[str, Any] = {
    "auto": QT_TRANSLATE_NOOP("Placement", "Automatic"),
    "cpu_only": QT_TRANSLATE_NOOP("Placement", "All on the processor"),
    "gpu_only": QT_TRANSLATE_NOOP("Placement", "All on one card"),
    "one_gpu": QT_TRANSLATE_NOOP("Placement", "Routed experts on the processor"),
    "reference": QT_TRANSLATE_NOOP("Placement", "Plain torch, for comparison"),
    "own": QT_TRANSLATE_NOOP("Placement", "Own rules"),
}
_AND: Any = QT_TRANSLATE_NOOP("Placement", "{first}; {second}")
_RANGE: Any = QT_TRANSLATE_NOOP("Placement", "{low} to {high} tokens/s")


def say(text: str) -> str:
    """Return a text of this file in the language of the window."""
    return QCoreApplication.translate("Placement", text)


def word(words: Mapping[str, str], code: str) -> str:
    """Return the words for a code."""
    return say(words[code])


def device_name(device: int) -> str:
    """Return what a card, the main memory or the disk is called; people count cards from 1."""
    return say(_DEVICES[min(device, 0)]).format(number=device + 1)


def placement_name(name: str) -> str:
    """Return what a placement is called; those of users go by their names."""
    return say(_PLACEMENTS[name]) if name in _PLACEMENTS else name


def saving_text(saving: Saving) -> str:
    """Return what a change saves."""
    is_context = saving.remedy == "context"
    value = short_tokens(int(saving.value)) if is_context else saving.value
    saved = format_bytes(saving.saved_bytes)
    return say(_REMEDIES[saving.remedy]).format(value=value, saved=saved)


def joined(texts: list[str]) -> str:
    """Return texts side by side in a sentence."""
    together = texts[0] if texts else ""
    for text in texts[1:]:
        together = say(_AND).format(first=together, second=text)
    return together


def range_text(speeds: Range) -> str:
    """Return a range of speeds."""
    return say(_RANGE).format(low=short_number(speeds.low), high=short_number(speeds.high))


def short_number(value: float) -> str:
    """Return a speed with two digits or so."""
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def short_tokens(count: int) -> str:
    """Return a number of tokens as contexts are named: '32K'."""
    return f"{count // 1024}K" if count >= 1024 and count % 1024 == 0 else str(count)
