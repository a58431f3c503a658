#define _GNU_SOURCE
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

enum {
  set_id = S_ISUID | S_ISGID,
  // Flags of open(2) by which something is made; O_TMPFILE shares one with O_DIRECTORY.
  makes = O_CREAT | (O_TMPFILE & ~O_DIRECTORY),
};

// Of an argument the low half: the architectures known here are little-endian.
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF_EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define IF_ANY(bits, yes, no) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), (yes), (no))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))

// A call whose mode is one of its arguments.
#define MODE(call, mode) IF_EQUAL(call, 0, 4), LOAD(args[mode]), IF_ANY(set_id, 0, 1), REFUSE(EPERM), ALLOW
// One that has a mode only if the flags say that it makes something.
#define OPEN(call, flags, mode) \
  IF_EQUAL(call, 0, 6), LOAD(args[flags]), IF_ANY(makes, 0, 3), LOAD(args[mode]), IF_ANY(set_id, 0, 1), REFUSE(EPERM), ALLOW
// One that can change somebody else's, the guard's for example, who is of the same user: only the caller's own.
#define OWN(call, process) IF_EQUAL(call, 0, 4), LOAD(args[process]), IF_EQUAL(0, 1, 0), REFUSE(EPERM), ALLOW
// One that says it where a filter cannot look.
#define HIDDEN(call, error) IF_EQUAL(call, 0, 1), REFUSE(error)

int restrict_calls(void) {
#ifdef ARCHITECTURE
  struct sock_filter filter[] = {
      LOAD(arch),
      IF_EQUAL(ARCHITECTURE, 1, 0),
      // Other calls, by other numbers: 32-bit programs.
      REFUSE(ENOSYS),
      LOAD(nr),
#ifdef __x86_64__
      // The x32 numbers (man 2 syscall).
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
      REFUSE(ENOSYS),
#endif
#ifdef SYS_open
      OPEN(SYS_open, 1, 2),
      MODE(SYS_creat, 1),
      MODE(SYS_chmod, 1),
      MODE(SYS_mknod, 1),
#endif
      OPEN(SYS_openat, 2, 3),
      MODE(SYS_fchmod, 1),
      MODE(SYS_fchmodat, 2),
      MODE(SYS_fchmodat2, 2),
      MODE(SYS_mknodat, 2),
      OWN(SYS_prlimit64, 0),
      HIDDEN(SYS_openat2, ENOSYS),
      HIDDEN(SYS_io_uring_setup, EPERM),
      ALLOW,
  };
  struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
#else
  errno = ENOSYS;
  return -1;
#endif
}
