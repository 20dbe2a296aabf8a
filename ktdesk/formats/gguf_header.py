# SPDX-License-Identifier: Apache-2.0
"""The header of a GGUF file: magic, version, metadata, table of tensors.

Source of the layout: the GGUF specification, versions 2 and 3, little endian.
"""

from __future__ import annotations

import reprlib
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ktdesk.errors import ModelFileError

Scalar = int | float | bool | str
MetadataValue = Scalar | list[Any]

_STRING, _ARRAY = 8, 9
_LENGTH = struct.Struct("<Q")  # of a text, before its bytes
_FORMATS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_MAX_DIMENSIONS = 4
_MAX_NESTING = 4  # of arrays; files in use have none in others
# More is damage, and must not fill the memory. A model of 671 billion weights with each expert's
# matrices apart has 47,000 tensors; vocabularies have less than a million entries, in four arrays.
_MAX_TENSORS, _MAX_VALUES = 1 << 18, 1 << 16
_MAX_ITEMS, _MAX_TEXT_BYTES = 1 << 23, 1 << 27  # of all arrays, and of all texts, together
_MAX_NAME_BYTES = 1 << 10  # of a tensor or a key, which messages show
_DEFAULT_ALIGNMENT = 32
_AGAIN = "The file may be cut or damaged: fetch it again."

# What people take for a model file, by how it begins.
_OTHERS = (
    (b"PK", "a ZIP archive"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file it stands for"),
    (b"<", "a web page or XML"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"ggjt", "an old GGML file"),
    (b"lmgg", "an old GGML file"),
)


@dataclass(frozen=True, slots=True)
class TensorEntry:
    """A row of the table of tensors. offset: in bytes from the start of the data."""

    name: str
    type: int
    shape: tuple[int, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the data. data_start: where that begins, in bytes."""

    metadata: dict[str, MetadataValue]
    tensors: list[TensorEntry]
    data_start: int


class HeaderCutError(Exception):
    """The bytes at hand end within the header, though the file goes on: fetch more, read again.

    least_bytes: of the file's begin, that are needed to come any further.
    """

    def __init__(self, least_bytes: int) -> None:
        super().__init__(f"At least {least_bytes} bytes are needed.")
        self.least_bytes = least_bytes


def read_header(path: Path, data: bytes | memoryview, size_bytes: int | None = None) -> Header:
    """Read the header of a file's bytes. Raises ModelFileError naming what is wrong.

    size_bytes: of the file, if `data` is only its begin; HeaderCutError if that is too short.
    """
    reader = _Reader(path, data, 8, len(data) if size_bytes is None else size_bytes)
    _check_magic(path, data)
    tensor_count, value_count = reader.number("Q"), reader.number("Q")
    # A tensor takes at least 24 bytes in the table, a value 13: more cannot be in the file.
    reader.check_count(tensor_count, 24, _MAX_TENSORS, "tensors")
    reader.check_count(value_count, 13, _MAX_VALUES, "metadata values")
    metadata: dict[str, MetadataValue] = {}
    for _ in range(value_count):
        key = reader.name()
        if key in metadata:
            raise reader.error(f"The file gives its {key} twice.")
        metadata[key] = reader.value(reader.number("I"))
    tensors = [reader.tensor() for _ in range(tensor_count)]
    alignment = metadata.get("general.alignment", _DEFAULT_ALIGNMENT)
    if type(alignment) is not int or alignment < 1 or alignment & (alignment - 1):
        raise reader.error(f"The file's alignment is {shown(alignment)}, not a power of two.")
    for tensor in tensors:
        if tensor.offset % alignment:
            raise reader.error(
                f"The tensor {tensor.name} begins at {tensor.offset}, "
                f"which is not a multiple of {alignment}."
            )
    start = -(-reader.at // alignment) * alignment
    return Header(metadata, tensors, start)


def shown(value: object) -> str:
    """Return a value of the metadata as messages show it: of long ones, parts."""
    return reprlib.repr(value)


def _check_magic(path: Path, data: bytes | memoryview) -> None:
    magic = bytes(data[:8])
    if magic[:4] != b"GGUF":
        begin = bytes(data[:32])
        kind = next(
            (f"It seems to be {what}. " for start, what in _OTHERS if begin.startswith(start)), ""
        )
        if begin[8:10] == b'{"':
            kind = "It seems to be a safetensors file. "
        raise ModelFileError(
            path, f"{path.name} is not a GGUF file.", hint=f"{kind}Choose a .gguf file."
        )
    if len(magic) < 8:
        raise ModelFileError(path, "The file ends within its first bytes.", hint=_AGAIN)
    version = struct.unpack("<I", magic[4:])[0]
    if version not in (2, 3):
        swapped = int.from_bytes(magic[4:], "big")
        what = "for big-endian machines" if swapped in (2, 3) else f"of GGUF version {version}"
        raise ModelFileError(
            path,
            f"The file is made {what}; KTDesk reads versions 2 and 3, little endian.",
            hint="Choose another file of the model.",
        )


class _Reader:
    """Reads values one after another; never beyond the end.

    size_bytes: of the file, of which `data` may be the begin.
    """

    def __init__(self, path: Path, data: bytes | memoryview, at: int, size_bytes: int) -> None:
        self.at = at
        self._path, self._data, self._end = path, data, len(data)
        self._size_bytes = size_bytes
        self._items_left, self._text_bytes_left = _MAX_ITEMS, _MAX_TEXT_BYTES

    def error(self, message: str) -> ModelFileError:
        return ModelFileError(self._path, message, hint=_AGAIN)

    def check_count(self, count: int, least_bytes: int, most: int, what: str) -> None:
        if count > most or count * least_bytes > self._size_bytes - self.at:
            raise self.error(f"The file claims {count} {what}, more than there can be.")

    def number(self, code: str) -> Any:
        return self._unpack(f"<{code}", struct.calcsize(f"<{code}"))[0]

    def name(self) -> str:
        """Read the name of a tensor or a key."""
        return self.text(_MAX_NAME_BYTES)

    def text(self, most_bytes: int = _MAX_TEXT_BYTES) -> str:
        size = self.number("Q")
        if size > min(most_bytes, self._text_bytes_left):
            raise self.error(f"The file claims a text of {size} bytes, more than there can be.")
        self._need(size)
        self._text_bytes_left -= size
        raw = bytes(self._data[self.at : self.at + size])
        self.at += size
        return raw.decode("utf-8", "replace")

    def value(self, kind: int, nesting: int = 0) -> MetadataValue:
        """Read a value. nesting: how many arrays it stands in."""
        if kind == _STRING:
            return self.text()
        if kind == _ARRAY:
            return self._array(nesting)
        if kind not in _FORMATS:
            raise self.error(f"The metadata has a value of the unknown type {kind}.")
        return self.number(_FORMATS[kind])

    def tensor(self) -> TensorEntry:
        name = self.name()
        dimensions = self.number("I")
        if not 1 <= dimensions <= _MAX_DIMENSIONS:
            raise self.error(f"The tensor {name} has {dimensions} dimensions.")
        sizes = [self.number("Q") for _ in range(dimensions)]
        if 0 in sizes:
            raise self.error(f"The tensor {name} is empty: it has the shape {sizes[::-1]}.")
        if max(sizes) > self._size_bytes * 32:
            raise self.error(f"The tensor {name} has the impossible shape {sizes[::-1]}.")
        kind, offset = self.number("I"), self.number("Q")
        return TensorEntry(name, kind, tuple(reversed(sizes)), offset)

    def _array(self, nesting: int) -> list[Any]:
        kind, count = self.number("I"), self.number("Q")
        if kind == _STRING:
            self._take_items(count, 8, "texts")
            return self._texts(count)
        if kind == _ARRAY:
            self._take_items(count, 12, "arrays")
            if nesting == _MAX_NESTING:
                raise self.error(f"The metadata has arrays in more than {_MAX_NESTING} others.")
            return [self._array(nesting + 1) for _ in range(count)]
        if kind not in _FORMATS:
            raise self.error(f"The metadata has an array of the unknown type {kind}.")
        size = struct.calcsize(f"<{_FORMATS[kind]}")
        self._take_items(count, size, "values")
        return list(self._unpack(f"<{count}{_FORMATS[kind]}", count * size))

    def _texts(self, count: int) -> list[str]:
        """Read texts: what `text` does, without its calls, since vocabularies have a million."""
        texts: list[str] = []
        data, at, left = self._data, self.at, self._text_bytes_left
        for _ in range(count):
            if at + 8 > self._end:
                break
            (size,) = _LENGTH.unpack_from(data, at)
            left -= size
            if left < 0 or size > self._end - at - 8:
                break
            texts.append(str(data[at + 8 : at + 8 + size], "utf-8", "replace"))
            at += 8 + size
            self.at, self._text_bytes_left = at, left
        if len(texts) < count:
            self.text()  # says what is wrong with it
        return texts

    def _take_items(self, count: int, least_bytes: int, what: str) -> None:
        self.check_count(count, least_bytes, self._items_left, f"{what} in an array")
        self._items_left -= count

    def _unpack(self, layout: str, size: int) -> tuple[Any, ...]:
        self._need(size)
        values = struct.unpack_from(layout, self._data, self.at)
        self.at += size
        return values

    def _need(self, size: int) -> None:
        if size > self._size_bytes - self.at:
            raise self.error("The file ends within its header.")
        if size > self._end - self.at:
            raise HeaderCutError(self.at + size)
