# SPDX-License-Identifier: Apache-2.0
"""Where the frozen `ktdesk` starts."""

import multiprocessing
import sys

from ktdesk.cli import main

multiprocessing.freeze_support()
sys.exit(main())
