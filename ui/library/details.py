# SPDX-License-Identifier: Apache-2.0
"""What a repository is and offers, as the side of the page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from ktdesk.library.hub.listing import Listing
from ui.library.offers import Offer


@dataclass(frozen=True, slots=True)
class Details:
    """A repository at one revision.

    source: the title of its source. page: where people read about it; '' if there is no such.
    """

    id: str
    title: str
    source: str
    page: str
    listing: Listing
    offers: tuple[Offer, ...]
