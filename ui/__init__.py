# SPDX-License-Identifier: Apache-2.0
"""The window of KTDesk. It sees the engine, not what is inside it."""

from __future__ import annotations

from pathlib import Path


def resource(name: str) -> Path:
    """Return the path of a file of `resources`: in the package if installed, else beside it."""
    package = Path(__file__).parent
    inside = package / "resources" / name
    return inside if inside.exists() else package.parent / "resources" / name
