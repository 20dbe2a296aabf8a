# SPDX-License-Identifier: Apache-2.0
"""Headers of GGUF files: what is read, and that every kind of damage is named."""

from __future__ import annotations

import mmap
import struct
import tracemalloc
from pathlib import Path

import pytest

from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf_header import Header, HeaderCutError, read_header
from tests.unit.formats import raw
from tests.unit.formats.raw import File

PATH = Path("folder/model.gguf")
FAR = 1 << 62


def read(file: File | bytes) -> Header:
    return read_header(PATH, bytes(file))


def refused(file: File | bytes) -> ModelFileError:
    with pytest.raises(ModelFileError) as caught:
        read(file)
    assert caught.value.path == PATH
    assert caught.value.hint
    return caught.value


def bytes_missing(begin: bytes, size: int) -> int | None:
    """How much of a file is needed at least, if its begin is not enough."""
    try:
        read_header(PATH, begin, size)
    except HeaderCutError as cut:
        return cut.least_bytes
    return None


def nested(depth: int, key: str = "k") -> bytes:
    """An array in an array in an array, and so on; the innermost has no items."""
    values = raw.items(raw.U8, 0, b"")
    for _ in range(depth - 1):
        values = raw.items(raw.ARRAY, 1, values)
    return raw.entry(key, raw.ARRAY, values)


@pytest.mark.parametrize("version", [2, 3])
def test_a_header_is_read_whole(version: int) -> None:
    file = raw.small()
    file.version = version
    header = read(file)
    assert header.metadata == {
        "general.architecture": "llama",
        "llama.block_count": 2,
        "llama.rope.freq_base": 10000.0,
        "tokenizer.ggml.add_bos_token": True,
        "tokenizer.ggml.tokens": ["a", "b"],
        "tokenizer.ggml.token_type": [1, 3],
    }
    assert [(t.name, t.shape, t.offset) for t in header.tensors] == [
        ("first", (2, 4), 0),
        ("second", (3,), 32),
    ]
    assert header.data_start % raw.ALIGNMENT == 0
    assert bytes(raw.small())[header.data_start :] == raw.small().data


@pytest.mark.parametrize(
    ("kind", "layout", "value"),
    [
        (0, "B", 255),
        (1, "b", -128),
        (2, "H", 65535),
        (3, "h", -32768),
        (4, "I", 2**32 - 1),
        (5, "i", -(2**31)),
        (6, "f", 0.5),
        (7, "?", False),
        (10, "Q", 2**64 - 1),
        (11, "q", -(2**63)),
        (12, "d", 1e300),
    ],
)
def test_every_kind_of_value(kind: int, layout: str, value: float) -> None:
    one = raw.entry("one", kind, struct.pack(f"<{layout}", value))
    many = raw.array("many", kind, 3, struct.pack(f"<3{layout}", value, value, value))
    assert read(File(metadata=[one, many])).metadata == {"one": value, "many": [value] * 3}


def test_text_that_is_not_utf8_can_be_shown() -> None:
    header = read(File(metadata=[raw.string("general.name", b"caf\xe9")]))
    assert header.metadata["general.name"] == "caf\N{REPLACEMENT CHARACTER}"


def test_a_file_cut_anywhere_in_its_header_is_refused() -> None:
    file = raw.small()
    file.data = b""
    whole = bytes(file)
    end = len(whole.rstrip(b"\0"))  # the last offset, 32, is followed by zeros
    for size in range(end):
        refused(whole[:size])


def test_the_begin_of_a_file_is_enough_or_tells_how_much_more_it_takes() -> None:
    whole = bytes(raw.small())
    table = len(whole) - len(raw.small().data)
    asked = [8]
    while (more := bytes_missing(whole[: asked[-1]], len(whole))) is not None:
        asked.append(more)
    assert asked == sorted({*asked})
    assert asked[-1] <= table
    assert read_header(PATH, whole[: asked[-1]], len(whole)) == read(whole)


def test_the_begin_of_a_file_is_measured_by_the_whole() -> None:
    file = File(metadata=[raw.array("k", raw.U8, 1 << 20, b"")])
    with pytest.raises(HeaderCutError):
        read_header(PATH, bytes(file), 1 << 21)
    with pytest.raises(ModelFileError, match="more than there can be"):
        read_header(PATH, bytes(file), 1 << 19)


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"PK\3\4" + bytes(40), "ZIP"),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS"),
        (b"<!DOCTYPE html><html>", "web page"),
        (struct.pack("<Q", 99) + b'{"weight":', "safetensors"),
        (b"\x80\2}q\0" * 20, "Choose a .gguf file"),
        (b"", "Choose a .gguf file"),
    ],
)
def test_other_files_are_recognised(data: bytes, hint: str) -> None:
    error = refused(data)
    assert "model.gguf is not a GGUF file" in str(error)
    assert hint in error.hint


@pytest.mark.parametrize("version", [0, 1, 4, 2**32 - 1])
def test_versions_that_nobody_reads(version: int) -> None:
    assert f"version {version}" in str(refused(File(version=version)))


def test_files_for_big_endian_machines() -> None:
    assert "big-endian" in str(refused(File(version=3 << 24)))


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (File(tensor_count=FAR), "tensors"),
        (File(value_count=FAR), "metadata values"),
        (File(metadata=[raw.array("k", raw.U8, FAR, b"")]), "values in an array"),
        (File(metadata=[raw.array("k", raw.STRING, FAR, b"")]), "texts in an array"),
        (File(metadata=[raw.entry("k", raw.STRING, struct.pack("<Q", FAR))]), "a text of"),
        (File(metadata=[struct.pack("<Q", 2**64 - 1) + bytes(16)]), "a text of"),
        (File(tensors=[raw.tensor("t", [FAR])]), "impossible shape"),
        (File(tensors=[raw.tensor("t", [0, 4])]), "t is empty: it has the shape [4, 0]"),
        (File(metadata=[raw.array("k", raw.ARRAY, FAR, b"")]), "arrays in an array"),
        (File(metadata=[raw.array("k", raw.STRING, 1 << 40, b"")]), "texts in an array"),
        (File(metadata=[raw.array("k", raw.ARRAY, 1, raw.items(raw.U8, FAR, b""))]), "values in"),
        (File(tensors=[raw.tensor(b"t" * 1025, [2])]), "a text of 1025 bytes"),
        (File(metadata=[raw.string("k" * 1025, "")]), "a text of 1025 bytes"),
    ],
)
def test_absurd_counts_are_refused_before_memory_is_taken(file: File, message: str) -> None:
    tracemalloc.start()
    try:
        assert message in str(refused(file))
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (File(metadata=[raw.array("k", raw.U8, 1 << 29, b"")]), "values in an array"),
        (File(metadata=[raw.array("k", raw.STRING, 1 << 26, b"")]), "texts in an array"),
        (File(metadata=[raw.entry("k", raw.STRING, struct.pack("<Q", 1 << 29))]), "a text of"),
        (File(tensor_count=1 << 20), "1048576 tensors"),
        (File(value_count=1 << 20), "1048576 metadata values"),
        # Several, none of which is too large by itself.
        (File(metadata=[raw.array(k, raw.U8, 1 << 22, bytes(1 << 22)) for k in "abc"]), "values"),
        (File(metadata=[raw.string(k, bytes(1 << 26)) for k in "abc"]), "a text of"),
    ],
)
def test_counts_that_only_a_large_file_allows(file: File, message: str) -> None:
    with mmap.mmap(-1, 1 << 30) as large:  # pages that are not touched take no memory
        head = bytes(file)
        large[: len(head)] = head
        with pytest.raises(ModelFileError, match=message):
            read_header(PATH, large)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (File(metadata=[raw.entry("k", 13, b"")]), "unknown type 13"),
        (File(metadata=[raw.array("k", 13, 1, bytes(12))]), "unknown type 13"),
        (File(metadata=[nested(6)]), "arrays in more than 4 others"),
        (File(metadata=[raw.number("k", 1), raw.number("k", 2)]), "its k twice"),
        (File(tensors=[raw.tensor("t", [])]), "has 0 dimensions"),
        (File(tensors=[raw.tensor("t", [2] * 5)]), "has 5 dimensions"),
        (File(metadata=[raw.number("general.alignment", 0)]), "alignment is 0"),
        (File(metadata=[raw.number("general.alignment", 48)]), "alignment is 48"),
        (File(metadata=[raw.string("general.alignment", "32")]), "alignment is '32'"),
        (File(metadata=[raw.entry("general.alignment", raw.BOOL, b"\1")]), "alignment is True"),
        (File(metadata=[nested(3, "general.alignment")]), "alignment is [[[]]]"),
        (
            File(tensors=[raw.tensor("t", [2], offset=4)]),
            "begins at 4, which is not a multiple of 32",
        ),
    ],
)
def test_what_the_format_does_not_allow(file: File, message: str) -> None:
    assert message in str(refused(file))


@pytest.mark.parametrize("alignment", [1, 2, 8, 32, 4096, 1 << 20])
def test_the_alignment_of_the_file_counts(alignment: int) -> None:
    offset = -(-9 // alignment) * alignment
    file = File(
        metadata=[raw.number("general.alignment", alignment), raw.string("odd", "x" * 3)],
        tensors=[raw.tensor("s", [2]), raw.tensor("t", [2], offset=offset)],
        data=bytes(8) + bytes(offset),
        alignment=alignment,
    )
    header = read(file)
    assert header.data_start == len(bytes(file)) - len(file.data)
    assert header.tensors[1].offset == offset


def test_arrays_in_arrays() -> None:
    inner = raw.items(raw.U8, 2, b"\1\2") + raw.items(raw.STRING, 1, raw.text("a"))
    file = File(metadata=[raw.array("k", raw.ARRAY, 2, inner), nested(5, "deep")])
    assert read(file).metadata == {"k": [[1, 2], ["a"]], "deep": [[[[[]]]]]}
