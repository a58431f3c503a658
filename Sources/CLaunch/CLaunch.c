#define _GNU_SOURCE
#include "CLaunch.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

int claunch_spawn(
    pid_t *pid, const char *path, char *const arguments[], char *const environment[], int input, int output, int error,
    int control, int ruleset) {
  // Those that are given may have the numbers that others are to get: first all go where nothing is in the way.
  int from[5] = {input, output, error, control, ruleset};
  int count = ruleset < 0 ? 4 : 5;
  int moved[5] = {-1, -1, -1, -1, -1};
  int result = 0;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int index = 0; index < count && result == 0; index++) {
    moved[index] = fcntl(from[index], F_DUPFD_CLOEXEC, 10);
    if (moved[index] < 0) {
      result = errno;
    } else {
      result = posix_spawn_file_actions_adddup2(&actions, moved[index], index);
    }
  }
  if (result == 0) result = posix_spawn(pid, path, &actions, NULL, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  for (int index = 0; index < count; index++) {
    if (moved[index] >= 0) close(moved[index]);
  }
  return result;
}

int claunch_control_pair(int pair[2]) { return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair); }

int claunch_pipe(int pair[2]) { return pipe2(pair, O_CLOEXEC); }

void claunch_set_pipe_size(int descriptor, int bytes) { fcntl(descriptor, F_SETPIPE_SZ, bytes); }

int claunch_open_terminal(int *primary, int *secondary, uint16_t columns, uint16_t rows) {
  int first = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (first < 0) return -1;
  int second = -1;
  if (grantpt(first) == 0 && unlockpt(first) == 0) second = ioctl(first, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (second < 0 || claunch_set_size(first, columns, rows) != 0) {
    int error = errno;
    if (second >= 0) close(second);
    close(first);
    errno = error;
    return -1;
  }
  *primary = first;
  *secondary = second;
  return 0;
}

int claunch_set_size(int primary, uint16_t columns, uint16_t rows) {
  struct winsize size = {.ws_col = columns, .ws_row = rows};
  return ioctl(primary, TIOCSWINSZ, &size);
}

int claunch_readable_bytes(int descriptor) {
  int count = 0;
  return ioctl(descriptor, FIONREAD, &count) == 0 ? count : 0;
}

int claunch_set_nonblocking(int descriptor) {
  int flags = fcntl(descriptor, F_GETFL);
  return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

int claunch_process_descriptor(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int claunch_o_path(void) { return O_PATH; }
