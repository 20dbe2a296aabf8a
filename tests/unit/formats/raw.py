# SPDX-License-Identifier: Apache-2.0
"""GGUF files byte by byte, also such as no writer would write."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

U8, U32, F32, BOOL, STRING, ARRAY, U64 = 0, 4, 6, 7, 8, 9, 10
ALIGNMENT = 32


def text(value: str | bytes) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(raw)) + raw


def entry(key: str | bytes, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def string(key: str | bytes, value: str | bytes) -> bytes:
    return entry(key, STRING, text(value))


def number(key: str, value: int) -> bytes:
    return entry(key, U32, struct.pack("<I", value))


def array(key: str | bytes, kind: int, count: int, values: bytes) -> bytes:
    return entry(key, ARRAY, items(kind, count, values))


def items(kind: int, count: int, values: bytes) -> bytes:
    """What stands in an array, which may be in another."""
    return struct.pack("<IQ", kind, count) + values


def tensor(name: str | bytes, sizes: list[int], kind: int = 0, offset: int = 0) -> bytes:
    """A row of the table. sizes: fastest dimension first, as files have them."""
    layout = f"<I{len(sizes)}QIQ"
    return text(name) + struct.pack(layout, len(sizes), *sizes, kind, offset)


@dataclass
class File:
    """What stands in a file. Counts are those of the lists unless they are given."""

    metadata: list[bytes] = field(default_factory=lambda: [string("general.architecture", "llama")])
    tensors: list[bytes] = field(default_factory=list)
    data: bytes = b""
    magic: bytes = b"GGUF"
    version: int = 3
    tensor_count: int | None = None
    value_count: int | None = None
    alignment: int = ALIGNMENT

    def __bytes__(self) -> bytes:
        tensors = len(self.tensors) if self.tensor_count is None else self.tensor_count
        values = len(self.metadata) if self.value_count is None else self.value_count
        head = self.magic + struct.pack("<IQQ", self.version, tensors, values)
        head += b"".join(self.metadata) + b"".join(self.tensors)
        return head + bytes(-len(head) % self.alignment) + self.data


def small() -> File:
    """A valid file with a value of each common kind, and two tensors."""
    return File(
        metadata=[
            string("general.architecture", "llama"),
            number("llama.block_count", 2),
            entry("llama.rope.freq_base", F32, struct.pack("<f", 10000.0)),
            entry("tokenizer.ggml.add_bos_token", BOOL, b"\1"),
            array("tokenizer.ggml.tokens", STRING, 2, text("a") + text("b")),
            array("tokenizer.ggml.token_type", U32, 2, struct.pack("<2I", 1, 3)),
        ],
        tensors=[tensor("first", [4, 2]), tensor("second", [3], offset=32)],
        data=struct.pack("<8f", *range(8)) + struct.pack("<3f", 8, 9, 10),
    )
