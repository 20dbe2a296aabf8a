# SPDX-License-Identifier: Apache-2.0
"""Whether a file has what its architecture uses, and nothing else: told from its header alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import fields, is_dataclass
from typing import Any

from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.rotary import FACTOR_TENSORS
from ktdesk.models.slots import Outline


def check_loadable(checkpoint: Checkpoint, model: Outline) -> None:
    """Refuse a file that loading would refuse, before a weight is read, or fetched.

    Raises ModelFileError if tensors are missing, of types that cannot be computed with, or unknown.
    """
    there = checkpoint.tensors
    used = {
        name
        for slot in model.slots
        for name in tensor_names(slot.spec)
        if name in there or name.endswith((".weight", ".bias"))
    }
    for name in sorted(used):
        checkpoint.check_type(name)
    check_all_used(checkpoint, used, model.decoder.layers)


def check_all_used(checkpoint: Checkpoint, used: Set[str], layers: int) -> None:
    """Refuse a file with tensors that the architecture ignores: its answers would be wrong."""
    extra = checkpoint.tensors.keys() - used - FACTOR_TENSORS
    unknown = sorted(name for name in extra if not _is_beyond(name, layers))
    if unknown:
        raise ModelFileError(
            checkpoint.path,
            f"The file has tensors that KTDesk's {checkpoint.architecture} does not use, "
            f"{unknown[0]} among {len(unknown)}; without them its answers would be wrong.",
            hint="This variant of the architecture is not supported yet. Choose another model.",
        )


def tensor_names(spec: object) -> Iterator[str]:
    """Yield the texts of a spec and of the specs in it; those that are tensors are its own."""
    if not is_dataclass(spec):
        return
    for field in fields(spec):
        value: Any = getattr(spec, field.name)
        if isinstance(value, str):
            yield value
        else:
            yield from tensor_names(value)


def _is_beyond(name: str, layers: int) -> bool:
    """Whether a tensor belongs to a layer after the last: DeepSeek's multi-token prediction."""
    match = re.match(r"blk\.(\d+)\.", name)
    return match is not None and int(match[1]) >= layers
