# SPDX-License-Identifier: Apache-2.0
"""A step captured into CUDA graphs: one for each stretch of it that runs on one card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor

from ktdesk.devices.cpu import CpuGraph

if TYPE_CHECKING:
    from ktdesk import _cuda
    from ktdesk.devices.cuda import CudaDevice

_PATIENCE_S = 60.0  # with the CPU's part of a layer, which may have to read it from a disk


@dataclass(frozen=True, slots=True)
class _Segment:
    """What runs on one card until the step goes on on another one."""

    device: CudaDevice
    native: _cuda.Graph


class CudaGraph:
    """A captured step, the CPU's graphs inside it, and the tensors that they use.

    On one card it is one launch. Over several cards it is a graph for each segment; a card waits
    for the one before it by an event, and nothing waits for the CPU's side of the launches. The
    hand-offs of all segments have one list of jobs, and one watchdog.
    """

    def __init__(self, first: CudaDevice) -> None:
        self.handoff: _cuda.Handoff = first.module.Handoff(
            first.stream, first.handoff_backend, _PATIENCE_S
        )
        self.tensors: list[Tensor] = []
        self.host_graphs: list[CpuGraph] = []
        self._segments: list[_Segment] = []
        self._begin(first)

    def move(self, device: CudaDevice) -> None:
        """Record what follows on another card, to run after all that has been recorded."""
        self.end()
        self.handoff.add_stream(device.stream)
        self._begin(device)

    def _begin(self, device: CudaDevice) -> None:
        device.stream.begin_capture()
        device.capturing, self._device = self, device

    def end(self) -> None:
        """End the recording."""
        device = self._device
        device.capturing = None
        self._segments.append(_Segment(device, device.stream.end_capture()))

    def replay(self) -> None:
        """Launch the work again, once what runs on its cards has ended. It does not wait."""
        for segment in self._segments:
            if segment.device.running is not None:
                segment.device.running.finish()
        self.handoff.begin_step()
        before: CudaDevice | None = None
        for segment in self._segments:
            segment.device.running = self
            if before is not None:
                segment.device.stream.follow(before.stream)
            segment.native.replay()
            before = segment.device

    def finish(self) -> None:
        """Wait until all of it has run. Raises DeviceError if some of it failed."""
        for segment in self._segments:
            segment.device.running = None
        self.handoff.finish_step()
