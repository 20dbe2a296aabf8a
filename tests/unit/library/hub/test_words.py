# SPDX-License-Identifier: Apache-2.0
"""The one field in which a model is asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.errors import DownloadError
from ktdesk.library.hub.names import is_repository, is_revision, is_safe_path
from ktdesk.library.hub.words import InFolder, Named, OnServer, Query, Words, read_query

R1, FILE = "unsloth/DeepSeek-R1-GGUF", "R1-Q4_K_M/R1-Q4_K_M-00001-of-00009.gguf"
HF, MS = "https://huggingface.co", "https://modelscope.cn"
COMMIT = "0" * 40
OWN = {
    "huggingface": "https://hf.lan",
    "mirror": "https://hub.example:8443/",
    "modelscope": "http://scope.lan",
}


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", Words("")),
        ("  deep   seek\tr1 ", Words("deep seek r1")),
        ("qwen3", Words("qwen3")),
        ("深度求索", Words("深度求索")),
        (R1, Named(R1)),
        (f"  '{R1}' ", Named(R1)),
        (f"{R1}:Q4_K_M", Named(R1, label="Q4_K_M")),
        (f"hf.co/{R1}", Named(R1, "huggingface")),
        (f"hf.co/{R1}:UD-Q2_K_XL", Named(R1, "huggingface", label="UD-Q2_K_XL")),
        (f"https://hf.co/{R1}", Named(R1, "huggingface")),
        (f"huggingface.co/{R1}/", Named(R1, "huggingface")),
        (f"{HF}/{R1}?library=x#top", Named(R1, "huggingface")),
        (f"{HF}/{R1}/tree/main", Named(R1, "huggingface", "main")),
        (f"{HF}/{R1}/tree/main/R1-Q4_K_M", Named(R1, "huggingface", "main", path="R1-Q4_K_M")),
        (f"{HF}/{R1}/blob/main/{FILE}", Named(R1, "huggingface", "main", path=FILE)),
        (f"{HF}/{R1}/resolve/{COMMIT}/{FILE}?download=true",
         Named(R1, "huggingface", COMMIT, path=FILE)),
        (f"{HF}/{R1}/blob/refs%2Fpr%2F3/a%20b.gguf",
         Named(R1, "huggingface", "refs/pr/3", path="a b.gguf")),
        (f"{HF}/{R1}/tree/refs/pr/3", Named(R1, "huggingface", "refs/pr/3")),
        (f"{HF}/{R1}/discussions/4", Named(R1, "huggingface")),
        (f"{HF}/{R1}?show_file_info=m-Q8_0.gguf", Named(R1, "huggingface", path="m-Q8_0.gguf")),
        (f"{HF}/api/models/{R1}", Named(R1, "huggingface")),
        (f"{HF}/models?search=kimi+k2&sort=trending", Words("kimi k2")),
        (f"{HF}/unsloth", Words("unsloth")),
        (f"{HF}", Words("")),
        (f"HTTPS://HuggingFace.CO/{R1}", Named(R1, "huggingface")),
        (f"https://hf-mirror.com/{R1}/tree/main", Named(R1, "mirror", "main")),
        (f"https://hub.example:8443/{R1}/blob/main/m.gguf",
         Named(R1, "mirror", "main", path="m.gguf")),
        (f"https://HF.lan/{R1}:Q8_0", Named(R1, "huggingface", label="Q8_0")),
        (f"http://scope.lan/models/{R1}/files", Named(R1, "modelscope")),
        (f"https://hub.example/{R1}", OnServer(f"https://hub.example/{R1}/")),
        (f"{MS}/models/{R1}", Named(R1, "modelscope")),
        (f"https://www.modelscope.cn/models/{R1}/files", Named(R1, "modelscope")),
        (f"https://modelscope.com/models/{R1}/summary", Named(R1, "modelscope")),
        (f"{MS}/models/{R1}/file/view/master/{FILE}?status=2",
         Named(R1, "modelscope", "master", path=FILE)),
        (f"{MS}/models/{R1}/file/view/master?fileName=m.gguf&status=2",
         Named(R1, "modelscope", "master", path="m.gguf")),
        (f"{MS}/models/{R1}/resolve/master/{FILE}",
         Named(R1, "modelscope", "master", path=FILE)),
        (f"{MS}/models/{R1}/tree/master/R1-Q4_K_M",
         Named(R1, "modelscope", "master", path="R1-Q4_K_M")),
        (f"{MS}/api/v1/models/{R1}/repo?Revision=master&FilePath={FILE}",
         Named(R1, "modelscope", "master", path=FILE)),
        (f"{MS}/models?name=glm", Words("glm")),
        ("http://nas.lan/models", OnServer("http://nas.lan/models/")),
        ("http://nas.lan/models/", OnServer("http://nas.lan/models/")),
        ("http://nas.lan:8000", OnServer("http://nas.lan:8000/")),
        ("http://nas.lan/DeepSeek-V3.1-GGUF", OnServer("http://nas.lan/DeepSeek-V3.1-GGUF/")),
        ("http://nas.lan/a/index.html", OnServer("http://nas.lan/a/")),
        ("nas:8000/gguf", OnServer("http://nas:8000/gguf/")),
        ("localhost:8000", OnServer("http://localhost:8000/")),
        ("deepseek-r1:671b", Words("deepseek-r1 671b")),
        ("qwen3:30", Words("qwen3 30")),
        ("nas.lan:8000/gguf", OnServer("http://nas.lan:8000/gguf/")),
        ("https://nas.lan/a/m%20x.gguf", OnServer("https://nas.lan/a/", "m x.gguf")),
        ("https://nas.lan/a/model.lock.json", OnServer("https://nas.lan/a/")),
        ("http://[::1]:8000/m.gguf", OnServer("http://[::1]:8000/", "m.gguf")),
    ],
)  # fmt: skip
def test_what_a_text_asks_for(text: str, query: Query) -> None:
    assert read_query(text, OWN) == query


@pytest.mark.skipif(os.name == "nt", reason="paths as other systems write them")
@pytest.mark.parametrize(
    ("text", "folder", "path"),
    [
        ("/mnt/usb/models", "/mnt/usb/models", ""),
        ("/mnt/usb/m.GGUF", "/mnt/usb", "m.GGUF"),
        ("file:///mnt/usb/my%20models", "/mnt/usb/my models", ""),
        ("file:/mnt/usb", "/mnt/usb", ""),
        ("file://localhost/mnt/usb/m.gguf", "/mnt/usb", "m.gguf"),
        ("~/models", str(Path.home() / "models"), ""),
        ("~no-such-user/models", str(Path("~no-such-user/models").absolute()), ""),
    ],
)
def test_folders(text: str, folder: str, path: str) -> None:
    assert read_query(text) == InFolder(Path(folder), path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * 2001, "more than 2000"),
        ("ftp://host/m.gguf", "begin with ftp:"),
        ("javascript://alert", "begin with javascript:"),
        ("https://me:secret@huggingface.co/a/b", "user name or a password"),
        ("https://token@nas.lan/models", "user name or a password"),
        ("http://", "names no server"),
        ("http://host:99999/x", "not an address"),
        ("http://me:secret@host:99999/x", "not an address"),
        ("http://[::1/x", "not an address"),
        (f"{HF}/datasets/a/b", "of datasets"),
        (f"{MS}/datasets/a/b", "not the address of a model"),
        (f"{HF}/a/b/blob/main/..%2F..%2Fetc%2Fpasswd", "no model can have"),
        (f"{HF}/a/b/resolve/main/C:%5Cx.gguf", "no model can have"),
        (f"{HF}/..%2F../b", "no model can have"),
        (f"{HF}/a/b/tree/..%2F..", "no model can have"),
        (f"{MS}/api/v1/models/a/b/repo?FilePath=../../x", "no model can have"),
        ("http://nas.lan/..%2Fx.gguf", "no such name here"),
    ],
)
def test_addresses_that_cannot_be_used(text: str, message: str) -> None:
    with pytest.raises(DownloadError, match=message) as caught:
        read_query(text)
    assert caught.value.hint
    assert "secret" not in str(caught.value)


ADDRESSES = st.builds(
    "{}{}".format,
    st.sampled_from(["", f"{HF}/", f"{MS}/models/", "http://nas.lan/", "hf.co/", "file:"]),
    st.one_of(st.text(max_size=60), st.text("ab/.:%25EF\\@?#[]&= ", max_size=60)),
)


@given(ADDRESSES)
def test_no_text_does_harm(text: str) -> None:
    try:
        query = read_query(text)
    except DownloadError:
        return
    match query:
        case Named():
            assert is_repository(query.repository)
            assert not query.path or is_safe_path(query.path)
            assert not query.revision or is_revision(query.revision)
        case OnServer():
            assert query.url.startswith(("http://", "https://"))
            assert query.url.endswith("/")
            assert not query.path or is_safe_path(query.path)
        case InFolder():
            assert query.folder.is_absolute()
        case Words():
            assert query.text == " ".join(query.text.split())
