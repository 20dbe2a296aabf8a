#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Tries what `make windows` has made, under Wine: see verify.py.
set -eu
cd "$(dirname "$0")/../.."
ls dist/KTDesk-*-Setup.exe >/dev/null 2>&1 || { echo "There is no installer for Windows."; exit 0; }
.venv/bin/python -m installer.windows.verify
