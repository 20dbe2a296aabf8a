// SPDX-License-Identifier: Apache-2.0
// The program at the beginning of an AppImage (type 2). Behind it, in the same file, lies a
// squashfs with all else. It mounts that with FUSE and starts AppRun in it; where FUSE is not to be
// had, it unpacks it once into the user's cache. It is linked statically: of the system it needs
// the kernel alone.
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#define NAME "ktdesk"

// This file, and where its squashfs begins.
typedef struct {
  char path[PATH_MAX];
  off_t offset;
} Image;

// Mounts the image on a folder; returns whether it worked. Another process serves it from then on,
// until this one and all that it starts have ended: they hold the end of a pipe.
bool mount_image(const Image* image, const char* folder);

// Writes the image's files that match a pattern (all, if it is NULL) below a folder, which is made;
// returns whether it worked.
bool unpack_image(const Image* image, const char* folder, const char* pattern);

// Unpacks the image into the user's cache if it is not there, and removes older ones that nobody
// uses; returns whether it worked. While this process and those that it starts live, nobody removes
// it. folder: gets the path.
bool cache_image(const Image* image, char folder[PATH_MAX]);
