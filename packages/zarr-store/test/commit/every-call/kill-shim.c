/*
 * A library for LD_PRELOAD that kills its process before the n-th call that changes a folder, and can take hard links away.
 *
 * KYM_SHIM_FOLDER    the folder; calls elsewhere are not counted
 * KYM_SHIM_KILL_AT   n, from 1; 0 or nothing kills never
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
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static const char *folder;
static long kill_at;
static int has_links = 1;
static long delay_us;
static atomic_long calls;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void read_environment(void) {
  const char *number = getenv("KYM_SHIM_KILL_AT");
  folder = getenv("KYM_SHIM_FOLDER");
  const char *delay = getenv("KYM_SHIM_DELAY_US");
  kill_at = number ? atol(number) : 0;
  delay_us = delay ? atol(delay) : 0;
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

static void before_change(int is_counted) {
  before_read(is_counted);
  if (is_counted && atomic_fetch_add(&calls, 1) + 1 == kill_at) {
    kill(getpid(), SIGKILL);
    for (;;) {
      pause();
    }
  }
}

/* Opening changes something only if it may make or empty a file. */
#define OPEN(name)                                              \
  int name(const char *path, int flags, ...) {                  \
    va_list rest;                                               \
    va_start(rest, flags);                                      \
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;   \
    va_end(rest);                                               \
    if (flags & (O_CREAT | O_TRUNC)) {                          \
      before_change(is_inside(path));                           \
    } else {                                                    \
      before_read(delay_us > 0 && is_inside(path));             \
    }                                                           \
    return REAL(name)(path, flags, mode);                       \
  }
OPEN(open)
OPEN(open64)

ssize_t write(int descriptor, const void *bytes, size_t count) {
  before_change(is_open_inside(descriptor));
  return REAL(write)(descriptor, bytes, count);
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
  before_change(is_inside(to));
  return REAL(rename)(from, to);
}

int link(const char *existing, const char *path) {
  before_change(is_inside(path));
  if (!has_links && is_inside(path)) {
    errno = EPERM;
    return -1;
  }
  return REAL(link)(existing, path);
}

int mkdir(const char *path, mode_t mode) {
  before_change(is_inside(path));
  return REAL(mkdir)(path, mode);
}

int unlink(const char *path) {
  before_change(is_inside(path));
  return REAL(unlink)(path);
}

int rmdir(const char *path) {
  before_change(is_inside(path));
  return REAL(rmdir)(path);
}

int fsync(int descriptor) {
  before_change(is_open_inside(descriptor));
  return REAL(fsync)(descriptor);
}
