#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Tries all that is handed to users as users would: what `make release` has put into dist/.
#     installer/verify.sh
# Each kind of package has a verify.sh in its folder here; those whose packages are not there say so.
# Takes the better part of an hour on two cores, and needs root for bare systems.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
cd "$root"
"$root/.venv/bin/python" -m installer.smoke_test dist/KTDesk
"$root/.venv/bin/python" -m installer.start_time 5 dist/KTDesk/ktdesk-app
for part in "$here"/*/verify.sh; do
  echo "=== $(basename "$(dirname "$part")")"
  "$part"
done
echo "All of it works."
