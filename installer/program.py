# SPDX-License-Identifier: Apache-2.0
"""Where the frozen programs start: `ktdesk` in the terminal, `ktdesk-app` with a window."""

import multiprocessing
import os
import sys
from pathlib import Path

multiprocessing.freeze_support()

# The libraries inside are for this program alone, not for what it starts: a browser for instance.
# What it starts of itself is told to look for them anew.
os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
libraries = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
if libraries:
    os.environ["LD_LIBRARY_PATH"] = libraries
else:
    os.environ.pop("LD_LIBRARY_PATH", None)

if Path(sys.argv[0]).stem.lower() == "ktdesk-app":
    from ui.app import main
else:
    from ktdesk.cli import main

sys.exit(main())
