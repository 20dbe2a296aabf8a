# SPDX-License-Identifier: Apache-2.0
"""How long a context to load a model with."""

from __future__ import annotations

from ktdesk.errors import RequestError
from ktdesk.formats.gguf import Checkpoint

DEFAULT_CONTEXT_TOKENS = 8192  # of models that could do more: their caches would fill the memory


def choose_context(checkpoint: Checkpoint, wanted: int) -> int:
    """Return the context to load with; 0 is the model's own, up to a default.

    Raises RequestError if the model was not made for as much as is wanted.
    """
    most = checkpoint.count(f"{checkpoint.architecture}.context_length")
    if not 0 <= wanted <= most:
        raise RequestError(
            f"A context of {wanted} tokens was asked for; the model was made for 1 to {most}.",
            hint=f"Choose at most {most} tokens.",
        )
    return wanted or min(most, DEFAULT_CONTEXT_TOKENS)
