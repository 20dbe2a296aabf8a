# SPDX-License-Identifier: Apache-2.0
"""Questions before something is taken away. They wait for nobody: the answer comes by a signal."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from ktdesk.errors import format_bytes
from ktdesk.library.downloads.item import Item, State
from ktdesk.library.shelf.model import LocalModel
from ui.library.download_presenter import DownloadPresenter
from ui.library.shelf_presenter import ShelfPresenter

Choice = tuple[str, QMessageBox.ButtonRole, Callable[[], object]]
_ROLES = QMessageBox.ButtonRole

translate = QCoreApplication.translate  # lupdate knows it by this name


def ask(parent: QWidget, question: str, explanation: str, *choices: Choice) -> QMessageBox:
    """Ask, with a button for each choice and one that leaves all as it is."""
    box = QMessageBox(QMessageBox.Icon.Question, "KTDesk", question, parent=parent)
    box.setInformativeText(explanation)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for title, role, handler in choices:
        button = box.addButton(title, role)
        button.clicked.connect(partial(handler))
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.open()
    return box


def ask_to_remove(item: Item, downloads: DownloadPresenter, parent: QWidget) -> None:
    """Ask what becomes of the files of a download; one that is complete just leaves the list."""
    if item.state is State.DONE:
        downloads.remove(item.id, delete_files=False)
        return
    done = item.progress.done_bytes
    if not done:
        downloads.remove(item.id, delete_files=True)
        return
    question = translate("Downloads", "Remove {name} from the downloads?")
    explanation = translate(
        "Downloads",
        "{size} of it are on the disk already. If they stay, ordering it again goes on from there.",
    )
    ask(
        parent,
        question.format(name=item.order.title),
        explanation.format(size=format_bytes(done)),
        (
            translate("Downloads", "Keep the files"),
            _ROLES.AcceptRole,
            lambda: downloads.remove(item.id, delete_files=False),
        ),
        (
            translate("Downloads", "Delete the files"),
            _ROLES.DestructiveRole,
            lambda: downloads.remove(item.id, delete_files=True),
        ),
    )


def ask_to_delete(model: LocalModel, shelf: ShelfPresenter, parent: QWidget) -> None:
    """Ask before a model is deleted, and say what that frees."""
    removal = shelf.removal(model)
    question = translate("Models", "Delete {name}?")
    explanation = translate(
        "Models",
        "These are {count} files. {size} are free when they are gone; from the recycle bin they "
        "can be taken back until it is emptied.\n{folder}",
    )
    ask(
        parent,
        question.format(name=model.name),
        explanation.format(
            count=len(removal.files),
            size=format_bytes(removal.freed_bytes),
            folder=model.path.parent,
        ),
        (
            translate("Models", "Move to the recycle bin"),
            _ROLES.AcceptRole,
            lambda: shelf.delete(removal, for_good=False),
        ),
        (
            translate("Models", "Delete for good"),
            _ROLES.DestructiveRole,
            lambda: shelf.delete(removal, for_good=True),
        ),
    )
