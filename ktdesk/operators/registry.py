# SPDX-License-Identifier: Apache-2.0
"""The operators that a placement file may name: `<slot>.<variant>`, such as `experts.cpu`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TypeVar

from ktdesk.errors import PlacementError, did_you_mean
from ktdesk.operators.base import Slot

S = TypeVar("S", bound=Slot)

# Of operators that take and leave activations on a GPU, wherever they work.
GPU_VARIANTS = frozenset({"cuda", "host"})
# Of operators that take and leave activations where those beside them do; see `torch_seam`.
TORCH_VARIANT = "torch"

_operators: dict[str, type[Slot]] = {}


def operator(*variants: str) -> Callable[[type[S]], type[S]]:
    """Register the decorated class under its slot's kind and these variants.

    The class is built with (site, spec), and with keyword-only options that a rule may set.
    """

    def register(cls: type[S]) -> type[S]:
        for variant in variants:
            name = f"{cls.kind}.{variant}"
            if name in _operators:
                raise ValueError(f"operator {name} is registered twice: {_operators[name]}, {cls}")
            _operators[name] = cls
        return cls

    return register


def find(name: str) -> type[Slot]:
    """Return the operator called `name`. Raises PlacementError for an unknown name."""
    try:
        return _operators[name]
    except KeyError:
        message = f"There is no operator {name!r}.{did_you_mean(name, _operators)}"
        raise PlacementError(message, hint="Correct the placement file.") from None


def find_variant(variant: str) -> list[type[Slot]]:
    """Return the operators of this variant. Raises PlacementError if there are none."""
    found = [cls for name, cls in _operators.items() if name.partition(".")[2] == variant]
    if not found:
        variants = {name.partition(".")[2] for name in _operators}
        message = f"No operator has the variant {variant!r}.{did_you_mean(variant, variants)}"
        raise PlacementError(message, hint="Correct the placement file.")
    return found


def options_of(cls: type[Slot]) -> frozenset[str]:
    """Return the names that `with:` may set: the keyword-only parameters of the operator."""
    parameters = inspect.signature(cls).parameters.values()
    return frozenset(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)
