# SPDX-License-Identifier: Apache-2.0
"""The tables, as the steps that make them. A released step never changes: what is new is a step.

`PRAGMA user_version` counts the steps that a file has taken.

Messages form a tree in each chat. A deleted message stays in it as a silent link, so that undoing
is exact, and what follows it keeps its place. `writer` names the process that writes an answer.
Long columns stand last: who follows the tree does not read through the texts.
The index of words holds no answer that still grows: it would be made anew every second.
"""

from __future__ import annotations

APPLICATION_ID = 0x4B544331  # "KTC1", in the file's header

_TABLES = """
CREATE TABLE folder (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL
) STRICT;

CREATE TABLE chat (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder_id INTEGER REFERENCES folder ON DELETE SET NULL,
    title TEXT NOT NULL DEFAULT '',
    has_own_title INTEGER NOT NULL DEFAULT 0,
    is_pinned INTEGER NOT NULL DEFAULT 0,
    system_prompt TEXT NOT NULL DEFAULT '',
    settings TEXT NOT NULL DEFAULT '{}',
    leaf_id INTEGER,
    draft TEXT NOT NULL DEFAULT '',
    place_id INTEGER,
    place_offset INTEGER NOT NULL DEFAULT 0,
    origin TEXT NOT NULL DEFAULT '',
    created REAL NOT NULL,
    updated REAL NOT NULL,
    deleted REAL
) STRICT;

CREATE INDEX chat_by_time ON chat (updated);
CREATE INDEX chat_by_origin ON chat (origin) WHERE origin != '';

CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id INTEGER NOT NULL REFERENCES chat ON DELETE CASCADE,
    parent_id INTEGER,
    role TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'done',
    deleted REAL,
    writer TEXT,
    created REAL NOT NULL,
    updated REAL NOT NULL,
    thinking_ms INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    model TEXT NOT NULL DEFAULT '',
    stats TEXT NOT NULL DEFAULT '{}',
    settings TEXT NOT NULL DEFAULT '{}',
    content TEXT NOT NULL,
    thinking TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX message_by_parent ON message (chat_id, parent_id);
CREATE INDEX message_open ON message (status) WHERE status IN ('pending', 'streaming');
CREATE INDEX message_deleted ON message (deleted) WHERE deleted IS NOT NULL;

CREATE TABLE attachment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL
) STRICT;

CREATE INDEX attachment_by_message ON attachment (message_id);
CREATE INDEX attachment_by_content ON attachment (sha256);

CREATE TABLE content (
    sha256 TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE remembered (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
"""

_WORDS = """
CREATE VIRTUAL TABLE message_words USING fts5(
    content, thinking, content='message', content_rowid='id', tokenize='trigram'
);

CREATE TRIGGER message_words_new AFTER INSERT ON message
WHEN new.status NOT IN ('pending', 'streaming') BEGIN
    INSERT INTO message_words (rowid, content, thinking)
    VALUES (new.id, new.content, new.thinking);
END;

CREATE TRIGGER message_words_gone AFTER DELETE ON message
WHEN old.status NOT IN ('pending', 'streaming') BEGIN
    INSERT INTO message_words (message_words, rowid, content, thinking)
    VALUES ('delete', old.id, old.content, old.thinking);
END;

CREATE TRIGGER message_words_before BEFORE UPDATE OF content, thinking, status ON message
WHEN old.status NOT IN ('pending', 'streaming') BEGIN
    INSERT INTO message_words (message_words, rowid, content, thinking)
    VALUES ('delete', old.id, old.content, old.thinking);
END;

CREATE TRIGGER message_words_after AFTER UPDATE OF content, thinking, status ON message
WHEN new.status NOT IN ('pending', 'streaming') BEGIN
    INSERT INTO message_words (rowid, content, thinking)
    VALUES (new.id, new.content, new.thinking);
END;
"""

STEPS: tuple[str, ...] = (_TABLES + _WORDS,)
