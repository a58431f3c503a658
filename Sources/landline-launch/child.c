#define _GNU_SOURCE
#include "child.h"

#include "CLaunch.h"
#include "filter.h"
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#ifndef SYS_landlock_restrict_self
#define SYS_landlock_restrict_self 446
#endif

// At most what it was: only root may have more, and root is not what programs run as.
static int limit(int resource, long long value, long long grace) {
  struct rlimit now;
  if (value < 0) return 0;
  if (getrlimit(resource, &now) != 0) return -1;
  rlim_t soft = (rlim_t)value, hard = (rlim_t)(value + grace);
  if (now.rlim_max != RLIM_INFINITY && hard > now.rlim_max) hard = now.rlim_max;
  if (soft > hard) soft = hard;
  return setrlimit(resource, &(struct rlimit){.rlim_cur = soft, .rlim_max = hard});
}

static int set_limits(const struct options *options) {
  // SIGXCPU first, SIGKILL two seconds later (man 2 getrlimit).
  if (limit(RLIMIT_CPU, options->cpu_seconds, 2) != 0) return -1;
  // Not the address space, of which many programs reserve much more than they use.
  if (limit(RLIMIT_DATA, options->memory_bytes, 0) != 0) return -1;
  if (limit(RLIMIT_NPROC, options->processes, 0) != 0) return -1;
  if (limit(RLIMIT_CORE, 0, 0) != 0) return -1;
  // The server raises its own; more than this breaks programs that use select(2).
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return -1;
  if (files.rlim_cur > 1024) files.rlim_cur = 1024;
  return setrlimit(RLIMIT_NOFILE, &files);
}

// Root without its powers (man 7 capabilities): for a server that runs as root and has no other user for programs.
static int drop_powers(void) {
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  // Without CAP_SETPCAP there was nothing to take away.
  prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, 0, 0, 0);
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0}, {0}};
  return (int)syscall(SYS_capset, &header, none);
}

static int become_user(const struct options *options) {
  if (!options->has_user) return drop_powers();
  if (setgroups(options->group_count, options->groups) != 0) return -1;
  if (setresgid(options->group, options->group, options->group) != 0) return -1;
  return setresuid(options->user, options->user, options->user);
}

int prepare_for_all(const struct options *options) {
  if (!options->has_user) {
    for (int capability = 0; capability < 64; capability++) {
      if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno == EINVAL) break;
    }
  }
  // All as they are usually, those included that the C library keeps for itself and its posix_spawn ignores.
  const unsigned char usual[64] = {0};
  for (int number = 1; number <= 64; number++) syscall(SYS_rt_sigaction, number, usual, NULL, 8);
  umask(022);
  // So sudo, su and the like give nothing back.
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return options->has_ruleset ? restrict_calls() : 0;
}

static int prepare(const struct options *options) {
  // Neither the server's terminal nor its process group.
  if (setsid() < 0) return -1;
  if (options->is_terminal && ioctl(0, TIOCSCTTY, 0) != 0) return -1;
  if (set_limits(options) != 0 || become_user(options) != 0) return -1;
  if (options->has_ruleset && syscall(SYS_landlock_restrict_self, CLAUNCH_RULESET, 0) != 0) return -1;
  if (chdir(options->folder) != 0) return -1;
  close(CLAUNCH_CONTROL);
  close(CLAUNCH_RULESET);
  sigset_t none;
  sigemptyset(&none);
  return sigprocmask(SIG_SETMASK, &none, NULL);
}

struct failure become_program(const struct options *options, char **environment) {
  if (prepare(options) != 0) return (struct failure){CLAUNCH_STAGE_SETUP, errno};
  execve(options->program, options->arguments, environment);
  return (struct failure){CLAUNCH_STAGE_EXEC, errno};
}
