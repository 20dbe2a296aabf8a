# SPDX-License-Identifier: Apache-2.0
"""Memory for activations is used again, but never by two at a time."""

from __future__ import annotations

import torch

from ktdesk.devices.workspace import Workspace

LARGE = 1 << 20


def test_memory_serves_again_when_the_last_view_goes() -> None:
    workspace = Workspace()
    first = workspace.empty(4, LARGE, dtype=torch.float32)
    address, view = first.data_ptr(), first[2:, :10]
    del first
    other = workspace.empty(4, LARGE, dtype=torch.float32)
    assert other.data_ptr() != address  # `view` still needs it
    del view
    assert workspace.empty(4 * LARGE, dtype=torch.float32).data_ptr() == address


def test_sizes_that_are_much_smaller_take_memory_of_their_own() -> None:
    workspace = Workspace()
    large = workspace.empty(8 * LARGE, dtype=torch.uint8)
    address = large.data_ptr()
    del large
    assert workspace.empty(LARGE, dtype=torch.uint8).data_ptr() != address
    assert workspace.empty(8 * LARGE - 100, dtype=torch.uint8).data_ptr() == address


def test_shapes_and_types_are_those_asked_for() -> None:
    workspace = Workspace()
    for shape in ((3, 5), (512, 33, 7), (0, 4)):
        for dtype in (torch.float32, torch.uint8, torch.int32, torch.bfloat16):
            tensor = workspace.empty(*shape, dtype=dtype)
            assert (tuple(tensor.shape), tensor.dtype) == (shape, dtype)
            assert tensor.is_contiguous()


def test_a_tensor_outlives_its_workspace() -> None:
    tensor = Workspace().empty(LARGE, dtype=torch.int32)
    tensor.fill_(7)
    assert tensor.min() == tensor.max() == 7
