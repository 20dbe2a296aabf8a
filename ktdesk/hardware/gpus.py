# SPDX-License-Identifier: Apache-2.0
"""NVIDIA graphics cards: as their driver describes them, and whether this build can use them.

Other makers' are not looked for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ktdesk.errors import DeviceError
from ktdesk.hardware.cuda_build import load_cuda
from ktdesk.hardware.machine import Gpu
from ktdesk.hardware.nvml import NO_DRIVER, driver_cards

if TYPE_CHECKING:
    from ktdesk import _cuda

_HIDDEN = "It is hidden from programs."
_HIDDEN_REMEDY = "Look at the variable CUDA_VISIBLE_DEVICES."
_DRIVER_MISSING = "This computer has an NVIDIA graphics card, but no driver for it."
_INSTALL = (
    "Install the NVIDIA driver, release 580 or newer, then restart the computer. Windows: from "
    "nvidia.com/drivers. Ubuntu: `sudo ubuntu-drivers install`. Other systems have it among their "
    "packages."
)
_INSTALL_AGAIN = (
    "Restart the computer. If that does not help, install the NVIDIA driver again, release 580 or "
    "newer; with Secure Boot, the system must trust it."
)
_GIVE_TO_CONTAINER = (
    "Give the card to the container: `--gpus all` of docker, `--device nvidia.com/gpu=all` of "
    "podman. The host needs the NVIDIA driver, release 580 or newer."
)


class Search(NamedTuple):
    """The cards, in the order in which they are counted; or why there are none.

    remedy: what to do about it, if there should be one.
    """

    gpus: tuple[Gpu, ...]
    problem: str
    remedy: str = ""


def find_gpus() -> Search:
    """Look for graphics cards. Raises nothing."""
    known, problem = driver_cards()
    try:
        facts: _cuda.Facts = load_cuda().facts()
    except DeviceError as error:
        gpus = tuple(replace(gpu, problem=str(error), remedy=error.hint) for gpu in known)
        return Search(gpus, problem)
    if facts.problem:
        return _unusable(known, facts)
    by_address = {gpu.pci_address: gpu for gpu in known}
    used = [
        _merge(by_address.pop(_short(card.pci_address), None), card, facts)
        for card in facts.devices
    ]
    hidden = [replace(gpu, problem=_HIDDEN, remedy=_HIDDEN_REMEDY) for gpu in by_address.values()]
    return Search((*used, *hidden), "" if used or hidden else problem)


def advise(search: Search, *, is_container: bool) -> Search:
    """Return a search with what to do about its problem, where a card is known to be plugged in.

    is_container: whether this process is in one, which must be given what the host has.
    """
    if search.gpus or search.remedy:
        return search
    if search.problem != NO_DRIVER:
        return search._replace(remedy=_INSTALL_AGAIN)
    return Search((), _DRIVER_MISSING, _GIVE_TO_CONTAINER if is_container else _INSTALL)


def _unusable(known: tuple[Gpu, ...], facts: _cuda.Facts) -> Search:
    """Return the cards with what keeps programs from all of them."""
    text, remedy = facts.problem.text, facts.problem.remedy
    needed = _version(facts.runtime_version)
    gpus = tuple(replace(gpu, needed_cuda=needed, problem=text, remedy=remedy) for gpu in known)
    if gpus:
        return Search(gpus, "")
    return Search((), text, remedy) if facts.driver_version else Search((), NO_DRIVER)


def _merge(gpu: Gpu | None, card: _cuda.DeviceFacts, facts: _cuda.Facts) -> Gpu:
    """Return what both say of a card; the driver's library may be missing, as in containers."""
    if gpu is None:
        gpu = Gpu(
            name=card.name,
            memory_bytes=card.memory_bytes,
            free_bytes=card.free_bytes or 0,
            compute_capability=card.compute_capability,
            driver=facts.driver,
            cuda=_version(facts.driver_version),
            pci_address=_short(card.pci_address),
        )
    if card.problem:
        return replace(gpu, problem=card.problem.text, remedy=card.problem.remedy)
    return gpu


def _version(number: int) -> tuple[int, int]:
    return number // 1000, number % 1000 // 10


def _short(pci_address: str) -> str:
    """Return the address with four digits for the domain, of which NVML writes eight."""
    return pci_address.lower()[-12:]
