# SPDX-License-Identifier: Apache-2.0
"""Which programs still run: an answer whose writer does not was cut off."""

from __future__ import annotations

import os

import psutil

SAME_S = 5.0  # the system computes when a process began from a clock that may have been set


def this_writer() -> str:
    """Return the name of this process, which no other has, also after a restart of the machine."""
    return f"{os.getpid()}:{psutil.Process().create_time():.0f}"


def is_alive(writer: str) -> bool:
    """Return whether the process of that name still runs."""
    number, _, began = writer.partition(":")
    try:
        return abs(psutil.Process(int(number)).create_time() - float(began)) < SAME_S
    except (ValueError, OverflowError, psutil.NoSuchProcess):
        return False
    except psutil.AccessDenied:
        return True
