# SPDX-License-Identifier: Apache-2.0
"""Responses that may be gone on with: the newest ones, in memory, each for its owner alone."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ktdesk.server.failures import ApiError
from ktdesk.text.messages import Message

_MOST = 256
_MOST_CHARACTERS = 64 << 20  # of all conversations together


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A response, and the conversation up to its end."""

    owner: str
    body: dict[str, Any]
    messages: tuple[Message, ...]

    @property
    def size(self) -> int:
        """How many characters it takes, about."""
        return sum(_size(message) for message in self.messages)


class ResponseStore:
    """The newest responses. Used by the event loop alone."""

    def __init__(self, most_characters: int = _MOST_CHARACTERS) -> None:
        self._stored: OrderedDict[str, StoredResponse] = OrderedDict()
        self._size, self._most = 0, most_characters

    def add(self, owner: str, body: dict[str, Any], messages: Sequence[Message]) -> None:
        """Keep a response; the oldest ones make room."""
        stored = StoredResponse(owner, body, tuple(messages))
        self._stored[body["id"]] = stored
        self._size += stored.size
        while len(self._stored) > _MOST or self._size > self._most:
            _, oldest = self._stored.popitem(last=False)
            self._size -= oldest.size

    def get(self, owner: str, name: str) -> StoredResponse:
        """Return a response. Raises ApiError if its owner has none of that name."""
        stored = self._stored.get(name)
        if stored is None or stored.owner != owner:
            raise ApiError(
                404,
                f"The response {name[:100]!r} is not there.",
                hint="Only the newest ones are kept, until the server ends.",
                param="previous_response_id",
            )
        return stored

    def remove(self, owner: str, name: str) -> None:
        """Forget a response. Raises ApiError if its owner has none of that name."""
        self._size -= self.get(owner, name).size
        del self._stored[name]


def _size(message: Message) -> int:
    arguments = sum(len(call.arguments) for call in message.tool_calls)
    return len(message.content) + len(message.reasoning) + arguments
