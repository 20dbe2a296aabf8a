// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <squashfuse/config.h>

#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <squashfuse/ll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static struct fuse_session* session;
static int users_end;  // of the pipe whose other end those who use the image hold

static void* wait_for_users(void* unused) {
  (void)unused;
  struct pollfd end = {.fd = users_end};
  while (poll(&end, 1, -1) < 0 && errno == EINTR) {
  }
  fuse_session_exit(session);
  fuse_session_unmount(session);
  return NULL;
}

// Serves the image until it is not used any more. Writes a byte to `ready` when it is mounted.
static _Noreturn void serve(const Image* image, const char* folder, int ready) {
  struct fuse_lowlevel_ops operations = {.getattr = sqfs_ll_op_getattr,
                                         .opendir = sqfs_ll_op_opendir,
                                         .releasedir = sqfs_ll_op_releasedir,
                                         .readdir = sqfs_ll_op_readdir,
                                         .lookup = sqfs_ll_op_lookup,
                                         .open = sqfs_ll_op_open,
                                         .create = sqfs_ll_op_create,
                                         .release = sqfs_ll_op_release,
                                         .read = sqfs_ll_op_read,
                                         .readlink = sqfs_ll_op_readlink,
                                         .forget = sqfs_ll_op_forget,
                                         .statfs = stfs_ll_op_statfs};
  char* words[] = {NAME, "-oro,nodev,nosuid,subtype=" NAME, NULL};
  struct fuse_args arguments = FUSE_ARGS_INIT(2, words);
  sqfs_ll* files = sqfs_ll_open(image->path, (size_t)image->offset);
  if (!files) _exit(1);
  session = fuse_session_new(&arguments, &operations, sizeof operations, files);
  if (!session || fuse_session_mount(session, folder)) _exit(1);
  pthread_t thread;
  if (pthread_create(&thread, NULL, wait_for_users, NULL)) _exit(1);
  (void)!write(ready, "1", 1);
  close(ready);
  fuse_session_loop(session);
  fuse_session_unmount(session);
  rmdir(folder);
  _exit(0);
}

bool mount_image(const Image* image, const char* folder) {
  if (access("/dev/fuse", R_OK | W_OK)) return false;
  int users[2], ready[2];
  if (pipe(users)) return false;  // inherited by all that the program starts
  if (pipe2(ready, O_CLOEXEC)) return close(users[0]), close(users[1]), false;
  const pid_t child = fork();
  if (child == 0) {
    close(users[1]);
    close(ready[0]);
    setsid();
    if (fork()) _exit(0);  // so that nobody has to wait for the one that serves
    const int nothing = open("/dev/null", O_RDWR);
    for (int stream = 0; stream < 3; ++stream) dup2(nothing, stream);
    users_end = users[0];
    serve(image, folder, ready[1]);
  }
  close(users[0]);
  close(ready[1]);
  if (child > 0) waitpid(child, NULL, 0);
  char byte;
  ssize_t got;
  while ((got = read(ready[0], &byte, 1)) < 0 && errno == EINTR) {
  }
  close(ready[0]);
  if (child > 0 && got == 1) return true;
  close(users[1]);
  return false;
}
