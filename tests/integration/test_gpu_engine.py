# SPDX-License-Identifier: Apache-2.0
"""The engine on an emulated GPU with the experts on the CPU; what users see if the CPU fails."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import ktdesk.runtime.loading as loading
from ktdesk.devices import cuda_graph
from ktdesk.devices.cuda import CudaDevice
from ktdesk.devices.handoff import BACKENDS
from ktdesk.engine import Engine
from ktdesk.errors import DeviceError
from ktdesk.runtime.request import Done, Failed, Message, Options, Request, Token
from tests.gpu.under_test import gpu_device
from tests.tiny import tiny_qwen3moe

HELLO = Request(
    messages=(Message("user", "hello"),), options=Options(temperature=0.0, max_tokens=6)
)


class Gate:
    """A job in place of a CPU graph's: it waits at a semaphore of C, which needs no GIL, and does
    no more. So its experts add zeros.
    """

    _C = ctypes.CDLL(None)
    _MANY = 1000

    def __init__(self) -> None:
        self._semaphore = ctypes.create_string_buffer(64)
        self._C.sem_init(self._semaphore, 0, self._MANY)

    def close(self) -> None:
        while self._C.sem_trywait(self._semaphore) == 0:
            pass

    def open(self) -> None:
        for _ in range(self._MANY):
            self._C.sem_post(self._semaphore)

    @property
    def job(self) -> tuple[int, int]:
        run = ctypes.cast(self._C.sem_wait, ctypes.c_void_p).value or 0
        return run, ctypes.addressof(self._semaphore)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_qwen3moe(tmp_path_factory.mktemp("engine") / "model.gguf").path


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """What the experts of layer 1 wait at. It is open."""
    gate, request = Gate(), CudaDevice.request

    def request_gate(device: CudaDevice, jobs: Any, *data: Any) -> int:
        gated = [
            (SimpleNamespace(native=gate) if ".1." in job[1] else job[0], job[1]) for job in jobs
        ]
        return request(device, gated, *data)

    monkeypatch.setattr(CudaDevice, "request", request_gate)
    yield gate
    gate.open()


@pytest.fixture(params=BACKENDS)
def engine(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, gate: Gate
) -> Iterator[Engine]:
    def open_gpus(cards: object, budget_bytes: int) -> dict[int, CudaDevice]:
        del cards, budget_bytes
        device = gpu_device()
        device.handoff_backend = request.param
        return {0: device}

    monkeypatch.setattr(loading, "open_gpus", open_gpus)
    monkeypatch.setattr(cuda_graph, "_PATIENCE_S", 5.0)
    engine = Engine(threads=2)
    yield engine
    gate.open()
    engine.unload()


def answer(engine: Engine) -> str:
    *events, last = engine.generate(HELLO)
    assert isinstance(last, Done), last
    return "".join(event.text for event in events if isinstance(event, Token))


def failure(engine: Engine) -> DeviceError:
    *_, last = engine.generate(HELLO)
    assert isinstance(last, Failed), last
    assert isinstance(last.error, DeviceError)
    assert "Load the model again" in last.error.hint
    return last.error


def test_a_cpu_that_hangs_ends_the_answer_and_a_model_loaded_again_goes_on(
    engine: Engine, model: Path, gate: Gate
) -> None:
    engine.load(model, placement="one_gpu", context_tokens=128)
    text = answer(engine)
    gate.close()
    error = failure(engine)  # kept: what goes with it is freed when the GPU's work has ended
    assert "layers.1." in str(error)
    gate.open()
    assert "an earlier step failed" in str(failure(engine))
    engine.load(model, placement="one_gpu", context_tokens=128)
    assert answer(engine) == text
