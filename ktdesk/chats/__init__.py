# SPDX-License-Identifier: Apache-2.0
"""Conversations that are kept: one SQLite file, read and written by any of KTDesk's programs.

Knows neither the engine nor a user interface. `open_chats` gives a `ChatStore`.
"""

from __future__ import annotations

from ktdesk.chats.opening import chats_file as chats_file
from ktdesk.chats.opening import open_chats as open_chats
from ktdesk.chats.opening import temporary_chats as temporary_chats
from ktdesk.chats.records import Attachment as Attachment
from ktdesk.chats.records import Chat as Chat
from ktdesk.chats.records import Folder as Folder
from ktdesk.chats.records import NewMessage as NewMessage
from ktdesk.chats.records import Place as Place
from ktdesk.chats.records import Status as Status
from ktdesk.chats.records import StoredMessage as StoredMessage
from ktdesk.chats.store import ChatStore as ChatStore
