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
from ui.error_texts import whole
from ui.library.details import Details
from ui.library.hit_list import HitRow
from ui.library.offers import Offer
from ui.tasks import BackgroundTask, Report

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
    is_token_lasting: whether the token that was given last is kept when the program ends; None if
    none was given.
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
        self._looking: BackgroundTask[list[HitRow]] | None = None
        self._opening: BackgroundTask[Details] | None = None
        self._judging: BackgroundTask[list[Offer]] | None = None
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

    @property
    def is_opening(self) -> bool:
        """Whether a repository is being asked what it offers."""
        return self._opening is not None

    @property
    def is_judging(self) -> bool:
        """Whether verdicts are on their way."""
        return self._judging is not None

    def show_catalogue(self) -> None:
        """Show what is known to run well."""
        self.words = ""
        self._look(lambda report: self._finder.catalogue())

    def search(self, words: str) -> None:
        """Ask the sources; nothing typed shows the catalogue again."""
        words = words.strip()
        if not words:
            self.show_catalogue()
            return
        self.words, source = words, self.source
        self._look(lambda report: self._finder.search(words, source, LIMIT))

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
        if details := self.details:
            task = BackgroundTask(self, lambda report: (details, self._finder.kept(details)))
            task.on_success(self._take_kept).start()

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
        self._opening = BackgroundTask(self, lambda report: self._finder.open(id_))
        self._opening.on_success(self._take_details).on_failure(self._fail_details).start()
        self.changed.emit()

    def close_details(self) -> None:
        """Leave the repository that is open."""
        for task in (self._opening, self._judging):
            if task:
                task.cancel()
        self._opening = self._judging = None
        self.chosen, self.details, self.details_error, self.offers = "", None, None, []
        self.changed.emit()

    def give_token(self, token: str) -> None:
        """Keep a token for the source of what is chosen, and open it again."""
        chosen = self.chosen
        task = BackgroundTask(self, lambda report: self._finder.give_token(chosen, token))
        task.on_success(self._take_token).on_failure(self.failed.emit).start()

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

    def _take_token(self, is_lasting: bool) -> None:
        self.is_token_lasting, chosen = is_lasting, self.chosen
        self.close_details()
        self.choose(chosen)

    def _look(self, work: Callable[[Report], list[HitRow]]) -> None:
        if self._looking:
            self._looking.cancel()
        self.error = None
        self._looking = BackgroundTask(self, work)
        self._looking.on_success(self._take_rows).on_failure(self._fail_rows).start()
        self.changed.emit()

    def _take_rows(self, rows: list[HitRow]) -> None:
        self._looking, self._found = None, rows
        self._filter()
        self.changed.emit()
        if self.words and len(rows) == 1 and rows[0].id:  # nothing to choose from
            self.choose(rows[0].id)

    def _fail_rows(self, error: KTDeskError) -> None:
        self._looking, self._found, self.rows, self.error = None, (), (), error
        self.changed.emit()

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

    def _take_details(self, details: Details) -> None:
        self._opening, self.details, self.offers = None, details, list(details.offers)
        if self.offers:
            self._judging = BackgroundTask(self, lambda report: self._finder.judge(details))
            self._judging.on_success(self._take_offers).on_failure(self._fail_offers).start()
        self.changed.emit()

    def _take_offers(self, offers: list[Offer]) -> None:
        kept = {offer.variant for offer in self.offers if offer.is_kept}
        self._judging = None
        self.offers = [replace(offer, is_kept=offer.variant in kept) for offer in offers]
        self.changed.emit()

    def _take_kept(self, found: tuple[Details, frozenset[Variant]]) -> None:
        details, kept = found
        if details is self.details:
            self.offers = [replace(each, is_kept=each.variant in kept) for each in self.offers]
            self.changed.emit()

    def _fail_offers(self, error: KTDeskError) -> None:
        problem = whole(error)
        self._take_offers([replace(offer, problem=problem) for offer in self.offers])

    def _fail_details(self, error: KTDeskError) -> None:
        self._opening, self.details_error = None, error
        self.changed.emit()
