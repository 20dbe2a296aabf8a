# SPDX-License-Identifier: Apache-2.0
"""Every architecture by the name that files give."""

from __future__ import annotations

from collections.abc import Callable

from ktdesk.errors import ModelFileError, did_you_mean
from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.bailingmoe2 import BailingMoe2
from ktdesk.models.decoder import Decoder
from ktdesk.models.deepseek2 import Deepseek2
from ktdesk.models.ernie4_5_moe import Ernie45Moe
from ktdesk.models.gemma3 import Gemma3
from ktdesk.models.glm4moe import Glm4Moe
from ktdesk.models.gpt_oss import GptOss
from ktdesk.models.granite import Granite
from ktdesk.models.hunyuan_moe import HunyuanMoe
from ktdesk.models.llama import Llama
from ktdesk.models.llama4 import Llama4
from ktdesk.models.minimax_m2 import MiniMaxM2
from ktdesk.models.olmoe import Olmoe
from ktdesk.models.phi3 import Phi3
from ktdesk.models.qwen2 import Qwen2
from ktdesk.models.qwen3 import Qwen3
from ktdesk.models.unknown import what_is_missing
from ktdesk.operators.site import Site

Architecture = Callable[[Site, Checkpoint], Decoder]

ARCHITECTURES: dict[str, Architecture] = {
    "bailingmoe2": BailingMoe2,
    "deepseek2": Deepseek2,
    "ernie4_5-moe": Ernie45Moe,
    "gemma3": Gemma3,
    "glm4moe": Glm4Moe,
    "gpt-oss": GptOss,
    "granite": Granite,
    "granitemoe": Granite,
    "hunyuan-moe": HunyuanMoe,
    "llama": Llama,
    "llama4": Llama4,
    "minimax-m2": MiniMaxM2,
    "olmoe": Olmoe,
    "phi3": Phi3,
    "qwen2": Qwen2,
    "qwen2moe": Qwen2,
    "qwen3": Qwen3,
    "qwen3moe": Qwen3,
}


def find_architecture(checkpoint: Checkpoint) -> Architecture:
    """Return the class of the file's architecture. Raises ModelFileError if there is none."""
    name = checkpoint.architecture
    if name not in ARCHITECTURES:
        raise ModelFileError(
            checkpoint.path,
            f"KTDesk does not know the architecture {name!r} yet."
            f"{did_you_mean(name, ARCHITECTURES)} {what_is_missing(checkpoint, ARCHITECTURES)}",
            hint=f"Choose a model of one of these architectures: {', '.join(ARCHITECTURES)}.",
        )
    return ARCHITECTURES[name]
