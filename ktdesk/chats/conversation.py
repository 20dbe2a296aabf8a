# SPDX-License-Identifier: Apache-2.0
"""What a model reads of the messages that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ktdesk.chats.records import StoredMessage
from ktdesk.text.messages import Message


def conversation_of(branch: Sequence[StoredMessage]) -> tuple[Message, ...]:
    """Return the messages of a branch, but for questions without an answer.

    A question at the end is the one that is asked.
    """
    unanswered = {
        id(message) for message, after in pairwise(branch) if message.role == after.role == "user"
    }
    return tuple(
        Message(message.role, message.content, message.thinking)
        for message in branch
        if id(message) not in unanswered
    )
