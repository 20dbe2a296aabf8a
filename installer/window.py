# SPDX-License-Identifier: Apache-2.0
"""Where the frozen `ktdesk-app` starts."""

import multiprocessing
import sys

from ui.app import main

multiprocessing.freeze_support()
sys.exit(main())
