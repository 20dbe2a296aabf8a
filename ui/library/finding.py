# SPDX-License-Identifier: Apache-2.0
"""Looks for models in the sources: the slow work of Discover, off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from ktdesk.errors import DownloadError, format_bytes
from ktdesk.hardware import describe_machine
from ktdesk.library.downloads.ordering import order_of
from ktdesk.library.fetch.order import Order
from ktdesk.library.hub.credentials import Credentials, Keeping
from ktdesk.library.hub.huggingface import HuggingFace
from ktdesk.library.hub.listing import Listing, Variant
from ktdesk.library.hub.modelscope import ModelScope
from ktdesk.library.hub.remote_header import RemoteHeaders
from ktdesk.library.hub.server import PlainServer
from ktdesk.library.hub.source import Hit, Source
from ktdesk.library.hub.sources import Place, Sources
from ktdesk.library.hub.variants import find_variant, variant_with, variants_of
from ktdesk.library.hub.words import Words
from ktdesk.library.shelf.folders import model_folders
from ktdesk.settings import Settings
from ui.error_texts import say
from ui.library.details import Details
from ui.library.discover_presenter import FITTING
from ui.library.hit_list import HitRow
from ui.library.offers import Offer
from ui.widgets.setting_texts import setting_text

if TYPE_CHECKING:
    from ktdesk.library.hub.appraisal import Appraisal, Appraiser
    from ktdesk.library.hub.catalogue import CatalogueEntry
    from ktdesk.planning.plan import Plan

translate = QCoreApplication.translate  # lupdate knows it by this name


class HubFinder:
    """settings, sources: return those of now, on any thread."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        sources: Callable[[], Sources],
        headers: RemoteHeaders,
        credentials: Credentials,
    ) -> None:
        self._settings, self._sources, self._headers = settings, sources, headers
        self._credentials = credentials
        self._places: dict[str, Place] = {}  # by the ids of rows
        self._kept_appraiser: Appraiser | None = None

    def sources(self) -> tuple[tuple[str, str], ...]:
        """Return id and title of the sources, the preferred one first."""
        return tuple((source.id, source.title) for source in self._sources().all)

    def catalogue(self) -> list[HitRow]:
        """Return well-known models, those first that run well here, the largest first."""
        from ktdesk.library.hub.catalogue import read_catalogue  # with torch
        from ktdesk.planning.this_machine import without_model

        settings = self._settings()
        machine = describe_machine(model_folders(settings), settings.hardware)
        free = without_model(machine)  # of a model that is loaded: another one would replace it
        plans = [(entry, entry.plan(free, settings.engine)) for entry in read_catalogue()]
        hub = next(source for source in self._sources().all if isinstance(source, HuggingFace))
        rows = [self._entry(entry, plan, hub) for entry, plan in reversed(plans)]
        well = [row for row in rows if row.fit in FITTING]
        others = [row for row in rows if row.fit not in FITTING]
        headings = (
            translate("Discover", "Runs well here"),
            translate("Discover", "Needs more memory than is free here"),
        )
        lists = zip(headings, (well, others), strict=True)
        return [row for title, below in lists if below for row in (HitRow("", title), *below)]

    def search(self, words: str, source: str, limit: int) -> list[HitRow]:
        """Return what a source has for words, 'owner/name' or an address; '' is all sources.

        A name or an address is one row. Sources that cannot be asked are named at the end, unless
        none can: then DownloadError is raised.
        """
        sources = self._sources()
        meant = sources.read(words)
        if isinstance(meant, Place):
            place = replace(meant, source=sources.find(source)) if source else meant
            return [self._row(place, setting_text(place.source.title))]
        asked = [sources.find(source)] if source else list(sources.all)
        with ThreadPoolExecutor(len(asked)) as threads:
            answers = list(threads.map(partial(_ask, words=meant, limit=limit), asked))
        errors = [answer for answer in answers if isinstance(answer, DownloadError)]
        if len(errors) == len(answers):
            raise errors[0]
        return list(self._rows(asked, answers))

    def open(self, id_: str) -> Details:
        """Return what a repository offers."""
        place = self._places[id_]
        listing = place.source.listing(place.repository, place.revision)
        variants = variants_of(listing.files)
        wanted = find_variant(variants, place.label) if place.label else None
        wanted = variant_with(variants, place.path) if place.path else wanted
        offers = [
            Offer(variant, is_kept=self._has(listing, variant), is_wanted=variant == wanted)
            for variant in variants
        ]
        source = setting_text(place.source.title)
        return Details(id_, _title(place), source, _page(place), listing, tuple(offers))

    def judge(self, details: Details) -> list[Offer]:
        """Find out what each offer would do here, by a header, and which is recommended."""
        from ktdesk.library.hub.appraisal import recommended  # with torch

        whole = [offer for offer in details.offers if not offer.variant.missing]
        source, settings = self._places[details.id].source, self._settings().engine
        appraiser = self._appraiser()
        appraised = {
            offer.variant: appraiser.appraise(source, details.listing, offer.variant, settings)
            for offer in whole
        }
        best = recommended(appraised.values())
        return [
            _judged(offer, appraised[offer.variant], best) if offer.variant in appraised else offer
            for offer in details.offers
        ]

    def kept(self, details: Details) -> frozenset[Variant]:
        """Return what of it is on this machine."""
        variants = (offer.variant for offer in details.offers)
        return frozenset(each for each in variants if self._has(details.listing, each))

    def takes_token(self, id_: str) -> bool:
        """Return whether a token may be given for the source of a row."""
        return id_ in self._places and self._places[id_].source.takes_token

    def give_token(self, id_: str, token: str) -> bool:
        """Keep a token for the source of a row; return whether longer than the program runs."""
        address = _address(self._places[id_].source)
        return self._credentials.set(address, token) is not Keeping.SESSION

    def order(self, details: Details, offer: Offer, folder: Path) -> Order:
        """Return the order of an offer."""
        return order_of(details.listing, offer.variant, folder)

    def listing(self, order: Order, source: str) -> Listing:
        """Return what a source has under the name of an order."""
        return self._sources().find(source).listing(order.repository)

    def _appraiser(self) -> Appraiser:
        from ktdesk.library.hub.appraisal import Appraiser  # with torch

        if self._kept_appraiser is None:
            self._kept_appraiser = Appraiser(self._headers)
        return self._kept_appraiser

    def _rows(
        self, sources: Sequence[Source], answers: Sequence[list[Hit] | DownloadError]
    ) -> Iterator[HitRow]:
        """Yield the hits in turns, the best of each source first; then what went wrong."""
        lists = [answer for answer in answers if isinstance(answer, list)]
        by_id = {source.id: source for source in sources}
        seen: set[str] = set()
        for at in range(max(map(len, lists), default=0)):
            for hit in (hits[at] for hits in lists if at < len(hits)):
                if hit.repository not in seen:  # a mirror has what its model has
                    seen.add(hit.repository)
                    place = Place(by_id[hit.source], hit.repository)
                    yield self._row(place, _about(hit, place.source))
        for source, answer in zip(sources, answers, strict=True):
            if isinstance(answer, DownloadError):
                yield HitRow("", f"{setting_text(source.title)}: {say(str(answer))}")

    def _entry(self, entry: CatalogueEntry, plan: Plan, hub: Source) -> HitRow:
        text = translate("Discover", "{size} as {quantization} · {billions} billion parameters")
        about = text.format(
            billions=f"{entry.shape.weights / 1e9:.0f}",
            hundred_millions=f"{entry.shape.weights / 1e8:.0f}",
            size=format_bytes(entry.shape.size_bytes),
            quantization=entry.shape.quantization,
        )
        row = self._row(Place(hub, entry.repositories[0]), about)
        speed = plan.decode[0].tokens_per_s
        fit = str(plan.verdict.fit)
        return replace(row, title=entry.title, fit=fit, low=speed.low, high=speed.high)

    def _row(self, place: Place, about: str) -> HitRow:
        id_ = "\n".join(
            (place.source.id, place.repository, place.revision, place.label, place.path)
        )
        self._places[id_] = place
        return HitRow(id_, place.repository, about)

    def _has(self, listing: Listing, variant: Variant) -> bool:
        """Return whether all files of a variant are in one of the folders."""
        if variant.missing:
            return False
        orders = (order_of(listing, variant, root) for root in model_folders(self._settings()))
        return any(
            all(_size(order.folder / file.path) == file.size_bytes for file in order.files)
            for order in orders
        )


def _ask(source: Source, words: Words, limit: int) -> list[Hit] | DownloadError:
    try:
        return source.search(words.text, limit)
    except DownloadError as error:
        return error


def _about(hit: Hit, source: Source) -> str:
    downloads = translate("Discover", "{count} downloads")
    gated = translate("Discover", "terms to accept")
    parts = (
        _weights(hit.parameters) if hit.parameters else "",
        downloads.format(count=f"{hit.downloads:,}") if hit.downloads else "",
        hit.licence,
        gated if hit.is_gated else "",
        setting_text(source.title),
    )
    return " · ".join(filter(None, parts))


def _weights(count: int) -> str:
    text = translate("Discover", "{billions} billion parameters")
    billions, hundred_millions = f"{count / 1e9:.3g}", f"{count / 1e8:.3g}"
    return text.format(billions=billions, hundred_millions=hundred_millions)


def _judged(offer: Offer, appraisal: Appraisal, best: Appraisal | None) -> Offer:
    speed = appraisal.plan.decode[0].tokens_per_s
    return replace(
        offer,
        fit=str(appraisal.plan.verdict.fit),
        low=speed.low,
        high=speed.high,
        is_recommended=appraisal is best,
    )


def _title(place: Place) -> str:
    return place.repository.rpartition("/")[2] or place.source.title


def _address(source: Source) -> str:
    """Return where a source is that has pages and takes tokens; '' for others."""
    has_address = isinstance(source, HuggingFace | ModelScope | PlainServer)
    return source.address if has_address else ""


def _page(place: Place) -> str:
    """Return where people read about a repository."""
    match place.source:
        case HuggingFace() as hub:
            return f"{hub.address}/{place.repository}"
        case ModelScope() as hub:
            return f"{hub.address}/models/{place.repository}"
        case _:
            return ""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
