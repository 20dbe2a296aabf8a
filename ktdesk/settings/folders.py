# SPDX-License-Identifier: Apache-2.0
"""Where KTDesk keeps its files: the system's places, or all of them under KTDESK_HOME.

Nothing is created here: who writes a file makes its folder.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_PLACES = platformdirs.PlatformDirs("ktdesk", appauthor=False)


def _home() -> Path | None:
    home = os.environ.get("KTDESK_HOME")
    return Path(home).expanduser().absolute() if home else None


def data_folder() -> Path:
    """Return the folder of what KTDesk makes and keeps: models, chats."""
    return _home() or _PLACES.user_data_path


def models_folder() -> Path:
    """Return the folder in which models are looked for, and the demo models are built."""
    return data_folder() / "models"


def placements_folder() -> Path:
    """Return the folder of the placements that users make."""
    return data_folder() / "placements"


def config_file() -> Path:
    """Return the path of the settings file."""
    return (_home() or _PLACES.user_config_path) / "settings.toml"


def cache_folder() -> Path:
    """Return the folder of what can be had again, and may be deleted at any time."""
    home = _home()
    return home / "cache" if home else _PLACES.user_cache_path


def keys_file() -> Path:
    """Return the path of the file of the server's keys."""
    return config_file().with_name("server_keys.toml")


def remotes_folder() -> Path:
    """Return the folder that says which remote endpoints are models, a file each."""
    return config_file().with_name("remotes")


def log_folder() -> Path:
    """Return the folder of the log files."""
    home = _home()
    return home / "logs" if home else _PLACES.user_log_path


def crashes_folder() -> Path:
    """Return the folder of the reports of crashes."""
    return log_folder() / "crashes"
