# SPDX-License-Identifier: Apache-2.0
"""What the fuzzing makes: valid files with a few changes, and files that are almost valid."""

from __future__ import annotations

import struct
import sys
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
from hypothesis import strategies as st

from tests.unit.formats import raw
from tests.unit.formats.raw import File

Place = tuple[int, int]  # offset and size in bytes of a number, a length or a text

_WHOLE_NUMBERS = st.one_of(
    st.integers(0, 64),
    st.integers(0, 64).map(lambda n: -n),
    st.integers(0, 64).map(lambda n: 1 << n),
    st.integers(0, 64).map(lambda n: (1 << n) - 1),
    st.integers(0, 2**64 - 1),
)
_FLOATS = st.floats(width=32).map(lambda x: struct.pack("<f", x))


def places(path: Path) -> list[list[Place]]:
    """Return where the numbers, lengths, types and texts of each field of a header lie."""
    reader = gguf.GGUFReader(path)
    fields = [*reader.fields.values(), *(tensor.field for tensor in reader.tensors)]
    found: list[list[Place]] = []
    for field in fields:
        at, parts = field.offset, list[Place]()
        for part in field.parts:
            parts.append((at, part.nbytes))
            at += part.nbytes
        found.append(parts)
    return found


def values(path: Path) -> list[list[Place]]:
    """Return where the values of each field lie, and the shapes, types and offsets of tensors."""
    reader = gguf.GGUFReader(path)
    found: list[list[Place]] = []
    for field in reader.fields.values():
        starts = np.cumsum([0, *(part.nbytes for part in field.parts)]) + field.offset
        if not field.name.startswith("GGUF."):
            found.append([(int(starts[i]), field.parts[i].nbytes) for i in field.data])
    table: list[Place] = []
    for tensor in reader.tensors:
        end = tensor.field.offset + sum(part.nbytes for part in tensor.field.parts)
        shape = [(end - 12 - 8 * i, 8) for i in range(1, len(tensor.shape) + 1)]
        table += [*shape, (end - 12, 4), (end - 8, 8)]
    return [*(group for group in found if group), table, table]


def all_places(size: int) -> list[list[Place]]:
    """Return the places of every byte of a file, and of every aligned number."""
    return [[(at, width) for at in range(0, size - width, width)] for width in (1, 4, 8)]


@dataclass(frozen=True)
class Change:
    """So many bytes of a file that go, and those that come in their place."""

    at: int
    gone: int
    come: bytes


def changes(size: int, known: list[list[Place]]) -> st.SearchStrategy[list[Change]]:
    """Return one to six changes of a file, of which few move what stands behind them.

    size: of the part to be changed, in bytes. known: the places of what stands in it, in groups
    that are chosen equally often: a vocabulary as often as a number.
    """
    number = _numbers(known)
    at = st.integers(0, size - 1)
    byte = st.builds(Change, at, st.just(1), st.binary(min_size=1, max_size=1))
    splice = st.builds(Change, at, st.integers(0, 40), st.binary(max_size=40))
    cut = st.builds(Change, at, st.just(sys.maxsize), st.just(b""))
    return st.lists(st.one_of(number, number, number, byte, splice, cut), min_size=1, max_size=6)


def lies(known: list[list[Place]]) -> st.SearchStrategy[list[Change]]:
    """Return one to three changes of values in a file, which move nothing."""
    return st.lists(_numbers(known), min_size=1, max_size=3)


def _numbers(known: list[list[Place]]) -> st.SearchStrategy[Change]:
    place = st.sampled_from(known).flatmap(st.sampled_from)
    return place.flatmap(
        lambda place: st.builds(
            Change, st.just(place[0]), st.just(min(8, place[1])), _bytes_of(min(8, place[1]))
        )
    )


def changed(whole: bytes, made: list[Change]) -> bytes:
    """Return a file with changes made one after another."""
    content = bytearray(whole)
    for change in made:
        content[change.at : change.at + change.gone] = change.come
    return bytes(content)


def _bytes_of(size: int) -> st.SearchStrategy[bytes]:
    def packed(number: int) -> bytes:
        return (number % (1 << 8 * size)).to_bytes(size, "little")

    numbers = _WHOLE_NUMBERS.map(packed)
    return st.one_of(numbers, _FLOATS) if size == 4 else numbers


_NAMES = st.one_of(
    st.sampled_from(["general.architecture", "general.name", "split.no", "split.count", "a"]),
    st.text(max_size=12),
    st.binary(max_size=12),
)
_COUNTS = st.one_of(st.none(), _WHOLE_NUMBERS.map(lambda n: n % 2**64))
_LAYOUTS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "B", 10: "Q", 11: "q"}


@st.composite
def _items(draw: st.DrawFn, depth: int = 0) -> bytes:
    kind = draw(st.sampled_from([*_LAYOUTS, raw.STRING, raw.ARRAY, 13]))
    if kind == raw.ARRAY and depth < 6:
        values = draw(st.lists(_items(depth + 1), max_size=3))
    elif kind == raw.STRING:
        values = [raw.text(text) for text in draw(st.lists(st.text(max_size=4), max_size=3))]
    else:
        size = struct.calcsize(_LAYOUTS.get(kind, "I"))
        values = draw(st.lists(_bytes_of(size), max_size=3))
    count = draw(_COUNTS) if draw(st.integers(0, 3)) == 0 else None
    return raw.items(kind, len(values) if count is None else count, b"".join(values))


@st.composite
def _entries(draw: st.DrawFn) -> bytes:
    name = draw(_NAMES)
    kind = draw(st.sampled_from([*_LAYOUTS, raw.STRING, raw.ARRAY, 12, 14]))
    if kind == raw.ARRAY:
        return raw.entry(name, raw.ARRAY, draw(_items()))
    if kind == raw.STRING:
        return raw.string(name, draw(st.text(max_size=12)))
    return raw.entry(name, kind, draw(_bytes_of(struct.calcsize(_LAYOUTS.get(kind, "I")))))


@st.composite
def _tensors(draw: st.DrawFn) -> bytes:
    sizes = st.one_of(st.integers(0, 4), st.integers(0, 300), _WHOLE_NUMBERS)
    return raw.tensor(
        draw(_NAMES),
        [size % 2**64 for size in draw(st.lists(sizes, max_size=5))],
        draw(st.one_of(st.integers(0, 45), _WHOLE_NUMBERS)) % 2**32,
        draw(st.one_of(st.integers(0, 8).map(lambda n: 32 * n), _WHOLE_NUMBERS)) % 2**64,
    )


@st.composite
def invented(draw: st.DrawFn) -> bytes:
    """Return a file of any metadata and tensors, whose counts are most often right."""
    alignment = draw(st.sampled_from([1, 2, 3, 8, 32, 48, 4096]))
    metadata = draw(st.lists(_entries(), max_size=4))
    if alignment != raw.ALIGNMENT:
        metadata.append(raw.number("general.alignment", alignment))
    lies = draw(st.integers(0, 5)) == 0
    file = File(
        metadata=metadata,
        tensors=draw(st.lists(_tensors(), max_size=4)),
        data=bytes(draw(st.integers(0, 600))),
        version=draw(st.sampled_from([2, 3, 3, 3])),
        tensor_count=draw(_COUNTS) if lies else None,
        value_count=draw(_COUNTS) if lies else None,
        alignment=alignment,
    )
    return bytes(file)


def shard(number: int, count: int) -> bytes:
    """A valid part of a model in `count` parts, of one tensor each."""
    metadata = [
        raw.entry("split.no", 2, struct.pack("<H", number - 1)),
        raw.entry("split.count", 2, struct.pack("<H", count)),
        raw.number("split.tensors.count", count),
    ]
    if number == 1:
        metadata.append(raw.string("general.architecture", "llama"))
    data = np.arange(2, dtype=np.float32).tobytes()
    return bytes(File(metadata=metadata, tensors=[raw.tensor(f"t{number}", [2])], data=data))
