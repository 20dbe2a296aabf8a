# SPDX-License-Identifier: Apache-2.0
"""`ktdesk models sources`: which there are, their order, their tokens."""

from __future__ import annotations

import json
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from ktdesk.settings import load_settings


class MemoryKeyring(KeyringBackend):
    """A store of secrets that forgets."""

    priority = 1  # pyright: ignore[reportAssignmentType]

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.secrets.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.secrets[username] = password

    def delete_password(self, service: str, username: str) -> None:
        self.secrets.pop(username)


@pytest.fixture(autouse=True)
def no_token_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "hf-token"))
    monkeypatch.setattr(keyring, "get_keyring", NoKeyring)


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What is in the system's store."""
    store = MemoryKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: store)
    return store.secrets


def ids(ktdesk, *arguments: object) -> list[str]:
    done = ktdesk("models", "sources", *arguments, "--json")
    assert done.code == 0, done.out
    return [source["id"] for source in json.loads(done.out)["sources"]]


def test_those_that_are_known_are_listed(ktdesk) -> None:
    assert ids(ktdesk) == ["huggingface", "mirror", "modelscope"]
    assert "huggingface   Hugging Face, https://huggingface.co\n" in ktdesk("models", "sources").out


def test_servers_and_folders_are_added_and_removed(ktdesk, tmp_path: Path) -> None:
    server = "http://127.0.0.1:9/models/"
    assert ids(ktdesk, "add", server)[-1] == server
    assert ids(ktdesk, "add", tmp_path)[-2:] == [server, str(tmp_path)]
    assert ids(ktdesk, "add", tmp_path)[-2:] == [server, str(tmp_path)]
    assert load_settings().sources.folders == (str(tmp_path),)
    assert ids(ktdesk, "remove", server)[-1] == str(tmp_path)
    assert ids(ktdesk, "remove", tmp_path) == ["huggingface", "mirror", "modelscope"]


def test_the_first_one_can_be_chosen(ktdesk) -> None:
    assert ids(ktdesk, "prefer", "modelscope")[0] == "modelscope"
    assert ids(ktdesk)[0] == "modelscope"


def test_no_source_is_wrong_use(ktdesk) -> None:
    done = ktdesk("models", "sources", "add")
    assert done.code == 2
    assert "It is not said which source" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "nowhere/at/all"), "There is no folder"),
        (("add", "http://a b"), "address"),
        (("remove", "huggingface"), "is none of your own"),
        (("prefer", "mine"), "Choose one of huggingface, mirror, modelscope"),
        (("token", "mine"), "There is no source 'mine'"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_saved(ktdesk, home, arguments, said) -> None:
    done = ktdesk("models", "sources", *arguments)
    assert done.code == 1
    assert said in done.err
    assert not (home / "settings.toml").exists()


def test_a_token_is_kept_and_forgotten_and_never_shown(ktdesk, typed, secrets) -> None:
    typed("hf_secret\n")
    done = ktdesk("models", "sources", "token", "huggingface")
    assert "store of secrets" in done.err
    assert "https://huggingface.co, with a token\n" in done.out
    assert "hf_secret" not in done.out + done.err
    assert list(secrets.values()) == ["hf_secret"]
    ktdesk("models", "sources", "forget-token", "huggingface")
    assert secrets == {}


def test_without_a_store_a_token_is_not_kept(ktdesk, typed) -> None:
    typed("hf_secret\n")
    assert "the token is not kept" in ktdesk("models", "sources", "token", "mirror").err


def test_a_folder_takes_no_token(ktdesk, typed, tmp_path: Path) -> None:
    typed("secret\n")
    done = ktdesk("models", "sources", "token", tmp_path)
    assert done.code == 1
    assert "needs no token" in done.err


def test_the_token_of_other_programs_is_offered_and_taken_when_the_user_says_so(
    ktdesk, tmp_path: Path, secrets: dict[str, str]
) -> None:
    missing = ktdesk("models", "sources", "take-token", "huggingface")
    assert missing.code == 1
    assert "have no token on this computer" in missing.err
    (tmp_path / "hf-token").write_text("hf_other\n", encoding="utf-8")
    assert "take-token huggingface` uses it" in ktdesk("models", "sources").err
    assert secrets == {}
    taken = ktdesk("models", "sources", "take-token", "huggingface")
    assert list(secrets.values()) == ["hf_other"]
    assert "hf_other" not in taken.out + taken.err
    assert "take-token" not in ktdesk("models", "sources").err
