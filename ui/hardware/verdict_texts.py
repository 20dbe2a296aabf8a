# SPDX-License-Identifier: Apache-2.0
"""What `judge` says of a machine, in the language of the window: literals, to be translated.

`ktdesk.hardware.verdicts` says it, in English; here it only stands for the translator to find.
"""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from ktdesk.hardware.verdicts import MOST_IN_USE, WORDS, Verdict
from ui.hardware.machine_texts import say

TEXTS = (
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "The NVIDIA driver {driver} is too old: it supports CUDA {cuda}, and this build needs"
        " CUDA {needed}.",
    ),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "Update the NVIDIA driver: release 580 or newer supports CUDA 13.",
    ),
    QT_TRANSLATE_NOOP("Verdicts", "{card} is not used. {problem}"),
    QT_TRANSLATE_NOOP("Verdicts", "{problem} Models run on the processor alone."),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "{card} has {width} PCIe lanes of its {most}: prompts and the handing over of work "
        "take longer.",
    ),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "Put the card into the board's slot for graphics cards, usually the uppermost; an SSD"
        " in a slot beside it may take lanes away.",
    ),
    QT_TRANSLATE_NOOP("Verdicts", "Of {card} only {free} of {total} are free{programs}."),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "Close programs that use the graphics card, browsers and games first.",
    ),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "The memory runs at {speed} MT/s, though its modules are made for {rated}.",
    ),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "Turn on XMP or EXPO in the firmware's settings (BIOS); tokens come faster in "
        "proportion. With two modules on a channel, or some processors, less may be possible.",
    ),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "All memory is on one channel, so it is read at half of the possible speed or less.",
    ),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "Plug in modules in pairs of equal size, in the slots that the board's manual names.",
    ),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "The processor has AMX, but the system does not let programs use it, so prompts are "
        "read several times slower.",
    ),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "Linux needs version 5.16 or newer, Windows 11 or Server 2022; in a virtual machine, "
        "let it see the host's processor.",
    ),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "The processor has {name}, but the system does not let programs use it.",
    ),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "Look whether the firmware's settings (BIOS) or the virtual machine turn it off.",
    ),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "The power plan '{plan}' keeps the processor from its full speed.",
    ),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "Choose 'balanced' or 'performance' in the system's settings, and plug a laptop in.",
    ),
    QT_TRANSLATE_NOOP("Verdicts", "Only {free} of {total} memory are free{programs}."),
    QT_TRANSLATE_NOOP("Verdicts", "Close other programs, or choose small models."),
    QT_TRANSLATE_NOOP("Verdicts", "Of {total} memory {free} are free{programs}."),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "Close programs that are not needed before loading a large model.",
    ),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "The container may have {total} of the machine's {installed} memory.",
    ),
    QT_TRANSLATE_NOOP("Verdicts", "Start it with a higher limit: `--memory` of docker and podman."),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "The shell's limit leaves {total} of the machine's {installed} memory, files included.",
    ),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "`ulimit -v unlimited`, or raise it in /etc/security/limits.conf.",
    ),
    QT_TRANSLATE_NOOP("Verdicts", "WSL has {total} memory, usually half of what Windows has."),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "Raise `memory=` in the section [wsl2] of .wslconfig in your Windows user folder.",
    ),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "The system grants no huge pages: weights that are copied are read a little slower.",
    ),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "Linux, as root: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled. Windows:"
        " give your account the right to lock pages in memory (secpol.msc, Local Policies).",
    ),
    QT_TRANSLATE_NOOP(
        "Verdicts",
        "{folder} is on {kind}: large models load slowly, and what does not fit in memory "
        "cannot be read in time.",
    ),
    QT_TRANSLATE_NOOP("Verdicts", "Keep models on an SSD in this computer."),
    QT_TRANSLATE_NOOP("Verdicts", "; the most is in use by {names}"),
)


def verdict_words(verdict: Verdict) -> tuple[str, str]:
    """Return text and remedy of a verdict."""
    values = {name: say(value) for name, value in verdict.values.items()}
    if values.get("names"):
        values["programs"] = _translate(MOST_IN_USE).format(names=values["names"])
    text, remedy = (_translate(words).format(**values) for words in WORDS[verdict.code])
    return text, remedy


def _translate(text: str) -> str:
    return QCoreApplication.translate("Verdicts", text)
