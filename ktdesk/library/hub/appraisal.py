# SPDX-License-Identifier: Apache-2.0
"""What the quantisations of a repository would do on this machine, before a weight is fetched."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ktdesk.hardware import Machine
from ktdesk.library.hub.listing import Listing, Variant
from ktdesk.library.hub.remote_header import RemoteHeaders
from ktdesk.library.hub.source import Source
from ktdesk.library.hub.variants import no_models, variants_of
from ktdesk.planning.plan import Plan, Planner
from ktdesk.planning.this_machine import plan_as_loaded, planner_here
from ktdesk.planning.verdict import Fit
from ktdesk.settings import EngineSettings

_KEPT = 8  # repositories
_USUAL = "Q4_K_M"  # of this most repositories have one
# With more bits than enough a model answers no better that anybody would notice, but slower; with
# fewer than few it answers so much worse that it is worth to have little memory left.
_ENOUGH_BITS, _FEW_BITS = 5.2, 3.4


@dataclass(frozen=True, slots=True)
class Appraisal:
    """A quantisation, planned for this machine as the settings would load it.

    weights: how many the model has. is_exact: planned from its own header, else about, from that
    of another quantisation of the repository.
    """

    variant: Variant
    plan: Plan
    weights: int
    is_exact: bool

    @property
    def bits(self) -> float:
        """Of a weight, on average."""
        return 8 * self.variant.size_bytes / max(1, self.weights)


class Appraiser:
    """Plans quantisations; keeps the headers of the last few repositories. From any thread.

    machine: None looks at this one anew for each repository.
    """

    def __init__(self, headers: RemoteHeaders, machine: Machine | None = None) -> None:
        self._headers, self._machine = headers, machine
        self._slots: OrderedDict[tuple[str, str, str], _Slot] = OrderedDict()
        self._lock = threading.Lock()

    def planner(self, source: Source, listing: Listing, variant: Variant) -> Planner:
        """Return what plans a quantisation, from its own header.

        Raises DownloadError and ModelFileError, as `RemoteHeaders.checkpoint` does.
        """
        checkpoint = self._headers.checkpoint(source, listing, variant)
        return planner_here(checkpoint, self._machine)

    def appraise(
        self, source: Source, listing: Listing, variant: Variant, settings: EngineSettings
    ) -> Appraisal:
        """Plan a quantisation. Of each repository one header is read, the first time.

        So the list of a repository costs some megabytes, not as many for each row.

        Raises KTDeskError.
        """
        read, planner = self._planner_of(source, listing)
        scale = variant.size_bytes / max(1, read.size_bytes)
        plan = plan_as_loaded(planner, settings, scale=scale)
        return Appraisal(variant, plan, plan.anatomy.weights, is_exact=variant == read)

    def _planner_of(self, source: Source, listing: Listing) -> tuple[Variant, Planner]:
        slot = self._slot((listing.source, listing.repository, listing.revision))
        with slot.lock:  # two threads that want the same header shall not both fetch it
            if slot.planned is None:
                variant = usual_variant(variants_of(listing.files))
                if variant is None:
                    raise no_models(listing.repository, listing.files)
                slot.planned = variant, self.planner(source, listing, variant)
            return slot.planned

    def _slot(self, key: tuple[str, str, str]) -> _Slot:
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            while len(self._slots) > _KEPT:
                self._slots.popitem(last=False)
            return slot


@dataclass(slots=True)
class _Slot:
    """The quantisation of a repository whose header was read, once it was."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    planned: tuple[Variant, Planner] | None = None


def usual_variant(variants: Iterable[Variant]) -> Variant | None:
    """Return the quantisation that tells most about the others: a common one, of the middle."""
    whole = [variant for variant in variants if not variant.missing]
    common = [variant for variant in whole if variant.label == _USUAL]
    return (common or [whole[len(whole) // 2]])[0] if whole else None


def recommended(appraisals: Iterable[Appraisal]) -> Appraisal | None:
    """Return which one to take here; None if none runs.

    The most precise of those that fit, up to what is enough; else the one that reads the least
    from the disk.
    """
    whole = sorted(
        (each for each in appraisals if not each.variant.missing),
        key=lambda each: each.variant.size_bytes,
    )
    comfortable = _best(whole, Fit.COMFORTABLE)
    if comfortable and comfortable.bits >= _FEW_BITS:
        return comfortable
    from_disk = (each for each in whole if each.plan.verdict.fit is Fit.FROM_DISK)
    return _best(whole, Fit.COMFORTABLE, Fit.TIGHT) or next(from_disk, None)


def _best(appraisals: Iterable[Appraisal], *fits: Fit) -> Appraisal | None:
    """Return the most precise one that fits like this, up to what is enough."""
    fitting = [each for each in appraisals if each.plan.verdict.fit in fits]
    enough = [each for each in fitting if each.bits <= _ENOUGH_BITS]
    return enough[-1] if enough else next(iter(fitting), None)
