# SPDX-License-Identifier: Apache-2.0
"""Files that a page sends with a question, read as the window reads those that it is given."""

from __future__ import annotations

import base64
import binascii
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from ktdesk.attachments import Attachment, read_paths
from ktdesk.errors import AttachmentError
from ktdesk.server.failures import ApiError
from ktdesk.server.fields import Strict

MOST_FILES = 20
_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]')


class Upload(Strict):
    """One file. data: its bytes in base 64."""

    name: str = Field(min_length=1, max_length=1000)
    data: str


def read_uploads(uploads: Sequence[Upload]) -> list[Attachment]:
    """Return what a model can read of files. Raises ApiError if one cannot be read.

    PDFs take some seconds.
    """
    if not uploads:
        return []
    with tempfile.TemporaryDirectory(prefix="ktdesk-upload-") as folder:
        paths = [_write(Path(folder) / str(at), upload) for at, upload in enumerate(uploads)]
        reading = read_paths(paths)
    if reading.problems:
        raise _refusal(reading.problems[0])
    return list(reading.attachments)


def _write(folder: Path, upload: Upload) -> Path:
    name = _UNSAFE.sub("_", re.split(r"[/\\]", upload.name)[-1]).strip(". ")[-100:] or "file"
    path = folder / name
    try:
        folder.mkdir()
        path.write_bytes(base64.b64decode(upload.data, validate=True))
    except (binascii.Error, OSError) as error:
        raise ApiError(400, f"{name} cannot be read.") from error
    return path


def _refusal(problem: Exception) -> ApiError:
    hint = problem.hint if isinstance(problem, AttachmentError) else ""
    return ApiError(400, str(problem), hint=hint)
