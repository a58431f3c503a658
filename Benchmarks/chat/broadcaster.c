// The least that a chat server can do: what one client says goes to all the others, as it is. One thread, epoll.
//
//   broadcaster PORT
//
// Nothing is encrypted, stored or looked at. It is the upper limit that the others are seen beside, and no more: a
// client that does not read holds up everybody.
#define _GNU_SOURCE
#include "../toolkit/load.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 65536 };

static int members[MOST], member_count;

static void send_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t count = send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) {
      struct pollfd writable = {.fd = fd, .events = POLLOUT};
      poll(&writable, 1, -1);
      continue;
    }
    // Its end comes as an event of its own.
    if (count < 0) return;
    bytes += count;
    length -= (size_t)count;
  }
}

static void admit(int epoll_fd, int fd) {
  int on = 1;
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  if (member_count == MOST) refuse("too many");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl");
  members[member_count++] = fd;
  send_all(fd, "welcome\n", 8);
}

static void dismiss(int fd) {
  for (int i = 0; i < member_count; i++) {
    if (members[i] == fd) members[i] = members[--member_count];
  }
  close(fd);
}

static void pass_on(int fd) {
  static char bytes[65536];
  ssize_t count = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) {
    dismiss(fd);
    return;
  }
  for (int i = 0; i < member_count; i++) {
    if (members[i] != fd) send_all(members[i], bytes, (size_t)count);
  }
}

int main(int argc, char **argv) {
  if (argc != 2) refuse("usage: broadcaster PORT");
  struct sockaddr_in address = loopback(argv[1]);
  int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), epoll_fd = epoll_create1(0);
  raise_descriptor_limit();
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) fail("listen");
  struct epoll_event events[256], event = {.events = EPOLLIN, .data.fd = listener};
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    int ready = epoll_wait(epoll_fd, events, 256, -1);
    for (int i = 0; i < ready; i++) {
      if (events[i].data.fd != listener) {
        pass_on(events[i].data.fd);
        continue;
      }
      for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) admit(epoll_fd, fd);
    }
  }
}
