# SPDX-License-Identifier: Apache-2.0
"""What costs speed or keeps models from running, and what to do, for newcomers.

By the codes of `ktdesk.hardware.verdicts`; those that are not here can wait. Values as there.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP

ADVICE: dict[str, tuple[Any, Any]] = {
    "card_driver_old": (
        QT_TRANSLATE_NOOP("Advice", "The graphics card's driver is too old"),
        QT_TRANSLATE_NOOP("Advice", "Update the NVIDIA driver to release 580 or newer."),
    ),
    "card_missing": (
        QT_TRANSLATE_NOOP("Advice", "The graphics card cannot be used yet"),
        "{problem} {remedy}",
    ),
    "card_slot": (
        QT_TRANSLATE_NOOP("Advice", "{card} sits in a slow slot"),
        QT_TRANSLATE_NOOP("Advice", "Put it into the uppermost long slot of the board."),
    ),
    "memory_slow": (
        QT_TRANSLATE_NOOP("Advice", "The memory runs slower than it can"),
        QT_TRANSLATE_NOOP("Advice", "Turn on XMP or EXPO in the BIOS."),
    ),
    "memory_one_channel": (
        QT_TRANSLATE_NOOP("Advice", "Only one memory channel is in use"),
        QT_TRANSLATE_NOOP("Advice", "Plug in modules in pairs: answers come about twice as fast."),
    ),
    "memory_little": (
        QT_TRANSLATE_NOOP("Advice", "Only {free} of memory are free"),
        QT_TRANSLATE_NOOP("Advice", "Close other programs, or choose small models."),
    ),
    "set_tiles_not_granted": (
        QT_TRANSLATE_NOOP("Advice", "The system does not let programs use AMX"),
        QT_TRANSLATE_NOOP(
            "Advice", "Linux 5.16 or newer, or Windows 11, would; long texts are then read faster."
        ),
    ),
    "set_not_granted": (
        QT_TRANSLATE_NOOP("Advice", "The system does not let programs use {name}"),
        QT_TRANSLATE_NOOP("Advice", "Look into the BIOS, or the settings of the virtual machine."),
    ),
    "plan_slow": (
        QT_TRANSLATE_NOOP("Advice", "The power plan slows the processor down"),
        QT_TRANSLATE_NOOP("Advice", "Choose 'balanced' or 'performance', and plug a laptop in."),
    ),
}
