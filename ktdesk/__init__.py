# SPDX-License-Identifier: Apache-2.0
"""KTDesk runs very large mixture-of-experts models on a desktop computer.

The public names are resolved on first use, so that `import ktdesk` loads neither torch nor a model.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ktdesk.engine import Engine as Engine
    from ktdesk.errors import KTDeskError as KTDeskError
    from ktdesk.runtime.model_info import ModelInfo as ModelInfo
    from ktdesk.runtime.request import Done as Done
    from ktdesk.runtime.request import Event as Event
    from ktdesk.runtime.request import Failed as Failed
    from ktdesk.runtime.request import Options as Options
    from ktdesk.runtime.request import Prefill as Prefill
    from ktdesk.runtime.request import PromptSize as PromptSize
    from ktdesk.runtime.request import Request as Request
    from ktdesk.runtime.request import Stats as Stats
    from ktdesk.runtime.request import Token as Token
    from ktdesk.text.messages import Message as Message
    from ktdesk.text.messages import TemplateOptions as TemplateOptions
    from ktdesk.text.messages import Tool as Tool
    from ktdesk.text.messages import ToolCall as ToolCall

__version__ = "0.1.0"
# The address where versions are handed out and named, with the slash at its end; packages are made
# with it built in (build.spec). Without one nothing is looked for.
RELEASES = os.environ.get("KTDESK_RELEASES", "")

_REQUEST = "ktdesk.runtime.request"
_MESSAGES = "ktdesk.text.messages"
_HOMES = {
    "Engine": "ktdesk.engine",
    "ModelInfo": "ktdesk.runtime.model_info",
    "KTDeskError": "ktdesk.errors",
    "Done": _REQUEST,
    "Event": _REQUEST,
    "Failed": _REQUEST,
    "Options": _REQUEST,
    "Prefill": _REQUEST,
    "PromptSize": _REQUEST,
    "Request": _REQUEST,
    "Stats": _REQUEST,
    "Token": _REQUEST,
    "Message": _MESSAGES,
    "TemplateOptions": _MESSAGES,
    "Tool": _MESSAGES,
    "ToolCall": _MESSAGES,
}
__all__ = [*_HOMES, "RELEASES", "__version__"]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ktdesk' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
