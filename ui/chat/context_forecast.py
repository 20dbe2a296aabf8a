# SPDX-License-Identifier: Apache-2.0
"""How full the context will be with what is being written, and what of the chat will be cut."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QLocale, QObject, QTimer, Signal, Slot

from ktdesk import PromptSize
from ktdesk.errors import KTDeskError
from ui.aio import Flow, in_thread, start

PAUSE_MS = 400  # after the last letter
NEARLY_FULL = 0.85

Measure = Callable[[], PromptSize]


class ContextForecast(QObject):
    """Measures a moment after something has changed, off the GUI thread.

    prepare: called on the GUI thread; returns what measures, or None if there is nothing to.
    changed: `size` is another.
    """

    changed = Signal()

    def __init__(self, prepare: Callable[[], Measure | None], parent: QObject) -> None:
        super().__init__(parent)
        self._prepare = prepare
        self._measuring: Flow | None = None
        self.size: PromptSize | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._measure)

    @Slot()
    def look(self) -> None:
        """Measure soon: something has changed."""
        self._timer.start()

    def _measure(self) -> None:
        if self._measuring:
            self._measuring.cancel()
        if measure := self._prepare():
            self._measuring = start(self, self._show(measure))
        else:
            self._set(None)

    async def _show(self, measure: Measure) -> None:
        try:
            self._set(await in_thread(lambda report: measure()))
        except KTDeskError:  # asking says it better
            self._set(None)

    def _set(self, size: PromptSize | None) -> None:
        if size != self.size:
            self.size = size
            self.changed.emit()


def forecast_text(size: PromptSize | None) -> str:
    """Return what to say before the question is sent; '' if all is well."""
    if size is None:
        return ""
    number = QLocale().toString
    if not size.fits:
        text = QCoreApplication.translate(
            "ContextForecast",
            "Too long by {count} tokens: the context has {all}. Shorten it, or load the model with "
            "a longer context.",
        )
        count = size.tokens - size.context_tokens + 1
        return text.format(count=number(count), all=number(size.context_tokens))
    if size.dropped_messages:
        text = QCoreApplication.translate(
            "ContextForecast", "The model will not see the {count} oldest messages: all do not fit."
        )
        return text.format(count=number(size.dropped_messages))
    if size.tokens > NEARLY_FULL * size.context_tokens:
        text = QCoreApplication.translate(
            "ContextForecast", "The context is nearly full: the answer has room for {count} tokens."
        )
        return text.format(count=number(size.context_tokens - size.tokens))
    return ""
