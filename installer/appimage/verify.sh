#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Tries the AppImage of dist/ on a bare Debian 12, as an ordinary user and without a network: off the screen
# and under Xvfb, with and without FUSE, from a path with spaces and Chinese, and from a read-only place.
#     installer/appimage/verify.sh [FOLDER [MIRROR]]
# Needs root. FOLDER becomes the Debian, from the MIRROR, and stays for the next time. The picture of the
# window is written to build/appimage.png.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
debian=${1:-$root/build/debian}
image=$(ls "$root"/dist/KTDesk-*.AppImage 2>/dev/null | head -n 1)
if [ -z "$image" ]; then
  echo "There is no AppImage in dist/: make appimage" >&2
  exit 1
fi
(cd "$root" && .venv/bin/python -c "from installer import system_packages as p; p.install_for_trials()")
(cd "$root/dist" && sha256sum --quiet --check "$(basename "$image").sha256")

# What the AppImage takes from the system: a desktop has it. Then what lets users mount.
taken=libgl1,libegl1,libxcb1,fontconfig-config,fonts-dejavu-core,fuse3
if [ ! -e "$debian/etc/debian_version" ]; then
  # This system's own mirror, if it has that Debian.
  mirrors=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 2>/dev/null | sed -n 's/^bookworm //p')
  debootstrap --variant=minbase --include="$taken" bookworm "$debian" ${2:-$(echo "$mirrors" | head -n 1)}
  chroot "$debian" useradd --create-home user
fi

home=$debian/home/user
place='Programme 程序 und mehr'
cleanup() {
  if [ -n "${server:-}" ]; then kill "$server" 2>/dev/null || true; fi # the window ends with it
  wait
  is_unmounted || true
  for mounted in "$home/$place" "$debian/tmp/.X11-unix" "$debian/dev/shm" "$debian/proc"; do
    if mountpoint -q "$mounted"; then umount "$mounted"; fi
  done
}
trap cleanup EXIT
mount -t proc proc "$debian/proc"
ln -sf ../proc/self/mounts "$debian/etc/mtab" # a started system has it, and fusermount3 asks for it
mkdir -p "$debian/dev/shm"
mount -t tmpfs tmpfs "$debian/dev/shm"
rm -rf "$home/$place" "$home/.cache" "$home/.local" "$debian/dev/fuse"
mkdir "$home/$place"
cp "$image" "$home/$place/KTDesk 程序.AppImage"
chroot "$debian" chown -R user:user "/home/user"

as_user() { # WORDS...: runs the AppImage in a clean environment
  unshare --net chroot --userspec=user:user "$debian" /usr/bin/env -i HOME=/home/user LANG=C.UTF-8 \
    PATH=/usr/bin:/bin "DISPLAY=${display:-}" "/home/user/$place/KTDesk 程序.AppImage" "$@"
}

check() { # TITLE WORDS...: runs it and keeps what it says in $said
  echo "--- $1"
  shift
  if ! said=$(as_user "$@" 2>&1); then
    echo "$said"
    echo "failed" >&2
    exit 1
  fi
  echo "$said"
}

unpacks() { case $said in *"Unpacking once"*) true ;; *) false ;; esac }

is_unmounted() { # waits for it: what serves the files ends after the program
  for attempt in $(seq 30); do
    ls -d "$debian"/tmp/.mount_ktdesk* >/dev/null 2>&1 || return 0
    sleep 1
  done
  return 1
}

fail() {
  echo "$1" >&2
  exit 1
}

check "without FUSE: it unpacks itself once" --smoke-test
unpacks || fail "It did not unpack itself."
check "without FUSE, again" --version
! unpacks || fail "It has unpacked itself a second time."
rm -rf "$home/.cache/ktdesk-appimage"

if [ -e /dev/fuse ]; then
  mknod -m 666 "$debian/dev/fuse" c 10 229
  check "with FUSE" --smoke-test
  ! unpacks || fail "It has unpacked itself although there is FUSE."
  is_unmounted || fail "It is mounted still, or has left its folder behind."
else
  echo "--- with FUSE: not tried, this machine has none"
fi

mount --bind "$home/$place" "$home/$place"
mount -o remount,bind,ro "$home/$place"
! touch "$home/$place/x" 2>/dev/null || fail "The place can be written to."
check "from a read-only place" doctor
is_unmounted || fail "It is mounted still, or has left its folder behind."
for attempt in $(seq 30); do # what serves the files closes the AppImage last
  umount "$home/$place" 2>/dev/null && break
  sleep 1
done
! mountpoint -q "$home/$place" || fail "It is open still."

echo "--- under Xvfb"
Xvfb -displayfd 1 -screen 0 1280x860x24 -nolisten tcp >"$root/build/display" &
server=$!
mkdir -p "$debian/tmp/.X11-unix"
for attempt in $(seq 60); do
  [ -s "$root/build/display" ] && break
  sleep 1
done
display=:$(cat "$root/build/display")
mount --bind /tmp/.X11-unix "$debian/tmp/.X11-unix"
as_user >"$root/build/appimage.log" 2>&1 &
logs=$home/.local/state/ktdesk/log
for attempt in $(seq 120); do
  if grep -qs "the window was painted" "$logs"/*.log; then break; fi
  sleep 1
done
grep -h "the window was painted" "$logs"/*.log || fail "No window: $(cat "$root/build/appimage.log")"
sleep 5
DISPLAY=$display import -window root "$root/build/appimage.png"
colours=$(identify -format %k "$root/build/appimage.png")
[ "$colours" -gt 16 ] || fail "The screen has $colours colours: there is no window."
echo "build/appimage.png: $colours colours"
