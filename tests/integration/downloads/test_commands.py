# SPDX-License-Identifier: Apache-2.0
"""`ktdesk models find`, `get` and `downloads`, against a hub on this computer."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from ktdesk import log
from ktdesk.cli import main
from ktdesk.settings import data_folder
from tests.faulty_server import FaultyServer
from tests.faulty_server.faults import Fault, Reply
from tests.hub.server import Hub
from tests.watched_queue import PATIENCE_S

PART = 1 << 20
SHARDS = [f"Q4_K_M/m-Q4_K_M-0000{n}-of-00002.gguf" for n in (1, 2)]
FILES = {
    "README.md": b"# A model",
    "m-Q2_K.gguf": random.Random(1).randbytes(PART // 2),
    SHARDS[0]: random.Random(2).randbytes(PART),
    SHARDS[1]: random.Random(3).randbytes(PART),
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KTDESK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def hub(home: Path, server: FaultyServer) -> Hub:
    """A hub that the settings name."""
    home.mkdir()
    settings = f'[sources]\nhub = "{server.url}"\n[models]\nother_programs = false\n'
    (home / "settings.toml").write_text(settings, encoding="utf-8")
    hub = Hub(server)
    hub.add("owner/model", FILES)
    return hub


@pytest.fixture
def ktdesk(home: Path, capsys: pytest.CaptureFixture[str]) -> Iterator:
    """Run `ktdesk models ...`; return its exit code, what it printed and what it said."""

    def run(*arguments: object) -> SimpleNamespace:
        capsys.readouterr()
        code = main(["models", *map(str, arguments)])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return SimpleNamespace(code=code, out=out, err=err)

    yield run
    log.close()


def place(home: Path) -> Path:
    return home / "models" / "owner" / "model"


def check_model(home: Path, *paths: str) -> None:
    for path in paths:
        assert (place(home) / path).read_bytes() == FILES[path]


def test_a_model_is_found(ktdesk, hub: Hub) -> None:
    hub.add("other/thing", {"x-Q8_0.gguf": b"x"}, gated="auto")
    done = ktdesk("find", "model")
    assert done.code == 0
    assert done.out.startswith("owner/model  (")
    assert "other/thing" not in done.out
    hits = json.loads(ktdesk("find", "--source", "huggingface", "--json").out)["hits"]
    assert {hit["repository"]: hit["is_gated"] for hit in hits} == {
        "owner/model": False,
        "other/thing": True,
    }


def test_nothing_found_is_said(ktdesk, hub: Hub) -> None:
    done = ktdesk("find", "no such model")
    assert (done.code, done.out) == (0, "")
    assert "nothing by these words" in done.err


def test_a_model_is_fetched_whole(ktdesk, hub: Hub, home: Path) -> None:
    done = ktdesk("get", "owner/model:q4_k_m")
    assert done.code == 0
    assert done.out == f"{place(home) / SHARDS[0]}\n"
    assert "100%" in done.err
    check_model(home, *SHARDS)
    assert not (place(home) / "m-Q2_K.gguf").exists()
    [listed] = json.loads(ktdesk("downloads", "--json").out)["downloads"]
    assert (listed["state"], listed["done_bytes"]) == ("done", 2 * PART)


def test_what_is_fetched_is_told_as_json(ktdesk, hub: Hub, home: Path) -> None:
    told = json.loads(ktdesk("get", "owner/model:q2_k", "--json").out)
    assert told["paths"] == [str(place(home) / "m-Q2_K.gguf")]
    assert told["size_bytes"] == PART // 2
    assert told["revision"] == hub.repositories["owner/model"].commit


def test_a_folder_can_be_chosen(ktdesk, hub: Hub, tmp_path: Path) -> None:
    done = ktdesk("get", "owner/model:q2_k", "--to", tmp_path / "mine")
    assert done.out == f"{tmp_path / 'mine' / 'owner' / 'model' / 'm-Q2_K.gguf'}\n"


def test_the_variants_are_named_where_it_is_not_clear(ktdesk, hub: Hub) -> None:
    done = ktdesk("get", "owner/model")
    assert done.code == 1
    assert "owner/model:Q2_K: Q2_K (524 kB), Q4_K_M (2.1 MB)" in done.err
    assert "has no Q5_K_M" in ktdesk("get", "owner/model:Q5_K_M").err


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("some words", "is not the name of a model"),
        ("owner/none:Q4_K_M", "owner/none"),
    ],
)
def test_what_is_not_there_is_said(ktdesk, hub: Hub, wanted: str, said: str) -> None:
    done = ktdesk("get", wanted)
    assert done.code == 1
    assert said in done.err


def test_no_network_is_said(ktdesk, hub: Hub, home: Path) -> None:
    text = (home / "settings.toml").read_text()
    nowhere = text.replace(hub.url, "http://127.0.0.1:9")
    (home / "settings.toml").write_text(nowhere)
    done = ktdesk("get", "owner/model:q2_k")
    assert done.code == 1
    assert "127.0.0.1" in done.err


def test_a_refusal_is_said_and_the_same_command_goes_on(
    ktdesk, hub: Hub, server: FaultyServer, home: Path
) -> None:
    path = "/store/owner/model/m-Q2_K.gguf"
    server.fail_always(path, Fault(reply=Reply(404)))
    done = ktdesk("get", "owner/model:q2_k")
    assert done.code == 1
    assert "Error:" in done.err
    assert "Another source may have it: --source." in done.err
    assert "(failed, 0%)" in ktdesk("downloads").out
    server.fail_always(path, Fault())
    assert ktdesk("get", "owner/model:q2_k").code == 0
    check_model(home, "m-Q2_K.gguf")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there, Ctrl+C goes to a whole console")
def test_ctrl_c_pauses_and_the_same_command_goes_on(
    ktdesk, hub: Hub, server: FaultyServer, home: Path
) -> None:
    for path in SHARDS:
        server.fail_always(f"/store/owner/model/{path}", Fault(drip_bytes_per_s=PART / 2))
    code, said = interrupted(place(home), "get", "owner/model:q4_k_m")
    assert code == 130
    assert "The same command goes on with it" in said
    [listed] = json.loads(ktdesk("downloads", "--json").out)["downloads"]
    assert listed["state"] == "paused"
    assert 0 < listed["done_bytes"] < 2 * PART
    for path in SHARDS:
        server.fail_always(f"/store/owner/model/{path}", Fault())
    asked = len(server.served("/api/models/owner/model?blobs=true"))
    assert ktdesk("get", "owner/model:q4_k_m").code == 0
    assert len(server.served("/api/models/owner/model?blobs=true")) == asked
    check_model(home, *SHARDS)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there, Ctrl+C goes to a whole console")
def test_the_list_is_worked_on_until_it_is_done(
    ktdesk, hub: Hub, server: FaultyServer, home: Path
) -> None:
    server.fail_always("/store/owner/model/m-Q2_K.gguf", Fault(drip_bytes_per_s=PART / 4))
    assert interrupted(place(home), "get", "owner/model:q2_k")[0] == 130
    [listed] = json.loads(ktdesk("downloads", "resume", "all", "--json").out)["downloads"]
    assert (listed["state"], listed["failure"]) == ("queued", None)
    server.fail_always("/store/owner/model/m-Q2_K.gguf", Fault())
    assert "(done, 100%)" in ktdesk("downloads", "run").out
    check_model(home, "m-Q2_K.gguf")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there, Ctrl+C goes to a whole console")
def test_removing_says_what_is_deleted(ktdesk, hub: Hub, server: FaultyServer, home: Path) -> None:
    server.fail_always("/store/owner/model/m-Q2_K.gguf", Fault(drip_bytes_per_s=PART / 4))
    interrupted(place(home), "get", "owner/model:q2_k")
    [listed] = json.loads(ktdesk("downloads", "--json").out)["downloads"]
    done = ktdesk("downloads", "remove", listed["id"][:2], "--delete-files")
    assert "m-Q2_K.gguf.part" in done.err
    assert not place(home).exists()
    assert "There are no downloads" in done.err


@pytest.mark.slow
def test_killed_at_random_moments_it_goes_on(
    ktdesk, hub: Hub, server: FaultyServer, home: Path
) -> None:
    for path in SHARDS:
        server.fail_always(f"/store/owner/model/{path}", Fault(drip_bytes_per_s=PART / 8))
    moments = random.Random(11)
    for _ in range(5):
        with started("get", "owner/model:q4_k_m") as process:
            with suppress(subprocess.TimeoutExpired):
                process.wait(moments.uniform(0.5, 1.5))
            process.kill()
            process.communicate()
    for path in SHARDS:
        server.fail_always(f"/store/owner/model/{path}", Fault())
    assert ktdesk("get", "owner/model:q4_k_m").code == 0
    check_model(home, *SHARDS)
    assert len(json.loads(ktdesk("downloads", "--json").out)["downloads"]) == 1


@pytest.mark.slow
def test_two_commands_at_once_both_get_what_they_want(
    ktdesk, hub: Hub, server: FaultyServer, home: Path
) -> None:
    for path in FILES:
        server.fail_always(f"/store/owner/model/{path}", Fault(drip_bytes_per_s=PART))
    with (
        started("get", "owner/model:q2_k") as one,
        started("get", "owner/model:q4_k_m") as other,
    ):
        said = one.communicate()[1], other.communicate()[1]
    assert (one.returncode, other.returncode) == (0, 0), said
    check_model(home, "m-Q2_K.gguf", *SHARDS)


def started(*arguments: str) -> subprocess.Popen[str]:
    """Run a command in a process of its own."""
    command = [sys.executable, "-c", "from ktdesk.cli import main; raise SystemExit(main())"]
    return subprocess.Popen(
        [*command, "models", *arguments], stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )


def interrupted(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run a command until something is in a folder, press Ctrl+C; return code and stderr."""
    with started(*arguments) as process:
        deadline = time.monotonic() + PATIENCE_S
        while not any(part.stat().st_size for part in folder.rglob("*.part")):
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
        return process.returncode, said


def test_another_source_goes_on_with_the_same_files(
    ktdesk, hub: Hub, server: FaultyServer, home: Path
) -> None:
    server.fail_always("/store/owner/model/m-Q2_K.gguf", Fault(reply=Reply(404)))
    assert ktdesk("get", "owner/model:q2_k").code == 1
    with FaultyServer() as other:
        mirror = Hub(other)
        mirror.add("owner/model", FILES)
        settings = (home / "settings.toml").read_text()
        nowhere = 'modelscope = "http://127.0.0.1:9"\n'
        settings = settings.replace("[models]", f'mirror = "{other.url}"\n{nowhere}[models]')
        (home / "settings.toml").write_text(settings, encoding="utf-8")
        [listed] = json.loads(ktdesk("downloads", "sources", "all", "--json").out)["downloads"]
        assert listed["sources"] == ["huggingface", "mirror"]
        done = ktdesk("get", "owner/model:q2_k", "--source", "mirror", "--json")
    assert json.loads(done.out)["source"] == "mirror"
    check_model(home, "m-Q2_K.gguf")


def test_other_files_of_a_source_are_refused(
    ktdesk, hub: Hub, server: FaultyServer, home: Path
) -> None:
    server.fail_always("/store/owner/model/m-Q2_K.gguf", Fault(reply=Reply(404)))
    ktdesk("get", "owner/model:q2_k")
    [listed] = json.loads(ktdesk("downloads", "--json").out)["downloads"]
    with FaultyServer() as other:
        Hub(other).add("owner/model", {"m-Q2_K.gguf": b"another file"})
        settings = (home / "settings.toml").read_text()
        nowhere = 'modelscope = "http://127.0.0.1:9"\n'
        settings = settings.replace("[models]", f'mirror = "{other.url}"\n{nowhere}[models]')
        (home / "settings.toml").write_text(settings, encoding="utf-8")
        done = ktdesk("downloads", "resume", listed["id"], "--source", "mirror")
    assert done.code == 1
    assert "mirror does not have the same m-Q2_K.gguf" in done.err


def test_a_damaged_model_is_found_and_mended(
    ktdesk, hub: Hub, server: FaultyServer, home: Path
) -> None:
    ktdesk("get", "owner/model:q4_k_m")
    damaged = place(home) / SHARDS[1]
    with damaged.open("r+b") as file:
        file.seek(PART // 2)
        file.write(b"not what it was")
    done = ktdesk("verify", "--json")
    assert done.code == 1
    before = server.sent_bytes()
    assert ktdesk("get", "owner/model:q4_k_m").code == 0
    check_model(home, *SHARDS)
    assert server.sent_bytes() - before <= PART + 100_000  # nothing of the other shard
    assert ktdesk("verify").code == 0


def test_a_deleted_model_can_be_fetched_again(ktdesk, hub: Hub, home: Path) -> None:
    ktdesk("get", "owner/model:q2_k")
    done = ktdesk("delete", place(home) / "m-Q2_K.gguf", "--for-good", "--yes")
    assert done.code == 0
    assert not (place(home) / "m-Q2_K.gguf").exists()
    assert ktdesk("get", "owner/model:q2_k").code == 0
    check_model(home, "m-Q2_K.gguf")
    assert len(json.loads(ktdesk("downloads", "--json").out)["downloads"]) == 1


def test_the_list_can_be_reordered(ktdesk, hub: Hub, server: FaultyServer, home: Path) -> None:
    for variant, path in (("q2_k", "m-Q2_K.gguf"), ("q4_k_m", SHARDS[0])):
        server.fail_always(f"/store/owner/model/{path}", Fault(reply=Reply(404)))
        assert ktdesk("get", f"owner/model:{variant}").code == 1
    later, first = json.loads(ktdesk("downloads", "--json").out)["downloads"]
    assert first["title"] == "model Q2_K"  # what was asked for last came first
    moved = json.loads(ktdesk("downloads", "first", first["id"], "--json").out)["downloads"]
    assert [each["id"] for each in moved] == [first["id"], later["id"]]
    resumed = json.loads(ktdesk("downloads", "resume", "all", "--json").out)
    assert [each["state"] for each in resumed["downloads"]] == ["queued", "queued"]
    assert resumed["totals"]["orders"] == 2
    assert not resumed["is_driven"]
    ktdesk("downloads", "pause", "all")
    done = ktdesk("downloads", "remove", "all")
    assert "There are no downloads" in done.err


def test_the_night_is_waited_for_unless_it_is_said_not_to(
    ktdesk, hub: Hub, server: FaultyServer, home: Path
) -> None:
    begin = (datetime.now() + timedelta(hours=12)).strftime("%H:00")
    end = (datetime.now() + timedelta(hours=12)).strftime("%H:30")
    with (home / "settings.toml").open("a", encoding="utf-8") as file:
        file.write(
            f'[downloads]\nonly_at_night = true\nnight_from = "{begin}"\nnight_to = "{end}"\n'
        )
    with started("get", "owner/model:q2_k") as process:
        assert process.stderr is not None
        said = ""
        while "waiting for the night" not in said:
            said = process.stderr.readline()
            assert said
        process.kill()
    assert f"it begins at {begin}; --now does not wait" in said
    assert ktdesk("get", "owner/model:q2_k", "--now", "--speed-limit", "100").code == 0
    check_model(home, "m-Q2_K.gguf")


def test_an_unknown_download_is_said(ktdesk, hub: Hub) -> None:
    done = ktdesk("downloads", "pause", "3f2a")
    assert done.code == 1
    assert "No download has an ID that begins with '3f2a'" in done.err
    assert "It is not said which download" in ktdesk("downloads", "pause").err


@pytest.mark.logs("is damaged")
def test_a_damaged_list_is_said(ktdesk, hub: Hub) -> None:
    (data_folder() / "downloads.sqlite").write_bytes(b"no list " * 1000)
    done = ktdesk("downloads")
    assert done.code == 0
    assert "downloads.sqlite.broken" in done.err
