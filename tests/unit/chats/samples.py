# SPDX-License-Identifier: Apache-2.0
"""Conversations as other programs write them, in the shapes that their files have."""

from __future__ import annotations

from typing import Any


def lm_studio_question(*texts: str, chosen: int = 0) -> dict[str, Any]:
    versions = [
        {"type": "singleStep", "role": "user", "content": [{"type": "text", "text": text}]}
        for text in texts
    ]
    return {"versions": versions, "currentlySelected": chosen}


def lm_studio_answer(thinking: str, text: str, reason: str = "eosFound") -> dict[str, Any]:
    def block(said: str, **more: Any) -> dict[str, Any]:
        content = [{"type": "text", "text": said, "fromDraftModel": False, "tokensCount": 4}]
        return {"type": "contentBlock", "stepIdentifier": said[:4], "content": content, **more}

    info = {
        "indexedModelIdentifier": "lmstudio-community/gpt-oss-20b-GGUF/gpt-oss-20b-MXFP4.gguf",
        "identifier": "gpt-oss-20b",
        "loadModelConfig": {"fields": []},
        "predictionConfig": {"fields": [{"key": "llm.prediction.temperature", "value": 0.7}]},
        "stats": {
            "stopReason": reason,
            "tokensPerSecond": 31.5,
            "timeToFirstTokenSec": 0.4,
            "totalTimeSec": 2.0,
            "promptTokensCount": 12,
            "predictedTokensCount": 63,
            "totalTokensCount": 75,
        },
    }
    steps = [
        block(thinking, style={"type": "thinking", "ended": True, "title": "Thought for 1 s"}),
        {"type": "debugInfoBlock", "debugInfo": "Conversation naming technique: 'prompt'"},
        block(text, genInfo=info, defaultShouldIncludeInContext=True),
    ]
    version = {
        "type": "multiStep",
        "role": "assistant",
        "steps": [step for step in steps if thinking or "style" not in step],
        "senderInfo": {"senderName": "gpt-oss-20b"},
    }
    return {"versions": [version], "currentlySelected": 0}


def lm_studio(*messages: dict[str, Any], name: str = "Tea") -> dict[str, Any]:
    return {
        "name": name,
        "pinned": True,
        "createdAt": 1_731_000_000_000,
        "preset": "",
        "tokenCount": 75,
        "userLastMessagedAt": 1_731_000_050_000,
        "assistantLastMessagedAt": 1_731_000_060_000,
        "systemPrompt": "",
        "messages": list(messages),
        "usePerChatPredictionConfig": True,
        "perChatPredictionConfig": {
            "fields": [{"key": "llm.prediction.systemPrompt", "value": "Be brief."}]
        },
        "clientInput": "and then",
        "clientInputFiles": [],
        "lastUsedModel": {"identifier": "gpt-oss-20b", "instanceLoadTimeConfig": {"fields": []}},
        "notes": [],
        "plugins": [],
    }


def gpt_node(
    id_: str, parent: str | None, role: str, content: Any, *, children: list[str], **more: Any
) -> dict[str, Any]:
    if isinstance(content, str):
        content = {"content_type": "text", "parts": [content]}
    message = {
        "id": id_,
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": 1_700_000_000.25,
        "update_time": None,
        "content": content,
        "status": "finished_successfully",
        "end_turn": True,
        "weight": 1.0,
        "metadata": {"model_slug": "gpt-4o"} if role == "assistant" else {},
        "recipient": "all",
        "channel": None,
        **more,
    }
    return {"id": id_, "message": message, "parent": parent, "children": children}


def chatgpt() -> dict[str, Any]:
    """A question with two answers, the second thought about and searched for; then a second turn.

    The instructions are hidden. A picture is attached to the last question.
    """
    hidden = {"is_visually_hidden_from_conversation": True}
    picture = {
        "content_type": "multimodal_text",
        "parts": [
            {
                "content_type": "image_asset_pointer",
                "asset_pointer": "file-service://x",
                "width": 9,
            },
            "What is on it?",
        ],
    }
    thoughts = {
        "content_type": "thoughts",
        "thoughts": [{"summary": "Looking", "content": "It may be tea."}],
        "source_analysis_msg_id": "x",
    }
    nodes = [
        {"id": "root", "message": None, "parent": None, "children": ["s"]},
        gpt_node("s", "root", "system", "", children=["q"], metadata=hidden),
        gpt_node("q", "s", "user", "What is tea?", children=["a1", "t"]),
        gpt_node("a1", "q", "assistant", "A plant.", children=[]),
        gpt_node("t", "q", "assistant", thoughts, children=["call"]),
        gpt_node(
            "call", "t", "assistant", {"content_type": "code", "text": "search('tea')"},
            children=["res"], recipient="web",
        ),
        gpt_node("res", "call", "tool", "many results", children=["a2"]),
        gpt_node("a2", "res", "assistant", "A drink.", children=["q2"]),
        gpt_node("q2", "a2", "user", picture, children=["a3"]),
        gpt_node("a3", "q2", "assistant", "A cup.", children=[]),
    ]  # fmt: skip
    return {
        "title": "Tea",
        "create_time": 1_700_000_000.5,
        "update_time": 1_700_000_900.5,
        "mapping": {node["id"]: node for node in nodes},
        "moderation_results": [],
        "current_node": "a3",
        "plugin_ids": None,
        "conversation_id": "6550c8c0-0000-8000-a000-000000000000",
        "is_archived": False,
        "default_model_slug": "gpt-4o",
        "id": "6550c8c0-0000-8000-a000-000000000000",
    }
