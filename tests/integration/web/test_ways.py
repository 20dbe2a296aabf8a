# SPDX-License-Identifier: Apache-2.0
"""Certificates of the system, and proxies of the settings and of the system."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ktdesk.errors import DownloadError, SettingsError
from ktdesk.library.web import Web
from ktdesk.settings import NetworkSettings
from tests.faulty_server import Fault, FaultyServer, Proxy, Reply

NAME = "models.example"
PLAIN = "plain.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("openssl makes the certificate")
    folder = tmp_path_factory.mktemp("certificate")
    key, made = folder / "key.pem", folder / "made.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    subprocess.run([*command, "-keyout", key, "-out", made], check=True, capture_output=True)
    return key, made


@pytest.fixture
def secure(certificate: tuple[Path, Path]) -> Iterator[FaultyServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    key, made = certificate
    context.load_cert_chain(made, key)
    with FaultyServer(tls=context) as server:
        server.add("/file", b"data")
        server.answer("/down", Reply(302, headers={"Location": f"http://{PLAIN}/file"}))
        yield server


@pytest.fixture
def plain() -> Iterator[FaultyServer]:
    with FaultyServer() as server:
        server.add("/file", b"data")
        yield server


@pytest.fixture(autouse=True)
def _no_proxy_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def get(settings: NetworkSettings, url: str) -> bytes:
    web = Web(settings, connect_timeout_s=2, read_timeout_s=2)
    try:
        with web.open("GET", url, headers={"Authorization": "secret"}) as response:
            return response.read(100)
    finally:
        web.close()


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_a_proxy_leads_to_a_host_that_proves_itself(
    secure: FaultyServer,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    with Proxy(secure.port) as proxy:
        settings = NetworkSettings(proxy=f"{scheme}://{proxy.place}")
        assert get(settings, f"https://{NAME}/file") == b"data"
    assert proxy.asked == [f"{NAME}:443"]
    assert not any("secret" in header for header in proxy.headers)


def test_a_read_ends_when_it_is_told_to(
    secure: FaultyServer,
    plain: FaultyServer,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    for server, scheme in ((plain, "http"), (secure, "https")):
        server.fail("/file", Fault(stall_after=1))
        with Proxy(server.port) as proxy:
            settings = NetworkSettings(proxy=f"socks5h://{proxy.place}")
            web = Web(settings, read_timeout_s=60)
            with web.open("GET", f"{scheme}://{NAME}/file") as response:
                assert response.read(10) == b"d"
                threading.Timer(0.1, response.abort).start()
                with pytest.raises(DownloadError):
                    response.read(10)
            web.close()


def test_what_the_system_does_not_trust_is_refused(secure: FaultyServer) -> None:
    with Proxy(secure.port) as proxy:
        settings = NetworkSettings(proxy=f"http://{proxy.place}")
        with pytest.raises(DownloadError, match="cannot prove") as caught:
            get(settings, f"https://{NAME}/file")
    assert caught.value.kind == "untrusted"
    assert secure.log == []


def test_another_name_is_refused(
    secure: FaultyServer, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    with Proxy(secure.port) as proxy:
        settings = NetworkSettings(proxy=f"socks5h://{proxy.place}")
        with pytest.raises(DownloadError, match=r"other\.example cannot prove"):
            get(settings, "https://other.example/file")
    assert secure.log == []


def test_encryption_is_not_given_up(
    secure: FaultyServer, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    with Proxy(secure.port) as proxy:
        settings = NetworkSettings(proxy=f"http://{proxy.place}")
        with pytest.raises(DownloadError, match="without encryption"):
            get(settings, f"https://{NAME}/down")
    assert proxy.asked == [f"{NAME}:443"]


def test_a_proxy_of_the_system_is_used(
    plain: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain.answer(f"http://{PLAIN}/file", Reply(body=b"through"))
    monkeypatch.setenv("http_proxy", f"me:pass%20word@127.0.0.1:{plain.port}")
    assert get(NetworkSettings(), f"http://{PLAIN}/file") == b"through"
    [one] = plain.log
    assert one.request.header("Proxy-Authorization") == "Basic bWU6cGFzcyB3b3Jk"
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", ".example")
    with pytest.raises(DownloadError, match="name is not known"):
        get(NetworkSettings(), "http://no-such.example/")


@pytest.mark.parametrize(
    ("names", "is_direct"),
    [
        ((PLAIN,), True),
        (("example",), True),
        ((".example",), True),
        (("*.EXAMPLE",), True),
        (("*",), True),
        (("ample",), False),
        (("",), False),
        ((), False),
    ],
)
def test_hosts_without_proxy(plain: FaultyServer, names: tuple[str, ...], is_direct: bool) -> None:
    plain.answer(f"http://{PLAIN}/file", Reply(body=b"through"))
    settings = NetworkSettings(proxy=f"http://127.0.0.1:{plain.port}", no_proxy=names)
    if is_direct:
        with pytest.raises(DownloadError, match="name is not known"):
            get(settings, f"http://{PLAIN}/file")
    else:
        assert get(settings, f"http://{PLAIN}/file") == b"through"


def test_this_machine_needs_no_proxy(plain: FaultyServer) -> None:
    settings = NetworkSettings(proxy="http://127.0.0.1:1")
    assert get(settings, f"{plain.url}/file") == b"data"


def test_a_proxy_that_is_not_there_is_told() -> None:
    for scheme in ("http", "socks5"):
        settings = NetworkSettings(proxy=f"{scheme}://me:secret@127.0.0.1:1")
        with pytest.raises(DownloadError, match="proxy") as caught:
            get(settings, f"http://{PLAIN}/file")
        assert caught.value.is_retryable
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("proxy", ["ftp://a:1", "http://", "http://a:x", "socks5://[::1"])
def test_what_cannot_be_a_proxy_is_refused(proxy: str) -> None:
    with pytest.raises(SettingsError, match="no address of one"):
        Web(NetworkSettings(proxy=proxy))
