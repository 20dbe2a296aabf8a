# SPDX-License-Identifier: Apache-2.0
"""Graphics cards, and every way in which the driver may not name them."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pynvml
import pytest

from ktdesk.hardware import Gpu
from ktdesk.hardware.gpus import Search, advise, find_gpus
from ktdesk.hardware.machine import PcieLink, Program

ADDRESS = "0000:01:00.0"


@pytest.fixture(autouse=True)
def no_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build without GPU support, unless a test has another one."""
    monkeypatch.setitem(sys.modules, "ktdesk._cuda", None)


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A driver with one RTX 4090; returns what replaces its functions."""
    answers = {
        "nvmlInit": lambda: None,
        "nvmlShutdown": lambda: None,
        "nvmlDeviceGetCount": lambda: 1,
        "nvmlDeviceGetHandleByIndex": lambda index: index,
        "nvmlDeviceGetName": lambda _: "NVIDIA GeForce RTX 4090",
        "nvmlDeviceGetMemoryInfo": lambda _: SimpleNamespace(total=24, free=20),
        "nvmlDeviceGetCudaComputeCapability": lambda _: [8, 9],
        "nvmlSystemGetDriverVersion": lambda: "580.1",
        "nvmlSystemGetCudaDriverVersion_v2": lambda: 13010,
        "nvmlDeviceGetPciInfo": lambda _: SimpleNamespace(busId="00000000:01:00.0"),
        "nvmlDeviceGetCurrPcieLinkGeneration": lambda _: 1,
        "nvmlDeviceGetCurrPcieLinkWidth": lambda _: 4,
        "nvmlDeviceGetMaxPcieLinkGeneration": lambda _: 4,
        "nvmlDeviceGetMaxPcieLinkWidth": lambda _: 16,
        "nvmlDeviceGetMemoryBusWidth": lambda _: 384,
        "nvmlDeviceGetMaxClockInfo": lambda *_: 10501,
        "nvmlDeviceGetComputeRunningProcesses": lambda _: [
            SimpleNamespace(pid=2**30, usedGpuMemory=3)
        ],
        "nvmlDeviceGetGraphicsRunningProcesses": lambda _: [
            SimpleNamespace(pid=2**30 + 1, usedGpuMemory=None)
        ],
    }
    for name, answer in answers.items():
        monkeypatch.setattr(pynvml, name, answer)
    return monkeypatch


def fail(code: int):
    def answer(*_: object) -> None:
        raise pynvml.NVMLError(code)

    return answer


def build(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """Give a build with GPU support that finds what the changes say."""
    facts = {
        "runtime_version": 13000,
        "driver_version": 13010,
        "driver": "580.1",
        "devices": [],
        "problem": None,
    } | changes
    module = SimpleNamespace(facts=lambda: SimpleNamespace(**facts))
    monkeypatch.setitem(sys.modules, "ktdesk._cuda", module)


def device(**changes: object) -> SimpleNamespace:
    card = {
        "name": "Card",
        "memory_bytes": 24,
        "free_bytes": None,
        "compute_capability": (8, 9),
        "pci_address": ADDRESS.upper(),
        "problem": None,
    }
    return SimpleNamespace(**card | changes)


def test_a_card_is_described(driver: pytest.MonkeyPatch) -> None:
    """1008 GB/s is what NVIDIA says of an RTX 4090."""
    (card,) = find_gpus().gpus
    assert (card.cuda, card.pci_address) == ((13, 1), ADDRESS)
    assert card.peak_bytes_per_s == pytest.approx(1008e9, rel=1e-3)
    assert card.link == PcieLink(
        generation=1, width=4, most_generation=4, most_width=16, card_width=16
    )
    assert card.programs == (
        Program(name=f"process {2**30}", memory_bytes=3),
        Program(name=f"process {2**30 + 1}", memory_bytes=0),
    )
    assert card.problem == "This build has no GPU support."


QUESTIONS = (
    "nvmlSystemGetCudaDriverVersion_v2",
    "nvmlDeviceGetPciInfo",
    "nvmlDeviceGetCurrPcieLinkWidth",
    "nvmlDeviceGetMemoryBusWidth",
    "nvmlDeviceGetComputeRunningProcesses",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_unanswered_question_costs_no_card(driver: pytest.MonkeyPatch, question: str) -> None:
    driver.setattr(pynvml, question, fail(pynvml.NVML_ERROR_NOT_SUPPORTED))
    assert [gpu.name for gpu in find_gpus().gpus] == ["NVIDIA GeForce RTX 4090"]


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
    assert find_gpus() == ((), sentence, "")


def test_a_failing_card_is_a_sentence(driver: pytest.MonkeyPatch) -> None:
    driver.setattr(pynvml, "nvmlDeviceGetMemoryInfo", fail(pynvml.NVML_ERROR_GPU_IS_LOST))
    assert find_gpus() == ((), "The NVIDIA driver does not answer: GPU is lost.", "")


def test_a_failing_card_hides_no_other(driver: pytest.MonkeyPatch) -> None:
    def memory(index: int) -> SimpleNamespace:
        if index == 0:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_GPU_IS_LOST)
        return SimpleNamespace(total=24, free=20)

    driver.setattr(pynvml, "nvmlDeviceGetCount", lambda: 2)
    driver.setattr(pynvml, "nvmlDeviceGetMemoryInfo", memory)
    assert len(find_gpus().gpus) == 1


def test_no_card_is_a_sentence(driver: pytest.MonkeyPatch) -> None:
    driver.setattr(pynvml, "nvmlDeviceGetCount", lambda: 0)
    assert find_gpus() == ((), "The NVIDIA driver finds no graphics card.", "")


def test_driver_and_build_speak_of_the_same_card(driver: pytest.MonkeyPatch) -> None:
    build(driver, devices=[device()])
    (card,) = find_gpus().gpus
    assert (card.name, card.free_bytes, card.problem) == ("NVIDIA GeForce RTX 4090", 20, "")


def test_a_card_that_programs_do_not_see_says_so(driver: pytest.MonkeyPatch) -> None:
    build(driver, devices=[device(pci_address="0000:02:00.0")])
    seen, hidden = find_gpus().gpus
    assert (seen.name, seen.problem) == ("Card", "")
    assert "CUDA_VISIBLE_DEVICES" in hidden.remedy


def test_a_driver_that_is_too_old_is_the_problem_of_every_card(driver: pytest.MonkeyPatch) -> None:
    problem = SimpleNamespace(text="Too old.", remedy="Update.")
    build(driver, problem=problem)
    (card,) = find_gpus().gpus
    assert (card.problem, card.remedy, card.needed_cuda) == ("Too old.", "Update.", (13, 0))


def test_without_the_drivers_library_the_build_describes_the_card(
    driver: pytest.MonkeyPatch,
) -> None:
    driver.setattr(pynvml, "nvmlInit", fail(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND))
    build(driver, devices=[device()])
    expected = Gpu(
        name="Card",
        memory_bytes=24,
        free_bytes=0,
        compute_capability=(8, 9),
        driver="580.1",
        cuda=(13, 1),
        pci_address=ADDRESS,
    )
    assert find_gpus() == ((expected,), "", "")


def test_no_driver_is_the_same_whoever_says_so(driver: pytest.MonkeyPatch) -> None:
    driver.setattr(pynvml, "nvmlInit", fail(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND))
    without_build = find_gpus()
    build(driver, driver_version=0, problem=SimpleNamespace(text="None.", remedy="Install it."))
    assert find_gpus() == without_build == ((), "No NVIDIA driver is installed.", "")


def test_a_card_without_a_driver_needs_one_of_a_release_that_is_named() -> None:
    search = Search((), "No NVIDIA driver is installed.")
    found = advise(search, is_container=False)
    assert "has an NVIDIA graphics card, but no driver" in found.problem
    assert "release 580 or newer" in found.remedy
    assert "--gpus all" in advise(search, is_container=True).remedy


def test_a_driver_that_does_not_work_is_mended() -> None:
    search = Search((), "The NVIDIA driver is installed, but it is not running.")
    found = advise(search, is_container=False)
    assert found.problem == search.problem
    assert "Restart" in found.remedy


def test_what_is_advised_already_stays(driver: pytest.MonkeyPatch) -> None:
    used = find_gpus()
    assert advise(used, is_container=False) == used
    old = Search((), "Too old.", "Update.")
    assert advise(old, is_container=False) == old
