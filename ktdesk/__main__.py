# SPDX-License-Identifier: Apache-2.0
"""`python -m ktdesk`: the command line."""

from __future__ import annotations

import sys

from ktdesk.cli import main

sys.exit(main())
