# SPDX-License-Identifier: Apache-2.0
"""The module `ktdesk._cuda`: whether this build has it, what it finds, and errors in words.

It is imported only when somebody asks, and can be imported without a card or a driver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ktdesk.errors import DeviceError, KTDeskError, MemoryShortage, format_bytes
from ktdesk.hardware.cuda_build import load_cuda as load_cuda

if TYPE_CHECKING:
    from ktdesk import _cuda

_LESS_MEMORY = (
    "Choose a shorter context, a smaller type for the cache, or fewer layers on the graphics "
    "card; let it use more with `--vram`; or close other programs that use it."
)
_LESS_PINNED = "Close other programs, or choose a shorter context."
_NOT_DONE = (
    "Load the model again. If it happens again, close programs that keep processor or disk busy."
)
_FAULT = "Load the model again. If it happens again, restart the computer, then report it."


def find_cards() -> list[_cuda.DeviceFacts]:
    """Return the graphics cards, also those that cannot be used (`problem` says why).

    Raises DeviceError if there can be none: no GPU support, no driver, or one that is too old.
    """
    facts: _cuda.Facts = load_cuda().facts()
    if facts.problem:
        raise DeviceError(facts.problem.text, hint=facts.problem.remedy)
    return facts.devices


def require_card(index: int) -> _cuda.DeviceFacts:
    """Return one of the graphics cards. Raises DeviceError if it cannot be used."""
    cards = find_cards()
    if index >= len(cards):
        raise DeviceError(
            f"There is no graphics card {index}: the driver finds {len(cards)}.",
            hint="They are counted from 0; `ktdesk doctor` lists them.",
        )
    card = cards[index]
    if card.problem:
        raise DeviceError(f"{card.name}: {card.problem.text}", hint=card.problem.remedy)
    return card


# What `ktdesk._cuda` raises is made here (native/cuda/bind_errors.cpp): one place for its words.


def device_error(reason: str, is_shortage: bool) -> KTDeskError:
    """Return the error for a call, or work on the card, that failed."""
    hint = _LESS_MEMORY if is_shortage else _FAULT
    return DeviceError(f"The graphics card reports an error: {reason}.", hint=hint)


def handoff_error(reason: str) -> KTDeskError:
    """Return the error for a step whose part for the CPU was not done: it made nothing right."""
    return DeviceError(
        f"The processor did not do its part beside the graphics card: {reason}.", hint=_NOT_DONE
    )


def memory_shortage(
    needed_bytes: int, available_bytes: int, budget_bytes: int, card: str = "the graphics card"
) -> MemoryShortage:
    """Return the error for too little memory. budget_bytes: what may be taken in all.

    card: what it is called.
    """
    device = f"{card}, of which {format_bytes(budget_bytes)} may be used"
    return MemoryShortage(device, needed_bytes, available_bytes, hint=_LESS_MEMORY)


def pinned_shortage(needed_bytes: int) -> KTDeskError:
    """Return the error for memory of the CPU that the system does not let cards use."""
    size = format_bytes(needed_bytes)
    return DeviceError(f"The system did not pin {size} of memory for the GPU.", hint=_LESS_PINNED)
