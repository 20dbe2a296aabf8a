# SPDX-License-Identifier: Apache-2.0
"""What errors of `ktdesk` say, in the language of the window.

They say it in English; here it only stands for the translator to find, by what it is of.
"""

from __future__ import annotations

from ktdesk.errors import KTDeskError
from ui.error_texts import chats, library, models, running, web
from ui.sentences import Sentences

_MODULES = (chats, library, models, running, web)
_ALL = Sentences("Errors", (text for module in _MODULES for text in map(str, module.SENTENCES)))


def say(text: str) -> str:
    """Return a message or hint in the language of the window; as it is, if none is known.

    Errors about a file begin with its path where their message does not name it.
    """
    if (said := _ALL.say(text)) != text:
        return said
    path, colon, message = text.partition(": ")
    said = _ALL.say(message)
    return f"{path}{colon}{said}" if said != message else text


def whole(error: KTDeskError) -> str:
    """Return message and hint of an error."""
    return " ".join(filter(None, (say(str(error)), say(error.hint))))
