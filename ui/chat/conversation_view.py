# SPDX-License-Identifier: Apache-2.0
"""The messages below one another in a centred column that follows its end.

Only those that are seen, and some above and below, are widgets; the others are heights, measured
or guessed. What is at the top of the view stays there when a guess turns out wrong.
"""

from __future__ import annotations

import time
from functools import partial

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPoint,
    QSize,
    Qt,
    QTimer,
    QUrl,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QHBoxLayout, QWidget

from ui.chat.message_view import AnswerView, QuestionView
from ui.chat.messages import MessageList
from ui.chat.row_heights import RowHeights
from ui.theme import Theme
from ui.widgets.icon_button import IconButton

COLUMN_WIDTH = 760
MARGIN = 24  # beside the column
SCROLL_BAR = 12  # its width in the style sheet
NEAR_END = 40  # pixels from the end within which the view follows it
GAP, EDGE = 26, 28  # between messages; above the first and below the last
GUESS = 240  # height of a message that was not seen yet
AHEAD = 500  # pixels above and below what is seen that are widgets, too
ROUNDS = 4  # of placing, until measured heights show no more rows
SLOW_S, PAUSE_MS = 0.015, 100  # what takes longer than this is shown less often

MessageView = QuestionView | AnswerView


def in_column(widget: QWidget) -> QHBoxLayout:
    """Return a row that holds the widget in the middle, not wider than the column."""
    widget.setMaximumWidth(COLUMN_WIDTH)
    row = QHBoxLayout()
    row.setContentsMargins(MARGIN, 0, MARGIN, 0)
    row.addStretch(1)
    row.addWidget(widget, 1000)
    row.addStretch(1)
    return row


class ConversationView(QAbstractScrollArea):
    """Shows a MessageList. It scrolls with the answer until the user scrolls up.

    wanted: the name of an action and the id of the message that it is wanted for. link_clicked: an
    address that a message names. While nobody sees the view, it only remembers what has changed.
    """

    wanted = Signal(str, int)
    link_clicked = Signal(QUrl)

    def __init__(self, messages: MessageList, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._messages, self._theme = messages, theme
        self._rows = RowHeights(GUESS, GAP)
        self._views: dict[int, MessageView] = {}
        self._changed: set[int] = set()
        self._follows, self._is_placing = True, False
        self._marked: tuple[int, str, int] | None = None  # row, words, and which place
        self._anchor = (0, 0)  # the row at the top of the view, and how much of it is above
        self.viewport().setObjectName("conversation")
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOn
        )  # text keeps its place
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._jump = IconButton(theme, "jump", self)
        self._jump.setObjectName("jump")
        self._jump.setFixedSize(QSize(36, 36))
        self._jump.clicked.connect(self.jump_to_end)
        self._jump.hide()
        self._pause = self._timer(PAUSE_MS, self._show_changes)
        self._soon = self._timer(0, self._place)
        self._mark_soon = self._timer(0, self._mark_again)
        theme.changed.connect(self._mark_soon.start)  # when the blocks have its colours
        messages.rowsInserted.connect(self._insert)
        messages.dataChanged.connect(self._change)
        messages.rowsRemoved.connect(self._remove)
        messages.modelReset.connect(self._reset)
        self.verticalScrollBar().setSingleStep(24)
        self.verticalScrollBar().valueChanged.connect(self._on_value)
        self.retranslate()
        self._reset()

    @Slot()
    def jump_to_end(self) -> None:
        """Scroll to the end, and follow it again."""
        self._follows = True
        self._place()

    def show_row(self, row: int) -> None:
        """Scroll to a message."""
        if 0 <= row < len(self._rows):
            self._follows, self._anchor = False, (row, -EDGE)
            self._place()

    @property
    def top_row(self) -> int:
        """The row at the top of the view; 0 without messages."""
        return self._rows.at(self._top() - EDGE) if len(self._rows) else 0

    def mark(self, row: int | None, words: str = "", chosen: int = 0) -> None:
        """Scroll to words in a message, and mark them as its view does; None: mark nothing."""
        before, self._marked = self._marked, None if row is None else (row, words, chosen)
        if before and before[0] != row and (view := self._views.get(before[0])):
            view.mark("", 0)
        if row is None or not 0 <= row < len(self._rows):
            return
        if row not in self._views:
            self.show_row(row)
        y = self._views[row].mark(words, chosen) if row in self._views else None
        if y is not None:
            self._reveal(row, y)

    @Slot()
    def _mark_again(self) -> None:
        if self._marked and (view := self._views.get(self._marked[0])):
            view.mark(*self._marked[1:])

    def _reveal(self, row: int, y: int) -> None:
        """Scroll so far that what is at a height of a message is seen."""
        below_top = EDGE + self._rows.top(row) + y - self._top()
        if not EDGE <= below_top <= self._height() - 3 * EDGE:
            self.show_place(row, y - self._height() // 3)

    @property
    def place(self) -> tuple[int, int] | None:
        """The row at the top, and how many pixels of it are above; None: it follows the end."""
        return None if self._follows or not len(self._rows) else self._anchor

    def show_place(self, row: int, above: int) -> None:
        """Scroll to where the view was; see `place`."""
        self._follows, self._anchor = False, (row, above)
        self._place()

    def view_of(self, row: int) -> MessageView | None:
        """Return the widget of a message, if it is one now."""
        return self._views.get(row)

    @Slot(int, int)
    def show_prefill(self, done: int, total: int) -> None:
        """Say how much of the prompt is read."""
        view = self._views.get(len(self._rows) - 1)
        if isinstance(view, AnswerView):
            view.show_prefill(done, total)

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.setAccessibleName(self.tr("Conversation"))
        self._jump.describe(self.tr("Jump to the end"))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Keep what is at the top there, and the button at the bottom, in the middle."""
        super().resizeEvent(event)
        area = self.viewport().geometry()
        x = area.center().x() - self._jump.width() // 2
        self._jump.move(x, area.bottom() - self._jump.height() - 12)
        self._place()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Show what has come meanwhile."""
        super().showEvent(event)
        self.window().installEventFilter(self)  # it may be minimised
        self._show_changes()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802, RUF100 - Qt's name
        """Do nothing: the value of the scroll bar places the messages."""
        del dx, dy

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Go to the beginning or the end."""
        if event.key() == Qt.Key.Key_End:
            self.jump_to_end()
        elif event.key() == Qt.Key.Key_Home:
            self.verticalScrollBar().setValue(0)
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002, FBT001, N802, RUF100 - Qt's
        """Bring what gets the focus into view."""
        has_moved = super().focusNextPrevChild(next)
        widget = QApplication.focusWidget()
        if has_moved and widget is not None and self.viewport().isAncestorOf(widget):
            top = widget.mapTo(self.viewport(), QPoint(0, 0)).y()
            below = top + min(widget.height(), self._height()) - self._height()
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + (min(0, top) or max(0, below)))
        return has_moved

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, RUF100 - Qt's
        """Place the messages anew when one has another height; look when the window is back."""
        if event.type() == QEvent.Type.LayoutRequest and not self._is_placing:
            self._soon.start()
        elif event.type() == QEvent.Type.WindowStateChange:
            self._show_changes()
        return super().eventFilter(watched, event)

    def _timer(self, milliseconds: int, slot: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    def _height(self) -> int:
        return self.viewport().height()

    @Slot(QModelIndex, int, int)
    def _insert(self, parent: QModelIndex, first: int, last: int) -> None:
        del parent
        count = last - first + 1
        self._rows.insert(first, count)
        self._views = {row + count * (row >= first): v for row, v in self._views.items()}
        self.jump_to_end()

    @Slot(QModelIndex, int, int)
    def _remove(self, parent: QModelIndex, first: int, last: int) -> None:
        del parent
        count = last - first + 1
        for row in range(first, last + 1):
            self._drop(row)
        self._rows.remove(first, count)
        self._views = {row - count * (row > last): v for row, v in self._views.items()}
        self._changed.clear()
        if self._marked and self._marked[0] >= first:
            self._marked = None
        self._place()

    @Slot()
    def _reset(self) -> None:
        for row in list(self._views):
            self._drop(row)
        self._changed.clear()
        self._marked = None
        self._rows = RowHeights(GUESS, GAP)
        self._rows.insert(0, len(self._messages))
        self._anchor = (0, -EDGE)
        self.jump_to_end()

    @Slot(QModelIndex, QModelIndex)
    def _change(self, first: QModelIndex, last: QModelIndex) -> None:
        self._changed.update(range(first.row(), last.row() + 1))
        if not self._pause.isActive():
            self._show_changes()

    @Slot()
    def _show_changes(self) -> None:
        """Show what has changed, if anybody sees it; seldom, if that takes long."""
        if not self.isVisible() or self.window().isMinimized():
            return
        start = time.perf_counter()
        for row in self._changed & self._views.keys():
            self._show(self._views[row], row)
        self._changed.clear()
        self._place()
        if time.perf_counter() - start > SLOW_S:
            self._pause.start()

    @Slot(int)
    def _on_value(self, value: int) -> None:
        if self._is_placing:
            return
        self._follows = value >= self.verticalScrollBar().maximum() - NEAR_END
        if len(self._rows):
            row = self._rows.at(value - EDGE)
            self._anchor = (row, value - EDGE - self._rows.top(row))
        self._place()

    @Slot()
    def _place(self) -> None:
        """Make, measure and move the messages that are seen; let the others go."""
        if self._is_placing or not self.isVisible():
            return
        self._is_placing = True
        try:
            self._measure()
            top = self._top()
            self._set_bar(top)
            for row, view in self._views.items():
                view.move(view.x(), EDGE + self._rows.top(row) - top)
        finally:
            self._is_placing = False

    def _measure(self) -> None:
        """Make the messages that are seen, until their true heights show no more of them."""
        if not len(self._rows):
            return
        seen = range(0)
        for _ in range(ROUNDS):
            top = self._top() - EDGE
            first, last = self._rows.at(top - AHEAD), self._rows.at(top + self._height() + AHEAD)
            seen = range(first, last + 1)
            heights = [(row, self._fit(self._views.get(row) or self._make(row))) for row in seen]
            if not sum(self._rows.set(row, height) for row, height in heights):
                break
        for row in [row for row in self._views if row not in seen]:
            if not _is_in_use(self._views[row]):
                self._drop(row)

    def _top(self) -> int:
        """Return how many pixels of the conversation are above the view."""
        end = max(0, self._rows.total + 2 * EDGE - self._height())
        if self._follows or not len(self._rows):
            return end
        row, above = self._anchor
        return min(max(0, self._rows.top(min(row, len(self._rows) - 1)) + above + EDGE), end)

    def _set_bar(self, top: int) -> None:
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, self._rows.total + 2 * EDGE - self._height()))
        bar.setPageStep(max(1, self._height() - 2 * EDGE))
        bar.setEnabled(bar.maximum() > 0)  # the style sheet hides the handle of one that is not
        bar.setValue(top)
        self._jump.setVisible(not self._follows and top < bar.maximum() - NEAR_END)

    def _fit(self, view: MessageView) -> int:
        """Give a message the width of the column; return the height that it needs."""
        space = self.viewport().width() + SCROLL_BAR
        width = max(1, min(COLUMN_WIDTH, space - 2 * MARGIN - SCROLL_BAR))
        height = view.fit(width)
        left = max(MARGIN, (space - width) // 2)  # centred as the prompt is
        view.setGeometry(left, view.y(), width, height)
        return height

    def _make(self, row: int) -> MessageView:
        message = self._messages[row]
        make = QuestionView if message.role == "user" else AnswerView
        view = make(self._theme, self.viewport())
        self._views[row] = view
        self._show(view, row)
        view.buttons.wanted.connect(partial(self._want, message.id))
        if isinstance(view, AnswerView):
            view.link_clicked.connect(self.link_clicked)
        view.installEventFilter(self)
        view.move(0, self._height())
        view.show()
        self._changed.discard(row)
        return view

    def _show(self, view: MessageView, row: int) -> None:
        message = self._messages[row]
        if isinstance(view, QuestionView):
            view.show_message(message, self._messages.pictures(message))
        else:
            view.show_message(message)
        if self._marked and self._marked[0] == row:
            self._mark_again()

    def _drop(self, row: int) -> None:
        if view := self._views.pop(row, None):
            view.removeEventFilter(self)
            view.hide()
            view.deleteLater()

    def _want(self, message_id: int, action: str) -> None:
        self.wanted.emit(action, message_id)


def _is_in_use(view: MessageView) -> bool:
    """Return whether a message has the focus, or a selection, which must not go."""
    focus = QApplication.focusWidget()
    has_focus = focus is not None and view.isAncestorOf(focus)
    return has_focus or (isinstance(view, AnswerView) and view.blocks.has_selection)
