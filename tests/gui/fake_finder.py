# SPDX-License-Identifier: Apache-2.0
"""A finder of models that knows a few, and answers when it is told to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ktdesk.errors import DownloadError
from ktdesk.library.fetch.order import Order
from ktdesk.library.hub.listing import Listing, RemoteFile, Variant
from ui.library.details import Details
from ui.library.hit_list import HitRow
from ui.library.offers import Offer

GB = 10**9
CATALOGUE = [
    HitRow("", "Runs well here"),
    HitRow("hf:Qwen/Qwen3-30B-A3B-GGUF", "Qwen3-30B-A3B", "31 billion parameters · 18.6 GB",
           "comfortable", 21.0, 30.0),
    HitRow("hf:some/gpt-oss-120b-GGUF", "gpt-oss-120b", "117 billion parameters · 63.4 GB",
           "tight", 9.0, 14.0),
    HitRow("", "Needs more than this computer has"),
    HitRow("hf:some/DeepSeek-R1-GGUF", "DeepSeek-R1", "671 billion parameters · 404 GB",
           "from_disk", 0.4, 0.9),
    HitRow("hf:some/Kimi-K2-GGUF", "Kimi-K2", "1026 billion parameters · 620 GB", "will_not_run"),
]  # fmt: skip
VERDICTS = {
    "Q2_K": ("comfortable", 24.0, 33.0),
    "Q4_K_M": ("comfortable", 15.0, 21.0),
    "Q6_K": ("tight", 10.0, 14.0),
    "Q8_0": ("from_disk", 0.4, 0.9),
}


def variant(label: str, parts: int, size: int) -> Variant:
    files = tuple(
        RemoteFile(f"model-{label}-{n:05d}-of-{parts:05d}.gguf", size // parts, "")
        for n in range(1, parts + 1)
    )
    return Variant(label, files)


class FakeFinder:
    """`gate` holds back every answer until it is set; `error` is raised instead of one."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.error: DownloadError | None = None
        self.asked: list[tuple[str, ...]] = []
        self.found: Callable[[str], list[HitRow]] = lambda words: [
            HitRow(f"hf:{words}/model", f"{words}/model", "12 000 downloads · MIT")
        ]
        self.is_gated = False
        self.here: list[Variant] = []
        self.variants = [
            variant("Q2_K", 2, 80 * GB), variant("Q4_K_M", 3, 140 * GB),
            variant("Q6_K", 5, 190 * GB), variant("Q8_0", 6, 250 * GB),
        ]  # fmt: skip

    def sources(self) -> tuple[tuple[str, str], ...]:
        return ("hf", "Hugging Face"), ("ms", "ModelScope")

    def catalogue(self) -> list[HitRow]:
        self._answer("catalogue")
        return CATALOGUE

    def search(self, words: str, source: str, limit: int) -> list[HitRow]:
        self._answer("search", words, source)
        return self.found(words)[:limit]

    def open(self, id_: str) -> Details:
        self._answer("open", id_)
        files = tuple(file for each in self.variants for file in each.files)
        listing = Listing(
            "hf", id_.partition(":")[2], "0123456789abcdef" * 2, "mit", self.is_gated, files
        )
        offers = tuple(Offer(each) for each in self.variants)
        title = id_.rpartition("/")[2]
        return Details(id_, title, "Hugging Face", "https://example.com/", listing, offers)

    def judge(self, details: Details) -> list[Offer]:
        self._answer("judge", details.id)
        return [self._judge(offer) for offer in details.offers]

    def _judge(self, offer: Offer) -> Offer:
        fit, low, high = VERDICTS[offer.variant.label]
        is_best = offer.variant.label == "Q4_K_M"
        return replace(offer, fit=fit, low=low, high=high, is_recommended=is_best)

    def kept(self, details: Details) -> frozenset[Variant]:
        return frozenset(self.here)

    def takes_token(self, id_: str) -> bool:
        return id_.startswith("hf:")

    def give_token(self, id_: str, token: str) -> bool:
        self._answer("token", id_, token)
        self.error = None
        return False

    def order(self, details: Details, offer: Offer, folder: Path) -> Order:
        listing = details.listing
        title = f"{details.title} {offer.variant.label}"
        place = folder / listing.repository
        return Order(
            "", title, listing.source, listing.repository, listing.revision,
            offer.variant.files, place,
        )  # fmt: skip

    def _answer(self, *asked: str) -> None:
        self.asked.append(asked)
        self.gate.wait()
        if self.error:
            raise self.error
