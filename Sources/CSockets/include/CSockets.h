// What Swift cannot import of Linux's sockets: calls behind _GNU_SOURCE, macros that take arguments,
// packed structures. Everything else the Swift side takes from Glibc itself.
//
// This header does not define _GNU_SOURCE: seen through a module map it would change what Glibc's
// own module looks like (fd_set, environ). The .c file does. epoll, eventfd and timerfd need no
// wrapping; including their headers here is what brings them to Swift.
#ifndef CSOCKETS_H
#define CSOCKETS_H

#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/types.h>

#include "csockets_epoll.h"
#include "csockets_futex.h"
#include "csockets_process.h"

// accept4(2): the new descriptor carries its flags from its first moment, so that a fork in another
// thread cannot inherit it. `flags`: SOCK_CLOEXEC, SOCK_NONBLOCK.
int csockets_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);

// ppoll(2) without a signal mask: poll with nanoseconds. A negative timeout waits for ever.
int csockets_poll(struct pollfd *fds, nfds_t count, int64_t nanoseconds);

// sendfile(2) that never raises SIGPIPE. The kernel has no MSG_NOSIGNAL for it, so the signal is
// blocked in this thread for the call, and taken back if it was raised (it goes to the thread that
// wrote). `offset` NULL: the file's own position.
ssize_t csockets_sendfile(int out, int in, off_t *offset, size_t count);

// write(2) that never raises SIGPIPE, in the same way: for pipes, which send(2) does not know.
ssize_t csockets_write(int fd, const void *bytes, size_t count);

// pipe2(2).
int csockets_pipe2(int fds[2], int flags);

// One message of recvmmsg(2) and sendmmsg(2); glibc has `struct mmsghdr` behind _GNU_SOURCE only.
typedef struct csockets_mmsghdr {
  struct msghdr msg_hdr;
  unsigned int msg_len;
} csockets_mmsghdr;

int csockets_recvmmsg(int fd, csockets_mmsghdr *messages, unsigned int count, int flags);
int csockets_sendmmsg(int fd, csockets_mmsghdr *messages, unsigned int count, int flags);

// SO_PEERCRED: who holds the other end of a Unix socket (man 7 unix). 0, or -1 with errno.
int csockets_peer_credentials(int fd, pid_t *process, uid_t *user, gid_t *group);

// Ancillary data (man 3 cmsg).
static inline size_t csockets_cmsg_align(size_t length) { return CMSG_ALIGN(length); }
static inline size_t csockets_cmsg_space(size_t length) { return CMSG_SPACE(length); }
static inline size_t csockets_cmsg_len(size_t length) { return CMSG_LEN(length); }
static inline struct cmsghdr *csockets_cmsg_firsthdr(const struct msghdr *message) {
  return CMSG_FIRSTHDR(message);
}
static inline struct cmsghdr *csockets_cmsg_nxthdr(struct msghdr *message, struct cmsghdr *control) {
  return CMSG_NXTHDR(message, control);
}
static inline unsigned char *csockets_cmsg_data(struct cmsghdr *control) { return CMSG_DATA(control); }

// Descriptor sets of select(2).
static inline void csockets_fd_zero(fd_set *set) { FD_ZERO(set); }
static inline void csockets_fd_set(int fd, fd_set *set) { FD_SET(fd, set); }
static inline void csockets_fd_clr(int fd, fd_set *set) { FD_CLR(fd, set); }
static inline int csockets_fd_isset(int fd, const fd_set *set) { return FD_ISSET(fd, set); }

// Constants that Swift's Glibc does not show. CSockets.c checks them against the kernel's.
static const int CSOCKETS_MSG_WAITFORONE = 0x10000;
static const int CSOCKETS_SOL_UDP = 17;
static const int CSOCKETS_UDP_SEGMENT = 103;
static const int CSOCKETS_UDP_GRO = 104;
static const int CSOCKETS_TCP_NOTSENT_LOWAT = 25;
static const int CSOCKETS_SO_PEERCRED = 17;
static const int CSOCKETS_SCM_CREDENTIALS = 2;
static const uint32_t CSOCKETS_EPOLLEXCLUSIVE = 1u << 28;
static const uint32_t CSOCKETS_EPOLLWAKEUP = 1u << 29;
static const uint32_t CSOCKETS_EPOLLONESHOT = 1u << 30;
static const uint32_t CSOCKETS_EPOLLET = 1u << 31;

#endif
