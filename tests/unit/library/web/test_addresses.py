# SPDX-License-Identifier: Apache-2.0
"""What of an address is shown, and whose it is."""

from __future__ import annotations

import pytest

from ktdesk.errors import DownloadError
from ktdesk.library.web import redacted
from ktdesk.library.web.addresses import host_of, redirected, site


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.b/c", "https://a.b/c"),
        ("https://me:pass@a.b:1/c@d?sig=x&y=://z@", "https://a.b:1/c@d?..."),
        ("me:p@ss@host:1", "host:1"),
        ("http://[::1", "http://[::1"),
        ("http://me:p@[::1", "http://[::1"),
    ],
)
def test_secrets_are_not_shown(url: str, shown: str) -> None:
    assert redacted(url) == shown


def test_a_site_is_scheme_host_and_port() -> None:
    assert site("HTTPS://A.b/c") == site("https://a.B:443/d") == ("https", "a.b", 443)
    assert site("https://me@a.b") == site("https://a.b")
    assert len({site(url) for url in ("http://a", "https://a", "http://a:81", "http://b")}) == 4
    assert host_of("https://a.b:443/x") == "a.b"
    assert host_of("http://a.b:443/x") == "a.b:443"


def test_redirects_do_not_give_up_encryption() -> None:
    assert redirected("http://a/b/c", "d") == "http://a/b/d"
    assert redirected("http://a/b/c", "//e/d") == "http://e/d"
    assert redirected("http://a/b", "https://e") == "https://e"
    with pytest.raises(DownloadError, match="without encryption") as caught:
        redirected("https://a/b", "http://a/b?token=secret")
    assert "secret" not in str(caught.value)
