# SPDX-License-Identifier: Apache-2.0
"""What stands beside and inside a frozen program: licences and bill of materials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from installer.bill import write_bill
from installer.components import Component, Entry, components
from installer.contents import ROOT
from installer.licences import write_licences
from installer.source_date import made_at
from ktdesk import __version__
from ktdesk.hardware.cuda_build import load_cuda

MODEL = Component(
    "SmolLM2-135M-Instruct",
    "1",
    "Apache-2.0",
    "pkg:generic/smollm2-135m-instruct",
    (ROOT / "LICENSE",),
)


TOOLKIT = ROOT / "build" / "cuda-toolkit"  # where `make cuda` puts what it fetches


def describe(folder: Path, entries: Sequence[Entry]) -> None:
    """Write licences into a frozen program's folder, and its bill of materials beside it."""
    carried = [entry for entry in entries if not entry[0].endswith(".gguf")]
    parts = sorted([*components(carried), MODEL, *cuda_runtime(carried)])
    write_licences(folder / "licenses", parts)
    write_bill(bill_of(folder), "KTDesk", __version__, parts, made_at())


def cuda_runtime(entries: Sequence[Entry]) -> Iterator[Component]:
    """Yield NVIDIA's runtime if the module for GPUs is there: it is linked into it."""
    if any(Path(name).name.startswith("_cuda.") for name, _, _ in entries):
        number = load_cuda().facts().runtime_version
        version = f"{number // 1000}.{number % 1000 // 10}"
        texts = tuple(sorted(TOOLKIT.glob("nvidia_cuda_runtime-*.dist-info/**/License.txt")))
        yield Component("NVIDIA CUDA Runtime", version, "NVIDIA CUDA Toolkit EULA", "", texts)


def bill_of(artefact: Path) -> Path:
    """Return where an artefact's bill of materials lies."""
    return artefact.with_name(artefact.name + ".cdx.json")
