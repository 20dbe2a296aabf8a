# SPDX-License-Identifier: Apache-2.0
"""Search in titles, messages and thoughts, in any language.

Words of three and more characters are looked up in an index of all groups of three (a language
without spaces has no other words); shorter ones, as most of Chinese, are looked for in the texts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ktdesk.chats.database import Database

INDEXED = 3  # characters that the index can look up
MOST_WORDS, MOST_WORD = 8, 100
MOST_MESSAGES = 2000  # that are looked at for one search
BEFORE, SNIPPET = 24, 120  # characters of a snippet before what was found, and in all


@dataclass(frozen=True, slots=True)
class Hit:
    """A chat in which all words were found, in its title or in one message.

    message_id: the best message; None: only the title has them. count: messages that have them.
    marks: where the words are in the snippet, as start and end.
    """

    chat_id: int
    title: str
    message_id: int | None
    count: int
    snippet: str
    marks: tuple[tuple[int, int], ...]


class Search:
    """Looks for words. May raise ChatsError, but no words do."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, text: str, limit: int = 100) -> list[Hit]:
        """Return the chats with all the words: first by title, then by how well a message fits."""
        words = _words(text)
        if not words:
            return []
        found = dict[int, tuple[int, int]]()  # chat to best message and count
        for message_id, chat_id in self._messages(words):
            best, count = found.get(chat_id, (message_id, 0))
            found[chat_id] = (best, count + 1)
        titles = self._titles(words)
        order = [*titles, *(chat for chat in found if chat not in titles)][:limit]
        return self._hits(order, found, words)

    def rebuild(self) -> None:
        """Make the index anew from the messages."""
        with self._database.writing() as connection:
            connection.execute("INSERT INTO message_words (message_words) VALUES ('rebuild')")

    def _messages(self, words: Sequence[str]) -> list[tuple[int, int]]:
        """Return ids of messages and of their chats, the best first."""
        indexed = [word for word in words if len(word) >= INDEXED]
        likes, values = _likes([word for word in words if len(word) < INDEXED], _TEXT)
        alive = "m.deleted IS NULL AND c.deleted IS NULL"
        if indexed:
            match = " AND ".join('"' + word.replace('"', '""') + '"' for word in indexed)
            sql = (
                "SELECT m.id, m.chat_id FROM message_words w JOIN message m ON m.id = w.rowid"
                f" JOIN chat c ON c.id = m.chat_id WHERE message_words MATCH ? AND {alive}{likes}"
                " ORDER BY w.rank LIMIT ?"
            )
            values = [match, *values]
        else:
            sql = (
                "SELECT m.id, m.chat_id FROM message m JOIN chat c ON c.id = m.chat_id"
                f" WHERE {alive}{likes} ORDER BY m.id DESC LIMIT ?"
            )
        with self._database.reading() as connection:
            return connection.execute(sql, (*values, MOST_MESSAGES)).fetchall()

    def _titles(self, words: Sequence[str]) -> list[int]:
        likes, values = _likes(words, "c.title")
        sql = f"SELECT id FROM chat c WHERE deleted IS NULL{likes} ORDER BY updated DESC"
        with self._database.reading() as connection:
            return [row[0] for row in connection.execute(sql, values)]

    def _hits(
        self, chats: Sequence[int], found: dict[int, tuple[int, int]], words: Sequence[str]
    ) -> list[Hit]:
        hits: list[Hit] = []
        with self._database.reading() as connection:
            for chat_id in chats:
                sql = "SELECT title FROM chat WHERE id = ?"
                title = connection.execute(sql, (chat_id,)).fetchone()[0]
                message_id, count = found.get(chat_id, (None, 0))
                sql = "SELECT content, thinking FROM message WHERE id = ?"
                row = connection.execute(sql, (message_id,)).fetchone() or ("", "")
                hits.append(Hit(chat_id, title, message_id, count, *_snippet(row, words)))
        return hits


_TEXT = "(m.content || char(10) || m.thinking)"


def _words(text: str) -> list[str]:
    """Return the words to look for; what no text can hold is left out."""
    plain = text.replace("\0", " ").encode("utf-8", "ignore").decode("utf-8")
    return list(dict.fromkeys(word[:MOST_WORD] for word in plain.split()))[:MOST_WORDS]


def _likes(words: Sequence[str], column: str) -> tuple[str, list[str]]:
    """Return conditions for a WHERE, and their values. LIKE knows the case of ASCII only."""
    sql, values = "", list[str]()
    for word in words:
        forms = list(dict.fromkeys((word, word.lower(), word.upper(), word.capitalize())))
        either = " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for _ in forms)
        sql += f" AND ({either})"
        values += ["%" + re.sub(r"([\\%_])", r"\\\1", form) + "%" for form in forms]
    return sql, values


def _snippet(texts: Sequence[str], words: Sequence[str]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return one line around the first word that is found, and where words are in it."""
    pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    for text in texts:
        if found := pattern.search(text):
            start = max(0, found.start() - BEFORE)
            part = re.sub(r"\s+", " ", text[start : start + SNIPPET])
            line = ("…" if start else "") + part + ("…" if start + SNIPPET < len(text) else "")
            return line, tuple(match.span() for match in pattern.finditer(line))
    return "", ()
