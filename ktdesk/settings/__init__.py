# SPDX-License-Identifier: Apache-2.0
"""What the user can choose, and where KTDesk keeps its files.

A setting is declared once, in one of those that `sections` joins, with all that its readers need:
the page of the window, the command line, the comments of the file. `file` reads and writes it,
`folders` says where.
"""

from __future__ import annotations

from ktdesk.settings.connecting import DownloadsSettings as DownloadsSettings
from ktdesk.settings.connecting import NetworkSettings as NetworkSettings
from ktdesk.settings.connecting import ServerSettings as ServerSettings
from ktdesk.settings.connecting import SourcesSettings as SourcesSettings
from ktdesk.settings.connecting import UpdatesSettings as UpdatesSettings
from ktdesk.settings.fields import Level as Level
from ktdesk.settings.fields import Section as Section
from ktdesk.settings.fields import Setting as Setting
from ktdesk.settings.fields import allowed_among as allowed_among
from ktdesk.settings.fields import allowed_values as allowed_values
from ktdesk.settings.fields import describe as describe
from ktdesk.settings.fields import is_allowed as is_allowed
from ktdesk.settings.fields import setting as setting
from ktdesk.settings.figures import HardwareSettings as HardwareSettings
from ktdesk.settings.file import load_settings as load_settings
from ktdesk.settings.file import read_settings as read_settings
from ktdesk.settings.file import save_settings as save_settings
from ktdesk.settings.folders import cache_folder as cache_folder
from ktdesk.settings.folders import config_file as config_file
from ktdesk.settings.folders import crashes_folder as crashes_folder
from ktdesk.settings.folders import data_folder as data_folder
from ktdesk.settings.folders import keys_file as keys_file
from ktdesk.settings.folders import log_folder as log_folder
from ktdesk.settings.folders import models_folder as models_folder
from ktdesk.settings.folders import placements_folder as placements_folder
from ktdesk.settings.folders import remotes_folder as remotes_folder
from ktdesk.settings.running import EngineSettings as EngineSettings
from ktdesk.settings.running import SamplingSettings as SamplingSettings
from ktdesk.settings.sections import InterfaceSettings as InterfaceSettings
from ktdesk.settings.sections import ModelsSettings as ModelsSettings
from ktdesk.settings.sections import Settings as Settings
