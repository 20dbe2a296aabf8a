# SPDX-License-Identifier: Apache-2.0
"""Settings of how other computers are reached, and how they reach this one."""

from __future__ import annotations

from dataclasses import dataclass

from ktdesk import RELEASES
from ktdesk.settings.fields import Section, setting

_HALF_HOURS = tuple(f"{hour:02}:{minute}" for hour in range(24) for minute in ("00", "30"))


@dataclass(frozen=True)
class DownloadsSettings(Section):
    """How models are fetched."""

    name = "downloads"

    at_once: int = setting(
        1,
        "Models at once",
        "How many are fetched at the same time.",
        low=1,
        high=8,
        level="advanced",
    )
    speed_limit_mbs: float = setting(
        0.0,
        "Speed limit",
        "What all downloads together may take; 0: as much as there is.",
        low=0,
        high=1_000_000,
        unit="MB/s",
    )
    only_at_night: bool = setting(
        False, "Only at night", "Whether downloads wait for the hours below."
    )
    night_from: str = setting(
        "23:00", "Night from", "When they begin, by this computer's clock.", choices=_HALF_HOURS
    )
    night_to: str = setting(
        "07:00", "Night to", "When they end; it may be on the next day.", choices=_HALF_HOURS
    )
    keep_awake: bool = setting(
        True, "Keep awake", "Whether the computer is kept from sleeping while models are fetched."
    )


@dataclass(frozen=True)
class NetworkSettings(Section):
    """How other computers are reached."""

    name = "network"

    proxy: str = setting(
        "",
        "Proxy",
        "Such as http://host:port or socks5h://host:port; empty takes the system's.",
    )
    no_proxy: tuple[str, ...] = setting(
        (),
        "Without proxy",
        "Hosts that are reached directly, with all below them; * is all.",
        level="advanced",
    )
    connections: int = setting(
        4, "Connections", "How many a download uses at a time.", low=1, high=16, level="advanced"
    )


@dataclass(frozen=True)
class SourcesSettings(Section):
    """Where models are looked for."""

    name = "sources"

    preferred: str = setting(
        "huggingface",
        "First source",
        "Where a model is looked for, unless something else is said.",
        choices=("huggingface", "mirror", "modelscope"),
    )
    hub: str = setting(
        "https://huggingface.co",
        "Hugging Face",
        "The hub's address; a hub of one's own that speaks as it does will do.",
        level="advanced",
    )
    mirror: str = setting(
        "https://hf-mirror.com",
        "Mirror",
        "The address of a mirror of the hub. It is never told the hub's token.",
        level="advanced",
    )
    modelscope: str = setting(
        "https://modelscope.cn", "ModelScope", "The site's address.", level="advanced"
    )
    servers: tuple[str, ...] = setting(
        (), "Own servers", "Addresses of plain servers with folders of models.", level="advanced"
    )
    folders: tuple[str, ...] = setting(
        (),
        "Other folders",
        "Folders with models to copy from: on a stick, or another computer's.",
        one_a_line=True,
        level="advanced",
    )


@dataclass(frozen=True)
class ServerSettings(Section):
    """How other programs reach the models: `ktdesk serve`."""

    name = "server"

    host: str = setting(
        "127.0.0.1",
        "Address",
        "Where the server listens; 127.0.0.1 is this computer alone.",
        level="advanced",
    )
    port: int = setting(8421, "Port", "0 takes one that is free.", low=0, high=65535)
    lan: bool = setting(
        False,
        "Local network",
        "Listens on all addresses of this computer, so that others reach it; needs a key.",
    )
    hosts: tuple[str, ...] = setting(
        (),
        "Names of this server",
        "By which clients may call it, besides its addresses.",
        level="advanced",
    )
    cors_origins: tuple[str, ...] = setting(
        (), "Web pages allowed", "Such as https://example.org; '*' allows all.", level="advanced"
    )
    queue_length: int = setting(
        64,
        "Longest queue",
        "Requests that may wait; more are refused.",
        low=1,
        high=10_000,
        level="advanced",
    )
    request_minutes: int = setting(
        60,
        "Longest request",
        "With its wait; then it is cut.",
        low=1,
        high=10_000,
        unit="min",
        level="advanced",
    )
    answer_tokens: int = setting(
        0,
        "Longest answer to programs",
        "No request gets more; 0: the context is the limit.",
        low=0,
        high=1 << 24,
        unit="tokens",
        level="advanced",
    )
    body_mb: int = setting(
        32,
        "Largest request",
        "Larger ones are refused unread.",
        low=1,
        high=4096,
        unit="MB",
        level="advanced",
    )
    keep_minutes: int = setting(
        0,
        "Unload after",
        "Minutes without a request after which the model's memory is given back; 0: never.",
        low=0,
        high=100_000,
        unit="min",
        level="advanced",
    )
    log_prompts: bool = setting(
        False,
        "Log what is asked",
        "Writes whole requests to the log. They are private.",
        level="advanced",
    )


@dataclass(frozen=True)
class UpdatesSettings(Section):
    """Whether a newer KTDesk is looked for, and where."""

    name = "updates"

    look: str = setting(
        "ask",
        "Look for updates",
        "'at start' asks for the newest version when the window opens, at most once a day; that "
        "tells nothing but this one's, and downloads nothing.",
        choices=("ask", "never", "at start"),
    )
    feed: str = setting(
        f"{RELEASES}latest.json" if RELEASES else "",
        "Address of the newest version",
        "What names it; a mirror's will do.",
        level="advanced",
    )
    looked_on: str = setting(
        "", "Last look", "The day of it, such as 2026-11-30.", level="internal"
    )
