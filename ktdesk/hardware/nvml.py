# SPDX-License-Identifier: Apache-2.0
"""What NVIDIA's driver says of its cards (NVML). It need not answer every question."""

from __future__ import annotations

from typing import Any

import psutil

from ktdesk.hardware.machine import Gpu, PcieLink, Program
from ktdesk.hardware.system_files import LINUX, read_number

NO_DRIVER = "No NVIDIA driver is installed."


def driver_cards() -> tuple[tuple[Gpu, ...], str]:
    """Return the cards, or a sentence that says why there are none."""
    import pynvml  # pyright: ignore[reportMissingTypeStubs]

    nvml: Any = pynvml
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        return (), _reason(nvml, error)
    try:
        return _describe_all(nvml)
    except nvml.NVMLError as error:
        return (), _reason(nvml, error)
    finally:
        nvml.nvmlShutdown()


def _describe_all(nvml: Any) -> tuple[tuple[Gpu, ...], str]:
    """Return the cards that answer; one that is lost hides none of the others."""
    gpus: list[Gpu] = []
    problem = "The NVIDIA driver finds no graphics card."
    for index in range(nvml.nvmlDeviceGetCount()):
        try:
            gpus.append(_describe(nvml, index))
        except nvml.NVMLError as error:
            problem = _reason(nvml, error)
    return tuple(gpus), "" if gpus else problem


def _describe(nvml: Any, index: int) -> Gpu:
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    cuda = _ask(nvml, 0, "nvmlSystemGetCudaDriverVersion_v2")
    address = _address(nvml, handle)
    return Gpu(
        name=nvml.nvmlDeviceGetName(handle),
        memory_bytes=memory.total,
        free_bytes=memory.free,
        compute_capability=tuple(nvml.nvmlDeviceGetCudaComputeCapability(handle)),
        driver=nvml.nvmlSystemGetDriverVersion(),
        cuda=(cuda // 1000, cuda % 1000 // 10),
        pci_address=address,
        link=_link(nvml, handle, address),
        programs=_programs(nvml, handle),
        peak_bytes_per_s=_peak(nvml, handle),
    )


def _ask(nvml: Any, otherwise: Any, name: str, *arguments: Any) -> Any:
    """Return the answer to a question, or `otherwise`: drivers do not answer all for every card."""
    try:
        return getattr(nvml, name)(*arguments)
    except (nvml.NVMLError, AttributeError):
        return otherwise


def _address(nvml: Any, handle: Any) -> str:
    info = _ask(nvml, None, "nvmlDeviceGetPciInfo", handle)
    if info is None:
        return ""
    text = info.busId.decode() if isinstance(info.busId, bytes) else str(info.busId)
    return text.lower()[-12:]  # four digits for the domain, as elsewhere


def _link(nvml: Any, handle: Any, address: str) -> PcieLink | None:
    generation, width, most_generation, most_width = (
        int(_ask(nvml, 0, f"nvmlDeviceGet{what}", handle))
        for what in (
            "CurrPcieLinkGeneration",
            "CurrPcieLinkWidth",
            "MaxPcieLinkGeneration",
            "MaxPcieLinkWidth",
        )
    )
    if not width:
        return None
    card_width = read_number(LINUX / "sys/bus/pci/devices" / address / "max_link_width")
    return PcieLink(
        generation=generation,
        width=width,
        most_generation=most_generation,
        most_width=most_width,
        card_width=max(card_width, most_width),
    )


def _programs(nvml: Any, handle: Any) -> tuple[Program, ...]:
    """Return who uses the card's memory, the largest first. Windows does not tell how much."""
    used: dict[int, int] = {}
    for kind in ("Compute", "Graphics"):
        for process in _ask(nvml, [], f"nvmlDeviceGet{kind}RunningProcesses", handle):
            used[process.pid] = max(used.get(process.pid, 0), process.usedGpuMemory or 0)
    programs = [Program(name=_name(pid), memory_bytes=size) for pid, size in used.items()]
    return tuple(sorted(programs, key=lambda program: -program.memory_bytes))


def _name(pid: int) -> str:
    try:
        return psutil.Process(pid).name()
    except (psutil.Error, ValueError, OSError):
        return f"process {pid}"


def _peak(nvml: Any, handle: Any) -> float:
    """Return bytes per second of the card's memory: two transfers per cycle of its clock."""
    bits = _ask(nvml, 0, "nvmlDeviceGetMemoryBusWidth", handle)
    mhz = _ask(nvml, 0, "nvmlDeviceGetMaxClockInfo", handle, nvml.NVML_CLOCK_MEM)
    return 2e6 * mhz * bits / 8


def _reason(nvml: Any, error: Exception) -> str:
    if isinstance(error, nvml.NVMLError_LibraryNotFound):
        return NO_DRIVER
    if isinstance(error, nvml.NVMLError_DriverNotLoaded):
        return "The NVIDIA driver is installed, but it is not running."
    return f"The NVIDIA driver does not answer: {error}."
