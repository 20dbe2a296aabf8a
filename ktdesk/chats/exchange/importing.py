# SPDX-License-Identifier: Apache-2.0
"""Reading chats from files of other programs, and of our own. Nobody's file can do damage.

Each chat is stored whole or not at all; what cannot be read is named, and the rest goes on.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ktdesk.chats.exchange.chatgpt import chatgpt_document, is_chatgpt
from ktdesk.chats.exchange.documents import Document, add_document
from ktdesk.chats.exchange.fields import NotAChatError, items, mapping, text
from ktdesk.chats.exchange.lm_studio import is_lm_studio, lm_studio_document
from ktdesk.chats.exchange.own import (
    is_openai,
    is_own,
    openai_document,
    own_chats,
    own_document,
)
from ktdesk.chats.store import ChatStore
from ktdesk.chats.titles import title_from
from ktdesk.errors import format_bytes

MOST_BYTES = 1 << 30  # of a file, also of one inside an archive
MOST_MESSAGES = 200_000  # of one chat
MOST_PROBLEMS = 100  # that are named
MOST_FILES = 20_000  # of a folder

Report = Callable[[str, float], None]


@dataclass(slots=True)
class Imported:
    """What an import has done. ids: of the chats that were added. known: were there before.

    problems: what was not read, and why.
    """

    ids: list[int] = field(default_factory=list[int])
    messages: int = 0
    known: int = 0
    problems: list[str] = field(default_factory=list[str])

    @property
    def chats(self) -> int:
        """How many chats were added."""
        return len(self.ids)

    def add_problem(self, name: str, why: str) -> None:
        """Name what was not read."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(f"{name} {why}.")


def import_chats(
    store: ChatStore, paths: Sequence[Path], report: Report = lambda stage, fraction: None
) -> Imported:
    """Add the chats of files, folders and archives to a store.

    A conversation of another program that was imported before is not added again. report: is told
    what is read now, and how far it is. Raises ChatsError if the store cannot be written.
    """
    done = Imported()
    files = [file for path in paths for file in _files(path, done)]
    for at, file in enumerate(files):
        report(file.name, at / len(files))
        try:
            for name, content in _contents(file):
                _import_content(store, name, content, done)
        except NotAChatError as error:
            done.add_problem(file.name, str(error))
        except OSError as error:
            done.add_problem(file.name, f"cannot be read: {error.strerror or error}")
    return done


def _files(path: Path, done: Imported) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*.json") if file.is_file())
    if len(found) > MOST_FILES:
        done.add_problem(path.name, f"has {len(found)} files; {MOST_FILES} of them were read")
    if not found:
        done.add_problem(path.name, "has no JSON files")
    return found[:MOST_FILES]


def _contents(file: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of a file, or of the conversations in an archive."""
    if not zipfile.is_zipfile(file):
        _check_size(file.stat().st_size)
        yield file.name, file.read_bytes()
        return
    try:
        with zipfile.ZipFile(file) as archive:
            inside = [one for one in archive.infolist() if _is_conversations(one.filename)]
            if not inside:
                raise NotAChatError("has no conversations.json in it")
            for member in inside:
                _check_size(member.file_size)
                with archive.open(member) as stream:
                    content = stream.read(MOST_BYTES + 1)
                _check_size(len(content))
                yield f"{file.name}/{member.filename}", content
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise NotAChatError(f"is a damaged archive ({error})") from error


def _is_conversations(name: str) -> bool:
    last = name.rsplit("/", 1)[-1]
    is_export = last.startswith("conversations") and last.endswith(".json")
    return is_export or last.endswith(".conversation.json")


def _check_size(size: int) -> None:
    if size > MOST_BYTES:
        raise NotAChatError(f"is too large: {format_bytes(size)}")


def _import_content(store: ChatStore, name: str, content: bytes, done: Imported) -> None:
    try:
        value: object = json.loads(content.decode("utf-8-sig"))
    except RecursionError as error:
        raise NotAChatError("is nested too deeply") from error
    except ValueError as error:
        raise NotAChatError(f"is not JSON: {error}") from error
    for at, (chat, read) in enumerate(_chats(value)):
        label = _label(chat, name, at)
        try:
            _store(store, read(chat), done, Path(name).stem)
        except NotAChatError as error:
            done.add_problem(label, str(error))
        except RecursionError:
            done.add_problem(label, "is nested too deeply")


def _chats(value: object) -> Iterator[tuple[object, Callable[[object], Document]]]:
    """Yield the chats of a file, each with what reads it. Raises NotAChatError if it has none."""
    is_one = mapping(value) or is_openai(value)
    chats: list[object] = [value] if is_one else items(value)
    if is_own(value):
        chats = own_chats(value)
    if not chats:
        raise NotAChatError("has no chats in it")
    for chat in chats:
        yield chat, own_document if is_own(value) else _reader(chat)


def _reader(chat: object) -> Callable[[object], Document]:
    if is_chatgpt(chat):
        return chatgpt_document
    if is_lm_studio(chat):
        return lm_studio_document
    if is_openai(chat):
        return openai_document
    return _refuse


def _refuse(chat: object) -> Document:
    del chat
    raise NotAChatError("is no chat of a known program")


def _store(store: ChatStore, document: Document, done: Imported, stem: str) -> None:
    if len(document.nodes) > MOST_MESSAGES:
        raise NotAChatError(f"has {len(document.nodes)} messages, more than {MOST_MESSAGES}")
    if document.origin and store.chats.has_origin(document.origin):
        done.known += 1
        return
    chat_id = add_document(store, document)
    if not document.title:
        first = next((n.message.content for n in document.nodes if n.message.role == "user"), "")
        store.chats.suggest_title(chat_id, title_from(first) or stem)
    done.ids.append(chat_id)
    done.messages += len(document.nodes)


def _label(chat: object, name: str, at: int) -> str:
    try:
        title = text(mapping(chat).get("title")) or text(mapping(chat).get("name"))
    except NotAChatError:
        title = ""
    return f"{name}: “{title[:60]}”" if title else f"{name}: chat {at + 1}"
