# SPDX-License-Identifier: Apache-2.0
"""Chat templates: what `transformers` renders, and nothing that a sandbox must not do."""

from __future__ import annotations

import pytest
from transformers.utils.chat_template_utils import render_jinja_template

from ktdesk.errors import TemplateError
from ktdesk.text import template as template_module
from ktdesk.text.messages import Message, TemplateOptions, Tool, ToolCall
from ktdesk.text.template import ChatTemplate
from tests.unit.text.conversations import TEMPLATES

CHAT = [
    Message("system", "Be brief."),
    Message("user", " Hi <b>&\n"),
    Message("assistant", "Hello\tyou"),
]
BLOCKS = """
{%- if messages[0]['role'] == 'system' %}
    {%- set system = messages[0].content | trim %}
    {%- set messages = messages[1:] %}
{%- endif %}
{{ bos_token }}
{% for message in messages %}
    {% if not loop.last %}
        {% if message.role == 'nobody' %}{% continue %}{% endif %}
    {% endif %}
<|{{ message.role }}|>{{ message['content'] | tojson }}{{ eos_token }}
{% endfor %}
{{ system }} {{ messages | length }}
{% if add_generation_prompt %}<|assistant|>{% endif %}
"""


def render(source: str, *, add_generation_prompt: bool = True) -> str:
    template = ChatTemplate(source, bos="<s>", eos="</s>")
    return template.render(CHAT, add_generation_prompt=add_generation_prompt)


def refused(source: str) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        render(source)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("add_generation_prompt", [True, False])
def test_a_conversation_is_rendered_as_transformers_does(add_generation_prompt: bool) -> None:
    (expected,), _ = render_jinja_template(
        [[{"role": t.role, "content": t.content} for t in CHAT]],
        chat_template=BLOCKS,
        add_generation_prompt=add_generation_prompt,
        bos_token="<s>",
        eos_token="</s>",
    )
    text = render(BLOCKS, add_generation_prompt=add_generation_prompt)
    assert text == expected
    assert text.endswith("<|assistant|>") == add_generation_prompt


def test_tags_alone_on_their_lines_leave_no_space() -> None:
    source = "a\n  {% for m in messages %}\nb\n  {% endfor %}\nc"
    assert render(source) == "a\nb\nb\nb\nc"


def test_json_keeps_characters_as_they_are() -> None:
    assert render("{{ ['<é>', 1] | tojson }}") == '["<é>", 1]'
    assert render("{{ {'a': 1} | tojson(indent=2) }}") == '{\n  "a": 1\n}'


def test_json_takes_what_python_takes() -> None:
    value = "{'b': 'é', 'a': [1]}"
    assert render(f"{{{{ {value} | tojson(ensure_ascii=True) }}}}") == '{"b": "\\u00e9", "a": [1]}'
    assert render(f"{{{{ {value} | tojson(sort_keys=True) }}}}") == '{"a": [1], "b": "é"}'
    assert render(f"{{{{ {value} | tojson(separators=(',', ':')) }}}}") == '{"b":"é","a":[1]}'


def test_what_is_marked_as_generated_is_written_like_the_rest() -> None:
    source = """{% for m in messages %}
    {% generation %}
    {% set x = m.content %}{{ x }}
    {% endgeneration %}{{ x }}|
{% endfor %}"""
    (expected,), _ = render_jinja_template(
        [[{"role": t.role, "content": t.content} for t in CHAT]], chat_template=source
    )
    assert render(source) == expected


def test_lists_can_be_queues() -> None:
    source = (
        "{% set q = [] %}{% set _ = q.append(1) %}{% set _ = q.append(2) %}{{ q.pop(0) }}{{ q }}"
    )
    assert render(source) == "1[2]"


def test_the_date_can_be_asked_for() -> None:
    assert render("{{ strftime_now('%Y') }}").isdigit()


def test_a_template_that_objects_is_quoted() -> None:
    error = refused("{{ raise_exception('roles must alternate') }}")
    assert "refuses the conversation: roles must alternate" in str(error)
    assert "conversation" in error.hint


def test_a_missing_template_says_what_to_do_instead() -> None:
    error = refused("")
    assert "no chat template" in str(error)
    assert "--raw" in error.hint


@pytest.mark.parametrize(
    "source",
    [
        "{% if %}",
        "{% for m in messages %}",
        "{{ 'open",
        "{{ x | nofilter }}",
        "{% unknown %}",
        "{{" + "(" * 20_000,
        "{% for a in 'x' %}" * 30 + "{% endfor %}" * 30,
        "{{ " + "9" * 10_000 + " }}",
    ],
)
def test_a_template_that_cannot_be_read(source: str) -> None:
    assert "cannot be read" in str(refused(source))


@pytest.mark.parametrize(
    "source",
    [
        "{{ messages[9].content }}",
        "{{ 1 / 0 }}",
        "{{ nothing() }}",
        "{{ messages | map(attribute='x.y') | join }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% for i in range(10 ** 9) %}{% endfor %}",
    ],
)
def test_a_template_that_fails(source: str) -> None:
    assert "failed" in str(refused(source))


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ (''|attr('__class__')).mro() }}",
        "{{ '{0.__class__.__mro__}'.format('') }}",
        "{{ ['{0.__class__}']|map('format', '')|list }}",
        "{{ raise_exception.__globals__['json'] }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.getcwd() }}",
        "{{ messages.clear() }}",
        "{{ messages.append.__call__(1) }}",
        "{{ messages[0].update(role='user') }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
    ],
)
def test_nothing_leads_out_of_the_sandbox(source: str) -> None:
    assert "failed" in str(refused(source))


def test_what_a_template_writes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template_module, "MAX_PROMPT_CHARACTERS", 1000)
    error = refused("{% for i in range(99999) %}x{% endfor %}")
    assert "more than 1000 characters" in str(error)


def test_a_template_can_be_used_again() -> None:
    template = ChatTemplate("{{ messages|length }}", bos="", eos="")
    assert [template.render(CHAT), template.render(CHAT[:1])] == ["3", "1"]


def test_options_reach_the_template_under_the_names_of_the_families() -> None:
    source = "{{ enable_thinking }} {{ thinking }} {{ reasoning_effort }} {{ documents }} {{ x }}"
    template = ChatTemplate(source, bos="", eos="")
    assert template.render(CHAT) == "   None "
    options = TemplateOptions(
        thinking=False,
        reasoning_effort="low",
        variables={"documents": [{"text": "a"}], "x": 1, "messages": 0},
    )
    assert template.render(CHAT, (), options) == "False False low [{'text': 'a'}] 1"


def test_a_template_for_tools_is_used_if_there_are_tools() -> None:
    for_tools = ChatTemplate("{{ tools[0].function.name }}", bos="", eos="")
    template = ChatTemplate("none", bos="", eos="", tool_use=for_tools)
    tools = (Tool("search"),)
    assert template.for_tools(()).render(CHAT) == "none"
    assert template.for_tools(tools).render(CHAT, tools) == "search"
    alone = ChatTemplate("{{ tools | length }}", bos="", eos="")
    assert alone.for_tools(tools).render(CHAT, tools) == "1"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ a | tojson }}", '{"a": 1.5}'),
        ("{{ a.a }}", "1.5"),
        ("{{ 'x' + a + 'y' }}", 'x{"a":1.50}y'),
        ("{{ a ~ '' }}{{ a }}", '{"a":1.50}{"a":1.50}'),
        ("{{ a is mapping }} {{ a is string }}", "True False"),
    ],
)
def test_arguments_are_a_mapping_and_a_text(source: str, expected: str) -> None:
    message = Message("assistant", "", tool_calls=(ToolCall("f", '{"a":1.50}'),))
    source = "{% set a = messages[0].tool_calls[0].function.arguments %}" + source
    assert ChatTemplate(source, bos="", eos="").render([message]) == expected


def test_all_words_beside_a_call_are_kept_where_a_template_takes_one_text() -> None:
    turn = Message("assistant", "I look.", "Hm.", (ToolCall("search", "{}"),))
    template = ChatTemplate(TEMPLATES["gpt-oss"], bos="", eos="")
    text = template.render([Message("user", "Hi"), turn])
    assert "<|channel|>analysis<|message|>Hm.\n\nI look.<|end|>" in text


def test_arguments_that_are_no_object_stay_text() -> None:
    message = Message("assistant", "", tool_calls=(ToolCall("f", "[1"),))
    source = "{{ messages[0].tool_calls[0].function.arguments | tojson }}"
    assert ChatTemplate(source, bos="", eos="").render([message]) == '"[1"'
