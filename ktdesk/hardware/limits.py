# SPDX-License-Identifier: Apache-2.0
"""Limits that the shell puts on a process (`ulimit`). Windows has none."""

from __future__ import annotations

import sys


def address_space_bytes() -> int | None:
    """Return how much memory the process may address, mapped files included; None: any."""
    return _soft_limit("RLIMIT_AS")


def lockable_bytes() -> int | None:
    """Return how much memory the process may keep from being swapped; None: any."""
    return _soft_limit("RLIMIT_MEMLOCK")


def _soft_limit(name: str) -> int | None:
    if sys.platform == "win32":
        return None
    import resource

    try:
        soft, _ = resource.getrlimit(getattr(resource, name))
    except (OSError, ValueError):
        return None
    return None if soft == resource.RLIM_INFINITY else soft
