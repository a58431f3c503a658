// Linux system calls that Swift cannot import: variadic ones, and those behind _GNU_SOURCE.
//
// This header does not define _GNU_SOURCE: seen through a module map it would change what
// Glibc's own module looks like (fd_set, environ). The .c file does.
#ifndef CLINUX_H
#define CLINUX_H

#include <dirent.h>
#include <stdint.h>
#include <sys/types.h>

// Bits of `resolve` for clinux_openat2 (man 2 openat2). CLinux.c checks them against the kernel's.
static const uint64_t CLINUX_RESOLVE_NO_XDEV = 0x01;
static const uint64_t CLINUX_RESOLVE_NO_MAGICLINKS = 0x02;
static const uint64_t CLINUX_RESOLVE_NO_SYMLINKS = 0x04;
static const uint64_t CLINUX_RESOLVE_BENEATH = 0x08;

// A descriptor that names a file without opening it: a FIFO does not wait, a device does not wake.
// (Its value differs between architectures, hence a function that the .c file answers.)
int clinux_o_path(void);

// openat2(2), which glibc does not wrap. A new descriptor, or -1 with errno.
// ENOSYS: the kernel is older than 5.6. EPERM for any path: a seccomp filter that does not know it.
int clinux_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);

// renameat2(2) with RENAME_NOREPLACE: EEXIST when `newpath` is taken, decided by the kernel in one
// step. EINVAL: this file system cannot. 0, or -1 with errno.
int clinux_rename_noreplace(int olddirfd, const char *oldpath, int newdirfd, const char *newpath);

// syncfs(2), which is behind _GNU_SOURCE: everything that is dirty on the file system that `fd` is on. 0, or -1 with errno.
int clinux_syncfs(int fd);

// openat(2) is variadic in C, which Swift does not import.
int clinux_openat(int dirfd, const char *path, int flags, mode_t mode);

// The id of the mount that `fd` was opened through (man 2 statx, STATX_MNT_ID, Linux 5.8). Two
// bind mounts of one file system have the same st_dev, yet rename(2) refuses to cross them: only
// this tells. 0, or -1 with errno; ENOTSUP on older kernels.
int clinux_mount_id(int fd, uint64_t *mount);

// The type of the file system that `fd` is on (man 2 statfs, f_type). 0, or -1 with errno.
int clinux_file_system_type(int fd, uint32_t *type);

// fsetxattr(2) and fgetxattr(2), whose header is not in Glibc's module. 0, or the size of the value; -1 with errno.
int clinux_fsetxattr(int fd, const char *name, const void *value, size_t size);
ssize_t clinux_fgetxattr(int fd, const char *name, void *value, size_t size);

// The name inside a dirent: Swift imports the array as a tuple of 256, and copying that would read
// past a record that is shorter.
static inline const char *clinux_dirent_name(const struct dirent *entry) {
  return entry->d_name;
}

// sem_clockwait(3), which is behind _GNU_SOURCE, with CLOCK_MONOTONIC: setting the time of day does not change how long it
// waits. `semaphore` is a sem_t, `nanoseconds` at most a second. 0, or -1 with errno: ETIMEDOUT when the time is over.
int clinux_sem_wait(void *semaphore, int64_t nanoseconds);

// Lets the allocator keep freed blocks of up to 4 MiB for the next transfer (man 3 mallopt). By default glibc gives the
// buffers of a transfer back to the kernel again and again, which clears each page anew: a tenth of a put's CPU.
void clinux_keep_freed_memory(void);

#endif
