// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "runtime.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char HELP[] =
    "Options of the AppImage itself; all others are for " NAME
    ":\n"
    "  --appimage-extract [PATTERN]   unpack it to the folder squashfs-root\n"
    "  --appimage-extract-and-run     run it unpacked in the user's cache, without FUSE\n"
    "  --appimage-mount               mount it until Ctrl+C\n"
    "  --appimage-offset              where its squashfs begins\n";

static int complain(const char* what) {
  fprintf(stderr, "%s: %s%s%s\n", NAME, what, errno ? ": " : "", errno ? strerror(errno) : "");
  return 127;
}

// Finds this file, and the end of the program in it.
static bool find_image(Image* image) {
  const ssize_t length = readlink("/proc/self/exe", image->path, sizeof image->path - 1);
  if (length < 0) return false;
  image->path[length] = '\0';
  const int file = open(image->path, O_RDONLY | O_CLOEXEC);
  Elf64_Ehdr head;
  const bool is_read = file >= 0 && pread(file, &head, sizeof head, 0) == sizeof head;
  if (file >= 0) close(file);
  // The table of sections is the last part of a program.
  image->offset = is_read ? (off_t)(head.e_shoff + (Elf64_Off)head.e_shentsize * head.e_shnum) : 0;
  return is_read;
}

static int run(const Image* image, const char* folder, char** words) {
  char path[PATH_MAX + 16], here[PATH_MAX];
  snprintf(path, sizeof path, "%s/AppRun", folder);
  setenv("APPIMAGE", image->path, 1);
  setenv("APPDIR", folder, 1);
  setenv("ARGV0", words[0], 1);
  if (getcwd(here, sizeof here)) setenv("OWD", here, 1);
  execv(path, words);
  return complain(path);
}

// Mounts the image on a new folder; returns whether it worked.
static bool mount_somewhere(const Image* image, char folder[PATH_MAX]) {
  const char* temporary = getenv("TMPDIR");
  if (!temporary || *temporary != '/') temporary = "/tmp";
  const int length = snprintf(folder, PATH_MAX, "%s/.mount_%s-XXXXXX", temporary, NAME);
  if (length >= PATH_MAX || !mkdtemp(folder)) return false;
  if (mount_image(image, folder)) return true;
  rmdir(folder);
  return false;
}

int main(int count, char** words) {
  Image image;
  char folder[PATH_MAX];
  if (!find_image(&image)) return complain("This file cannot be read");
  const char* option = count > 1 ? words[1] : "";
  const bool is_mount = !strcmp(option, "--appimage-mount");
  if (!strcmp(option, "--appimage-help")) return fputs(HELP, stdout) < 0;
  if (!strcmp(option, "--appimage-offset")) return printf("%lld\n", (long long)image.offset) < 0;
  if (!strcmp(option, "--appimage-extract")) {
    if (!unpack_image(&image, "squashfs-root", count > 2 ? words[2] : NULL))
      return complain("It cannot be unpacked to squashfs-root");
    return puts("squashfs-root") < 0;
  }
  bool is_unpacked = getenv("APPIMAGE_EXTRACT_AND_RUN") != NULL;
  if (!strcmp(option, "--appimage-extract-and-run")) {
    is_unpacked = true;
    words[1] = words[0];
    ++words;
  }
  if (!is_unpacked && mount_somewhere(&image, folder)) {
    if (!is_mount) return run(&image, folder, words);
    puts(folder);
    fflush(stdout);
    return pause();
  }
  errno = 0;
  if (is_mount) return complain("There is no FUSE here");
  if (!cache_image(&image, folder))
    return complain("It can neither be mounted nor unpacked into the user's cache");
  return run(&image, folder, words);
}

// Debian's library of squashfs also knows packings that ours does not use. Their libraries, one of
// them under the GPL, stay out: these stand in their place, and fail.
int lzo1x_decompress_safe(void) { return -1; }
int LZ4_decompress_safe(void) { return -1; }
int lzma_stream_buffer_decode(void) { return 5; }
