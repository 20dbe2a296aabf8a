# SPDX-License-Identifier: Apache-2.0
"""Hand-offs as Python sees them: what is kept, and what is raised. The rest is tested natively."""

from __future__ import annotations

import ctypes
import gc
import threading
import time
import weakref
from typing import Any

import pytest
import torch
from torch import Tensor

from ktdesk.devices.cuda import CudaDevice
from ktdesk.devices.handoff import BACKENDS
from ktdesk.errors import DeviceError
from tests.gpu.handoffs import hand_off
from tests.gpu.under_test import gpu_device


class Job:
    """Stands for a CPU graph: out = 2 x + ids + weights, once it is allowed to."""

    def __init__(self, device: CudaDevice) -> None:
        self.x, self.out = (device.pinned(1, 8, dtype=torch.float32) for _ in range(2))
        self.ids = device.pinned(1, 8, dtype=torch.int32)
        self.weights = device.pinned(1, 8, dtype=torch.float32)
        self.allowed = threading.Event()
        self.allowed.set()
        self._function = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda _: self._run())

    @property
    def job(self) -> tuple[int, int]:
        return ctypes.cast(self._function, ctypes.c_void_p).value or 0, 0

    def _run(self) -> None:
        self.allowed.wait()
        self.out.copy_(2 * self.x + self.ids + self.weights)


class Step:
    """x + job(x, ids, weights) as a graph, in memory that both sides reach."""

    def __init__(
        self,
        device: CudaDevice,
        backend: str,
        job: Job,
        patience_s: float,
        later: tuple[Job, ...] = (),
    ) -> None:
        self.x, self.weights, self.sum = (
            device.pinned(1, 8, dtype=torch.float32) for _ in range(3)
        )
        self.ids = device.pinned(1, 8, dtype=torch.int32)
        self.handoff = device.module.Handoff(device.stream, backend, patience_s)
        device.stream.begin_capture()
        sources, mapped = (self.x, self.ids, self.weights), (job.x, job.ids, job.weights)
        addresses = [tensor.data_ptr() for tensor in (*sources, *mapped)]
        jobs = [(job, "layer 7"), *((each, "layer 7, deferred") for each in later)]
        number = self.handoff.request(device.stream, jobs, *addresses, 8, 8)
        result, start, out = (tensor.data_ptr() for tensor in (job.out, self.x, self.sum))
        self.handoff.wait(device.stream, number, result, start, out, 8)
        if later:  # which nobody waits for, but for the last of all
            self.handoff.wait(device.stream, number + len(later), result, start, out, 8)
        self.graph: Any = device.stream.end_capture()

    def run(self, seed: int) -> Tensor:
        self.begin(seed)
        self.handoff.finish_step()
        return self.sum

    def begin(self, seed: int) -> None:
        self.x.copy_(torch.arange(8.0) + seed)
        self.ids.copy_(torch.arange(8) * seed)
        self.weights.fill_(seed / 4)
        self.handoff.begin_step()
        self.graph.replay()


@pytest.mark.parametrize("backend", BACKENDS)
def test_each_step_uses_its_own_inputs(backend: str) -> None:
    device = gpu_device()
    step = Step(device, backend, Job(device), 60)
    for seed in (1, 2, 0):
        expected = 3 * (torch.arange(8.0) + seed) + torch.arange(8) * seed + seed / 4
        assert torch.equal(step.run(seed)[0], expected)


def test_the_graphs_of_the_cpu_live_as_long_as_the_hand_offs() -> None:
    device = gpu_device()
    job = Job(device)
    step = Step(device, "host_node", job, 60)
    kept = weakref.ref(job)
    del job
    gc.collect()
    assert kept() is not None
    del step
    gc.collect()
    assert kept() is None


# The emulator replays the nodes of a graph one by one, and so its host functions, too.
@pytest.mark.parametrize("backend", ["flag_kernel", "mem_op"])
def test_the_gpu_goes_on_while_later_jobs_of_a_request_run(backend: str) -> None:
    device = gpu_device()
    first, second, third = (Job(device) for _ in range(3))
    third.x.fill_(1)
    step = Step(device, backend, first, 60, (second, third))
    second.allowed.clear()
    try:
        step.begin(3)
        deadline = time.monotonic() + 30
        while not step.sum.any() and time.monotonic() < deadline:
            time.sleep(0.001)
        expected = 3 * (torch.arange(8.0) + 3) + torch.arange(8) * 3 + 3 / 4
        assert torch.equal(step.sum[0], expected)
        assert not third.out.any()
    finally:
        second.allowed.set()
    step.handoff.finish_step()
    assert (third.out == 2).all()


@pytest.mark.parametrize("backend", ["flag_kernel", "mem_op"])
def test_a_later_job_of_a_request_is_named(backend: str) -> None:
    device = gpu_device()
    jobs = Job(device), Job(device)
    step = Step(device, backend, jobs[0], 0.5, jobs[1:])
    jobs[1].allowed.clear()
    try:
        with pytest.raises(DeviceError, match=r"job 2 \(layer 7, deferred\) did not"):
            step.run(1)
    finally:
        jobs[1].allowed.set()


@pytest.mark.parametrize("backend", ["flag_kernel", "mem_op"])
def test_a_job_that_does_not_end_is_named(backend: str) -> None:
    device = gpu_device()
    job = Job(device)
    step = Step(device, backend, job, 0.5)
    job.allowed.clear()
    try:
        with pytest.raises(DeviceError, match=r"job 1 \(layer 7\) did not end") as caught:
            step.run(1)
        assert "Load the model again" in caught.value.hint
        with pytest.raises(DeviceError, match="an earlier step failed"):
            step.run(2)
    finally:
        job.allowed.set()


def test_an_unknown_back_end_is_refused() -> None:
    device = gpu_device()
    with pytest.raises(ValueError, match="pigeon"):
        device.module.Handoff(device.stream, "pigeon", 1)


def test_all_back_ends_are_measured() -> None:
    device = gpu_device()
    measured = device.module.calibrate_handoff(device.stream)
    assert tuple(name for name, _, _ in measured) == BACKENDS
    assert all(problem or microseconds > 0 for _, microseconds, problem in measured)


@pytest.mark.parametrize("backend", BACKENDS)
def test_forty_hand_offs_of_a_step_each_get_what_the_one_before_gave(backend: str) -> None:
    """What is timed on cards, ten thousand times."""
    device = gpu_device()
    device.handoff_backend = backend
    row = hand_off(device, threads=2, count=120)
    assert (row.backend, row.count, row.problem) == (backend, 120, "")
