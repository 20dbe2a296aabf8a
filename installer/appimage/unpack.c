// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <squashfuse/config.h>

#include "runtime.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <squashfuse/squashfuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char WHOLE[] = ".whole";  // in a folder of the cache in which nothing is missing

static bool make_folders(const char* path) {
  char part[PATH_MAX];
  if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part) return false;
  for (char* at = strchr(part + 1, '/'); at; at = strchr(at + 1, '/')) {
    *at = '\0';
    if (mkdir(part, 0700) && errno != EEXIST) return false;
    *at = '/';
  }
  return !mkdir(part, 0700) || errno == EEXIST;
}

static bool write_file(sqfs* files, sqfs_inode* inode, const char* path) {
  static char buffer[1 << 20];
  const mode_t mode = inode->base.mode & 0777;
  const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (file < 0) return false;
  const sqfs_off_t size = (sqfs_off_t)inode->xtra.reg.file_size;
  bool is_good = true;
  for (sqfs_off_t at = 0; is_good && at < size;) {
    sqfs_off_t count = sizeof buffer;
    is_good = sqfs_read_range(files, inode, at, &count, buffer) == SQFS_OK && count > 0 &&
              write(file, buffer, (size_t)count) == count;
    at += count;
  }
  return !close(file) && is_good;
}

static bool write_entry(sqfs* files, sqfs_inode* inode, const char* path) {
  if (S_ISDIR(inode->base.mode)) return !mkdir(path, 0755) || errno == EEXIST;
  if (S_ISREG(inode->base.mode)) return write_file(files, inode, path);
  if (!S_ISLNK(inode->base.mode)) return true;  // there are no others
  char target[PATH_MAX];
  size_t size = sizeof target;
  if (sqfs_readlink(files, inode, target, &size) != SQFS_OK) return false;
  unlink(path);
  return !symlink(target, path);
}

bool unpack_image(const Image* image, const char* folder, const char* pattern) {
  sqfs files;
  sqfs_traverse walk;
  if (sqfs_open_image(&files, image->path, (size_t)image->offset) != SQFS_OK) return false;
  if (!make_folders(folder)) return false;
  if (sqfs_traverse_open(&walk, &files, sqfs_inode_root(&files)) != SQFS_OK) return false;
  sqfs_err problem = SQFS_OK;
  bool is_good = true;
  while (is_good && sqfs_traverse_next(&walk, &problem)) {
    if (walk.dir_end) continue;
    char path[PATH_MAX];
    sqfs_inode inode;
    is_good = snprintf(path, sizeof path, "%s/%s", folder, walk.path) < (int)sizeof path &&
              sqfs_inode_get(&files, &inode, sqfs_dentry_inode(&walk.entry)) == SQFS_OK;
    if (!is_good) break;
    const bool is_folder = S_ISDIR(inode.base.mode);
    if (pattern && !is_folder && fnmatch(pattern, walk.path, FNM_LEADING_DIR)) continue;
    is_good = write_entry(&files, &inode, path);
  }
  sqfs_traverse_close(&walk);
  return is_good && problem == SQFS_OK;
}

static int remove_entry(const char* path, const struct stat* state, int kind, struct FTW* place) {
  (void)state, (void)kind, (void)place;
  return remove(path);
}

static void remove_folder(const char* path) { nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS); }

// Opens the mark of a whole folder and locks it as `how` says; -1 if it is not there, or locked.
static int lock_folder(const char* folder, int how) {
  char mark[PATH_MAX + sizeof WHOLE];
  snprintf(mark, sizeof mark, "%s/%s", folder, WHOLE);
  const int file = open(mark, O_RDONLY);  // those that are started inherit it, and the lock
  if (file >= 0 && flock(file, how)) return close(file), -1;
  return file;
}

static void remove_others(const char* base, const char* kept) {
  DIR* folders = opendir(base);
  for (struct dirent* each; folders && (each = readdir(folders));) {
    char path[PATH_MAX];
    if (each->d_name[0] == '.' || !strcmp(each->d_name, kept)) continue;
    if (snprintf(path, sizeof path, "%s/%s", base, each->d_name) >= (int)sizeof path) continue;
    const int lock = lock_folder(path, LOCK_EX | LOCK_NB);
    if (lock >= 0) remove_folder(path), close(lock);
  }
  if (folders) closedir(folders);
}

static bool cache_folder(char base[PATH_MAX]) {
  const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  int length = -1;
  if (cache && *cache == '/') {
    length = snprintf(base, PATH_MAX, "%s/%s-appimage", cache, NAME);
  } else if (home && *home == '/') {
    length = snprintf(base, PATH_MAX, "%s/.cache/%s-appimage", home, NAME);
  }
  return length > 0 && length < PATH_MAX - 64;
}

// Gives a whole folder its name; returns whether it has it now.
static bool put(const char* made, const char* folder) {
  if (!rename(made, folder)) return true;
  const int lock = lock_folder(folder, LOCK_SH);
  if (lock >= 0) return close(lock), false;  // another one, started at the same time, was faster
  remove_folder(folder);                     // what is there is not whole
  return !rename(made, folder);
}

bool cache_image(const Image* image, char folder[PATH_MAX]) {
  char base[PATH_MAX], name[64], made[PATH_MAX + 32];
  struct stat state;
  if (!cache_folder(base) || stat(image->path, &state)) return false;
  snprintf(name, sizeof name, "%llx-%llx", (unsigned long long)state.st_size,
           (unsigned long long)state.st_mtim.tv_sec);
  if (snprintf(folder, PATH_MAX, "%s/%s", base, name) >= PATH_MAX) return false;
  if (lock_folder(folder, LOCK_SH) >= 0) return true;
  fprintf(stderr, "%s: There is no FUSE here. Unpacking once, to %s\n", NAME, folder);
  snprintf(made, sizeof made, "%s.%d", folder, (int)getpid());
  bool is_good = unpack_image(image, made, NULL);
  char mark[sizeof made + sizeof WHOLE];
  snprintf(mark, sizeof mark, "%s/%s", made, WHOLE);
  const int file = is_good ? open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
  if (file >= 0) close(file);
  if (file < 0 || !put(made, folder)) remove_folder(made);
  remove_others(base, name);
  return lock_folder(folder, LOCK_SH) >= 0;
}
