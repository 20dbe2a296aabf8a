# SPDX-License-Identifier: Apache-2.0
"""Which layers look at a window of the last tokens only, and how long it is."""

from __future__ import annotations

from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint


def read_windows(checkpoint: Checkpoint, layers: int, *, period: int) -> tuple[int, ...]:
    """Return how many tokens each layer sees, 0 for all, from the metadata.

    period: the last of so many layers sees all, where the file does not say it; 0: none does.
    Raises ModelFileError for a pattern that is not one.
    """
    arch = checkpoint.architecture
    window = checkpoint.count(f"{arch}.attention.sliding_window", 0, least=0)
    key = f"{arch}.attention.sliding_window_pattern"
    match checkpoint.metadata.get(key, period):
        case bool():
            pass
        case int(period) if period >= 0:
            return tuple(0 if period and (i + 1) % period == 0 else window for i in range(layers))
        case list(is_local) if len(is_local) >= layers:
            return tuple(window if each else 0 for each in is_local[:layers])
        case _:
            pass
    raise ModelFileError(
        checkpoint.path,
        f"The file's {key} does not say for each of its {layers} layers what it sees.",
        hint="The file may be damaged: fetch it again.",
    )
