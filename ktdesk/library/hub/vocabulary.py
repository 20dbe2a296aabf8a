# SPDX-License-Identifier: Apache-2.0
"""The vocabulary in headers: nearly all of one, and the same in every quantisation of a model."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_ARRAYS = ("tokens", "scores", "token_type", "merges")  # of the tokenizer's
_STRING, _ARRAY = 8, 9
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}  # of kinds of values
_LENGTH, _HEAD = struct.Struct("<Q"), struct.Struct("<IIQ")
_LEAST_BYTES = 1 << 14  # that must be the same before the rest is taken to be


def _key(array: str) -> bytes:
    name = f"tokenizer.ggml.{array}".encode()
    return _LENGTH.pack(len(name)) + name


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What stands in a header from the tokens to the end of the tokenizer's last array."""

    data: bytes

    @classmethod
    def of(cls, header: bytes) -> Vocabulary | None:
        """Return the vocabulary in the bytes of a header that was read; None if it has none."""
        begin = header.find(_key("tokens"))
        if begin < 0:
            return None
        places = (header.find(_key(array), begin) for array in _ARRAYS)
        try:
            ends = [_end(header, at) for at in places if at >= 0]
        except (struct.error, KeyError):  # the name stands in a text
            return None
        return cls(header[begin : max(ends)])

    def complete(self, begin: bytes) -> bytes:
        """Return the begin of another file with the vocabulary whole; as it is if that differs."""
        at = begin.find(_key("tokens"))
        is_same = len(begin) - at >= _LEAST_BYTES and self.data.startswith(begin[at:])
        return begin[:at] + self.data if at >= 0 and is_same else begin


def _end(header: bytes, at: int) -> int:
    """Return where an array ends whose key begins at a place."""
    at += _LENGTH.size + _LENGTH.unpack_from(header, at)[0]
    form, kind, count = _HEAD.unpack_from(header, at)
    at += _HEAD.size
    if form != _ARRAY:
        raise KeyError(form)
    if kind != _STRING:
        return at + count * _SIZES[kind]
    for _ in range(count):
        at += _LENGTH.size + _LENGTH.unpack_from(header, at)[0]
    return at
