# SPDX-License-Identifier: Apache-2.0
"""Sections accept what their declarations allow, and say what that is otherwise."""

from __future__ import annotations

import dataclasses

import pytest

from ktdesk.errors import SettingsError
from ktdesk.runtime.request import Options
from ktdesk.settings import EngineSettings, InterfaceSettings, ModelsSettings, SamplingSettings


def test_a_whole_number_serves_as_a_number() -> None:
    temperature = SamplingSettings(temperature=1).temperature
    assert isinstance(temperature, float)


def test_a_list_becomes_a_tuple() -> None:
    assert ModelsSettings(folders=["a", "b"]).folders == ("a", "b")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "hint"),
    [
        (lambda: EngineSettings(threads=1025), "Allowed: a whole number, 0 to 1024."),
        (lambda: SamplingSettings(top_p=float("inf")), "Allowed: a number, 0 to 1."),
        (
            lambda: SamplingSettings(seed="7"),
            "Allowed: a whole number, or nothing, 0 to 4294967295.",
        ),
        (lambda: InterfaceSettings(theme="blue"), "Allowed: 'system', 'light', 'dark'."),
        (lambda: InterfaceSettings(language=3), "Allowed: a text."),
        (lambda: ModelsSettings(folders="a"), "Allowed: a list of texts."),
    ],
)
def test_a_wrong_value_names_what_is_allowed(make, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        make()
    assert caught.value.hint == hint


def test_the_sampling_settings_are_options_with_the_same_defaults() -> None:
    assert Options(**dataclasses.asdict(SamplingSettings())) == Options()
