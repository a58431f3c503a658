// The ceiling: a TCP echo server on epoll, one thread, nothing but the system calls.
//
//   epoll_echo PORT
#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
  int fd;
  char *waiting;  // what the peer has not taken yet
  size_t start, end;
};

static int epoll_fd;

static void watch(struct connection *c, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = c};
  epoll_ctl(epoll_fd, operation, c->fd, &event);
}

static void drop(struct connection *c) {
  close(c->fd);
  free(c->waiting);
  free(c);
}

static void accept_all(int listener) {
  int fd, on = 1;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *c = calloc(1, sizeof *c);
    c->fd = fd;
    watch(c, EPOLL_CTL_ADD, EPOLLIN);
  }
}

static void echo(struct connection *c) {
  static char room[65536];
  ssize_t count = recv(c->fd, room, sizeof room, 0);
  if (count <= 0) {
    if (count == 0 || errno != EAGAIN) drop(c);
    return;
  }
  ssize_t sent = send(c->fd, room, (size_t)count, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return drop(c);
  if (sent < 0) sent = 0;
  if (sent == count) return;
  c->start = 0;
  c->end = (size_t)(count - sent);
  c->waiting = malloc(c->end);
  memcpy(c->waiting, room + sent, c->end);
  watch(c, EPOLL_CTL_MOD, EPOLLOUT);
}

static void send_waiting(struct connection *c) {
  while (c->start < c->end) {
    ssize_t sent = send(c->fd, c->waiting + c->start, c->end - c->start, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN) drop(c);
      return;
    }
    c->start += (size_t)sent;
  }
  free(c->waiting);
  c->waiting = NULL;
  watch(c, EPOLL_CTL_MOD, EPOLLIN);
}

int main(int argc, char **argv) {
  if (argc != 2) refuse("usage: epoll_echo PORT");
  raise_descriptor_limit();
  int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = loopback(argv[1]);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) fail("listen");
  epoll_fd = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN}, events[512];
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    int count = epoll_wait(epoll_fd, events, 512, -1);
    for (int i = 0; i < count; i++) {
      struct connection *c = events[i].data.ptr;
      if (!c)
        accept_all(listener);
      else if (events[i].events & EPOLLOUT)
        send_waiting(c);
      else
        echo(c);
    }
  }
}
