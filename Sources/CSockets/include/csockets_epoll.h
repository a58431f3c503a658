// What the Selectors library needs beside the headers that CSockets.h brings.
#ifndef CSOCKETS_EPOLL_H
#define CSOCKETS_EPOLL_H

#include <stdint.h>
#include <sys/epoll.h>

// epoll_pwait2(2) without a signal mask: epoll_wait with nanoseconds. On kernels before 5.11, which
// have no such call, epoll_wait with the time rounded up to milliseconds. A negative timeout waits
// for ever.
int csockets_epoll_wait(int epoll, struct epoll_event *events, int maximum, int64_t nanoseconds);

// dup3(2): puts another open file under a number, with its flags, in one step.
int csockets_dup3(int old_fd, int new_fd, int flags);

#endif
