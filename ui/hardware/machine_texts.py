# SPDX-License-Identifier: Apache-2.0
"""Sentences of `ktdesk.hardware` and of the probes: literals, so that they can be translated.

They are said in English there; here they only stand for the translator to find. `{names}` stand
for what differs.
"""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP

from ui.sentences import Sentences

SENTENCES = (
    QT_TRANSLATE_NOOP("Machine", "Products eight numbers at a time: the least for a usable speed."),
    QT_TRANSLATE_NOOP("Machine", "Prompts are read faster than with AVX2 alone."),
    QT_TRANSLATE_NOOP("Machine", "Products sixteen numbers at a time."),
    QT_TRANSLATE_NOOP("Machine", "The same for the bytes of quantised weights."),
    QT_TRANSLATE_NOOP("Machine", "Quantised weights are multiplied in one step instead of three."),
    QT_TRANSLATE_NOOP("Machine", "Products of bfloat16 numbers without conversion."),
    QT_TRANSLATE_NOOP(
        "Machine",
        "Prompts are read several times as fast: products of whole tiles.",
    ),
    QT_TRANSLATE_NOOP("Machine", "The speeds of this machine have not been measured."),
    QT_TRANSLATE_NOOP("Machine", "The machine has changed since its speeds were measured."),
    QT_TRANSLATE_NOOP("Machine", "The measured speeds cannot be read."),
    QT_TRANSLATE_NOOP("Machine", "Reading memory"),
    QT_TRANSLATE_NOOP("Machine", "Reading memory node {node}"),
    QT_TRANSLATE_NOOP("Machine", "Multiplying"),
    QT_TRANSLATE_NOOP("Machine", "Graphics card {card}"),
    QT_TRANSLATE_NOOP("Machine", "Reading the disk at {mount}"),
    QT_TRANSLATE_NOOP("Machine", "A virtual machine is not told of memory modules."),
    QT_TRANSLATE_NOOP("Machine", "Only the administrator may read {path}."),
    QT_TRANSLATE_NOOP("Machine", "The system does not describe its memory modules."),
    QT_TRANSLATE_NOOP("Machine", "The native module cannot be loaded: {error}."),
    QT_TRANSLATE_NOOP("Machine", "a hard disk"),
    QT_TRANSLATE_NOOP("Machine", "the network"),
    QT_TRANSLATE_NOOP("Machine", "balanced"),
    QT_TRANSLATE_NOOP("Machine", "performance"),
    QT_TRANSLATE_NOOP("Machine", "high performance"),
    QT_TRANSLATE_NOOP("Machine", "ultimate performance"),
    QT_TRANSLATE_NOOP("Machine", "power saver"),
    QT_TRANSLATE_NOOP("Machine", "powersave"),
    QT_TRANSLATE_NOOP("Machine", "low-power"),
    QT_TRANSLATE_NOOP("Machine", "quiet"),
    QT_TRANSLATE_NOOP("Machine", "power"),
    QT_TRANSLATE_NOOP("Machine", "conservative"),
    QT_TRANSLATE_NOOP("Machine", "balance_performance"),
    QT_TRANSLATE_NOOP("Machine", "balance_power"),
    QT_TRANSLATE_NOOP("Machine", "No NVIDIA driver is installed."),
    QT_TRANSLATE_NOOP("Machine", "The NVIDIA driver is installed, but it is not running."),
    QT_TRANSLATE_NOOP("Machine", "The NVIDIA driver does not answer: {error}."),
    QT_TRANSLATE_NOOP("Machine", "The NVIDIA driver finds no graphics card."),
    QT_TRANSLATE_NOOP(
        "Machine",
        "The NVIDIA driver {release} is too old: it supports CUDA {cuda}, and this build "
        "needs CUDA {needed}.",
    ),
    QT_TRANSLATE_NOOP("Machine", "The card does not answer: {error}."),
    QT_TRANSLATE_NOOP(
        "Machine",
        "The card is too old: its compute capability is {version}, and {least} is needed.",
    ),
    QT_TRANSLATE_NOOP(
        "Machine",
        "This build has no kernels for compute capability {version}: it was made for {made}.",
    ),
    QT_TRANSLATE_NOOP("Machine", "This build has no GPU support."),
    QT_TRANSLATE_NOOP("Machine", "The GPU module cannot be loaded: {error}."),
    QT_TRANSLATE_NOOP(
        "Machine", "This computer has an NVIDIA graphics card, but no driver for it."
    ),
    QT_TRANSLATE_NOOP(
        "Machine",
        "Install the NVIDIA driver, release 580 or newer, then restart the computer. Windows: from "
        "nvidia.com/drivers. Ubuntu: `sudo ubuntu-drivers install`. Other systems have it among "
        "their packages.",
    ),
    QT_TRANSLATE_NOOP(
        "Machine",
        "Restart the computer. If that does not help, install the NVIDIA driver again, release 580 "
        "or newer; with Secure Boot, the system must trust it.",
    ),
    QT_TRANSLATE_NOOP(
        "Machine",
        "Give the card to the container: `--gpus all` of docker, `--device nvidia.com/gpu=all` of "
        "podman. The host needs the NVIDIA driver, release 580 or newer.",
    ),
    QT_TRANSLATE_NOOP("Machine", "It is hidden from programs."),
    QT_TRANSLATE_NOOP("Machine", "Look at the variable CUDA_VISIBLE_DEVICES."),
    QT_TRANSLATE_NOOP("Machine", "The variable CUDA_VISIBLE_DEVICES is set: it may hide the card."),
    QT_TRANSLATE_NOOP("Machine", "Look whether `nvidia-smi` lists it."),
    QT_TRANSLATE_NOOP(
        "Machine",
        "Install the NVIDIA driver, release 580 or newer, if there is an NVIDIA card.",
    ),
    QT_TRANSLATE_NOOP("Machine", "Update the NVIDIA driver to release 580 or newer."),
    QT_TRANSLATE_NOOP(
        "Machine",
        "Restart the computer; if that does not help, install the driver again.",
    ),
    QT_TRANSLATE_NOOP("Machine", "Cards from the GeForce RTX 30 series on have it."),
    QT_TRANSLATE_NOOP("Machine", "Build them with `python3 make.py cuda {number}`."),
    QT_TRANSLATE_NOOP(
        "Machine",
        "From source, `python3 make.py cuda` builds it; else choose the processor.",
    ),
    QT_TRANSLATE_NOOP(
        "Machine",
        "Install KTDesk again; from source, `python3 make.py cuda` builds the module.",
    ),
)


say = Sentences("Machine", map(str, SENTENCES)).say
