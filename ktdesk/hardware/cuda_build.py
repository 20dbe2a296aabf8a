# SPDX-License-Identifier: Apache-2.0
"""The module `ktdesk._cuda`, imported only when somebody asks: builds without it are whole, too."""

from __future__ import annotations

import importlib
from typing import Any

from ktdesk.errors import DeviceError


def load_cuda() -> Any:
    """Return the module. Raises DeviceError if this build does not have it, or it cannot load."""
    try:
        return importlib.import_module("ktdesk._cuda")
    except ModuleNotFoundError as error:
        raise DeviceError(
            "This build has no GPU support.",
            hint="From source, `python3 make.py cuda` builds it; else choose the processor.",
        ) from error
    except ImportError as error:
        raise DeviceError(
            f"The GPU module cannot be loaded: {error}.",
            hint="Install KTDesk again; from source, `python3 make.py cuda` builds the module.",
        ) from error
