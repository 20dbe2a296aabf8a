# SPDX-License-Identifier: Apache-2.0
"""A conversation without a model or a screen, for figures of the window's speed."""

from __future__ import annotations

import os
import tempfile

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from ui.chat.conversation_view import ConversationView
from ui.chat.messages import MessageList
from ui.garbage import Garbage
from ui.theme import Theme

SIZE = (900, 900)
SAMPLE = r"""
## A section with everything

A paragraph with **bold** and *italic* words, `code`, [a link](https://example.org) and a formula, $e^{i\pi} + 1 = 0$,
over two lines, and 中文 as well.

1. First, a list
   - with one inside
   - and another item
2. Second

| Name | Value |
|:-----|------:|
| one  | 1.5   |
| two  | 20.25 |

```python
def area(radius: float) -> float:
    # of a circle
    return 3.14159 * radius**2
```

$$\int_0^1 x^2\,dx = \frac{1}{3}$$

> A quote at the end of the section, as long as a line of it is in such answers.

Another paragraph, since most of an answer is text: it says what the section has said already, but
in other words, and goes on for some time, so that the shares of text and of the rest are usual ones.
"""  # noqa: E501


def application() -> QApplication:
    """Return the application, without a screen, and with settings of its own."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["KTDESK_HOME"] = tempfile.mkdtemp()
    app = QApplication([])
    Garbage(app)
    return app


def conversation(app: QApplication, messages: MessageList) -> ConversationView:
    """Return what shows messages, on the screen."""
    view = ConversationView(messages, Theme(app))
    view.resize(*SIZE)
    view.show()
    app.processEvents()
    return view


def settle(app: QApplication) -> None:
    """Do what is to be done: paint, lay out, and delete."""
    app.processEvents()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
