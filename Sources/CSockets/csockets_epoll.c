#define _GNU_SOURCE
#include "csockets_epoll.h"

#include <errno.h>
#include <limits.h>
#include <time.h>
#include <unistd.h>

int csockets_epoll_wait(int epoll, struct epoll_event *events, int maximum, int64_t nanoseconds) {
  if (nanoseconds <= 0) return epoll_wait(epoll, events, maximum, nanoseconds < 0 ? -1 : 0);
  struct timespec timeout = {
      .tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  int count = epoll_pwait2(epoll, events, maximum, &timeout, NULL);
  // Kernels before 5.11 do not have it, and filters of containers that are older than it refuse it.
  if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
  int64_t milliseconds = nanoseconds / 1000000 + (nanoseconds % 1000000 != 0);
  return epoll_wait(epoll, events, maximum, milliseconds > INT_MAX ? INT_MAX : (int)milliseconds);
}

int csockets_dup3(int old_fd, int new_fd, int flags) { return dup3(old_fd, new_fd, flags); }
