# SPDX-License-Identifier: Apache-2.0
"""What a model reads of the messages that are kept."""

from __future__ import annotations

from collections.abc import Sequence

from ktdesk.chats.records import StoredMessage
from ktdesk.text.messages import Message


def conversation_of(branch: Sequence[StoredMessage]) -> tuple[Message, ...]:
    """Return the messages of a branch, but for questions without an answer.

    A question at the end is the one that is asked.
    """
    return tuple(
        Message(message.role, message.content, message.thinking)
        for message, after in zip(branch, [*branch[1:], None], strict=True)
        if message.role != "user" or after is None or after.role != "user"
    )
