# SPDX-License-Identifier: Apache-2.0
"""Chat templates: what `transformers` renders, and nothing that a sandbox must not do."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from transformers.utils.chat_template_utils import render_jinja_template

from ktdesk.errors import TemplateError
from ktdesk.text import template as template_module
from ktdesk.text.template import ChatTemplate


@dataclass
class Turn:
    role: str
    content: str


CHAT = [Turn("system", "Be brief."), Turn("user", " Hi <b>&\n"), Turn("assistant", "Hello\tyou")]
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
        "{{ messages.append(1) }}",
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
