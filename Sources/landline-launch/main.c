// The launcher: between the server and a program that somebody runs on it.
//
//     server ──posix_spawn──► landline-launch ──vfork, execve──► the program
//        │                        │  guards it until everything it started has ended
//        └──── orders, reports ───┘  (descriptor 3)
//
// It is started before anybody needs it, and waits for an order to start, so that nobody waits for it; when a program has
// ended by itself, with everything it had started, it waits for the next one. It is small and linked statically, so that it
// costs little more than any process does, and in C, so that between vfork and execve nothing happens but what is written
// here.
#define _GNU_SOURCE
#include "CLaunch.h"
#include "child.h"
#include "guard.h"
#include "order.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

static void report(uint32_t kind, int value, int detail) {
  struct claunch_report report = {.kind = kind, .value = value, .detail = detail};
  send(CLAUNCH_CONTROL, &report, sizeof report, MSG_NOSIGNAL);
}

// Starts a program and guards it. Returns whether the launcher can be used again: nothing of this program is left.
static bool run(const struct order *order, const struct standing *standing) {
  static volatile struct failure failure;
  failure.stage = 0;
  int64_t started = now_us();
  pid_t program = vfork();
  if (program == 0) {
    failure = become_program(&order->options, order->environment);
    _exit(127);
  }
  if (program < 0) {
    report(CLAUNCH_FAILED, errno, CLAUNCH_STAGE_SETUP);
    return false;
  }
  if (failure.stage != 0) {
    report(CLAUNCH_FAILED, failure.error, failure.stage);
    return false;
  }
  // The other ends of what the program reads and writes are the server's alone.
  close(0);
  close(1);
  close(2);
  close(CLAUNCH_RULESET);
  report(CLAUNCH_STARTED, (int)program, 0);
  return guard(program, &order->options, started, standing);
}

int main(int count, char **words) {
  // What the server has open is neither the launcher's nor the program's, whatever its flags; the usual three come later.
  syscall(SYS_close_range, CLAUNCH_CONTROL + 1, ~0U, 0);
  int type = 0;
  socklen_t size = sizeof type;
  struct order order = {0};
  struct options common;
  if (getsockopt(CLAUNCH_CONTROL, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET ||
      !read_common_options(&common, count - 1, words + 1)) {
    const char text[] = "landline-launch: only 'landline serve' starts this program\n";
    return write(2, text, sizeof text - 1) > 0 ? 2 : 3;
  }
  for (int descriptor = 0; descriptor < CLAUNCH_CONTROL; descriptor++) close(descriptor);
  fcntl(CLAUNCH_CONTROL, F_SETFD, FD_CLOEXEC);
  // The server's signals are blocked, not ignored: those of a terminal, say, to which it may belong. But somebody who wants
  // this one to end is heard now, and not when it guards a program.
  sigset_t all, waiting;
  sigfillset(&all);
  waiting = all;
  sigdelset(&waiting, SIGTERM);
  sigprocmask(SIG_SETMASK, &all, NULL);
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  if (prepare_for_all(&common) != 0) {
    report(CLAUNCH_FAILED, errno, CLAUNCH_STAGE_SETUP);
    return 1;
  }

  const struct standing standing = own_standing();
  do {
    order.options = common;
    sigprocmask(SIG_SETMASK, &waiting, NULL);
    int problem;
    if (!await_order(&order, &problem)) {
      if (problem != 0) report(CLAUNCH_FAILED, problem, CLAUNCH_STAGE_SETUP);
      return problem != 0;
    }
    sigprocmask(SIG_SETMASK, &all, NULL);
  } while (run(&order, &standing));
  return 0;
}
