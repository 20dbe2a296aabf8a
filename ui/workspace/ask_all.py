# SPDX-License-Identifier: Apache-2.0
"""One prompt for all panes of a tab, and how fast each of them answered."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ktdesk.attachments import compose, split
from ui.chat.attached_files import AttachedFiles
from ui.chat.conversation_view import in_column
from ui.chat.drafts import Drafts
from ui.chat.messages import ChatMessage
from ui.chat.presenter import ChatPresenter
from ui.chat.prompt_box import PromptBox
from ui.kept_chats import KeptChats
from ui.theme import Theme
from ui.workspace.comparison import Comparison
from ui.workspace.presenter import Workspace

DRAFT = "compare_draft.{key}"  # what is remembered, by the key of the tab's first pane


class AskAll(QWidget):
    """Hidden unless the tab compares."""

    def __init__(
        self, workspace: Workspace, kept: KeptChats, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._workspace = workspace
        self.files = AttachedFiles(lambda text: workspace.active.count_tokens(text), self)
        self.prompt = PromptBox(theme, self.files, self)
        self.comparison = Comparison(self)
        self._drafts = Drafts(kept, self)
        self._key: int | None = None  # of the tab whose draft is in the prompt
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 12)
        column.setSpacing(8)
        column.addLayout(in_column(self.comparison))
        column.addLayout(in_column(self.prompt))
        self.prompt.submitted.connect(self._ask)
        self.prompt.stop_wanted.connect(workspace.stop)
        self.prompt.text_changed.connect(self._keep_draft)
        self.files.changed.connect(self._keep_draft)
        workspace.changed.connect(self.follow)
        workspace.active_changed.connect(self._refresh)
        self.retranslate()
        self.follow()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.prompt.invite(self.tr("Ask all panes"))
        self.comparison.retranslate()

    def flush(self) -> None:
        """Store what is written."""
        self._drafts.flush()

    @Slot()
    def follow(self) -> None:
        """Take up the draft of the tab that is shown."""
        tab = self._workspace.tab
        self.setVisible(tab.is_comparing)
        key = tab.panes[0].key if tab.is_comparing else None
        if key != self._key:
            self._key = None  # nothing of it is typed
            self._drafts.flush()
            if key is not None:
                self._drafts.switch(None, DRAFT.format(key=key))
                attachments, text = split(self._drafts.text)
                self.files.put(attachments)
                self.prompt.set_text(text)
            self._key = key
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        if not self._workspace.tab.is_comparing:
            return
        chats = self._workspace.chats
        self.prompt.show_state(
            can_submit=self._workspace.can_ask_all,
            is_answering=self._workspace.is_answering,
        )
        self.comparison.show_answers([last_answer(chat) for chat in chats])

    @Slot()
    def _keep_draft(self) -> None:
        if self._key is not None and not self.files.is_reading:
            self._drafts.put(compose(self.prompt.text, self.files.attachments))

    @Slot(str)
    def _ask(self, text: str) -> None:
        if self._workspace.ask_all(text, self.files.attachments):
            self.prompt.clear()
            self.files.clear()


def last_answer(chat: ChatPresenter) -> ChatMessage | None:
    """Return the last message of a chat, if it is an answer that has ended."""
    message = chat.messages[-1] if len(chat.messages) else None
    is_answer = message is not None and message.role == "assistant" and message.has_ended
    return message if is_answer else None
