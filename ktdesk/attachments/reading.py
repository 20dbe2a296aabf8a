# SPDX-License-Identifier: Apache-2.0
"""Reading what was chosen to go with a question. Everything is bounded; nothing is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ktdesk.attachments.folders import files_of
from ktdesk.attachments.pdf import pdf_text
from ktdesk.attachments.texts import decode, is_binary
from ktdesk.errors import AttachmentError, KTDeskError, format_bytes

MOST_BYTES = 20 << 20  # of one file
MOST_FILES = 2000  # at once, folders included
MOST_CHARACTERS = 20 << 20  # in all; the context of no model is longer
IMAGES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
}
_LANGUAGES = {
    ".py": "python", ".js": "javascript", ".ts": "typescript", ".rs": "rust", ".go": "go",
    ".c": "c", ".h": "c", ".cpp": "cpp", ".hpp": "cpp", ".cc": "cpp", ".cu": "cuda",
    ".java": "java", ".kt": "kotlin", ".rb": "ruby", ".php": "php", ".sh": "bash",
    ".ps1": "powershell", ".sql": "sql", ".html": "html", ".css": "css", ".json": "json",
    ".toml": "toml", ".yaml": "yaml", ".yml": "yaml", ".xml": "xml", ".md": "markdown",
    ".cs": "csharp", ".swift": "swift", ".lua": "lua", ".r": "r", ".csv": "csv",
}  # fmt: skip

Look = Callable[[str], None]  # told what is read now; it may raise Cancelled


@dataclass(frozen=True, slots=True)
class Attachment:
    """text: what a model reads; of an image nothing. language: for a fence, '' if not known.

    data, media_type: of an image, what the file holds. note: what is missing of it, for people.
    """

    name: str
    text: str = ""
    language: str = ""
    is_image: bool = False
    data: bytes = field(default=b"", repr=False)
    media_type: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read, and what was left out, each with its reason as an error."""

    attachments: tuple[Attachment, ...]
    problems: tuple[KTDeskError, ...]


def read_paths(paths: Sequence[Path], look: Look = lambda name: None) -> Reading:
    """Read files, and folders with the texts in them. One that cannot be read stops no other.

    look: called before each file, with its name. PDFs take up to `pdf.TIME_S` each.
    """
    attachments: list[Attachment] = []
    problems: list[KTDeskError] = []
    characters = 0
    for path, name in _files(paths, problems):
        look(name)
        if len(attachments) >= MOST_FILES or characters > MOST_CHARACTERS:
            problems.append(_too_many(name))
            break
        try:
            attachment = _read(path, name)
        except KTDeskError as error:
            problems.append(error)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            problems.append(AttachmentError(f"{name} cannot be read: {reason}."))
        else:
            attachments.append(attachment)
            characters += len(attachment.text)
    return Reading(tuple(attachments), tuple(problems))


def _files(paths: Sequence[Path], problems: list[KTDeskError]) -> Iterator[tuple[Path, str]]:
    """Yield files and the names that they go by: in folders, the path below them."""
    for path in paths:
        if not path.is_dir():
            yield path, path.name
            continue
        found = files_of(path)
        for file in found.files:
            yield file, (Path(path.name) / file.relative_to(path)).as_posix()
        if found.left_out:
            problems.append(
                AttachmentError(
                    f"Of the folder {path.name}, {found.left_out} files were left out: hidden, "
                    "ignored, too large, or no text.",
                    hint="Attach the ones you need by themselves.",
                )
            )


def _read(path: Path, name: str) -> Attachment:
    size, suffix = path.stat().st_size, path.suffix.lower()
    if size > MOST_BYTES:
        raise AttachmentError(
            f"{name} is too large to be attached: {format_bytes(size)}.",
            hint=f"Attach a part of it, of at most {format_bytes(MOST_BYTES)}.",
        )
    if suffix == ".pdf":
        text, note = pdf_text(path, name)
        return Attachment(name, text, note=note)
    data = path.read_bytes()
    if suffix in IMAGES:
        return Attachment(name, is_image=True, data=data, media_type=IMAGES[suffix])
    if is_binary(data[:8192]):
        raise AttachmentError(
            f"{name} is no text.", hint="Attach text, code, a PDF, an image or a folder."
        )
    return Attachment(name, decode(data), _LANGUAGES.get(suffix, ""))


def _too_many(name: str) -> AttachmentError:
    return AttachmentError(
        f"There is more to attach than fits: {name} and what follows was left out.",
        hint="Attach fewer files.",
    )
