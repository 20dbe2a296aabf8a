# SPDX-License-Identifier: Apache-2.0
"""The memory of this machine."""

from __future__ import annotations

import importlib
from typing import Any

import psutil

from ktdesk.hardware.cgroups import memory_left_bytes, memory_limit_bytes


def total_memory_bytes() -> int:
    """Return how much memory there is for this process, used or not."""
    total: int = psutil.virtual_memory().total
    limit = memory_limit_bytes()
    return total if limit is None else min(total, limit)


def available_memory_bytes() -> int:
    """Return how much memory this process can take now without making the system swap."""
    available: int = psutil.virtual_memory().available
    left = memory_left_bytes()
    return available if left is None else min(available, left)


def grants_huge_pages() -> bool:
    """Whether the system gives this process huge pages; no, if it cannot be asked."""
    try:
        native: Any = importlib.import_module("ktdesk._native")
    except ImportError:
        return False
    return native.grants_huge_pages()
