#define _GNU_SOURCE
#include "CSockets.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/sendfile.h>
#include <time.h>
#include <unistd.h>

_Static_assert(CSOCKETS_MSG_WAITFORONE == MSG_WAITFORONE, "as in CSockets.h");
_Static_assert(CSOCKETS_SOL_UDP == SOL_UDP, "as in CSockets.h");
#ifdef UDP_SEGMENT
_Static_assert(CSOCKETS_UDP_SEGMENT == UDP_SEGMENT, "as in CSockets.h");
#endif
#ifdef UDP_GRO
_Static_assert(CSOCKETS_UDP_GRO == UDP_GRO, "as in CSockets.h");
#endif
_Static_assert(CSOCKETS_TCP_NOTSENT_LOWAT == TCP_NOTSENT_LOWAT, "as in CSockets.h");
_Static_assert(CSOCKETS_SO_PEERCRED == SO_PEERCRED, "as in CSockets.h");
_Static_assert(CSOCKETS_SCM_CREDENTIALS == SCM_CREDENTIALS, "as in CSockets.h");
_Static_assert(CSOCKETS_EPOLLEXCLUSIVE == (uint32_t)EPOLLEXCLUSIVE, "as in CSockets.h");
_Static_assert(CSOCKETS_EPOLLWAKEUP == (uint32_t)EPOLLWAKEUP, "as in CSockets.h");
_Static_assert(CSOCKETS_EPOLLONESHOT == (uint32_t)EPOLLONESHOT, "as in CSockets.h");
_Static_assert(CSOCKETS_EPOLLET == (uint32_t)EPOLLET, "as in CSockets.h");
_Static_assert(sizeof(csockets_mmsghdr) == sizeof(struct mmsghdr), "the same layout");
_Static_assert(offsetof(csockets_mmsghdr, msg_len) == offsetof(struct mmsghdr, msg_len), "the same layout");

int csockets_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags) {
  return accept4(fd, address, length, flags);
}

int csockets_poll(struct pollfd *fds, nfds_t count, int64_t nanoseconds) {
  if (nanoseconds < 0) return ppoll(fds, count, NULL, NULL);
  struct timespec timeout = {
      .tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  return ppoll(fds, count, &timeout, NULL);
}

struct quiet {
  sigset_t pipe_only, before;
  // A SIGPIPE that waits already is somebody else's: it is not taken back.
  int others;
};

// SIGPIPE goes to the thread that wrote: here it is blocked for a while. 0, or -1 with errno.
static int begin_quiet(struct quiet *quiet) {
  sigset_t pending;
  sigemptyset(&quiet->pipe_only);
  sigaddset(&quiet->pipe_only, SIGPIPE);
  int failure = pthread_sigmask(SIG_BLOCK, &quiet->pipe_only, &quiet->before);
  if (failure != 0) {
    errno = failure;
    return -1;
  }
  quiet->others = sigismember(&quiet->before, SIGPIPE) == 1 && sigpending(&pending) == 0 &&
                  sigismember(&pending, SIGPIPE) == 1;
  return 0;
}

static void end_quiet(const struct quiet *quiet) {
  int error = errno;
  if (!quiet->others) {
    const struct timespec now = {0, 0};
    while (sigtimedwait(&quiet->pipe_only, NULL, &now) < 0 && errno == EINTR) {
    }
  }
  pthread_sigmask(SIG_SETMASK, &quiet->before, NULL);
  errno = error;
}

ssize_t csockets_sendfile(int out, int in, off_t *offset, size_t count) {
  struct quiet quiet;
  if (begin_quiet(&quiet) != 0) return -1;
  ssize_t sent = sendfile(out, in, offset, count);
  // Also when something was sent: the part before may have gone, and the next have met the closed end.
  end_quiet(&quiet);
  return sent;
}

ssize_t csockets_write(int fd, const void *bytes, size_t count) {
  struct quiet quiet;
  if (begin_quiet(&quiet) != 0) return -1;
  ssize_t written = write(fd, bytes, count);
  end_quiet(&quiet);
  return written;
}

int csockets_pipe2(int fds[2], int flags) { return pipe2(fds, flags); }

int csockets_recvmmsg(int fd, csockets_mmsghdr *messages, unsigned int count, int flags) {
  return recvmmsg(fd, (struct mmsghdr *)messages, count, flags, NULL);
}

int csockets_sendmmsg(int fd, csockets_mmsghdr *messages, unsigned int count, int flags) {
  return sendmmsg(fd, (struct mmsghdr *)messages, count, flags);
}

int csockets_peer_credentials(int fd, pid_t *process, uid_t *user, gid_t *group) {
  struct ucred credentials;
  socklen_t length = sizeof credentials;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return -1;
  *process = credentials.pid;
  *user = credentials.uid;
  *group = credentials.gid;
  return 0;
}
