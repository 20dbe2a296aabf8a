# SPDX-License-Identifier: Apache-2.0
"""The option `resident` of experts.host: which of a layer's experts are on the card all the same.

`resident: 16` are the first sixteen, `resident: [3, 17, 40-47]` those of these numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, cast

from ktdesk.errors import PlacementError

_HINT = "Say how many, or which of them: resident: 16, or resident: [3, 17, 40-47]."


def resident_ids(value: object) -> Sequence[int]:
    """Return the experts that an option names, ascending.

    Raises PlacementError if it is nothing of the kind, or names one twice.
    """
    if type(value) is int and value >= 0:
        return range(value)
    if not isinstance(value, (list, tuple)):
        raise PlacementError(f"Experts cannot be resident as {value!r}.", hint=_HINT)
    found = sorted(expert for entry in cast("Sequence[Any]", value) for expert in _ids(entry))
    for expert, following in pairwise(found):
        if expert == following:
            raise PlacementError(f"The expert {expert} is resident twice.", hint=_HINT)
    return found


def residents_among(value: object, experts: int) -> Sequence[int]:
    """Return the experts that an option names, of a layer of so many.

    Raises PlacementError if there are no such ones, or if no others are left.
    """
    found = resident_ids(value)
    if found and found[-1] >= experts:
        raise PlacementError(
            f"The expert {found[-1]} cannot be resident: the layer has {experts}.",
            hint=f"They have the numbers from 0 to {experts - 1}.",
        )
    if len(found) == experts:
        raise PlacementError(
            f"All {experts} experts of a layer would be resident.",
            hint="Use experts.cuda for it, without this option.",
        )
    return found


def all_but(here: Iterable[int], experts: int) -> list[int]:
    """Return the other experts of a layer of so many, ascending."""
    return sorted({*range(experts)} - {*here})


def as_option(ids: Iterable[int]) -> list[int | str]:
    """Return what names ascending experts, ranges in short."""
    found: list[int | str] = []
    for run in runs(ids):
        found += run if len(run) < 3 else [f"{run[0]}-{run[-1]}"]
    return found


def runs(numbers: Iterable[int]) -> list[list[int]]:
    """Return ascending numbers in runs without gaps."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return found


def _ids(entry: object) -> Iterable[int]:
    if type(entry) is int and entry >= 0:
        return (entry,)
    ends = re.fullmatch(r"(\d{1,4})-(\d{1,4})", entry) if isinstance(entry, str) else None
    if ends is None or int(ends[1]) > int(ends[2]):
        raise PlacementError(f"Experts cannot be resident as {entry!r}.", hint=_HINT)
    return range(int(ends[1]), int(ends[2]) + 1)
