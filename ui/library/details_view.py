# SPDX-License-Identifier: Apache-2.0
"""The side of the page Discover: what a repository offers, and the button that gets it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QInputDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ktdesk.errors import format_bytes
from ktdesk.library.shelf.folders import ModelFolder
from ui.library.details import Details
from ui.library.discover_presenter import DiscoverPresenter
from ui.library.folder_choice import FolderChoice
from ui.library.offers import Offer, OfferTable
from ui.library.places import Places
from ui.theme import Theme, scaled
from ui.widgets.banner import ErrorBanner
from ui.widgets.tables import show_rows

_ICON = QSize(16, 16)


class DetailsView(QWidget):
    """Follows what is chosen in the list."""

    def __init__(
        self,
        presenter: DiscoverPresenter,
        places: Places,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._title, self._about, self._gate, self._waiting, self._room, self._note, self._kept = (
            QLabel(self) for _ in range(7)
        )
        self._title.setObjectName("heading")
        self._title.setFont(scaled(self.font(), 1.3))
        self._about.setObjectName("muted")
        for label in (self._waiting, self._note, self._kept):
            label.setObjectName("muted")
        self._gate.setObjectName("gate")
        self._room.setObjectName("ruleError")
        self.banner = ErrorBanner(theme, self)
        self.offers = OfferTable(theme, self)
        self.table = QTableView(self)
        self.folder = FolderChoice(places, self)
        self.get, self.read, self.token = (QPushButton(self) for _ in range(3))
        self.get.setProperty("primary", True)
        self._shown: Details | None = None
        self._is_selecting, self._is_users = False, False  # who chose the row: this, or the user
        self._set_up_table()
        self._lay_out()
        self._connect()
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.table.setAccessibleName(self.tr("Quantisations"))
        self.get.setText(self.tr("Get"))
        self.token.setText(self.tr("Enter a token…"))
        self.read.setText(self.tr("Open its page"))
        self.folder.retranslate()
        self.offers.retranslate()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what is known by now."""
        now = self._presenter
        self._waiting.setText(self._waiting_text())
        self._waiting.setVisible(bool(self._waiting.text()))
        if now.details_error:
            self.banner.show_error(now.details_error, (self.tr("Try again"), self._try_again))
        elif not now.chosen or now.is_opening:
            self.banner.hide()
        details = now.details
        self._body.setVisible(details is not None)
        self.token.setVisible(now.wants_token)
        self._kept.setText(self._kept_text())
        self._kept.setVisible(bool(self._kept.text()))
        self.offers.show_offers(now.offers)
        if details:
            self._say(details)
        if details is not self._shown:
            self._shown, self._is_users = details, False
        if details and not self._is_users:
            self._select_best()
        self._follow_selection()

    @property
    def offer(self) -> Offer | None:
        """The offer that is selected."""
        rows = self.table.selectionModel().selectedRows()
        return self.offers.row_at(rows[0].row()) if rows else None

    def _waiting_text(self) -> str:
        now = self._presenter
        if now.is_opening:
            return self.tr("Asking what it offers…")
        if not now.chosen:
            return self.tr("Choose a model to see what it offers, and what it would do here.")
        if now.details and not now.offers:
            return self.tr("There is no GGUF file in it: KTDesk cannot run what it offers.")
        if now.is_judging:
            return self.tr("Reading the headers of its files to predict how they run here…")
        return ""

    def _kept_text(self) -> str:
        if self._presenter.is_token_lasting is None:
            return ""
        if self._presenter.is_token_lasting:
            return self.tr("The token is in the system's keyring.")
        return self.tr("There is no keyring here: the token is forgotten when KTDesk ends.")

    def _say(self, details: Details) -> None:
        listing = details.listing
        self._title.setText(details.title)
        licence = listing.licence or self.tr("not named")
        parts = (
            details.source,
            listing.repository,
            self.tr("licence: {name}").format(name=licence),
            self.tr("revision {name}").format(name=listing.revision[:10]),
        )
        self._about.setText(" · ".join(filter(None, parts)))
        self._gate.setText(
            self.tr(
                "Its makers want to know who uses it: accept their terms on its page, and enter "
                "an access token of your account there."
            )
        )
        self._gate.setVisible(listing.is_gated)
        self.read.setVisible(bool(details.page))

    def _select_best(self) -> None:
        offers = self._presenter.offers
        marked = [at for at, offer in enumerate(offers) if offer.is_wanted]
        marked += [at for at, offer in enumerate(offers) if offer.is_recommended]
        if offers:
            self._is_selecting = True
            self.table.selectRow(marked[0] if marked else 0)
            self._is_selecting = False

    @Slot()
    def _take_selection(self) -> None:
        self._is_users = self._is_users or not self._is_selecting
        self._follow_selection()

    @Slot()
    def _follow_selection(self) -> None:
        """Say what the selected offer takes, and whether the disk has room for it."""
        offer, folder = self.offer, self.folder.folder
        can_get = offer is not None and folder is not None and not offer.variant.missing
        self.get.setEnabled(can_get)
        if offer is None:
            return
        problem, label = self._problem(offer, folder), offer.variant.label
        self._room.setText(problem)
        self._room.setVisible(bool(problem))
        self._note.setText(self._note_text(offer))
        self._note.setVisible(not problem and bool(self._note.text()))
        size = format_bytes(offer.variant.size_bytes)
        self.get.setText(self.tr("Get {label} ({size})").format(label=label, size=size))

    def _problem(self, offer: Offer, folder: ModelFolder | None) -> str:
        """Return what speaks against an offer. Whether it is taken the queue decides."""
        if offer.variant.missing:
            return self.tr("The repository lacks parts of it: it would not run.")
        if folder and offer.variant.size_bytes > folder.free_bytes:
            text = self.tr(
                "It takes {size}, and {free} are free there: choose a folder on another disk."
            )
            size, free = format_bytes(offer.variant.size_bytes), format_bytes(folder.free_bytes)
            return text.format(size=size, free=free)
        return offer.problem

    def _note_text(self, offer: Offer) -> str:
        if offer.is_kept:
            return self.tr("It is on this machine already.")
        if offer.is_recommended:
            return self.tr("Recommended: of those that fit here, it keeps most of the model.")
        if offer.fit == "from_disk":
            return self.tr("It does not fit into memory: most would be read from the disk.")
        return ""

    @Slot()
    def _get(self) -> None:
        if self.get.isEnabled() and (offer := self.offer) and (folder := self.folder.folder):
            self._presenter.get(offer, folder.path)

    @Slot()
    def _ask_for_token(self) -> None:
        dialog = QInputDialog(self)
        dialog.setWindowTitle("KTDesk")
        dialog.setLabelText(self.tr("Access token of your account at this source"))
        dialog.setTextEchoMode(QLineEdit.EchoMode.Password)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(self._presenter.give_token)
        dialog.open()

    @Slot()
    def _read(self) -> None:
        if self._presenter.details:
            QDesktopServices.openUrl(QUrl(self._presenter.details.page))

    def _try_again(self) -> None:
        self._presenter.choose(self._presenter.chosen)

    def _connect(self) -> None:
        self._presenter.changed.connect(self.refresh)
        self.table.selectionModel().selectionChanged.connect(self._take_selection)
        self.table.activated.connect(self._get)
        self.folder.changed.connect(self._follow_selection)
        self.get.clicked.connect(self._get)
        self.read.clicked.connect(self._read)
        self.token.clicked.connect(self._ask_for_token)

    def _set_up_table(self) -> None:
        show_rows(self.table, self.offers)
        self.table.setIconSize(_ICON)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def _lay_out(self) -> None:
        self._body = QWidget(self)
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(8)
        buttons = QHBoxLayout()
        buttons.addWidget(self.get)
        buttons.addWidget(self.read)
        buttons.addStretch()
        for widget in (self._title, self._about, self._gate):
            body.addWidget(widget)
        body.addWidget(self.table, 1)
        body.addWidget(self._note)
        body.addWidget(self.folder)
        body.addWidget(self._room)
        body.addLayout(buttons)
        for label in (self._title, self._about, self._gate, self._waiting, self._room, self._note):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 20, 12)
        column.setSpacing(8)
        column.addWidget(self.banner)
        column.addWidget(self.token, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._kept)
        column.addWidget(self._body, 1)
        column.addWidget(self._waiting)
        column.addStretch()
