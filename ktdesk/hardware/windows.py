# SPDX-License-Identifier: Apache-2.0
"""What Windows says of the machine (CIM), asked once by one PowerShell; the answers are JSON."""

from __future__ import annotations

import functools
import json
import struct
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, cast

from ktdesk.hardware.machine import Cache, MemoryModule
from ktdesk.hardware.modules import KINDS, channel_of
from ktdesk.hardware.system_files import number

Answers = Mapping[str, Any]

_SCRIPT = r"""
$ErrorActionPreference = 'SilentlyContinue'
[Console]::OutputEncoding = [Text.Encoding]::UTF8
$schemes = 'HKLM:\SYSTEM\CurrentControlSet\Control\Power\User\PowerSchemes'
@{
  processors = @(Get-CimInstance Win32_Processor |
    Select-Object Name, NumberOfCores, L2CacheSize, L3CacheSize)
  modules = @(Get-CimInstance Win32_PhysicalMemory | Select-Object Capacity, Speed,
    ConfiguredClockSpeed, DeviceLocator, BankLabel, SMBIOSMemoryType, DataWidth)
  computer = Get-CimInstance Win32_ComputerSystem | Select-Object Manufacturer, Model
  displays = @(Get-CimInstance Win32_VideoController | Select-Object PNPDeviceID)
  batteries = @(Get-CimInstance Win32_Battery | Select-Object Name)
  scheme = (Get-ItemProperty $schemes).ActivePowerScheme
  disks = @(Get-Partition | Where-Object DriveLetter | ForEach-Object {
    $disk = $_.DiskNumber
    @{ Letter = [string]$_.DriveLetter
       Kind = [string](Get-PhysicalDisk | Where-Object DeviceId -eq $disk).MediaType } })
} | ConvertTo-Json -Depth 4 -Compress
"""
_TIMEOUT_S = 30

# Windows's records of cores: their kind and size, flags, class, how many masks; then the masks.
_CORE, _MASK = struct.Struct("<IIBB20xH"), struct.Struct("<QH6x")
_OF_A_CORE = 0  # RelationProcessorCore
_GROUP_THREADS = 64


@functools.cache
def ask_windows() -> Answers:
    """Return Windows's answers; none elsewhere, or if they cannot be had."""
    if sys.platform != "win32":
        return {}
    command = ["powershell", "-NoProfile", "-NonInteractive", "-Command", _SCRIPT]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
            creationflags=subprocess.CREATE_NO_WINDOW,
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    answers = parse_answers(done.stdout.decode("utf-8", "replace"))
    return {**answers, "cores": _core_records()}


def parse_answers(text: str) -> Answers:
    """Return the answers, or none if they are not JSON.

    Some PowerShells begin what they write in UTF-8 with a mark of its byte order.
    """
    try:
        answers: Any = json.loads(text.removeprefix("\ufeff"))
    except ValueError:
        return {}
    return cast("Answers", answers) if isinstance(answers, dict) else {}


def windows_modules(answers: Answers) -> tuple[MemoryModule, ...]:
    """Return the memory modules."""
    return tuple(
        MemoryModule(
            size_bytes=size,
            slot=slot,
            channel=channel_of(slot, str(each.get("BankLabel") or "")),
            kind=KINDS.get(number(each.get("SMBIOSMemoryType")), ""),
            speed_mts=number(each.get("ConfiguredClockSpeed")) or number(each.get("Speed")),
            rated_mts=number(each.get("Speed")),
            width_bits=number(each.get("DataWidth")) or 64,
        )
        for each in _rows(answers, "modules")
        if (size := number(each.get("Capacity")))
        for slot in [str(each.get("DeviceLocator") or "")]
    )


def windows_caches(answers: Answers) -> tuple[Cache, ...]:
    """Return the caches, those of each level of a processor added up: Windows tells no more."""
    found: list[Cache] = []
    rows = _rows(answers, "processors")
    for level, name in ((2, "L2CacheSize"), (3, "L3CacheSize")):
        sizes = [number(each.get(name)) << 10 for each in rows]
        if any(sizes):
            found.append(
                Cache(level=level, kind="unified", size_bytes=max(sizes), count=len(sizes))
            )
    return tuple(found)


def windows_sockets(answers: Answers) -> int:
    """Return how many processors are plugged in, 0 if unknown."""
    return len(_rows(answers, "processors"))


def windows_slow_threads(answers: Answers) -> set[int]:
    """Return the hardware threads of a hybrid processor's efficient cores.

    Read from what GetLogicalProcessorInformationEx tells of the cores: records of varying length,
    each with a class that is higher for faster cores, and masks of threads by group.
    """
    records: Any = answers.get("cores")
    classes: dict[int, int] = {}
    at = 0
    while isinstance(records, bytes) and at + _CORE.size <= len(records):
        kind, size, _, core_class, groups = _CORE.unpack_from(records, at)
        end = min(at + size, len(records))
        for place in range(at + _CORE.size, end - _MASK.size + 1, _MASK.size)[:groups]:
            mask, group = _MASK.unpack_from(records, place)
            threads = (bit for bit in range(_GROUP_THREADS) if mask >> bit & 1)
            if kind == _OF_A_CORE:
                classes |= {group * _GROUP_THREADS + bit: core_class for bit in threads}
        at += max(size, _CORE.size)
    fastest = max(classes.values(), default=0)
    return {thread for thread, core_class in classes.items() if core_class < fastest}


def windows_computer(answers: Answers) -> str:
    """Return maker and model of the computer."""
    computer: Any = answers.get("computer")
    if not isinstance(computer, dict):
        return ""
    words = cast("dict[str, Any]", computer)
    return f"{words.get('Manufacturer') or ''} {words.get('Model') or ''}".strip()


def windows_displays(answers: Answers) -> list[str]:
    """Return what is plugged in for pictures, as the bus names it, with its maker."""
    return [str(each.get("PNPDeviceID") or "") for each in _rows(answers, "displays")]


def windows_has_battery(answers: Answers) -> bool:
    """Whether the machine has a battery."""
    return bool(_rows(answers, "batteries"))


def windows_disk_kinds(answers: Answers) -> dict[str, str]:
    """Return 'ssd' or 'hdd' by drive letter, as far as it is known."""
    kinds = {"SSD": "ssd", "HDD": "hdd"}
    return {
        str(each.get("Letter", "")).upper(): kinds[str(each["Kind"])]
        for each in _rows(answers, "disks")
        if str(each.get("Kind")) in kinds
    }


def _rows(answers: Answers, name: str) -> list[Answers]:
    rows: Any = answers.get(name)
    if not isinstance(rows, list):
        return []
    return [cast("Answers", row) for row in cast("list[Any]", rows) if isinstance(row, dict)]


def _core_records() -> bytes:
    """Return what Windows tells of the cores; nothing elsewhere, or if it tells nothing."""
    if sys.platform != "win32":
        return b""
    import ctypes

    ask = ctypes.windll.kernel32.GetLogicalProcessorInformationEx
    size = ctypes.c_uint32(0)
    ask(_OF_A_CORE, None, ctypes.byref(size))
    records = ctypes.create_string_buffer(size.value)
    return records.raw if ask(_OF_A_CORE, records, ctypes.byref(size)) else b""
