# SPDX-License-Identifier: Apache-2.0
"""A title for a chat that has none, from its first words."""

from __future__ import annotations

import re

MOST = 60  # characters
_SENTENCE = re.compile(r"(?<=[.!?])\s|(?<=[\u3002\uff01\uff1f])")
_MARKS = re.compile(r"^[#>*\-\s`]+|[`*]+")


def title_from(text: str) -> str:
    """Return the first sentence of a text, cut at a word if it is long; '' if there is no word."""
    for line in text.splitlines():
        plain = " ".join(_MARKS.sub("", line).split())
        if any(character.isalnum() for character in plain):
            return _cut(_SENTENCE.split(plain, maxsplit=1)[0].strip())
    return ""


def _cut(text: str) -> str:
    if len(text) <= MOST:
        return text
    short = text[: MOST - 1]
    at = short.rfind(" ")
    return (short[:at] if at > MOST // 2 else short).rstrip(" ,;:") + "…"
