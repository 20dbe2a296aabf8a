# SPDX-License-Identifier: Apache-2.0
"""The one way to other computers: HTTP with the system's certificates and proxies."""

from __future__ import annotations

from ktdesk.library.web.addresses import redacted as redacted
from ktdesk.library.web.client import Web as Web
from ktdesk.library.web.response import Response as Response
