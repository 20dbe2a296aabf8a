# SPDX-License-Identifier: Apache-2.0
"""Which program this is: its version, Python's, and what its native modules can do here."""

from __future__ import annotations

import importlib
import platform
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ktdesk import __version__
from ktdesk.errors import DeviceError
from ktdesk.hardware.cuda_build import load_cuda

if TYPE_CHECKING:
    from ktdesk import _cuda


def versions() -> Iterator[tuple[str, str]]:
    """Yield what it is about, and which one it is, or in words why there is none."""
    yield "KTDesk", __version__
    yield "Python", f"{platform.python_version()} on {platform.platform()}"
    yield "kernels", _kernels()
    yield "GPU module", _gpu_module()


def _kernels() -> str:
    try:
        native: Any = importlib.import_module("ktdesk._native")
    except ImportError as error:
        return f"The native module cannot be loaded: {error}."
    return f"{native.isa()} in use; this build has {', '.join(native.all_isas())}"


def _gpu_module() -> str:
    try:
        cuda = load_cuda()
    except DeviceError as error:
        return str(error)
    facts: _cuda.Facts = cuda.facts()
    cards = [card.problem.text or f"It can use {card.name}." for card in facts.devices]
    return f"for {cuda.ARCHITECTURES}. {facts.problem.text or ' '.join(cards)}"
