# SPDX-License-Identifier: Apache-2.0
"""Options of the command line that are made from the declarations of settings."""

from __future__ import annotations

import dataclasses
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from typing import Any, get_type_hints

from ktdesk.errors import did_you_mean
from ktdesk.runtime.request import Options
from ktdesk.settings import (
    EngineSettings,
    HardwareSettings,
    SamplingSettings,
    Section,
    ServerSettings,
    Setting,
    allowed_values,
    describe,
    is_allowed,
)


def add_engine_arguments(parser: ArgumentParser) -> None:
    """Add --threads, --context, --cache, --vram and --defer."""
    group = parser.add_argument_group("engine")
    add_setting_argument(group.add_argument, EngineSettings, "threads", "--threads")
    add_setting_argument(group.add_argument, EngineSettings, "context_tokens", "--context")
    add_setting_argument(group.add_argument, EngineSettings, "cache_type", "--cache")
    about = describe(EngineSettings)["vram_mb"]
    group.add_argument(
        "--vram",
        dest="vram_mb",
        type=megabytes,
        metavar="SIZE",
        help=f"{about.title}. {about.help} Such as 24GiB or 8000MB.",
    )
    add_setting_argument(group.add_argument, EngineSettings, "deferred_experts", "--defer")


def add_server_arguments(parser: ArgumentParser) -> None:
    """Add --host, --port, --lan and the rest of the server's settings, and --parallel."""
    group = parser.add_argument_group("server")
    for name, about in describe(ServerSettings).items():
        flag, kind = f"--{name.replace('_', '-')}", get_type_hints(ServerSettings)[name]
        text = f"{about.title}. {about.help}"
        if kind is bool:
            group.add_argument(flag, dest=name, action="store_const", const=True, help=text)
        elif kind == tuple[str, ...]:
            text += " May be given more than once."
            group.add_argument(flag, dest=name, action="append", metavar="NAME", help=text)
        else:
            add_setting_argument(group.add_argument, ServerSettings, name, flag)
    add_setting_argument(group.add_argument, EngineSettings, "parallel", "--parallel")


def server_settings(arguments: Namespace, settings: ServerSettings) -> ServerSettings:
    """Return the server's settings with those of the command line in their place."""
    return dataclasses.replace(settings, **_given(arguments, ServerSettings))


def add_model_argument(parser: ArgumentParser) -> None:
    """Add MODEL, and --model for the same."""
    help_text = "as for `ktdesk chat --model`"
    parser.add_argument("model", metavar="MODEL", nargs="?", default=SUPPRESS, help=help_text)
    parser.add_argument("--model", metavar="PATH|NAME", help="the same")


def add_first_model_argument(parser: ArgumentParser) -> None:
    """Add MODEL, which has to be given, since another word follows it."""
    help_text = "a model file, a name of `ktdesk models`, or: demo"
    parser.add_argument("model", metavar="MODEL", help=help_text)


def add_placement_argument(parser: ArgumentParser, *, several: bool = False) -> None:
    """Add --placement; several: it may be given more than once, and makes a list."""
    help_text = (
        "which operator runs where: a name of `ktdesk placements`, or a .yaml file "
        f"({'auto' if several else 'what was chosen for the model in the window, else auto'})"
    )
    parser.add_argument(
        "--placement",
        metavar="NAME|FILE",
        action="append" if several else "store",
        help=f"{help_text}; twice or more often to compare them" if several else help_text,
    )


def add_sampling_arguments(parser: ArgumentParser) -> None:
    """Add one option for each sampling setting: --temperature, --top-k, ..."""
    group = parser.add_argument_group("sampling")
    for name in describe(SamplingSettings):
        add_setting_argument(
            group.add_argument, SamplingSettings, name, f"--{name.replace('_', '-')}"
        )


def add_hardware_arguments(parser: ArgumentParser) -> None:
    """Add --set, which says for this run what stands in the settings under [hardware]."""
    known = ", ".join(
        f"{name} ({about.unit})" if about.unit else name
        for name, about in describe(HardwareSettings).items()
    )
    parser.add_argument(
        "--set",
        dest="hardware",
        action="append",
        default=[],
        type=_hardware_figure,
        metavar="KEY=VALUE",
        help=f"take this figure instead of what is found, as if it were: {known}",
    )


def hardware_settings(arguments: Namespace, settings: HardwareSettings) -> HardwareSettings:
    """Return the user's figures of the machine with those of the command line in their place."""
    return dataclasses.replace(settings, **dict(arguments.hardware))


def _hardware_figure(text: str) -> tuple[str, int]:
    """Read KEY=VALUE, as a `type` of argparse."""
    name, _, value = text.partition("=")
    about = describe(HardwareSettings).get(name)
    if about is None:
        raise ArgumentTypeError(
            f"{name!r} is not known.{did_you_mean(name, describe(HardwareSettings))}"
        )
    return name, _reader(int, about)(value)


def at_least_one(text: str) -> int:
    """Read a whole number of at least 1, as a `type` of argparse."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a whole number, 1 or more")
    return int(text)


_UNITS = {"MB": 10**6, "GB": 10**9, "MIB": 2**20, "GIB": 2**30}


def megabytes(text: str) -> int:
    """Read a size with a unit, such as 24GiB, as whole megabytes; a `type` of argparse."""
    number, unit = text.rstrip("BbGgMmIi"), text.strip("0123456789. ").upper()
    try:
        size = int(float(number) * _UNITS[unit])
    except (KeyError, ValueError):
        size = 0
    if size < 1_000_000:
        raise ArgumentTypeError(f"{text!r} is not a size such as 24GiB or 8000MB")
    return size // 1_000_000


def engine_settings(arguments: Namespace, settings: EngineSettings) -> EngineSettings:
    """Return the engine's settings with those of the command line in their place."""
    return dataclasses.replace(settings, **_given(arguments, EngineSettings))


def sampling_options(arguments: Namespace, settings: SamplingSettings) -> Options:
    """Return the options of a request: the command line's, else the user's settings."""
    return Options(**dataclasses.asdict(sampling_settings(arguments, settings)))


def sampling_settings(arguments: Namespace, settings: SamplingSettings) -> SamplingSettings:
    """Return the sampling settings with those of the command line in their place."""
    return dataclasses.replace(settings, **_given(arguments, SamplingSettings))


def _given(arguments: Namespace, section: type[Section]) -> dict[str, Any]:
    values = {name: getattr(arguments, name, None) for name in describe(section)}
    return {name: value for name, value in values.items() if value is not None}


def add_setting_argument(
    add_argument: Callable[..., Any], section: type[Section], name: str, flag: str
) -> None:
    """Add an option that says for this run what a setting says for all."""
    about = describe(section)[name]
    kind = get_type_hints(section)[name]
    title = f"{about.title} ({about.unit})" if about.unit else about.title
    text = f"{title}. {about.help} Allowed: {allowed_values(kind, about)}."
    add_argument(
        flag,
        dest=name,
        type=_reader(kind, about),
        choices=about.choices or None,
        metavar="TYPE" if about.choices else "TEXT" if kind is str else "N",
        help=text.replace("%", "%%"),
    )


def _reader(kind: Any, about: Setting) -> Callable[[str], Any]:
    """Return the function that turns the text of an option into its value."""
    convert = kind if kind in (float, str) else int

    def read(text: str) -> Any:
        try:
            value = convert(text)
        except ValueError:
            value = None
        if value is None or not is_allowed(value, about):
            raise ArgumentTypeError(f"{text!r} is not {allowed_values(kind, about)}")
        return value

    return read
