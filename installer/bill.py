# SPDX-License-Identifier: Apache-2.0
"""The software bill of materials, in CycloneDX 1.6: what is inside, for those who must know."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from installer.components import Component

SPDX_EXPRESSION = re.compile(r"^\(?[A-Za-z0-9.+-]+\)?( (AND|OR|WITH) \(?[A-Za-z0-9.+-]+\)?)*$")


def write_bill(path: Path, name: str, version: str, parts: Iterable[Component], made: int) -> None:
    """Write the bill of an artefact. made: when, in seconds since 1970; it stands for the build."""
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{name} {version} {made}')}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(made, UTC).isoformat().replace("+00:00", "Z"),
            "component": {
                "type": "application",
                "bom-ref": name,
                "name": name,
                "version": version,
                "licenses": [{"expression": "Apache-2.0"}],
            },
        },
        "components": [_component(part) for part in parts],
    }
    path.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")


def extend_bill(source: Path, target: Path, parts: Iterable[Component]) -> None:
    """Write the bill of an artefact that holds all that another one does, and more parts."""
    bill = json.loads(source.read_text(encoding="utf-8"))
    bill["components"] += [_component(part) for part in parts]
    target.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")


def _component(part: Component) -> dict[str, Any]:
    known: dict[str, Any] = {
        "type": "library",
        "bom-ref": part.purl or part.name,
        "name": part.name,
        "version": part.version,
    }
    if part.purl:
        known["purl"] = part.purl
    if part.licence:
        is_spdx = SPDX_EXPRESSION.match(part.licence)
        known["licenses"] = [
            {"expression": part.licence} if is_spdx else {"license": {"name": part.licence}}
        ]
    return known
