# SPDX-License-Identifier: Apache-2.0
"""Speeds, times and shares as people read them."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication

from ktdesk.errors import format_bytes, format_progress

_MINUTE, _HOUR, _DAY = 60, 3600, 86400

translate = QCoreApplication.translate  # lupdate knows it by this name


def speed_text(bytes_per_s: float) -> str:
    """Return '112 MB/s'."""
    return translate("Library", "{size}/s").format(size=format_bytes(int(bytes_per_s)))


def share_text(done: int, total: int) -> str:
    """Return '38.2 of 404.0 GB'."""
    few, all_ = format_progress(done, total)
    return translate("Library", "{done} of {total}").format(done=few, total=all_)


def remaining_text(seconds: float) -> str:
    """Return about how long it still takes; '' if that cannot be told."""
    if not math.isfinite(seconds) or seconds < 0:
        return ""
    if seconds < _MINUTE:
        return translate("Library", "less than a minute left")
    if seconds < _HOUR:
        text = translate("Library", "about {minutes} min left")
        return text.format(minutes=round(seconds / _MINUTE))
    if seconds < 2 * _DAY:
        hours, rest = divmod(round(seconds / _MINUTE), 60)
        text = translate("Library", "about {hours} h {minutes} min left")
        return text.format(hours=hours, minutes=rest)
    return translate("Library", "about {days} days left").format(days=round(seconds / _DAY))


def tokens_text(low: float, high: float) -> str:
    """Return a predicted speed of answers; '' if there is none."""
    if high <= 0:
        return ""
    if high < 1:
        text = translate("Library", "{few} to {many} s per token")
        return text.format(few=_number(1 / high), many=_number(1 / low) if low else "∞")
    return translate("Library", "{low} to {high} tokens/s").format(
        low=_number(low), high=_number(high)
    )


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"
