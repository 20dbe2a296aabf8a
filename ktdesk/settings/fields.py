# SPDX-License-Identifier: Apache-2.0
"""How a setting is declared, and how a value is checked against its declaration."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar, cast, get_type_hints

from ktdesk.errors import SettingsError

T = TypeVar("T")
Level = Literal["simple", "advanced", "internal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What people and forms need to know of a setting besides its type and default.

    low and high: the smallest and largest value allowed, None for no limit. choices: the only
    values allowed, if there are any. level: who is shown it: everybody, those who chose the
    advanced mode, or nobody, since KTDesk only remembers something by it. one_a_line: whether its
    texts may hold spaces and commas, as folders may.
    """

    title: str
    help: str
    low: float | None = None
    high: float | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    level: Level = "simple"
    one_a_line: bool = False


def setting(
    default: T,
    title: str,
    help: str,  # noqa: A002 - the word that forms and argparse use
    *,
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
    choices: tuple[str, ...] = (),
    level: Level = "simple",
    one_a_line: bool = False,
) -> T:
    """Declare one field of a `Section`; the arguments are those of `Setting`."""
    about = Setting(
        title=title,
        help=help,
        low=low,
        high=high,
        unit=unit,
        choices=choices,
        level=level,
        one_a_line=one_a_line,
    )
    return dataclasses.field(default=default, metadata={"setting": about})


@dataclass(frozen=True)
class Section:
    """Base of the sections. One with a value that is not allowed cannot be made: SettingsError.

    name: what the section is called in the file. Types known: bool, int, float, str,
    `int | None`, and `tuple[str, ...]`.
    """

    name: ClassVar[str] = ""

    def __post_init__(self) -> None:
        kinds = get_type_hints(type(self))
        for name, about in describe(type(self)).items():
            value = _convert(getattr(self, name), kinds[name])
            if value is _WRONG or not is_allowed(value, about):
                given = getattr(self, name)
                raise SettingsError(
                    f"The setting {self.name}.{name} is {given!r}, which is not allowed.",
                    hint=f"Allowed: {allowed_values(kinds[name], about)}.",
                )
            object.__setattr__(self, name, value)  # as the type says: 1 becomes 1.0


def describe(section: type[Section]) -> dict[str, Setting]:
    """Return the declarations of a section's settings by name, in their order."""
    return {field.name: field.metadata["setting"] for field in dataclasses.fields(section)}


def allowed_values(kind: Any, about: Setting) -> str:
    """Return the values that are allowed, in words: 'a whole number, 0 to 512'."""
    if about.choices:
        return ", ".join(map(repr, about.choices))
    words = _KIND_WORDS[kind]
    if about.low is not None and about.high is not None:
        words += f", {about.low} to {about.high}"
    elif about.low is not None:
        words += f", {about.low} or more"
    return words


_WRONG = object()
_KIND_WORDS: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    int | None: "a whole number, or nothing",
    tuple[str, ...]: "a list of texts",
}


def _convert(value: Any, kind: Any) -> Any:
    """Return the value in the type that is declared, or _WRONG. A bool is no number."""
    if kind == int | None:
        return None if value is None else _convert(value, int)
    if kind == tuple[str, ...]:
        return _texts(value)
    if kind is float and type(value) is int:
        return float(value)
    return value if type(value) is kind else _WRONG


def _texts(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        return _WRONG
    texts = cast("tuple[Any, ...]", tuple(value))  # pyright: ignore[reportUnknownArgumentType]
    return texts if all(isinstance(text, str) for text in texts) else _WRONG


def allowed_among(section: type[Section], values: Any) -> dict[str, Any]:
    """Return those of a mapping's values that a section takes; of what is no mapping, none."""
    if not isinstance(values, dict):
        return {}
    given, kept = cast("dict[str, Any]", values), dict[str, Any]()
    for name in describe(section):
        if name in given:
            try:
                kept[name] = getattr(section(**{name: given[name]}), name)
            except (SettingsError, TypeError, OverflowError):
                continue
    return kept


def is_allowed(value: Any, about: Setting) -> bool:
    """Return whether a value of the declared type is among those allowed."""
    if about.choices:
        return value in about.choices
    if isinstance(value, float) and not math.isfinite(value):
        return False
    is_low = about.low is not None and value is not None and value < about.low
    is_high = about.high is not None and value is not None and value > about.high
    return not (is_low or is_high)
