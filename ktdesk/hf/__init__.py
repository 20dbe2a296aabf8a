# SPDX-License-Identifier: Apache-2.0
"""KTDesk's models as those of `transformers`: generate, pipelines, evaluation harnesses.

    from ktdesk.hf import KTModelForCausalLM, KTTokenizer

    model = KTModelForCausalLM.from_pretrained("model.gguf")
    tokenizer = KTTokenizer.from_pretrained("model.gguf")

The engine computes; what `transformers` brings is its way of asking. It is an extra:
`pip install ktdesk[hf]`.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from ktdesk.errors import KTDeskError

if find_spec("transformers") is None:
    raise KTDeskError(
        "The package transformers is not installed; KTDesk's Hugging Face classes need it.",
        hint="Install it: pip install ktdesk[hf]",
    )

from transformers import AutoConfig, AutoModelForCausalLM

from ktdesk.hf.config import KTConfig
from ktdesk.hf.model import KTModelForCausalLM
from ktdesk.hf.token_cache import TokenCache
from ktdesk.hf.tokenizer import KTTokenizer

# So that pipelines and harnesses know it for a causal language model.
_configs: Any = AutoConfig  # the library's own types are partial
_models: Any = AutoModelForCausalLM
_configs.register(KTConfig.model_type, KTConfig, exist_ok=True)
_models.register(KTConfig, KTModelForCausalLM, exist_ok=True)

__all__ = ["KTConfig", "KTModelForCausalLM", "KTTokenizer", "TokenCache"]
