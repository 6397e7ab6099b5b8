/*
 * A library for LD_PRELOAD that kills its process before the n-th call that changes a folder, or lets calls fail, and can take
 * hard links away.
 *
 * KYM_SHIM_FOLDER    the folder; calls elsewhere are not counted
 * KYM_SHIM_KILL_AT   n, from 1; 0 or nothing kills never
 * KYM_SHIM_FAIL_AT   n, from 1: this call fails with EIO, the others do not
 * KYM_SHIM_FULL_FROM n, from 1: from this call on, those that need room fail with ENOSPC; one that writes writes a half first
 * KYM_SHIM_NO_LINKS  if set, links in the folder fail with EPERM, as on exFAT
 * KYM_SHIM_COUNT_TO  a file that gets the number of calls when the process ends by itself
 * KYM_SHIM_DELAY_US  microseconds that each call in the folder takes longer, as on a network drive; calls that open a file to
 *                    read it, or read, are slow too, and not counted
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *folder;
static long kill_at, fail_at, full_from;
static int has_links = 1;
static long delay_us;
static atomic_long calls;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static long number_of(const char *name) {
  const char *text = getenv(name);
  return text ? atol(text) : 0;
}

__attribute__((constructor)) static void read_environment(void) {
  folder = getenv("KYM_SHIM_FOLDER");
  kill_at = number_of("KYM_SHIM_KILL_AT");
  fail_at = number_of("KYM_SHIM_FAIL_AT");
  full_from = number_of("KYM_SHIM_FULL_FROM");
  delay_us = number_of("KYM_SHIM_DELAY_US");
  has_links = getenv("KYM_SHIM_NO_LINKS") == NULL;
}

__attribute__((destructor)) static void write_count(void) {
  const char *path = getenv("KYM_SHIM_COUNT_TO");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (file) {
    fprintf(file, "%ld", atomic_load(&calls));
    fclose(file);
  }
}

static int is_inside(const char *path) {
  return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int is_open_inside(int descriptor) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = folder ? readlink(link, path, sizeof path - 1) : -1;
  if (length < 0) {
    return 0;
  }
  path[length] = 0;
  return is_inside(path);
}

static void before_read(int is_slow) {
  if (is_slow && delay_us > 0) {
    usleep(delay_us);
  }
}

enum needs { NO_ROOM, ROOM };

/* Returns the error that the call gets instead; 0 if it is made. */
static int before_change(int is_counted, enum needs needs) {
  before_read(is_counted);
  if (!is_counted) {
    return 0;
  }
  long call = atomic_fetch_add(&calls, 1) + 1;
  if (call == kill_at) {
    kill(getpid(), SIGKILL);
    for (;;) {
      pause();
    }
  }
  if (call == fail_at) {
    return EIO;
  }
  return needs == ROOM && full_from > 0 && call >= full_from ? ENOSPC : 0;
}

#define CHANGE(is_counted, needs)                      \
  do {                                                 \
    int error = before_change(is_counted, needs);      \
    if (error) {                                       \
      errno = error;                                   \
      return -1;                                       \
    }                                                  \
  } while (0)

/* Opening changes something only if it may make or empty a file. */
#define OPEN(name)                                              \
  int name(const char *path, int flags, ...) {                  \
    va_list rest;                                               \
    va_start(rest, flags);                                      \
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;   \
    va_end(rest);                                               \
    if (flags & (O_CREAT | O_TRUNC)) {                          \
      CHANGE(is_inside(path), flags & O_CREAT ? ROOM : NO_ROOM); \
    } else {                                                    \
      before_read(delay_us > 0 && is_inside(path));             \
    }                                                           \
    return REAL(name)(path, flags, mode);                       \
  }
OPEN(open)
OPEN(open64)

ssize_t write(int descriptor, const void *bytes, size_t count) {
  int error = before_change(is_open_inside(descriptor), ROOM);
  if (error == ENOSPC && count > 1) {
    return REAL(write)(descriptor, bytes, count / 2);
  }
  if (error) {
    errno = error;
    return -1;
  }
  return REAL(write)(descriptor, bytes, count);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
  CHANGE(is_open_inside(descriptor), ROOM);
  return REAL(pwrite64)(descriptor, bytes, count, offset);
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
  CHANGE(is_open_inside(descriptor), ROOM);
  return REAL(writev)(descriptor, parts, count);
}

ssize_t pwritev64(int descriptor, const struct iovec *parts, int count, off64_t offset) {
  CHANGE(is_open_inside(descriptor), ROOM);
  return REAL(pwritev64)(descriptor, parts, count, offset);
}

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t count, unsigned int flags) {
  CHANGE(is_open_inside(to), ROOM);
  return REAL(copy_file_range)(from, from_at, to, to_at, count, flags);
}

ssize_t sendfile64(int to, int from, off64_t *offset, size_t count) {
  CHANGE(is_open_inside(to), ROOM);
  return REAL(sendfile64)(to, from, offset, count);
}

int ftruncate64(int descriptor, off64_t size) {
  CHANGE(is_open_inside(descriptor), NO_ROOM);
  return REAL(ftruncate64)(descriptor, size);
}

ssize_t read(int descriptor, void *bytes, size_t count) {
  before_read(delay_us > 0 && is_open_inside(descriptor));
  return REAL(read)(descriptor, bytes, count);
}

ssize_t pread64(int descriptor, void *bytes, size_t count, off64_t offset) {
  before_read(delay_us > 0 && is_open_inside(descriptor));
  return REAL(pread64)(descriptor, bytes, count, offset);
}

int rename(const char *from, const char *to) {
  CHANGE(is_inside(to), NO_ROOM);
  return REAL(rename)(from, to);
}

int link(const char *existing, const char *path) {
  CHANGE(is_inside(path), ROOM);
  if (!has_links && is_inside(path)) {
    errno = EPERM;
    return -1;
  }
  return REAL(link)(existing, path);
}

int mkdir(const char *path, mode_t mode) {
  CHANGE(is_inside(path), ROOM);
  return REAL(mkdir)(path, mode);
}

int unlink(const char *path) {
  CHANGE(is_inside(path), NO_ROOM);
  return REAL(unlink)(path);
}

int unlinkat(int folder_descriptor, const char *path, int flags) {
  CHANGE(is_inside(path) || (folder_descriptor != AT_FDCWD && is_open_inside(folder_descriptor)), NO_ROOM);
  return REAL(unlinkat)(folder_descriptor, path, flags);
}

int rmdir(const char *path) {
  CHANGE(is_inside(path), NO_ROOM);
  return REAL(rmdir)(path);
}

int fsync(int descriptor) {
  CHANGE(is_open_inside(descriptor), NO_ROOM);
  return REAL(fsync)(descriptor);
}

int fdatasync(int descriptor) {
  CHANGE(is_open_inside(descriptor), NO_ROOM);
  return REAL(fdatasync)(descriptor);
}
