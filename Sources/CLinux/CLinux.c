#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <linux/openat2.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

_Static_assert(RESOLVE_NO_XDEV == 0x01, "as in CLinux.h");
_Static_assert(RESOLVE_NO_MAGICLINKS == 0x02, "as in CLinux.h");
_Static_assert(RESOLVE_NO_SYMLINKS == 0x04, "as in CLinux.h");
_Static_assert(RESOLVE_BENEATH == 0x08, "as in CLinux.h");

int clinux_o_path(void) { return O_PATH; }

int clinux_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
  struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
  return (int)syscall(SYS_openat2, dirfd, path, &how, sizeof how);
}

int clinux_rename_noreplace(int olddirfd, const char *oldpath, int newdirfd, const char *newpath) {
  return renameat2(olddirfd, oldpath, newdirfd, newpath, RENAME_NOREPLACE);
}

int clinux_openat(int dirfd, const char *path, int flags, mode_t mode) {
  return openat(dirfd, path, flags, mode);
}

int clinux_syncfs(int fd) { return syncfs(fd); }

int clinux_mount_id(int fd, uint64_t *mount) {
  struct statx status;
  if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &status) != 0) return -1;
  if (!(status.stx_mask & STATX_MNT_ID)) {
    errno = ENOTSUP;
    return -1;
  }
  *mount = status.stx_mnt_id;
  return 0;
}

int clinux_file_system_type(int fd, uint32_t *type) {
  struct statfs status;
  if (fstatfs(fd, &status) != 0) return -1;
  *type = (uint32_t)status.f_type;
  return 0;
}

int clinux_fsetxattr(int fd, const char *name, const void *value, size_t size) {
  return fsetxattr(fd, name, value, size, 0);
}

ssize_t clinux_fgetxattr(int fd, const char *name, void *value, size_t size) {
  return fgetxattr(fd, name, value, size);
}

void clinux_keep_freed_memory(void) {
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
  mallopt(M_TRIM_THRESHOLD, 16 << 20);
  mallopt(M_ARENA_MAX, 2);
}

int clinux_sem_wait(void *semaphore, int64_t nanoseconds) {
  struct timespec end;
  int result;
  clock_gettime(CLOCK_MONOTONIC, &end);
  end.tv_nsec += nanoseconds;
  end.tv_sec += end.tv_nsec / 1000000000;
  end.tv_nsec %= 1000000000;
  do result = sem_clockwait(semaphore, CLOCK_MONOTONIC, &end);
  while (result != 0 && errno == EINTR);
  return result;
}
