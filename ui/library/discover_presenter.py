# SPDX-License-Identifier: Apache-2.0
"""Finding models: what is typed, what was found, and what one repository offers. No widgets.

Nothing is asked of the network before the user searches for something or opens something.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from ktdesk.errors import DownloadError, KTDeskError
from ktdesk.library.fetch.order import Order
from ktdesk.library.hub.listing import Variant
from ui.aio import Flow, in_thread, start
from ui.error_texts import whole
from ui.library.details import Details
from ui.library.hit_list import HitRow
from ui.library.offers import Offer

FITTING = ("comfortable", "tight")  # without reading weights from the disk
LIMIT = 1000  # results of a search


class Finder(Protocol):
    """What looks for models. All but `sources` is slow, and may raise KTDeskError."""

    def sources(self) -> tuple[tuple[str, str], ...]:
        """Return id and title of the sources."""
        ...

    def catalogue(self) -> list[HitRow]:
        """Return models that are known to run well somewhere. Asks no network."""
        ...

    def search(self, words: str, source: str, limit: int) -> list[HitRow]:
        """Return what a source has for words, 'owner/name' or an address; '' is all sources."""
        ...

    def open(self, id_: str) -> Details:
        """Return what a repository offers."""
        ...

    def judge(self, details: Details) -> list[Offer]:
        """Find out what each offer would do here, and which is recommended."""
        ...

    def kept(self, details: Details) -> frozenset[Variant]:
        """Return what of it is on this machine."""
        ...

    def takes_token(self, id_: str) -> bool:
        """Return whether a token may be given for the source of a row. Takes no time."""
        ...

    def give_token(self, id_: str, token: str) -> bool:
        """Keep a token for the source of a row; return whether longer than the program runs."""
        ...

    def order(self, details: Details, offer: Offer, folder: Path) -> Order:
        """Return the order of an offer."""
        ...


class DiscoverPresenter(QObject):
    """changed: anything below. failed: the KTDeskError of what concerns no list.

    source: the one that is asked; '' is all. words: what was searched for; '' is the catalogue.
    rows: what the list shows. error: why there are none. is_looking: whether they are on their way.
    details, offers: of the repository that is open; details_error: why it cannot be opened.
    is_opening: whether it is being asked what it offers. is_judging: whether verdicts on that are
    on their way. is_token_lasting: whether the token that was given last is kept when the program
    ends; None if none was given.
    """

    changed = Signal()
    failed = Signal(object)
    ordered = Signal(object)

    def __init__(
        self,
        finder: Finder,
        take: Callable[[Order], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._finder, self._take = finder, take
        self._looking: Flow | None = None
        self._opening: Flow | None = None
        self.is_opening = self.is_judging = False
        self._found: Sequence[HitRow] = ()
        self.words, self.hides_misfits = "", False
        self.source = finder.sources()[0][0]  # it would take many to have others asked as well
        self.rows: Sequence[HitRow] = ()
        self.error: KTDeskError | None = None
        self.chosen = ""
        self.details: Details | None = None
        self.offers: list[Offer] = []
        self.details_error: KTDeskError | None = None
        self.is_token_lasting: bool | None = None

    @property
    def wants_token(self) -> bool:
        """Whether a token could open what is chosen, or get it."""
        kind = self.details_error.kind if isinstance(self.details_error, DownloadError) else ""
        is_gated = self.details is not None and self.details.listing.is_gated
        is_refused = kind in ("gated", "refused", "missing")
        return (is_gated or is_refused) and self._finder.takes_token(self.chosen)

    @property
    def sources(self) -> tuple[tuple[str, str], ...]:
        """Id and title of the sources."""
        return self._finder.sources()

    @property
    def is_looking(self) -> bool:
        """Whether rows are on their way."""
        return self._looking is not None

    def show_catalogue(self) -> None:
        """Show what is known to run well."""
        self.words = ""
        self._look(self._finder.catalogue)

    def search(self, words: str) -> None:
        """Ask the sources; nothing typed shows the catalogue again."""
        words = words.strip()
        if not words:
            self.show_catalogue()
            return
        self.words, source = words, self.source
        self._look(lambda: self._finder.search(words, source, LIMIT))

    def again(self) -> None:
        """Do again what failed."""
        self.search(self.words)

    def choose_source(self, source: str) -> None:
        """Ask one source only, or all with ''."""
        if source != self.source:
            self.source = source
            self.again()

    def follow_sources(self) -> None:
        """Ask the first source, if the one that was asked is no more."""
        if self.source and self.source not in (id_ for id_, _ in self.sources):
            self.source = self.sources[0][0]

    @Slot()
    def look_again(self) -> None:
        """Look what of the open repository is on this machine by now."""
        if self.details:
            start(self, self._look_what_is_kept(self.details))

    def hide_misfits(self, hides: bool) -> None:
        """Leave out what is known not to fit into memory here."""
        self.hides_misfits = hides
        self._filter()
        self.changed.emit()

    def choose(self, id_: str) -> None:
        """Open a repository."""
        if id_ == self.chosen and not self.details_error:
            return
        self.close_details()
        self.chosen = id_
        self.is_opening = True
        self._opening = start(self, self._open(id_))
        self.changed.emit()

    def close_details(self) -> None:
        """Leave the repository that is open."""
        if self._opening:
            self._opening.cancel()
        self.is_opening = self.is_judging = False
        self.chosen, self.details, self.details_error, self.offers = "", None, None, []
        self.changed.emit()

    def give_token(self, token: str) -> None:
        """Keep a token for the source of what is chosen, and open it again."""
        start(self, self._give_token(self.chosen, token))

    def get(self, offer: Offer, folder: Path) -> None:
        """Order an offer into a folder."""
        if not self.details:
            return
        try:
            order = self._finder.order(self.details, offer, folder)
        except KTDeskError as error:
            self.failed.emit(error)
            return
        if self._take(order):
            self.ordered.emit(order)

    async def _give_token(self, id_: str, token: str) -> None:
        try:
            is_lasting = await in_thread(lambda report: self._finder.give_token(id_, token))
        except KTDeskError as error:
            self.failed.emit(error)
            return
        self.is_token_lasting, chosen = is_lasting, self.chosen
        self.close_details()
        self.choose(chosen)

    def _look(self, find: Callable[[], list[HitRow]]) -> None:
        if self._looking:
            self._looking.cancel()
        self.error = None
        self._looking = start(self, self._show(find))
        self.changed.emit()

    async def _show(self, find: Callable[[], list[HitRow]]) -> None:
        try:
            rows = await in_thread(lambda report: find())
        except KTDeskError as error:
            self._looking, self._found, self.rows, self.error = None, (), (), error
            self.changed.emit()
            return
        self._looking, self._found = None, rows
        self._filter()
        self.changed.emit()
        if self.words and len(rows) == 1 and rows[0].id:  # nothing to choose from
            self.choose(rows[0].id)

    def _filter(self) -> None:
        self.rows = self._found
        if self.hides_misfits:
            kept = [row for row in self._found if not row.fit or row.fit in FITTING]
            # A heading with nothing below it goes as well.
            self.rows = [
                row
                for at, row in enumerate(kept)
                if row.id or (at + 1 < len(kept) and kept[at + 1].id)
            ]

    async def _open(self, id_: str) -> None:
        try:
            details = await in_thread(lambda report: self._finder.open(id_))
        except KTDeskError as error:
            self.is_opening, self.details_error = False, error
            self.changed.emit()
            return
        self.is_opening, self.details, self.offers = False, details, list(details.offers)
        self.is_judging = bool(self.offers)
        self.changed.emit()
        if self.is_judging:
            await self._judge(details)

    async def _judge(self, details: Details) -> None:
        try:
            offers = await in_thread(lambda report: self._finder.judge(details))
        except KTDeskError as error:
            problem = whole(error)
            offers = [replace(offer, problem=problem) for offer in self.offers]
        kept = {offer.variant for offer in self.offers if offer.is_kept}
        self.is_judging = False
        self.offers = [replace(offer, is_kept=offer.variant in kept) for offer in offers]
        self.changed.emit()

    async def _look_what_is_kept(self, details: Details) -> None:
        kept = await in_thread(lambda report: self._finder.kept(details))
        if details is self.details:
            self.offers = [replace(each, is_kept=each.variant in kept) for each in self.offers]
            self.changed.emit()
