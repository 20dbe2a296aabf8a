# SPDX-License-Identifier: Apache-2.0
"""How often a model's experts were chosen, kept by the digest of its content."""

from __future__ import annotations

import logging
import re
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ktdesk.formats.gguf import Checkpoint
from ktdesk.settings.folders import data_folder
from ktdesk.whole_file import whole_file

log = logging.getLogger(__name__)

Counts = NDArray[np.int64]  # [layers, experts]


def read_counts(checkpoint: Checkpoint) -> Counts | None:
    """Return what is kept of a model; None if nothing is, or its file is damaged.

    Its weights are looked at only where something is kept of a model of its name.
    """
    name = _stem(checkpoint.name)
    if not (checkpoint.has_weights and any(_folder().glob(f"{name}-*.npy"))):
        return None
    return _read(counts_file(checkpoint))


def counts_file(checkpoint: Checkpoint) -> Path:
    """Return where counts of a model are kept. Looks at its weights."""
    return _folder() / f"{_stem(checkpoint.name)}-{checkpoint.digest()[:32]}.npy"


def add_counts(file: Path, counts: Counts) -> None:
    """Add counts to those of a file. Raises OSError if the disk does not take them."""
    before = _read(file)
    if before is not None and before.shape == counts.shape:
        counts = before + counts
    memory = BytesIO()
    np.save(memory, counts, allow_pickle=False)
    with whole_file(file) as stream:
        stream.write(memory.getvalue())


def _folder() -> Path:
    return data_folder() / "experts"


def _stem(name: str) -> str:
    """Return a model's name as a part of a file's name."""
    return re.sub(r"[^A-Za-z0-9._]+", "_", name)[:60] or "model"


def _read(file: Path) -> Counts | None:
    try:
        counts = np.load(file, allow_pickle=False)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError) as error:
        log.warning("the counts in %s cannot be read: %s", file, error)
        return None
    is_whole = counts.dtype == np.int64 and counts.ndim == 2 and (counts >= 0).all()
    return counts if is_whole else None
