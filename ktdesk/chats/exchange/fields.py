# SPDX-License-Identifier: Apache-2.0
"""Reading fields of JSON that anyone may have written: of the right kind, or else a default."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, cast

MOST_TEXT = 16 << 20  # characters of one message
LAST_TIME = 253_402_300_799.0  # the end of the year 9999


class NotAChatError(Exception):
    """Why something in a file is no chat, in words that follow its name."""


def mapping(value: object) -> Mapping[str, Any]:
    """Return an object of JSON, or an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """Return an array of JSON, or an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def text(value: object) -> str:
    """Return a text, or an empty one. Raises NotAChatError if it is beyond all measure."""
    if not isinstance(value, str):
        return ""
    if len(value) > MOST_TEXT:
        raise NotAChatError(f"has a message of {len(value)} characters")
    return value


def seconds(value: object, *, divisor: int = 1) -> float:
    """Return a time since 1970 in seconds, or 0.0."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    try:
        number = value / divisor
    except OverflowError:
        return 0.0
    return number if math.isfinite(number) and 0 <= number <= LAST_TIME else 0.0


def whole(value: object, *, least: int = 0, most: int = 2**62) -> int | None:
    """Return an integer between two others, or None."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if least <= value <= most else None
