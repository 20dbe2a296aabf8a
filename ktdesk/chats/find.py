# SPDX-License-Identifier: Apache-2.0
"""Find words in the messages of one branch, in any language, as a reader sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ktdesk.attachments import split
from ktdesk.chats.records import StoredMessage
from ktdesk.chats.store import ChatStore

_AT_ONCE = 200  # messages that are read, between which others have their turn


def find_in(
    store: ChatStore, ids: Sequence[int], words: str, report: Callable[[float], None]
) -> list[tuple[int, int]]:
    """Return the messages that have the words one after another, and how often, in their order.

    Case does not matter, nor how much space is between words; what is attached to a question is
    left out. report: called with the share that was searched; it may raise to end the search. From
    any thread. Raises ChatsError.
    """
    wanted, found = _plain(words), list[tuple[int, int]]()
    for first in range(0, len(ids), _AT_ONCE) if wanted else ():
        report(first / len(ids))
        some = ids[first : first + _AT_ONCE]
        messages = store.messages.load(some)
        counts = ((id_, _text(messages[id_]).count(wanted)) for id_ in some if id_ in messages)
        found += [(id_, count) for id_, count in counts if count]
    return found


def _text(message: StoredMessage) -> str:
    is_question = message.role == "user"
    return _plain(split(message.content)[1] if is_question else message.content)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
