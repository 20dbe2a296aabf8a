# SPDX-License-Identifier: Apache-2.0
"""Tokens: where they are kept, and whom they are told."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError
from urllib3.util import make_headers

from ktdesk.errors import DownloadError
from ktdesk.library.hub.credentials import Credentials, Keeping
from tests.unit.library.hub.conftest import kept

HF, MIRROR = "https://huggingface.co", "https://hf-mirror.com"
TOKEN = "hf_abcDEF123"


class Store(KeyringBackend):
    """A store of secrets as systems have them."""

    priority = 1.0  # pyright: ignore

    def __init__(self) -> None:
        super().__init__()
        self.secrets: dict[tuple[str, str], str] = {}
        self.error: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        if self.secrets.pop((service, username), None) is None:
            raise PasswordDeleteError

    def _check(self) -> None:
        if self.error:
            raise self.error


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store()
    for _ in kept(store):
        yield store


def test_a_token_stays_in_the_systems_store(store: Store) -> None:
    assert Credentials({}).set(HF, f" {TOKEN}\n") is Keeping.KEYRING
    later = Credentials({})
    assert later.token(HF) == TOKEN
    assert later.headers(HF) == {"Authorization": f"Bearer {TOKEN}"}
    assert later.set(HF, "") is Keeping.NOWHERE
    assert store.secrets == {}
    assert later.set(HF, "") is Keeping.NOWHERE


def test_a_name_and_a_password_for_a_plain_server(store: Store) -> None:
    credentials = Credentials({})
    credentials.set("http://nas.lan", "Aladdin:open-sesame")
    # The header as urllib3 makes it.
    expected = make_headers(basic_auth="Aladdin:open-sesame")["authorization"]
    assert credentials.headers("http://nas.lan/models/") == {"Authorization": expected}


def test_without_a_store_a_token_is_for_this_session(no_keyring: None) -> None:
    credentials = Credentials({})
    assert credentials.set(HF, TOKEN) is Keeping.SESSION
    assert credentials.token(HF) == TOKEN
    assert Credentials({}).keeping(HF) is Keeping.NOWHERE
    assert credentials.set(HF, "") is Keeping.NOWHERE


@pytest.mark.parametrize("error", [KeyringLocked(), OSError(), ZeroDivisionError("a library's")])
def test_a_store_that_does_not_work_is_as_none(store: Store, error: Exception) -> None:
    store.error = error
    credentials = Credentials({})
    assert credentials.token(HF) == ""
    assert credentials.set(HF, TOKEN) is Keeping.SESSION


@pytest.mark.parametrize(
    "other",
    [
        MIRROR,
        "http://huggingface.co",
        "https://huggingface.co:8443",
        "https://huggingface.co.evil.example",
        "https://evil.example/huggingface.co",
    ],
)
def test_a_token_is_for_one_host(store: Store, other: str) -> None:
    credentials = Credentials({"HF_TOKEN": TOKEN})
    assert credentials.keeping(HF) is Keeping.ENVIRONMENT
    assert credentials.headers(other) == {}
    credentials.set(HF, "another")
    assert credentials.headers(other) == {}


def test_an_address_is_a_host_however_it_is_written(store: Store) -> None:
    credentials = Credentials({})
    credentials.set("https://HuggingFace.co:443/api/models?x=1", TOKEN)
    assert credentials.token(HF) == TOKEN


def test_a_mirror_has_a_token_if_it_was_given_one(store: Store) -> None:
    credentials = Credentials({"HF_TOKEN": TOKEN})
    credentials.set(MIRROR, "mine")
    assert credentials.token(MIRROR) == "mine"
    assert credentials.token(HF) == TOKEN


@pytest.mark.parametrize("token", ["two words", "a\nb", "größe", "x" * 1001, "a\0b"])
def test_what_is_no_token(store: Store, token: str) -> None:
    with pytest.raises(DownloadError) as caught:
        Credentials({}).set(HF, token)
    assert token not in str(caught.value)
    assert store.secrets == {}


def test_the_token_of_other_programs_is_offered_and_not_taken(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "token"
    credentials = Credentials({"HF_HOME": str(tmp_path)})
    assert credentials.offered() is None
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    assert credentials.offered() == file
    assert credentials.token(HF) == ""
    assert credentials.take(HF, file) is Keeping.KEYRING
    assert credentials.token(HF) == TOKEN


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 3000, b"not a token"])
def test_a_file_without_a_token(store: Store, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(DownloadError):
        Credentials({}).take(HF, file)


def test_tokens_are_not_logged(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    credentials = Credentials({"HF_TOKEN": TOKEN})
    credentials.set(MIRROR, "mirror-secret")
    store.error = KeyringLocked(TOKEN)
    credentials.set(MIRROR, "other-secret")
    for secret in (TOKEN, "mirror-secret", "other-secret"):
        assert secret not in caplog.text
        assert secret not in repr(credentials)


def test_the_store_is_looked_for_when_it_is_needed() -> None:
    program = (
        "import sys; from ktdesk.library.hub.credentials import Credentials; Credentials({});"
        "sys.exit('keyring' in sys.modules or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
