# SPDX-License-Identifier: Apache-2.0
"""What the options of a request may be."""

from __future__ import annotations

import math
from typing import get_args

from ktdesk.errors import RequestError
from ktdesk.runtime.request import ContextFull, Options, PromptLookup, Request

# The least and the most of each. A bias or penalty beyond these has the effect of the last one.
_LIMITS: dict[str, tuple[float, float]] = {
    "temperature": (0, 100),
    "top_k": (0, math.inf),
    "typical_p": (0, 1),
    "top_p": (0, 1),
    "min_p": (0, 1),
    "repetition_penalty": (0.01, 100),
    "presence_penalty": (-100, 100),
    "frequency_penalty": (-100, 100),
    "penalty_tokens": (0, math.inf),
    "dry_multiplier": (0, 100),
    "dry_base": (1, 10),
    "dry_allowed_length": (1, math.inf),
    "dry_tokens": (0, math.inf),
    "max_tokens": (0, math.inf),
}
_CHOICES = {"context_full": get_args(ContextFull), "prompt_lookup": get_args(PromptLookup)}
_MOST_BIAS = 100
MOST_LOGPROBS = 100
_SHAPES = ("json", "json_schema", "grammar")


def check_begun(request: Request) -> None:
    """Raise RequestError if an answer that has begun cannot go on."""
    if not request.begun:
        return
    given = [name for name in _SHAPES if getattr(request.options, name)]
    if given or request.prompt is not None:
        what = given[0] if given else "prompt"
        raise RequestError(
            f"An answer that has begun cannot go on together with {what}.",
            hint="Ask for the whole answer again.",
        )


def check_options(options: Options) -> None:
    """Raise RequestError naming the first option that is out of range."""
    for name, (low, high) in _LIMITS.items():
        value = getattr(options, name)
        if not low <= value <= high:  # also refuses NaN
            raise RequestError(
                f"The option {name} is {value}, which is not between {low} and {high}.",
                hint="Correct it in the sampling settings.",
            )
    if options.logprobs is not None and not 0 <= options.logprobs <= MOST_LOGPROBS:
        raise RequestError(
            f"The option logprobs is {options.logprobs}, which is not between 0 and "
            f"{MOST_LOGPROBS}.",
            hint="Ask for fewer.",
        )
    for token, value in options.logit_bias.items():
        if not -_MOST_BIAS <= value <= _MOST_BIAS:
            raise RequestError(
                f"The bias of token {token} is {value}, which is not between {-_MOST_BIAS} and "
                f"{_MOST_BIAS}.",
                hint="Correct the option logit_bias.",
            )
    given = [name for name in _SHAPES if getattr(options, name)]
    if len(given) > 1:
        raise RequestError(
            f"The options {' and '.join(given)} contradict each other.",
            hint="Give at most one of them.",
        )
    for name, choices in _CHOICES.items():
        value = getattr(options, name)
        if value not in choices:
            raise RequestError(
                f"The option {name} is {value!r}.", hint=f"Allowed: {', '.join(choices)}."
            )
