#define _GNU_SOURCE
#include "guard.h"

#include "CLaunch.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  // From SIGTERM to SIGKILL, and between two rounds of the latter.
  grace_us = 5000000,
  round_us = 20000,
};

// What the guard knows.
struct watch {
  const struct options *options;
  pid_t program;
  int64_t started;
  // -1 when the server has gone.
  int control;
  bool has_exited;
  // When SIGTERM was sent; 0: not yet.
  int64_t ending_since;
  bool is_killing;
  struct claunch_report report;
};

int64_t now_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

// Its own children: whatever has lost its parent, and is not in the program's group, which has its signals already. None of
// them can become another while it is not waited for, so no signal meets a stranger.
static void signal_children(const struct watch *watch, int number) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  char text[4097];
  size_t kept = 0;
  ssize_t count;
  while ((count = read(file, text + kept, sizeof text - 1 - kept)) > 0) {
    text[kept + (size_t)count] = 0;
    char *at = text;
    // Each id ends with a space; what has none yet is completed by the next read.
    for (char *space; (space = strchr(at, ' ')) != NULL; at = space + 1) {
      pid_t child = (pid_t)strtol(at, NULL, 10);
      if (child > 0 && (number == SIGKILL || getpgid(child) != watch->program)) kill(child, number);
    }
    kept = strlen(at);
    memmove(text, at, kept);
    if (kept == sizeof text - 1) break;
  }
  close(file);
}

// As long as the program is not waited for, its id is its group's and nobody else's.
static void signal_group(const struct watch *watch, int number) {
  if (!watch->has_exited) kill(-watch->program, number);
}

static void signal_all(const struct watch *watch, int number) {
  signal_group(watch, number);
  signal_children(watch, number);
}

static void ask_to_end(const struct watch *watch, void (*signal_those)(const struct watch *, int)) {
  // Shells ignore SIGTERM and heed this one, which is also what they get when a terminal goes away.
  if (watch->options->is_terminal) signal_those(watch, SIGHUP);
  signal_those(watch, SIGTERM);
  // What is stopped would not see it.
  signal_those(watch, SIGCONT);
}

static void end(struct watch *watch) {
  if (watch->ending_since != 0) return;
  watch->ending_since = now_us();
  ask_to_end(watch, signal_all);
}

// The program has ended and is not waited for yet.
static void take_exit(struct watch *watch) {
  watch->report.elapsed_us = now_us() - watch->started;
  // The last moment at which its group can be told, some of which may be deeper down than children.
  if (watch->ending_since == 0) ask_to_end(watch, signal_group);
  int status = 0;
  while (wait4(watch->program, &status, 0, NULL) < 0 && errno == EINTR) continue;
  watch->report.value = status;
  watch->has_exited = true;
}

static void reap(struct watch *watch) {
  siginfo_t info;
  for (;;) {
    info.si_pid = 0;
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
    if (info.si_pid == watch->program) {
      take_exit(watch);
    } else {
      waitpid(info.si_pid, NULL, WNOHANG);
    }
  }
}

static bool has_children(void) {
  siginfo_t info;
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static void take_order(struct watch *watch) {
  struct claunch_order order;
  ssize_t count = recv(watch->control, &order, sizeof order, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count != sizeof order) {
    close(watch->control);
    watch->control = -1;
    end(watch);
  } else if (order.kind == CLAUNCH_END) {
    end(watch);
  } else if (order.kind == CLAUNCH_SIGNAL) {
    signal_group(watch, order.signal);
  }
}

// When something has to be done next, in microseconds from now; -1: only when something happens.
static int64_t wait_us(const struct watch *watch, int64_t now) {
  if (watch->is_killing) return round_us;
  if (watch->ending_since != 0) return watch->ending_since + grace_us - now;
  if (watch->options->timeout > 0) return watch->started + watch->options->timeout * 1000 - now;
  return -1;
}

static void keep_time(struct watch *watch) {
  int64_t now = now_us();
  if (watch->is_killing) {
    signal_all(watch, SIGKILL);
  } else if (watch->ending_since != 0) {
    if (now - watch->ending_since < grace_us) return;
    watch->is_killing = true;
    watch->report.flags |= CLAUNCH_KILLED;
    signal_all(watch, SIGKILL);
  } else if (watch->options->timeout > 0 && now - watch->started >= watch->options->timeout * 1000) {
    watch->report.flags |= CLAUNCH_TIMED_OUT;
    end(watch);
  }
}

static int64_t microseconds(struct timeval time) { return (int64_t)time.tv_sec * 1000000 + time.tv_usec; }

static void report_exit(struct watch *watch) {
  struct rusage usage;
  if (getrusage(RUSAGE_CHILDREN, &usage) == 0) {
    watch->report.user_us = microseconds(usage.ru_utime);
    watch->report.system_us = microseconds(usage.ru_stime);
  }
  watch->report.kind = CLAUNCH_EXITED;
  if (watch->control >= 0) send(watch->control, &watch->report, sizeof watch->report, MSG_NOSIGNAL);
}

void guard(pid_t program, const struct options *options, int64_t started) {
  struct watch watch = {.options = options, .program = program, .started = started, .control = CLAUNCH_CONTROL};
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  int ended = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
  for (;;) {
    reap(&watch);
    if (watch.has_exited) {
      if (!has_children()) break;
      watch.report.flags |= CLAUNCH_STRAGGLERS;
      end(&watch);
    }
    keep_time(&watch);
    int64_t left = wait_us(&watch, now_us());
    struct timespec time = {.tv_sec = left / 1000000, .tv_nsec = (left % 1000000) * 1000};
    struct pollfd events[2] = {{.fd = ended, .events = POLLIN}, {.fd = watch.control, .events = POLLIN}};
    if (left != 0 && ppoll(events, 2, left < 0 ? NULL : &time, NULL) < 0 && errno != EINTR) break;
    if (events[0].revents & POLLIN) {
      struct signalfd_siginfo ignored;
      while (read(ended, &ignored, sizeof ignored) > 0) continue;
    }
    if (watch.control >= 0 && events[1].revents != 0) take_order(&watch);
  }
  report_exit(&watch);
}
