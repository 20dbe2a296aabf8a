# SPDX-License-Identifier: Apache-2.0
"""GGUF files: metadata, tensor table, memory-mapped data, over all shards of a model.

Every count, length and offset is checked against the file before it is used: a file may be cut,
damaged, or something else altogether.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeVar, cast

import numpy as np
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
from numpy.typing import NDArray

from ktdesk._native import MappedFile
from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf_header import Header, MetadataValue, TensorEntry, read_header, shown
from ktdesk.formats.quant import Weight, WeightType
from ktdesk.formats.shards import check_place, check_same_model, shards_of

T = TypeVar("T", int, float, str, bool)

_SAMPLE_BYTES = 4096  # of each end, in a digest: variants of a model may share header and size

_AGAIN = "The file may be cut or damaged: fetch it again."
_MAX_NAME = 200  # characters; forms and lists show names whole


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """A tensor of a file. type: GGML's number. shape: slowest dimension first."""

    name: str
    type: int
    shape: tuple[int, ...]
    size_bytes: int


@dataclass(frozen=True, slots=True)
class FilePart:
    """One of the files that make a model. mapping: None if only its header is here."""

    path: Path
    size_bytes: int
    header: Header
    mapping: MappedFile | None = None

    @property
    def data(self) -> memoryview:
        """The file's bytes. Raises ModelFileError if only its header is here."""
        if self.mapping is None:
            raise ModelFileError(
                self.path,
                f"Of {self.path.name} only the header is on this computer.",
                hint="Fetch the model first.",
            )
        return memoryview(self.mapping)


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where a tensor's bytes lie. begin: in bytes, within its part."""

    part: FilePart
    info: TensorInfo
    begin: int

    @property
    def data(self) -> NDArray[np.uint8]:
        """The bytes, as a view of the file. Raises ModelFileError if they are not here."""
        data: NDArray[np.uint8] = np.frombuffer(self.part.data, np.uint8)
        return data[self.begin : self.begin + self.info.size_bytes]


class Checkpoint:
    """A model's file, or all of its shards. The mappings go when the last view of them does.

    path: the file that was opened. size_bytes: of all shards. metadata: of the first shard.
    """

    def __init__(self, path: Path, parts: Sequence[FilePart]) -> None:
        """Put all shards together, in their order. Raises ModelFileError if they do not fit.

        Of parts without mappings nothing can be had that needs their weights.
        """
        self.path = path
        self.size_bytes = sum(part.size_bytes for part in parts)
        self.metadata: Mapping[str, MetadataValue] = parts[0].header.metadata
        self._parts = parts
        self._placed: dict[str, _Placed] = {}
        for number, part in enumerate(parts, 1):
            check_place(part.path, part.header.metadata, number, len(parts))
            check_same_model(part.path, part.header.metadata, parts[0].path, self.metadata)
            self._add(part)
        self._check_count()

    @classmethod
    def open(cls, path: Path) -> Checkpoint:
        """Map a file and, if it is one of several shards, the others. Raises ModelFileError."""
        return cls(path, [_map(shard) for shard in shards_of(path)])

    @property
    def has_weights(self) -> bool:
        """Whether more is here than the headers."""
        return all(part.mapping is not None for part in self._parts)

    def check_whole(self) -> None:
        """Raise ModelFileError if a file was cut short, or its disk went away, since `open`.

        From then on its weights are zeros, and what was computed with them is worthless.
        """
        for part in self._parts:
            if part.mapping is not None:
                _check_whole(part.path, part.mapping)

    @property
    def architecture(self) -> str:
        """`general.architecture`."""
        return self.get("general.architecture", str)

    @property
    def name(self) -> str:
        """`general.name`, or the file's own."""
        return self.get("general.name", str, "")[:_MAX_NAME] or self.path.stem

    @property
    def tensors(self) -> Mapping[str, TensorInfo]:
        """Every tensor, also those of types that KTDesk cannot compute with."""
        return {name: placed.info for name, placed in self._placed.items()}

    def get(self, key: str, kind: type[T], default: T | None = None) -> T:
        """Return a metadata value. Raises ModelFileError if it is absent or of another type."""
        value = self.metadata.get(key, default)
        if value is None:
            raise ModelFileError(self.path, f"The file does not say its {key}.", hint=_AGAIN)
        if kind is float and isinstance(value, int):
            value = float(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ModelFileError(
                self.path,
                f"The file's {key} is {shown(value)}, not a {kind.__name__}.",
                hint=_AGAIN,
            )
        if isinstance(value, float) and not math.isfinite(value):
            raise ModelFileError(self.path, f"The file's {key} is {value}.", hint=_AGAIN)
        return cast("T", value)

    def count(self, key: str, default: int | None = None, *, least: int = 1) -> int:
        """Return a whole number that is at least `least`. Raises ModelFileError like `get`."""
        value = self.get(key, int, default)
        if value < least:
            message = f"The file's {key} is {value}, but must be at least {least}."
            raise ModelFileError(self.path, message, hint=_AGAIN)
        return value

    def positive(self, key: str, default: float | None = None) -> float:
        """Return a number above zero. Raises ModelFileError like `get`."""
        value = self.get(key, float, default)
        if value <= 0:
            message = f"The file's {key} is {value}, but must be above zero."
            raise ModelFileError(self.path, message, hint=_AGAIN)
        return value

    def weight(self, name: str) -> Weight:
        """Return a tensor's blocks, as a view of the file.

        Raises ModelFileError if the tensor is missing, or of a type KTDesk cannot compute with.
        """
        self.check_type(name)
        placed = self._find(name)
        info = placed.info
        rows = int(np.prod(info.shape[:-1], dtype=np.int64))
        return Weight(name, WeightType(info.type), info.shape, placed.data.reshape(rows, -1))

    def info(self, name: str) -> TensorInfo:
        """Return a tensor's row of the table. Raises ModelFileError if it is missing."""
        return self._find(name).info

    def check_type(self, name: str) -> None:
        """Raise ModelFileError if a tensor is missing, or KTDesk cannot compute with its type."""
        placed = self._find(name)
        known = [kind for kind in WeightType if kind.is_in_files]
        if placed.info.type not in known:
            raise ModelFileError(
                placed.part.path,
                f"The tensor {name} has the type {_type_name(placed.info.type)}, which KTDesk "
                "cannot compute with yet.",
                hint=f"Choose a file with these types: {', '.join(t.name for t in known)}.",
            )

    def path_of(self, name: str) -> Path:
        """Return the file among the model's that holds a tensor."""
        return self._placed[name].part.path

    def digest(self) -> str:
        """Return what tells this model from others: a digest of both ends of every tensor.

        And of the sizes and headers of all files. Reads from the disk what is not in memory.
        """
        digest = hashlib.sha256()
        for part in self._parts:
            digest.update(f"{part.size_bytes} ".encode())
            digest.update(part.data[: part.header.data_start])
        for placed in self._placed.values():
            digest.update(placed.data[:_SAMPLE_BYTES].tobytes())
            digest.update(placed.data[-_SAMPLE_BYTES:].tobytes())
        return digest.hexdigest()

    def _find(self, name: str) -> _Placed:
        placed = self._placed.get(name)
        if placed is None:
            raise ModelFileError(
                self.path, f"The file lacks the tensor {name}.", hint=f"{_AGAIN} It may be a shard."
            )
        return placed

    def _add(self, part: FilePart) -> None:
        for entry in part.header.tensors:
            if entry.name in self._placed:
                raise ModelFileError(
                    part.path,
                    f"The tensor {entry.name} is there twice, {self._where(entry.name, part)}.",
                    hint=_AGAIN,
                )
            self._placed[entry.name] = _place(part, entry)
        self._check_apart(part)

    def _where(self, name: str, part: FilePart) -> str:
        """Say where else a tensor of a part is."""
        other = self._placed[name].part.path
        return "both in this file" if other == part.path else f"also in {other.name}"

    def _check_apart(self, part: FilePart) -> None:
        by_place = sorted(part.header.tensors, key=lambda entry: entry.offset)
        for first, second in pairwise(by_place):
            if first.offset + self._placed[first.name].info.size_bytes > second.offset:
                message = f"The tensors {first.name} and {second.name} overlap."
                raise ModelFileError(part.path, message, hint=_AGAIN)

    def _check_count(self) -> None:
        """Compare with the number of tensors that the first of several shards gives."""
        expected = self.get("split.tensors.count", int, len(self._placed))
        if expected != len(self._placed):
            raise ModelFileError(
                self.path,
                f"The model's parts have {len(self._placed)} tensors together, not {expected}.",
                hint="The parts may be of different models: fetch them again.",
            )


def _place(part: FilePart, entry: TensorEntry) -> _Placed:
    size = _size_bytes(part.path, entry)
    begin = part.header.data_start + entry.offset
    if begin + size > part.size_bytes:
        raise ModelFileError(
            part.path,
            f"The file ends before its tensor {entry.name}: it has {part.size_bytes} bytes and "
            f"should have at least {begin + size}.",
            hint="The download was probably cut off: fetch it again.",
        )
    info = TensorInfo(entry.name, entry.type, entry.shape, size)
    return _Placed(part, info, begin)


def _type_name(number: int) -> str:
    try:
        return GGMLQuantizationType(number).name
    except ValueError:
        return f"number {number}"


def _size_bytes(path: Path, entry: TensorEntry) -> int:
    try:
        block, block_bytes = GGML_QUANT_SIZES[GGMLQuantizationType(entry.type)]
    except (ValueError, KeyError):
        raise ModelFileError(
            path,
            f"The tensor {entry.name} has a type that KTDesk does not know: {entry.type}.",
            hint="Fetch the file again if it may be damaged; a newer KTDesk may know the type.",
        ) from None
    columns = entry.shape[-1]
    if columns % block:
        raise ModelFileError(
            path,
            f"The tensor {entry.name} has rows of {columns}, which is not a multiple of {block}.",
            hint=_AGAIN,
        )
    count = 1
    for size in entry.shape:
        count *= size
    return count // block * block_bytes


def _map(path: Path) -> FilePart:
    """Map a file, and read its header. Raises ModelFileError."""
    mapping = _mapping(path)
    try:
        header = read_header(path, memoryview(mapping))
    finally:  # zeros in place of what is gone make no header, but are not what is wrong
        _check_whole(path, mapping)
    return FilePart(path, len(memoryview(mapping)), header, mapping)


def _check_whole(path: Path, mapping: MappedFile) -> None:
    if mapping.is_lost:
        raise ModelFileError(
            path,
            f"The file {path} was cut short, or its disk went away, while it was in use.",
            hint="Connect the disk again, or fetch the file again; then load the model again.",
        )


def _mapping(path: Path) -> MappedFile:
    try:
        if path.is_dir():
            raise ModelFileError(path, f"{path} is a folder.", hint="Choose a .gguf file in it.")
        if path.exists() and not path.is_file():  # opening a pipe would wait for its writer
            raise ModelFileError(path, f"{path} is not a file.", hint="Choose a .gguf file.")
        with path.open("rb") as file:
            return MappedFile(file.fileno())
    except FileNotFoundError:
        message = f"There is no file {path}."
        raise ModelFileError(path, message, hint="Check the path.") from None
    except PermissionError:
        raise ModelFileError(
            path, f"You may not read {path}.", hint="Change the file's permissions."
        ) from None
    except ValueError:  # a file without bytes
        raise ModelFileError(path, f"The file {path} is empty.", hint=_AGAIN) from None
    except OSError as error:
        message = f"The file {path} cannot be read: {error.strerror}."
        raise ModelFileError(path, message, hint="Check the disk it lies on.") from error
