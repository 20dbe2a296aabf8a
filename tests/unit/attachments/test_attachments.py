# SPDX-License-Identifier: Apache-2.0
"""Files that go with a question: what is read of them, what is refused, and their form."""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from ktdesk.attachments import Attachment, compose, read_paths, split
from ktdesk.attachments.folders import files_of
from ktdesk.attachments.pdf import pdf_text
from ktdesk.errors import AttachmentError, Cancelled

texts = st.text(alphabet="ab`\n: é中", max_size=40) | st.just("Attached file: x\n\n```\na\n```\n\n")
names = st.text(alphabet="ab.` 中", max_size=9).map(lambda name: " ".join(name.split()))
files = st.builds(Attachment, names, texts, st.sampled_from(["", "python"]))


@given(st.lists(files | st.builds(Attachment, names, is_image=st.just(True)), max_size=4), texts)
def test_a_message_is_taken_apart_into_what_it_was_made_of(
    attachments: list[Attachment], text: str
) -> None:
    found, rest = split(compose(text, attachments))
    assert found[: len(attachments)] == attachments
    if not text.startswith("Attached"):
        assert (found, rest) == (attachments, text)


def test_a_message_of_attachments_alone_may_be_stripped() -> None:
    for attachment in (Attachment("a.txt", "text"), Attachment("a.png", is_image=True)):
        assert split(compose("", [attachment]).strip()) == ([attachment], "")


def test_text_comes_as_it_is_with_its_language(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes("x = 1\r\n# 中文\r\n".encode())
    (tmp_path / "b.txt").write_bytes("简体中文".encode("gb18030"))
    (tmp_path / "c.txt").write_bytes("häl\n".encode("utf-16"))
    reading = read_paths([tmp_path / name for name in ("a.py", "b.txt", "c.txt")])
    assert reading.problems == ()
    assert [(a.name, a.text, a.language) for a in reading.attachments] == [
        ("a.py", "x = 1\n# 中文\n", "python"),
        ("b.txt", "简体中文", ""),
        ("c.txt", "häl\n", ""),
    ]


def test_what_cannot_be_read_is_said_and_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "program").write_bytes(b"\x7fELF\0\0")
    (tmp_path / "ok.txt").write_text("ok")
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(30 << 20)
    wanted = [tmp_path / name for name in ("program", "gone.txt", "huge.txt", "ok.txt")]
    reading = read_paths(wanted)
    assert [a.name for a in reading.attachments] == ["ok.txt"]
    messages = [str(problem) for problem in reading.problems]
    for message, name in zip(messages, ("program", "gone.txt", "huge.txt"), strict=True):
        assert name in message


def test_images_keep_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "p.PNG").write_bytes(b"\x89PNG")
    (image,) = read_paths([tmp_path / "p.PNG"]).attachments
    assert (image.is_image, image.data, image.media_type) == (True, b"\x89PNG", "image/png")
    assert "cannot be seen" in compose("?", [image])


def test_reading_can_be_cancelled(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")

    def look(name: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        read_paths([tmp_path], look)


IGNORE = """
# comment
*.log
!keep.log
/top.txt
docs/*.tmp
**/deep/x.txt
a/**/z.txt
out/
[ab].dat
"""
TREE = (
    "one.txt", "x.log", "keep.log", "top.txt", "sub/top.txt", "docs/a.tmp", "docs/sub/a.tmp",
    "q/deep/x.txt", "a/z.txt", "a/b/c/z.txt", "out/x.txt", "sub/out/y.txt", "a.dat", "c.dat",
    "sub/inner/keep.log", "sub/inner/own.md", "中文.txt",
)  # fmt: skip


def test_folders_leave_out_what_git_ignores(tmp_path: Path) -> None:
    for name in TREE:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")
    (tmp_path / ".gitignore").write_text(IGNORE)
    (tmp_path / "sub" / ".gitignore").write_text("*.md\n")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--others", "--exclude-standard"],
        cwd=tmp_path, capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    expected = {name for name in listed.split("\0") if name and not name.endswith(".gitignore")}
    found = files_of(tmp_path)
    assert {path.relative_to(tmp_path).as_posix() for path in found.files} == expected
    assert found.left_out > 0


def test_folders_leave_out_what_is_hidden_binary_large_or_linked(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text("x")
    (folder / "ok.md").write_text("ok")
    (folder / "b.bin").write_bytes(b"\0\1")
    (folder / "large.txt").write_text("x" * (2 << 20))
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "loop").symlink_to(folder)
    reading = read_paths([folder])
    assert [a.name for a in reading.attachments] == ["f/ok.md"]
    assert "5 files were left out" in str(reading.problems[0])


def pdf_of(*lines: str) -> bytes:
    """Return a PDF with a page for each line, written by hand."""
    pages, objects = len(lines), [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(pages))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode())
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for n, line in enumerate(lines):
        stream = f"BT /F1 12 Tf 72 720 Td ({line}) Tj ET".encode()
        page = f"/Parent 2 0 R /Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * n} 0 R"
        objects.append(f"<< /Type /Page /MediaBox [0 0 600 800] {page} >>".encode())
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    out, places = b"%PDF-1.4\n", list[int]()
    for n, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (size, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end


def test_the_text_of_a_pdf_is_read(tmp_path: Path) -> None:
    path = tmp_path / "two.pdf"
    path.write_bytes(pdf_of("Hello PDF", "", "Third page"))
    assert pdf_text(path, path.name) == ("Hello PDF\n\nThird page", "2 of 3 pages have text")


@pytest.mark.parametrize("kind", ["no PDF", "cut off", "pictures", "password", "slow"])
def test_a_pdf_that_cannot_be_read_is_explained(tmp_path: Path, kind: str) -> None:
    data = pdf_of("Hello")
    if kind == "password":
        writer = PdfWriter(PdfReader(BytesIO(data)))
        writer.encrypt("secret", algorithm="RC4-128")
        written = BytesIO()
        writer.write(written)
        data = written.getvalue()
    data = {"no PDF": b"hello", "cut off": data[:120], "pictures": pdf_of("")}.get(kind, data)
    path = tmp_path / "bad.pdf"
    path.write_bytes(data)
    with pytest.raises(AttachmentError, match=r"bad\.pdf") as caught:
        pdf_text(path, path.name, time_s=0.001 if kind == "slow" else 60)
    words = {"pictures": "OCR", "password": "password", "slow": "longer"}
    assert words.get(kind, "damaged") in caught.value.hint
