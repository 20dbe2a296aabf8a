# SPDX-License-Identifier: Apache-2.0
"""The emulated GPU: the module `ktdesk._cuda` over native/emulator, which `make emulated` builds."""

from __future__ import annotations

from functools import cache
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

from ktdesk.devices.cuda import CudaDevice

FOLDER = Path(__file__).parents[1] / "build" / "emulated"
BUDGET_BYTES = 1 << 30


@cache
def emulated_module() -> Any:
    """Return the module. Raises FileNotFoundError if it has not been built."""
    built = sorted(FOLDER.glob("_cuda.*"))
    if not built:
        raise FileNotFoundError(f"There is no module in {FOLDER}: python3 make.py emulated")
    name = "ktdesk._cuda"
    spec = spec_from_loader(name, ExtensionFileLoader(name, str(built[0])))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def emulated_device() -> CudaDevice:
    """Return a device of its own."""
    return CudaDevice(emulated_module(), 0, BUDGET_BYTES)
