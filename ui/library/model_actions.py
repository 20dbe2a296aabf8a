# SPDX-License-Identifier: Apache-2.0
"""What can be done with a model of this machine: a row of buttons, and the same as a menu."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QAction, QCursor, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QPushButton, QWidget

from ktdesk.library.fetch.order import Order
from ktdesk.library.shelf.model import LocalModel, Owner
from ktdesk.library.shelf.state import Condition
from ui.library.asking import ask_to_delete
from ui.library.places import Places
from ui.library.shelf_presenter import ShelfPresenter, UnderWay


class Loader(Protocol):
    """What loads a model; ui.chat.model_presenter.ModelPresenter does."""

    def load(self, path: Path) -> None:
        """Load a model in place of the one that is loaded."""
        ...


class ModelActions(QWidget):
    """Acts on the model that it was shown. loading: it is being loaded, so the chat is wanted."""

    loading = Signal()

    def __init__(
        self,
        shelf: ShelfPresenter,
        places: Places,
        loader: Loader,
        take: Callable[[Order], bool],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._shelf, self._places, self._loader, self._take = shelf, places, loader, take
        self._model: LocalModel | None = None
        handlers: Iterable[tuple[str, Callable[[], object]]] = (
            ("load", self.load), ("repair", self._repair), ("verify", self._verify),
            ("stop", self._stop), ("reveal", self._reveal), ("move", self._move),
            ("delete", self._delete),
        )  # fmt: skip
        self.by_name: dict[str, QAction] = {}
        self._buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for name, handler in handlers:
            action = self.by_name[name] = QAction(self)
            action.triggered.connect(handler)
            self._buttons[name] = self._button(action)
            row.addWidget(self._buttons[name])
        row.addStretch()
        self._buttons["load"].setProperty("primary", True)
        self.by_name["delete"].setShortcut(QKeySequence(Qt.Modifier.CTRL | Qt.Key.Key_Delete))
        self.retranslate()
        self.show_model(None, None, is_loaded=False)

    def retranslate(self) -> None:
        """Say it in the present language."""
        titles = {
            "load": self.tr("Load"),
            "repair": self.tr("Fetch what is missing"),
            "verify": self.tr("Verify"),
            "stop": self.tr("Stop"),
            "reveal": self.tr("Show in its folder"),
            "move": self.tr("Move…"),
            "delete": self.tr("Delete…"),
        }
        for name, title in titles.items():
            self.by_name[name].setText(title)
            self._buttons[name].setText(title)

    def show_model(
        self, model: LocalModel | None, work: UnderWay | None, *, is_loaded: bool
    ) -> None:
        """Act on another model. work: what is being done with it."""
        self._model = model
        can = _possible(model, is_loaded=is_loaded) if model and not work else set[str]()
        if work:
            can.add("stop")
        for name, action in self.by_name.items():
            action.setEnabled(name in can)
            self._buttons[name].setEnabled(name in can)
        for name in ("stop", "repair"):
            self.by_name[name].setVisible(name in can)
            self._buttons[name].setVisible(name in can)
        self.setVisible(model is not None)

    @Slot()
    def load(self) -> None:
        """Load the model, if it may be."""
        if self._model and self.by_name["load"].isEnabled():
            self._loader.load(self._model.path)
            self.loading.emit()

    @Slot()
    def open_menu(self) -> None:
        """Offer the same at the mouse."""
        if self._model:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addActions([action for action in self.by_name.values() if action.isVisible()])
            menu.popup(QCursor.pos())

    @Slot()
    def _verify(self) -> None:
        if self._model:
            self._shelf.verify(self._model)

    @Slot()
    def _stop(self) -> None:
        if self._model:
            self._shelf.stop(self._model)

    @Slot()
    def _repair(self) -> None:
        """Order what the lock file names: the fetcher takes only what is missing or wrong."""
        if self._model and (order := _repair_order(self._model)):
            self._take(order)

    @Slot()
    def _reveal(self) -> None:
        if self._model:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._model.path.parent)))

    @Slot()
    def _move(self) -> None:
        if self._model:
            dialog = QFileDialog(self, self.tr("Move the model to"))
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.fileSelected.connect(partial(self._move_to, self._model))
            dialog.open()

    def _move_to(self, model: LocalModel, folder: str) -> None:
        if self._places.include(Path(folder)):  # else the model would be seen no more
            self._shelf.move(model, Path(folder))

    @Slot()
    def _delete(self) -> None:
        if self._model:
            ask_to_delete(self._model, self._shelf, self)

    def _button(self, action: QAction) -> QPushButton:
        button = QPushButton(self)
        button.clicked.connect(action.trigger)
        return button


def _possible(model: LocalModel, *, is_loaded: bool) -> set[str]:
    """Return what can be done with a model that is left in peace."""
    can: set[str] = set()
    if model.condition.may_load and not is_loaded:
        can.add("load")
    if _can_be_repaired(model):
        can.add("repair")
    if model.condition is Condition.GONE:
        return can
    can |= {"reveal", "verify"}
    if model.owner is Owner.KTDESK and not is_loaded:
        can |= {"move", "delete"}
    return can


def _can_be_repaired(model: LocalModel) -> bool:
    is_broken = model.condition in (Condition.MISSING, Condition.DAMAGED, Condition.GONE)
    return is_broken and _repair_order(model) is not None


def _repair_order(model: LocalModel) -> Order | None:
    """Return the order of a model's own files from where they came from; None if nobody knows."""
    if not model.lock or not model.lock_folder:
        return None
    folder = model.lock_folder
    names = {file.path.relative_to(folder).as_posix() for file in model.files}
    files = tuple(file for file in model.lock.files if file.path in names)
    lock = model.lock
    if not files:
        return None
    return Order("", model.name, lock.source, lock.repository, lock.revision, files, folder)
