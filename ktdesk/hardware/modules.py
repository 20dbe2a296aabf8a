# SPDX-License-Identifier: Apache-2.0
"""The memory modules that are plugged in, from the table that the board's maker fills (SMBIOS).

The layout is that of the SMBIOS specification 3.x, structure type 17 ("Memory Device").
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ktdesk.hardware.machine import MemoryModule
from ktdesk.hardware.system_files import LINUX

_MEMORY_DEVICE = 17
KINDS = {24: "DDR3", 26: "DDR4", 30: "LPDDR4", 34: "DDR5", 35: "LPDDR5"}
_UNKNOWN = 0xFFFF
_CHANNELS = (
    re.compile(r".*channel\s*[-_]?\s*[a-z0-9]", re.IGNORECASE),
    re.compile(r".*dimm[\s_-]*[a-z](?=\d)", re.IGNORECASE),
)


def read_modules(root: Path = LINUX) -> tuple[tuple[MemoryModule, ...], str]:
    """Return the modules, or why they are not known."""
    path = root / "sys/firmware/dmi/tables/DMI"
    try:
        table = path.read_bytes()
    except PermissionError:
        return (), f"Only the administrator may read {path}."
    except OSError:
        return (), "The system does not describe its memory modules."
    modules = parse_table(table)
    return modules, "" if modules else "The system does not describe its memory modules."


def parse_table(table: bytes) -> tuple[MemoryModule, ...]:
    """Return the modules of an SMBIOS table; empty slots are left out, as is what is damaged."""
    found = (
        _module(body, texts) for kind, body, texts in _structures(table) if kind == _MEMORY_DEVICE
    )
    return tuple(module for module in found if module)


def channel_of(slot: str, bank: str) -> str:
    """Return what names a module's channel among its slot's and its bank's names, or ''."""
    for pattern in _CHANNELS:
        for name in (bank, slot):
            if found := pattern.match(name):
                return found[0]
    return ""


def count_channels(modules: Sequence[MemoryModule]) -> int:
    """Return how many channels have modules, 0 if their names do not tell."""
    if len(modules) == 1:
        return 1
    names = {module.channel for module in modules}
    return 0 if "" in names else len(names)


def peak_bytes_per_s(modules: Sequence[MemoryModule]) -> float:
    """Return what all channels can transfer together, 0 if unknown."""
    if not count_channels(modules):
        return 0.0
    slowest = min(module.speed_mts for module in modules)
    widths = {module.channel: module.width_bits for module in modules}
    return slowest * 1e6 * sum(widths.values()) / 8


def _structures(table: bytes) -> Iterator[tuple[int, bytes, list[str]]]:
    """Yield kind, formatted part and texts of each structure, as far as they are whole."""
    at = 0
    while at + 4 <= len(table):
        kind, length = table[at], table[at + 1]
        end = table.find(b"\0\0", at + length)
        if length < 4 or end < 0:
            return
        texts = table[at + length : end].split(b"\0")
        yield kind, table[at : at + length], [text.decode("latin-1").strip() for text in texts]
        at = end + 2


def _module(body: bytes, texts: Sequence[str]) -> MemoryModule | None:
    size = _size_bytes(body)
    if not size:
        return None
    slot, bank = (_text(texts, body[at]) for at in (0x10, 0x11))
    rated, speed = _word(body, 0x15), _word(body, 0x20)
    if rated == _UNKNOWN:
        rated = _double(body, 0x54)
    if speed == _UNKNOWN:
        speed = _double(body, 0x58)
    width = _word(body, 0x0A)
    return MemoryModule(
        size_bytes=size,
        slot=slot,
        channel=channel_of(slot, bank),
        kind=KINDS.get(body[0x12], ""),
        speed_mts=speed or rated,
        rated_mts=rated,
        width_bits=width if 0 < width < _UNKNOWN else 64,
    )


def _size_bytes(body: bytes) -> int:
    """Return the module's size, 0 for an empty slot, and for one that is not whole."""
    size = _word(body, 0x0C)
    if len(body) < 0x15 or size in (0, _UNKNOWN):
        return 0
    if size == 0x7FFF:  # it is too large for this field
        return (_double(body, 0x1C) & 0x7FFFFFFF) << 20
    return (size & 0x7FFF) << (10 if size & 0x8000 else 20)


def _word(body: bytes, at: int) -> int:
    return struct.unpack_from("<H", body, at)[0] if at + 2 <= len(body) else 0


def _double(body: bytes, at: int) -> int:
    return struct.unpack_from("<I", body, at)[0] if at + 4 <= len(body) else 0


def _text(texts: Sequence[str], nth: int) -> str:
    return texts[nth - 1] if 1 <= nth <= len(texts) else ""


def slowest_mts(modules: Iterable[MemoryModule]) -> int:
    """Return the speed at which all modules run, 0 if unknown."""
    return min((module.speed_mts for module in modules), default=0)
