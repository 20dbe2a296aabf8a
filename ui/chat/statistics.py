# SPDX-License-Identifier: Apache-2.0
"""The measurements of an answer in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from ktdesk import Stats
from ui.chat.messages import ChatMessage, MessageState


def statistics_line(message: ChatMessage) -> str:
    """Return what is said below an answer that has ended: how, and how fast it was."""
    parts: list[str] = []
    if message.state is MessageState.STOPPED:
        parts.append(QCoreApplication.translate("Statistics", "Stopped"))
    elif message.state is MessageState.FAILED:
        parts.append(QCoreApplication.translate("Statistics", "Ended by an error"))
    elif message.is_cut:
        parts.append(QCoreApplication.translate("Statistics", "Cut at the greatest length"))
    if message.stats:
        parts += _measurements(message.stats)
        if dropped := message.stats.dropped_messages:
            text = QCoreApplication.translate("Statistics", "without the {count} oldest messages")
            parts.append(text.format(count=QLocale().toString(dropped)))
    return "  ·  ".join(parts)


def _measurements(stats: Stats) -> list[str]:
    locale = QLocale()
    read = stats.prompt_tokens - stats.cached_tokens
    return [
        QCoreApplication.translate("Statistics", "first token after {seconds} s").format(
            seconds=locale.toString(stats.first_token_s, "f", 2)
        ),
        QCoreApplication.translate("Statistics", "{count} tokens read").format(
            count=locale.toString(read)
        )
        + _speed(stats.prefill_tokens_per_s),
        QCoreApplication.translate("Statistics", "{count} tokens written").format(
            count=locale.toString(stats.generated_tokens)
        )
        + _speed(stats.decode_tokens_per_s),
    ]


def _speed(tokens_per_s: float) -> str:
    """Return the speed in parentheses; a single token has none."""
    if not tokens_per_s:
        return ""
    number = QLocale().toString(tokens_per_s, "f", 1)
    return QCoreApplication.translate("Statistics", " at {speed}/s").format(speed=number)
