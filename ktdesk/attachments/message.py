# SPDX-License-Identifier: Apache-2.0
"""Attachments as a part of a message's text, and back.

A heading with the name, then the content in a fence that is longer than any in it: models read
this often, nothing in a file can end it early, and no letter is changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ktdesk.attachments.reading import Attachment

_FILE = re.compile(
    r"Attached file: ([^\n]*)\n\n(?P<marks>`{3,})([^`\n]*)\n(.*?)\n(?P=marks)(?:\n\n|\Z)", re.DOTALL
)
_IMAGE = re.compile(r"Attached image, which cannot be seen here: ([^\n]*)(?:\n\n|\Z)")


def compose(text: str, attachments: Sequence[Attachment]) -> str:
    """Return the message that a model gets: attachments in their order, then the text."""
    return "".join(map(_part, attachments)) + text


def split(message: str) -> tuple[list[Attachment], str]:
    """Return the attachments that `compose` put before a text, and the text.

    Images have no data. What is not of that form, as after an edit, is left in the text.
    """
    found: list[Attachment] = []
    at = 0
    while True:
        if match := _FILE.match(message, at):
            found.append(Attachment(match[1], match[4], language=match[3]))
        elif match := _IMAGE.match(message, at):
            found.append(Attachment(match[1], is_image=True))
        else:
            return found, message[at:]
        at = match.end()


def _part(attachment: Attachment) -> str:
    name = " ".join(attachment.name.split())
    if attachment.is_image:
        return f"Attached image, which cannot be seen here: {name}\n\n"
    longest = max(map(len, re.findall("`+", attachment.text)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"Attached file: {name}\n\n{marks}{attachment.language}\n{attachment.text}\n{marks}\n\n"
