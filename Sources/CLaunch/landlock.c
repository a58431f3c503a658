// Landlock (man 7 landlock), by number: the C library's headers are older than what kernels have.
#define _GNU_SOURCE
#include "CLaunch.h"

#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#endif

struct ruleset_attributes {
  uint64_t handled_access_fs;
  uint64_t handled_access_net;
  uint64_t scoped;
};

struct path_rule {
  uint64_t allowed_access;
  int32_t parent_fd;
} __attribute__((packed));

enum {
  execute = 1 << 0,
  write_file = 1 << 1,
  read_file = 1 << 2,
  read_folder = 1 << 3,
  // Removing and making, of each kind.
  change_folder = 0x1ff0,
  refer = 1 << 13,
  truncate_file = 1 << 14,
  device_control = 1 << 15,

  abstract_sockets = 1 << 0,
  signals = 1 << 1,
};

int claunch_landlock_version(void) {
  const uint32_t ask_for_version = 1;
  long version = syscall(SYS_landlock_create_ruleset, NULL, 0, ask_for_version);
  return version > 0 ? (int)version : 0;
}

// Everything that this version knows of files.
static uint64_t every_access(int version) {
  uint64_t access = execute | write_file | read_file | read_folder | change_folder;
  if (version >= 2) access |= refer;
  if (version >= 3) access |= truncate_file;
  if (version >= 5) access |= device_control;
  return access;
}

int claunch_ruleset(int version) {
  struct ruleset_attributes attributes = {.handled_access_fs = every_access(version)};
  size_t size = offsetof(struct ruleset_attributes, handled_access_net);
  if (version >= 6) {
    // Nor may it reach, by these, whoever is not restricted like it: the server among them.
    attributes.scoped = abstract_sockets | signals;
    size = sizeof attributes;
  }
  return (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
}

int claunch_allow(int ruleset, int version, int descriptor, int access) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return -1;
  uint64_t allowed = every_access(version);
  if (access == CLAUNCH_READ) allowed &= execute | read_file | read_folder | device_control;
  if (!S_ISDIR(status.st_mode)) allowed &= execute | write_file | read_file | truncate_file | device_control;
  struct path_rule rule = {.allowed_access = allowed, .parent_fd = descriptor};
  const int below_path = 1;
  return (int)syscall(SYS_landlock_add_rule, ruleset, below_path, &rule, 0);
}
