# SPDX-License-Identifier: Apache-2.0
"""Of chats, attachments, settings and measuring. Literals, for the translator to find."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP

SENTENCES = (
    QT_TRANSLATE_NOOP("Errors", "The PDF {name} cannot be read."),
    QT_TRANSLATE_NOOP(
        "Errors", "There is more to attach than fits: {name} and what follows was left out."
    ),
    QT_TRANSLATE_NOOP("Errors", "Attach fewer files."),
    QT_TRANSLATE_NOOP("Errors", "{name} is too large to be attached: {size}."),
    QT_TRANSLATE_NOOP("Errors", "Attach a part of it, of at most {most_bytes}."),
    QT_TRANSLATE_NOOP("Errors", "{name} is no text."),
    QT_TRANSLATE_NOOP("Errors", "Attach text, code, a PDF, an image or a folder."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "Of the folder {path}, {left_out} files were left out: hidden, ignored, too large, or no "
        "text.",
    ),
    QT_TRANSLATE_NOOP("Errors", "Attach the ones you need by themselves."),
    QT_TRANSLATE_NOOP("Errors", "{name} cannot be read: {reason}."),
    QT_TRANSLATE_NOOP("Errors", "What measures has ended before it was done."),
    QT_TRANSLATE_NOOP("Errors", "The memory may not have been enough: end other programs."),
    QT_TRANSLATE_NOOP("Errors", "This message is no longer there."),
    QT_TRANSLATE_NOOP("Errors", "Another KTDesk may have deleted its chat."),
    QT_TRANSLATE_NOOP("Errors", "{name} is too large to be kept with a chat: {data}."),
    QT_TRANSLATE_NOOP("Errors", "The content of {attachment} is lost."),
    QT_TRANSLATE_NOOP("Errors", "Attach the file again."),
    QT_TRANSLATE_NOOP("Errors", "This chat is no longer there."),
    QT_TRANSLATE_NOOP("Errors", "Another KTDesk may have deleted it for good."),
    QT_TRANSLATE_NOOP("Errors", "The file of the chats is damaged: {path}."),
    QT_TRANSLATE_NOOP(
        "Errors", "Start KTDesk again: it sets the file aside and keeps all that can be read."
    ),
    QT_TRANSLATE_NOOP("Errors", "There is no space left for the chats in {path}."),
    QT_TRANSLATE_NOOP(
        "Errors", "Free some space on that disk. What is on the screen is not stored yet."
    ),
    QT_TRANSLATE_NOOP("Errors", "Another program has been writing to the chats for too long."),
    QT_TRANSLATE_NOOP("Errors", "Wait a moment and try again, or close the other KTDesk."),
    QT_TRANSLATE_NOOP("Errors", "The file of the chats cannot be used: {path} ({error})."),
    QT_TRANSLATE_NOOP(
        "Errors", "See that the folder exists, that you may write to it, and that the disk works."
    ),
    QT_TRANSLATE_NOOP("Errors", "The chats are closed."),
    QT_TRANSLATE_NOOP("Errors", "Start KTDesk again."),
    QT_TRANSLATE_NOOP("Errors", "The chats in {path} cannot be used: {error}."),
    QT_TRANSLATE_NOOP("Errors", "See that the folder exists and that you may write to it."),
    QT_TRANSLATE_NOOP("Errors", "{file} has no messages that can be read."),
    QT_TRANSLATE_NOOP("Errors", "The chats cannot be written to {path}: {error}."),
    QT_TRANSLATE_NOOP("Errors", "Choose another folder, or free some space."),
    QT_TRANSLATE_NOOP("Errors", "{file} has a message of {value} characters."),
    QT_TRANSLATE_NOOP("Errors", "{file} is no chat of a known program."),
    QT_TRANSLATE_NOOP("Errors", "{file} is too large: {size}."),
    QT_TRANSLATE_NOOP("Errors", "{file} has no chats in it."),
    QT_TRANSLATE_NOOP("Errors", "{file} has {nodes} messages, more than {most_messages}."),
    QT_TRANSLATE_NOOP("Errors", "{file} is a damaged archive ({error})."),
    QT_TRANSLATE_NOOP("Errors", "{file} is nested too deeply."),
    QT_TRANSLATE_NOOP("Errors", "{file} is not JSON: {error}."),
    QT_TRANSLATE_NOOP("Errors", "{file} has no conversations.json in it."),
    QT_TRANSLATE_NOOP("Errors", "{file} has a message without a version."),
    QT_TRANSLATE_NOOP("Errors", "{file} is of version {version}, which only a newer KTDesk reads."),
    QT_TRANSLATE_NOOP("Errors", "{file} has no messages."),
    QT_TRANSLATE_NOOP("Errors", "{file} has a message of the role {role}."),
    QT_TRANSLATE_NOOP("Errors", "{file} has an attached file that is damaged."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The chats were stored by a newer KTDesk: version {version} of the file, while this one "
        "reads up to {steps}.",
    ),
    QT_TRANSLATE_NOOP("Errors", "Install the newest KTDesk. The file stays as it is: {path}"),
    QT_TRANSLATE_NOOP(
        "Errors", "The file of the chats is damaged, and cannot be set aside: {error}."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "Close other programs that use it, then move it away yourself: {path}"
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "The chats cannot be backed up before they are brought to a new version: {error}."
    ),
    QT_TRANSLATE_NOOP("Errors", "Free some space in {folder}, then start KTDesk again."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "Not enough memory on {device}: {needed_bytes} are needed, {available_bytes} are "
        "available.",
    ),
    QT_TRANSLATE_NOOP("Errors", "The setting {value}.{name} is {given}, which is not allowed."),
    QT_TRANSLATE_NOOP("Errors", "Allowed: {kinds}."),
    QT_TRANSLATE_NOOP(
        "Errors", "The settings file has version {version}; this KTDesk knows 1 to {newest}."
    ),
    QT_TRANSLATE_NOOP("Errors", "A newer KTDesk may have written it."),
    QT_TRANSLATE_NOOP("Errors", "{name} is {given}."),
    QT_TRANSLATE_NOOP("Errors", "Write it as a table: [{name}]."),
    QT_TRANSLATE_NOOP("Errors", "The settings could not be saved in {path}: {error}."),
    QT_TRANSLATE_NOOP("Errors", "Make the folder writable, or set KTDESK_HOME to one that is."),
    QT_TRANSLATE_NOOP("Errors", "The settings file {path} cannot be read: {error}."),
    QT_TRANSLATE_NOOP("Errors", "Check its permissions."),
    QT_TRANSLATE_NOOP("Errors", "The settings file {path} is not TOML: {error}."),
    QT_TRANSLATE_NOOP("Errors", "Correct it, or delete it."),
    QT_TRANSLATE_NOOP("Errors", "It needs a password. Save a copy without one."),
    QT_TRANSLATE_NOOP("Errors", "It is damaged, or no PDF. Open it elsewhere and save it anew."),
    QT_TRANSLATE_NOOP(
        "Errors", "It may be pictures of pages. Make their text readable with an OCR program first."
    ),
    QT_TRANSLATE_NOOP("Errors", "It needs too much memory. Attach a part of it."),
    QT_TRANSLATE_NOOP("Errors", "Reading took longer than {time_s} s. Attach a part of it."),
    QT_TRANSLATE_NOOP("Errors", "{read} of {pages} pages have text"),
    QT_TRANSLATE_NOOP("Errors", "{file} has {found} files; {most_files} of them were read."),
    QT_TRANSLATE_NOOP("Errors", "{file} has no JSON files."),
    QT_TRANSLATE_NOOP("Errors", "{file} cannot be read: {error}."),
    QT_TRANSLATE_NOOP("Errors", "Did you mean {close}?"),
    QT_TRANSLATE_NOOP("Errors", "Known: {names}."),
    QT_TRANSLATE_NOOP("Errors", "{error} {hint} The defaults are used; the file is now {where}."),
    QT_TRANSLATE_NOOP("Errors", "true or false"),
    QT_TRANSLATE_NOOP("Errors", "a whole number"),
    QT_TRANSLATE_NOOP("Errors", "a number"),
    QT_TRANSLATE_NOOP("Errors", "a text"),
    QT_TRANSLATE_NOOP("Errors", "a whole number, or nothing"),
    QT_TRANSLATE_NOOP("Errors", "a list of texts"),
)
