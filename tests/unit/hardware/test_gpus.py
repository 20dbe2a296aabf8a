# SPDX-License-Identifier: Apache-2.0
"""Graphics cards, and every way in which the driver may not name them."""

from __future__ import annotations

from types import SimpleNamespace

import pynvml
import pytest

from ktdesk.hardware import Gpu
from ktdesk.hardware.gpus import find_gpus


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A driver with one card; returns what replaces its functions."""
    answers = {
        "nvmlInit": lambda: None,
        "nvmlShutdown": lambda: None,
        "nvmlDeviceGetCount": lambda: 1,
        "nvmlDeviceGetHandleByIndex": lambda index: index,
        "nvmlDeviceGetName": lambda _: "Card",
        "nvmlDeviceGetMemoryInfo": lambda _: SimpleNamespace(total=24, free=20),
        "nvmlDeviceGetCudaComputeCapability": lambda _: [9, 0],
        "nvmlSystemGetDriverVersion": lambda: "580.1",
    }
    for name, answer in answers.items():
        monkeypatch.setattr(pynvml, name, answer)
    return monkeypatch


def fail(code: int):
    def answer(*_: object) -> None:
        raise pynvml.NVMLError(code)

    return answer


def test_a_card_is_described(driver: pytest.MonkeyPatch) -> None:
    card = Gpu(
        name="Card", memory_bytes=24, free_bytes=20, compute_capability=(9, 0), driver="580.1"
    )
    assert find_gpus() == ((card,), "")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (pynvml.NVML_ERROR_LIBRARY_NOT_FOUND, "No NVIDIA driver is installed."),
        (
            pynvml.NVML_ERROR_DRIVER_NOT_LOADED,
            "The NVIDIA driver is installed, but it is not running.",
        ),
        (pynvml.NVML_ERROR_UNKNOWN, "The NVIDIA driver does not answer: Unknown Error."),
    ],
)
def test_a_missing_driver_is_a_sentence(
    driver: pytest.MonkeyPatch, code: int, sentence: str
) -> None:
    driver.setattr(pynvml, "nvmlInit", fail(code))
    assert find_gpus() == ((), sentence)


def test_a_failing_card_is_a_sentence(driver: pytest.MonkeyPatch) -> None:
    driver.setattr(pynvml, "nvmlDeviceGetMemoryInfo", fail(pynvml.NVML_ERROR_GPU_IS_LOST))
    assert find_gpus() == ((), "The NVIDIA driver does not answer: GPU is lost.")


def test_no_card_is_a_sentence(driver: pytest.MonkeyPatch) -> None:
    driver.setattr(pynvml, "nvmlDeviceGetCount", lambda: 0)
    assert find_gpus() == ((), "The NVIDIA driver finds no graphics card.")
