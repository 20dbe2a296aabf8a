# SPDX-License-Identifier: Apache-2.0
"""Replies as models write them, with what they consist of: template, end of prompt, text, parts."""

from __future__ import annotations

from tests.unit.text.replies import Reply

BAR = "\N{FULLWIDTH VERTICAL LINE}"
FRANCE = '{"city": "Paris"}'
CALLED = (("get_weather", FRANCE),)
REPLIES = [
    # The prompt has begun the reasoning.
    ("deepseek-r1-distill", "<think>\n", "Hm.\n</think>\n\nYes", Reply("Yes", "Hm.")),
    ("deepseek-v3.1", "<think></think>", "Yes", Reply("Yes")),
    ("deepseek-v3.1", "<think>", "Hm", Reply("", "Hm")),
    ("qwen3", "<think>\n\n</think>\n\n", " Yes ", Reply(" Yes ")),
    ("qwen3", "", "<think>\n\n</think>\n\nYes", Reply("Yes")),
    ("qwen3", "<think>\n", "<think>\nHm</think>Yes", Reply("Yes", "Hm")),
    # Later, a mark is what the model speaks about.
    ("qwen3", "", "A <think> tag", Reply("A <think> tag")),
    ("qwen3", "", "A </think> tag", Reply("A </think> tag")),
    ("qwen3", "", "<think>a <tool_call> b</think>", Reply("", "a <tool_call> b")),
    (
        "ministral-3-reasoning",
        "",
        "[THINK]I may [TOOL_CALLS]search[ARGS]{}[/THINK][TOOL_CALLS]get_weather[ARGS]" + FRANCE,
        Reply("", "I may [TOOL_CALLS]search[ARGS]{}", CALLED),
    ),
    # The answer is marked, too.
    (
        "granite-3.3",
        "",
        "<think>Hm</think>\n\n<response>\nYes, a <response>\n</response>\n",
        Reply("Yes, a <response>", "Hm"),
    ),
    ("granite-3.3", "", "<response>Yes", Reply("Yes")),
    ("granite-3.3", "", "Yes </response>", Reply("Yes </response>")),
    # A token that is never said ends reasoning.
    (
        "kimi-k2-thinking",
        "",
        "<think>Hm\n<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0"
        f"<|tool_call_argument_begin|>{FRANCE}<|tool_call_end|><|tool_calls_section_end|>Yes",
        Reply("Yes", "Hm", CALLED),
    ),
    (
        "kimi-k2-thinking",
        "<think>",
        "<|tool_calls_section_begin|>Hm<|tool_calls_section_end|></think>Yes",
        Reply("Yes", "<|tool_calls_section_begin|>Hm<|tool_calls_section_end|>"),
    ),
    # Several notations of one family.
    (
        "mistral-nemo",
        "",
        f'[TOOL_CALLS] [{{"name": "get_weather", "arguments": {FRANCE}}}]',
        Reply(calls=CALLED),
    ),
    (
        "deepseek-v3.1",
        "",
        f"<{BAR}tool▁calls▁begin{BAR}><{BAR}tool▁call▁begin{BAR}>function<{BAR}tool▁sep{BAR}>"
        f"get_weather\n```json\n{FRANCE}\n```<{BAR}tool▁call▁end{BAR}>",
        Reply(calls=CALLED),
    ),
    (
        "qwen3-coder",
        "",
        "I look.\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n</function>\n"
        "</tool_call>",
        Reply("I look.", calls=CALLED),
    ),
    (
        "granite-3.3",
        "",
        f'<|tool_call|>[{{"name": "get_weather", "arguments": {FRANCE}}}]',
        Reply(calls=CALLED),
    ),
    ("llama-4", "", f'{{"name": "get_weather", "parameters": {FRANCE}}}', Reply(calls=CALLED)),
    (
        "llama-4",
        "",
        f'{{"name": "get_weather", "parameters": {FRANCE}}}; {{"name": "search", '
        '"parameters": {}}',
        Reply(calls=(*CALLED, ("search", "{}"))),
    ),
    ("llama-4", "", '{"answer": 42}', Reply('{"answer": 42}')),
    ("llama-4", "", 'So: {"name": 1}', Reply('So: {"name": 1}')),
    ("kimi-k2", "", "Yes", Reply("Yes")),
    # Harmony, as gpt-oss writes it.
    ("gpt-oss", "", "<|channel|>final<|message|>Yes\n", Reply("Yes\n")),
    ("gpt-oss", "", "Yes <|end|>", Reply("Yes ")),
    ("gpt-oss", "", "to be", Reply("to be")),
    (
        "gpt-oss",
        "",
        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes"
        "<|return|>",
        Reply("Yes", "Hm."),
    ),
    (
        "gpt-oss",
        "",
        "<|channel|>commentary<|message|>I look.<|end|><|start|>assistant<|channel|>commentary "
        f"to=functions.get_weather <|constrain|>json<|message|>{FRANCE}<|call|>",
        Reply("I look.", calls=CALLED),
    ),
    (
        "gpt-oss",
        "",
        f" to=functions.get_weather<|channel|>analysis<|message|>{FRANCE}",
        Reply(calls=CALLED),
    ),
    (
        "gpt-oss",
        "",
        "<|channel|>commentary to=assistant<|channel|>final <|constrain|>json<|message|>{}",
        Reply("{}"),
    ),
    ("gpt-oss", "", "<|channel|>analysis to=python<|message|>1+1", Reply("", "1+1")),
    (
        "gpt-oss",
        "",
        "<|channel|>commentary to=functions.search<|message|>",
        Reply(calls=(("search", "{}"),)),
    ),
    # Types come from the function's schema.
    (
        "glm-4.6",
        "",
        "<tool_call>set\n<arg_key>text</arg_key>\n<arg_value>5</arg_value>\n"
        "<arg_key>count</arg_key>\n<arg_value>5</arg_value>\n"
        "<arg_key>on</arg_key><arg_value>true</arg_value><arg_key>x</arg_key>"
        "<arg_value>a b</arg_value></tool_call>",
        Reply(calls=(("set", '{"text": "5", "count": 5, "on": true, "x": "a b"}'),)),
    ),
    (
        "qwen3-coder",
        "",
        "<tool_call>\n<function=set>\n<parameter=on>\nFalse\n</parameter>\n<parameter=maybe>\n"
        "null\n</parameter>\n<parameter=text>\n\n a\nb\n\n</parameter>\n</function>\n</tool_call>",
        Reply(calls=(("set", '{"on": false, "maybe": null, "text": "\\n a\\nb\\n"}'),)),
    ),
]
