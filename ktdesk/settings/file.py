# SPDX-License-Identifier: Apache-2.0
"""Reads and writes the settings file: TOML that people may edit.

Comments and keys that this version does not know are kept. A file that cannot be used is set
aside, never overwritten, and never keeps KTDesk from starting.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable, MutableMapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ktdesk.errors import SettingsError
from ktdesk.settings.fields import Section, describe
from ktdesk.settings.folders import config_file
from ktdesk.settings.sections import Settings
from ktdesk.whole_file import whole_file

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import Table

log = logging.getLogger(__name__)

# One function for each step: the first turns a file of version 1 into one of version 2.
MIGRATIONS: list[Callable[[MutableMapping[str, Any]], None]] = []


def load_settings(
    path: Path | None = None, *, report: Callable[[str], None] = log.warning
) -> Settings:
    """Return the user's settings, or the defaults where there are none. Never fails.

    path: `config_file()` by default. report: gets a sentence for everything that is wrong.
    """
    path = path or config_file()
    try:
        return read_settings(path, report=report)
    except SettingsError as error:
        where = _set_aside(path)
        report(f"{error} {error.hint} The defaults are used; the file is now {where}.")
        return Settings()


def read_settings(path: Path, *, report: Callable[[str], None] = log.warning) -> Settings:
    """Return the settings that a file holds; the defaults if there is none.

    Raises SettingsError if the file cannot be read, or a value in it is not allowed.
    """
    data: dict[str, Any] = _parse(path)
    _migrate(data)
    unknown = sorted(_unknown_keys(data))
    if unknown:
        report(f"Settings that this version does not know are ignored: {', '.join(unknown)}.")
    return Settings(**{name: _read_section(data, name) for name in _SECTIONS})


def save_settings(settings: Settings, path: Path | None = None) -> None:
    """Write the settings, whole or not at all, readable by this user only.

    path: `config_file()` by default. Raises SettingsError if the file cannot be written.
    """
    import tomlkit

    path = path or config_file()
    try:
        read_settings(path, report=log.debug)
    except SettingsError:
        _set_aside(path)
    document = tomlkit.parse(path.read_text(encoding="utf-8") if path.exists() else "")
    _migrate(document)
    for name in _SECTIONS:
        _fill(document, getattr(settings, name))
    try:
        with whole_file(path) as file:
            file.write(tomlkit.dumps(document).encode())
    except OSError as error:
        raise SettingsError(
            f"The settings could not be saved in {path}: {error.strerror}.",
            hint="Make the folder writable, or set KTDESK_HOME to one that is.",
        ) from error


_SECTIONS: dict[str, type[Section]] = {
    field.name: type(getattr(Settings(), field.name)) for field in fields(Settings)
}


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(
            f"The settings file {path} cannot be read: {error.strerror}.",
            hint="Check its permissions.",
        ) from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise SettingsError(
            f"The settings file {path} is not TOML: {error}.", hint="Correct it, or delete it."
        ) from error


def _migrate(data: MutableMapping[str, Any]) -> None:
    """Bring what a file holds to the present version, in place."""
    newest = len(MIGRATIONS) + 1
    version = data.get("version", newest)
    if not isinstance(version, int) or not 1 <= version <= newest:
        raise SettingsError(
            f"The settings file has version {version!r}; this KTDesk knows 1 to {newest}.",
            hint="A newer KTDesk may have written it.",
        )
    for step in MIGRATIONS[version - 1 :]:
        step(data)
    data["version"] = newest


def _read_section(data: dict[str, Any], name: str) -> Any:
    given: Any = data.get(name, {})
    if not isinstance(given, dict):
        raise SettingsError(f"{name!r} is {given!r}.", hint=f"Write it as a table: [{name}].")
    values = cast("dict[str, Any]", given)
    kind = _SECTIONS[name]
    return kind(**{key: values[key] for key in describe(kind) if key in values})


def _unknown_keys(data: dict[str, Any]) -> list[str]:
    unknown = [key for key in data if key not in _SECTIONS and key != "version"]
    for name, kind in _SECTIONS.items():
        section: Any = data.get(name)
        if isinstance(section, dict):
            keys = cast("dict[str, Any]", section)
            unknown += [f"{name}.{key}" for key in keys if key not in describe(kind)]
    return unknown


def _fill(document: TOMLDocument, section: Section) -> None:
    """Put a section's values into the document; new ones come with their help as a comment."""
    import tomlkit

    if section.name not in document:
        document[section.name] = tomlkit.table()
    table: Table = document[section.name]  # pyright: ignore[reportAssignmentType]
    for name, about in describe(type(section)).items():
        value: Any = getattr(section, name)
        if value is None:  # TOML has no word for it: nothing is written
            if name in table:
                table.remove(name)
        elif name in table:
            table[name] = value
        else:
            table.add(tomlkit.comment(f"{about.title}. {about.help}"))
            table.add(name, value)


def _set_aside(path: Path) -> Path:
    """Rename a file that cannot be used; return where it is then."""
    aside = path.with_name(path.name + ".broken")
    try:
        path.replace(aside)
    except OSError as error:
        log.warning("%s could not be set aside: %s", path, error)
        return path
    return aside
