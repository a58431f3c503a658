#define _GNU_SOURCE
#include "guard.h"

#include "CLaunch.h"
#include <dirent.h>
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
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  // From SIGTERM to SIGKILL, and between two rounds of the latter.
  grace_us = 5000000,
  round_us = 20000,
};

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

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
  // Of the programs before.
  struct rusage used;
  struct claunch_report report;
};

int64_t now_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

// Processes, each behind its parent.
struct processes {
  pid_t *ids;
  size_t count;
  size_t room;
};

enum { most_processes = 1 << 20 };

// False: there is no room.
static bool add(struct processes *processes, pid_t id) {
  if (processes->count == processes->room) {
    size_t room = processes->room == 0 ? 256 : processes->room * 2;
    pid_t *ids = room > most_processes ? NULL : realloc(processes->ids, room * sizeof *ids);
    if (ids == NULL) return false;
    processes->ids = ids;
    processes->room = room;
  }
  processes->ids[processes->count++] = id;
  return true;
}

// Those that one thread has started (man 5 proc).
static void add_children(struct processes *processes, pid_t parent, const char *thread) {
  char path[80];
  snprintf(path, sizeof path, "/proc/%d/task/%.20s/children", (int)parent, thread);
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
      if (child > 0 && !add(processes, child)) break;
    }
    kept = strlen(at);
    memmove(text, at, kept);
    if (kept == sizeof text - 1) break;
  }
  close(file);
}

static void add_children_of(struct processes *processes, pid_t parent) {
  char path[32];
  snprintf(path, sizeof path, "/proc/%d/task", (int)parent);
  DIR *threads = opendir(path);
  if (threads == NULL) return;
  for (struct dirent *entry; (entry = readdir(threads)) != NULL;) {
    if (entry->d_name[0] != '.') add_children(processes, parent, entry->d_name);
  }
  closedir(threads);
}

// How a process is, and whose child. False: it has gone.
static bool look(pid_t id, char *state, pid_t *parent) {
  char path[32], text[512];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)id);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  ssize_t count = read(file, text, sizeof text - 1);
  close(file);
  text[count > 0 ? count : 0] = 0;
  // Its name, in brackets, may have brackets, too.
  char *end = strrchr(text, ')');
  int number;
  if (end == NULL || sscanf(end, ") %c %d", state, &number) != 2) return false;
  *parent = (pid_t)number;
  return true;
}

// Sends a signal to a process if it is what it was taken for when its descriptor was made: what is not the guard's own child
// may be waited for by its parent at any time, and its id become a stranger's.
//
// Returns whether it was; counts it if it can still do something.
static bool signal_one(const struct watch *watch, pid_t id, pid_t parent, int number, size_t *active) {
  int process = (int)syscall(SYS_pidfd_open, id, 0);
  if (process < 0 && errno != ENOSYS) return false;
  char state;
  pid_t now;
  bool is_there = look(id, &state, &now) && (now == parent || now == getpid());
  bool is_active = is_there && strchr("TtZX", state) == NULL;
  // The program's group has its signals already; and who is stopped need not be stopped again.
  bool is_meant = number == SIGKILL || (number == SIGSTOP ? is_active : getpgid(id) != watch->program);
  if (is_there && is_meant) {
    if (process >= 0) {
      syscall(SYS_pidfd_send_signal, process, number, NULL, 0);
    } else {
      kill(id, number);
    }
  }
  if (is_active) *active += 1;
  if (process >= 0) close(process);
  return is_there;
}

// Everything that the program has started, however deep; returns how many of them can still do something.
static size_t signal_descendants(const struct watch *watch, int number) {
  struct processes all = {0};
  size_t active = 0;
  add(&all, getpid());
  for (size_t parent = 0; parent < all.count; parent++) {
    size_t kept = all.count;
    add_children_of(&all, all.ids[parent]);
    for (size_t child = kept; child < all.count; child++) {
      if (signal_one(watch, all.ids[child], all.ids[parent], number, &active)) all.ids[kept++] = all.ids[child];
    }
    all.count = kept;
  }
  free(all.ids);
  return active;
}

// As long as the program is not waited for, its id is its group's and nobody else's.
static void signal_group(const struct watch *watch, int number) {
  if (!watch->has_exited) kill(-watch->program, number);
}

static void signal_all(const struct watch *watch, int number) {
  signal_group(watch, number);
  signal_descendants(watch, number);
}

// First all are stopped, and only then killed: a program that forks faster than its processes are found would else never
// end, for each one that is killed makes room for another. Those that are stopped keep their places, and fork no more.
static void kill_all(const struct watch *watch) {
  // Among hundreds that want the processor its turn would come seldom. Only root may.
  setpriority(PRIO_PROCESS, 0, -20);
  signal_group(watch, SIGKILL);
  for (int round = 0; round < 16 && signal_descendants(watch, SIGSTOP) > 0; round++) {
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  signal_descendants(watch, SIGKILL);
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

// Whether what the program has started goes on: its children are the guard's as soon as it has ended.
static bool leaves_others(const struct watch *watch) {
  // The kernel counts no process that has ended among those that may yet be stopped, so nearly always it says at once that
  // there is nobody (man 2 waitid, ECHILD). Where there is, it may be one that is just ending.
  siginfo_t info;
  if (waitid(P_ALL, 0, &info, WSTOPPED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD) return false;
  struct processes children = {0};
  char thread[16];
  snprintf(thread, sizeof thread, "%d", (int)getpid());
  add_children(&children, getpid(), thread);
  bool is_so = false;
  for (size_t index = 0; index < children.count && !is_so; index++) {
    char state;
    pid_t parent;
    pid_t id = children.ids[index];
    is_so = id != watch->program && look(id, &state, &parent) && strchr("ZX", state) == NULL;
  }
  free(children.ids);
  return is_so;
}

// The program has ended and is not waited for yet.
static void take_exit(struct watch *watch) {
  watch->report.elapsed_us = now_us() - watch->started;
  if (watch->ending_since == 0) {
    // They may heed the signal before anybody looks again.
    if (leaves_others(watch)) watch->report.flags |= CLAUNCH_STRAGGLERS;
    // The last moment at which its group can be told, some of which may be deeper down than children.
    ask_to_end(watch, signal_group);
  }
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

static bool is_asked_to_end(int signals) {
  struct signalfd_siginfo signal;
  bool is_so = false;
  while (read(signals, &signal, sizeof signal) > 0) is_so |= signal.ssi_signo == SIGTERM;
  return is_so;
}

// When something has to be done next, in microseconds from now; -1: only when something happens.
static int64_t wait_us(const struct watch *watch, int64_t now) {
  int64_t left;
  if (watch->is_killing) return round_us;
  if (watch->ending_since != 0) {
    left = watch->ending_since + grace_us - now;
  } else if (watch->options->timeout > 0) {
    left = watch->started + watch->options->timeout * 1000 - now;
  } else {
    return -1;
  }
  // It may have passed since somebody looked.
  return left < 0 ? 0 : left;
}

static void keep_time(struct watch *watch) {
  int64_t now = now_us();
  if (watch->is_killing) {
    kill_all(watch);
  } else if (watch->ending_since != 0) {
    if (now - watch->ending_since < grace_us) return;
    watch->is_killing = true;
    watch->report.flags |= CLAUNCH_KILLED;
    kill_all(watch);
  } else if (watch->options->timeout > 0 && now - watch->started >= watch->options->timeout * 1000) {
    watch->report.flags |= CLAUNCH_TIMED_OUT;
    end(watch);
  }
}

static int64_t microseconds(struct timeval to, struct timeval from) {
  return (int64_t)(to.tv_sec - from.tv_sec) * 1000000 + to.tv_usec - from.tv_usec;
}

static void report_exit(struct watch *watch) {
  struct rusage usage;
  if (getrusage(RUSAGE_CHILDREN, &usage) == 0) {
    watch->report.user_us = microseconds(usage.ru_utime, watch->used.ru_utime);
    watch->report.system_us = microseconds(usage.ru_stime, watch->used.ru_stime);
  }
  watch->report.kind = CLAUNCH_EXITED;
  if (watch->control >= 0) send(watch->control, &watch->report, sizeof watch->report, MSG_NOSIGNAL);
}

bool guard(pid_t program, const struct options *options, int64_t started, const struct standing *standing) {
  struct watch watch = {.options = options, .program = program, .started = started, .control = CLAUNCH_CONTROL};
  getrusage(RUSAGE_CHILDREN, &watch.used);
  // SIGTERM is the server's, too: the order to end, when so many others wait that this one finds no room.
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGCHLD);
  sigaddset(&awaited, SIGTERM);
  int signals = signalfd(-1, &awaited, SFD_CLOEXEC | SFD_NONBLOCK);
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
    struct pollfd events[2] = {{.fd = signals, .events = POLLIN}, {.fd = watch.control, .events = POLLIN}};
    if (left != 0 && ppoll(events, 2, left < 0 ? NULL : &time, NULL) < 0 && errno != EINTR) {
      // Nothing that is known brings it here. Whatever does, nobody stays unguarded.
      end(&watch);
      nanosleep(&(struct timespec){.tv_nsec = round_us * 1000}, NULL);
    }
    if ((events[0].revents & POLLIN) && is_asked_to_end(signals)) end(&watch);
    if (watch.control >= 0 && events[1].revents != 0) take_order(&watch);
  }
  // It would end when it waits.
  bool is_asked = is_asked_to_end(signals);
  close(signals);
  // Without a user of its own a program may change how the guard is treated, and with it the next program.
  struct standing now = own_standing();
  bool is_clean = watch.control >= 0 && watch.ending_since == 0 && watch.report.flags == 0 && !is_asked &&
                  is_same_standing(&now, standing);
  if (is_clean) watch.report.flags = CLAUNCH_WAITS;
  report_exit(&watch);
  return is_clean;
}
