#define _GNU_SOURCE
#include "CLaunch.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

int claunch_spawn(pid_t *pid, const char *path, char *const arguments[], int control) {
  char *const environment[] = {NULL};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  // Not by dup2 alone: when it has the number already, it would be closed on exec.
  int moved = fcntl(control, F_DUPFD_CLOEXEC, CLAUNCH_CONTROL + 1);
  int result = moved < 0 ? errno : posix_spawn_file_actions_adddup2(&actions, moved, CLAUNCH_CONTROL);
  if (result == 0) result = posix_spawn(pid, path, &actions, NULL, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  if (moved >= 0) close(moved);
  return result;
}

// Bytes of strings, each with its end.
static size_t measure(char *const strings[], uint32_t *count) {
  size_t size = 0;
  for (*count = 0; strings[*count] != NULL; *count += 1) size += strlen(strings[*count]) + 1;
  return size;
}

static char *copy(char *at, char *const strings[]) {
  for (; *strings != NULL; strings++) at = stpcpy(at, *strings) + 1;
  return at;
}

int claunch_start(
    int control, char *const words[], char *const environment[], const int descriptors[], int descriptor_count) {
  struct claunch_start start = {.kind = CLAUNCH_START};
  size_t size = measure(words, &start.words);
  size += measure(environment, &start.variables);
  if (size > CLAUNCH_MOST_TEXT) return E2BIG;
  if (descriptor_count > CLAUNCH_MOST_DESCRIPTORS) return EINVAL;
  char *text = malloc(size);
  if (text == NULL) return ENOMEM;
  copy(copy(text, words), environment);

  struct iovec parts[2] = {{&start, sizeof start}, {text, size}};
  _Alignas(struct cmsghdr) char room[CMSG_SPACE(CLAUNCH_MOST_DESCRIPTORS * sizeof(int))] = {0};
  size_t length = (size_t)descriptor_count * sizeof(int);
  struct msghdr message = {
      .msg_iov = parts, .msg_iovlen = 2, .msg_control = room, .msg_controllen = CMSG_SPACE(length)};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(length);
  memcpy(CMSG_DATA(header), descriptors, length);
  ssize_t sent;
  while ((sent = sendmsg(control, &message, MSG_NOSIGNAL)) < 0 && errno == EINTR) continue;
  int result = sent < 0 ? errno : 0;
  free(text);
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
