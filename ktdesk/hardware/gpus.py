# SPDX-License-Identifier: Apache-2.0
"""NVIDIA graphics cards, as their driver describes them. Other makers' are not looked for."""

from __future__ import annotations

from typing import Any

from ktdesk.hardware.machine import Gpu


def find_gpus() -> tuple[tuple[Gpu, ...], str]:
    """Return the graphics cards, or a sentence that says why there are none."""
    import pynvml  # pyright: ignore[reportMissingTypeStubs]

    nvml: Any = pynvml
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        return (), _reason(nvml, error)
    try:
        gpus = tuple(_describe(nvml, index) for index in range(nvml.nvmlDeviceGetCount()))
    except nvml.NVMLError as error:
        return (), _reason(nvml, error)
    finally:
        nvml.nvmlShutdown()
    return gpus, "" if gpus else "The NVIDIA driver finds no graphics card."


def _describe(nvml: Any, index: int) -> Gpu:
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    return Gpu(
        name=nvml.nvmlDeviceGetName(handle),
        memory_bytes=memory.total,
        free_bytes=memory.free,
        compute_capability=tuple(nvml.nvmlDeviceGetCudaComputeCapability(handle)),
        driver=nvml.nvmlSystemGetDriverVersion(),
    )


def _reason(nvml: Any, error: Exception) -> str:
    if isinstance(error, nvml.NVMLError_LibraryNotFound):
        return "No NVIDIA driver is installed."
    if isinstance(error, nvml.NVMLError_DriverNotLoaded):
        return "The NVIDIA driver is installed, but it is not running."
    return f"The NVIDIA driver does not answer: {error}."
