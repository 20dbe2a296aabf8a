# SPDX-License-Identifier: Apache-2.0
"""Models that are not on this computer, for commands that need only their headers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ktdesk.cli.library.opening import open_hubs
from ktdesk.cli.library.wanted import choose_variant
from ktdesk.cli.program import Program

if TYPE_CHECKING:
    from ktdesk.library.hub.appraisal import Appraiser
    from ktdesk.library.hub.listing import Listing, Variant
    from ktdesk.library.hub.sources import Place
    from ktdesk.planning.plan import Planner
    from ktdesk.settings import EngineSettings


@dataclass(frozen=True, slots=True)
class ModelElsewhere:
    """A quantisation of a source, and what plans it. of: how many there are to choose from."""

    listing: Listing
    variant: Variant
    of: int
    planner: Planner


def is_elsewhere(text: str | None) -> bool:
    """Whether a text names a model of a source, rather than a file or a model on this computer.

    Raises DownloadError if it is an address that cannot be used.
    """
    from ktdesk.library.hub.words import Named, OnServer, read_query

    if not text or Path(text).expanduser().exists():
        return False
    query = read_query(text)
    if isinstance(query, Named) and not query.source and text.lower().endswith(".gguf"):
        return False  # a path that leads nowhere
    return isinstance(query, Named | OnServer) or text.lower().startswith("file:")


def find_elsewhere(text: str, program: Program, settings: EngineSettings) -> ModelElsewhere:
    """Return the quantisation that is named; if none is, the one to recommend here.

    Raises DownloadError and ModelFileError.
    """
    from ktdesk.library.hub.appraisal import Appraiser
    from ktdesk.library.hub.remote_header import RemoteHeaders
    from ktdesk.library.hub.variants import variants_of
    from ktdesk.library.hub.words import Words

    with open_hubs(program) as hubs:
        place = hubs.sources.read(text)
        assert not isinstance(place, Words)
        listing = place.source.listing(place.repository, place.revision)
        appraiser = Appraiser(RemoteHeaders(hubs.web))
        variant = _variant(place, listing, appraiser, settings)
        planner = appraiser.planner(place.source, listing, variant)
        return ModelElsewhere(listing, variant, len(variants_of(listing.files)), planner)


def _variant(
    place: Place, listing: Listing, appraiser: Appraiser, settings: EngineSettings
) -> Variant:
    from ktdesk.library.hub.appraisal import recommended
    from ktdesk.library.hub.variants import variants_of

    variants = variants_of(listing.files)
    if place.label or place.path or len(variants) < 2:
        return choose_variant(place, listing.files)
    planned = [appraiser.appraise(place.source, listing, each, settings) for each in variants]
    best = recommended(planned)
    return best.variant if best else variants[0]
