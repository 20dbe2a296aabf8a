#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs `make run` and `make test` from a clean clone on a bare Debian 12, and prints how long each took.
#     tests/bare_machine.sh FOLDER [MIRROR]
# Needs root and debootstrap. FOLDER becomes the Debian: python3, g++, make, git and nothing else. What
# this machine says about package sources (resolv.conf, pip.conf, PIP_*, certificates) holds there too.
set -eu
root=$1
source=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)

debootstrap --variant=minbase --include=python3,g++,make,git,ca-certificates bookworm "$root" ${2:-}
mount -t proc proc "$root/proc"
mkdir -p "$root/dev/pts" && ln -sf pts/ptmx "$root/dev/ptmx"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
trap 'umount "$root/proc" "$root/dev/pts"' EXIT
for file in /etc/resolv.conf /etc/pip.conf /etc/ssl/certs/ca-certificates.crt; do
  if [ -e "$file" ]; then cp "$file" "$root$file"; fi
done
if [ -n "${PIP_FIND_LINKS:-}" ]; then
  mkdir -p "$root$PIP_FIND_LINKS" && cp "$PIP_FIND_LINKS"/* "$root$PIP_FIND_LINKS"
fi

chroot "$root" useradd --create-home user
for home in root home/user; do
  git clone --quiet "file://$source" "$root/$home/ktdesk"
done
chroot "$root" chown -R user:user /home/user/ktdesk

inside() { # USER COMMAND: in a clean environment, without display, terminal or rights to ask for
  echo "=== $1: $2"
  pip=$(env | grep '^PIP_' | tr '\n' ' ')
  chroot "$root" su - "$1" -s /bin/bash -c "cd ktdesk && export $pip; time $2" </dev/null 2>&1
}

if inside user 'make run'; then
  echo "make run should have named the missing packages" >&2
  exit 1
fi
inside root 'make run'
inside root 'make run'
inside root 'make test'
inside user 'make run' # what apt must provide is there now
