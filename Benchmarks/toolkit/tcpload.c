// Load for a TCP echo server, from one thread.
//
//   tcpload PORT CONNECTIONS DEPTH SECONDS      each connection has DEPTH messages of 64 bytes under way
//   tcpload PORT CONNECTIONS 0 SECONDS          a new connection for each message
//
// Every byte that comes back is compared. Prints one JSON object.
#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIZE = 64, ROOM = 65536 };

struct connection {
  int fd;
  unsigned phase;  // of the message that is being received, in bytes
  unsigned owed;   // bytes still to be sent
  int waits;       // until the socket takes them
};

static char pattern[ROOM + SIZE];
static struct sockaddr_in server;
static int epoll_fd, depth;

static void watch(struct connection *c, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = c};
  if (epoll_ctl(epoll_fd, operation, c->fd, &event)) fail("epoll_ctl");
}

static void open_connection(struct connection *c, int waits) {
  static unsigned source;
  int on = 1;
  c->fd = socket(AF_INET, SOCK_STREAM | (waits ? 0 : SOCK_NONBLOCK), 0);
  if (c->fd < 0) fail("socket");
  if (depth == 0) {
    // Ports of closed connections are not free for a while: take them from many addresses.
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000002u + source++ % 200)};
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(c->fd, (struct sockaddr *)&from, sizeof from)) fail("bind");
  }
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(c->fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS) fail("connect");
  c->phase = c->owed = 0;
  c->waits = 0;
}

static void send_owed(struct connection *c) {
  while (c->owed) {
    unsigned phase = (SIZE - c->owed % SIZE) % SIZE;
    ssize_t sent = send(c->fd, pattern + phase, c->owed < ROOM ? c->owed : ROOM, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EAGAIN) break;
      fail("send");
    }
    c->owed -= (unsigned)sent;
  }
  if (c->waits != (c->owed > 0)) {
    c->waits = c->owed > 0;
    watch(c, EPOLL_CTL_MOD, c->waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }
}

static unsigned receive(struct connection *c) {
  static char room[ROOM];
  ssize_t count = recv(c->fd, room, sizeof room, MSG_DONTWAIT);
  if (count < 0 && errno == EAGAIN) return 0;
  if (count < 0) fail("recv");
  if (count == 0) refuse("the server closed a connection");
  if (memcmp(room, pattern + c->phase, (size_t)count)) refuse("other bytes came back");
  unsigned bytes = c->phase + (unsigned)count;
  c->phase = bytes % SIZE;
  return bytes / SIZE;
}

static unsigned turn(struct connection *c, uint32_t events) {
  if (depth == 0 && events & EPOLLOUT) {
    // Connected.
    c->owed = SIZE;
    send_owed(c);
    watch(c, EPOLL_CTL_MOD, EPOLLIN);
    return 0;
  }
  unsigned answers = events & ~EPOLLOUT ? receive(c) : 0;
  if (depth > 0) {
    c->owed += answers * SIZE;
    if (c->owed) send_owed(c);
  } else if (answers > 0) {
    close(c->fd);
    open_connection(c, 0);
    watch(c, EPOLL_CTL_ADD, EPOLLOUT);
  }
  return answers;
}

int main(int argc, char **argv) {
  if (argc != 5) refuse("usage: tcpload PORT CONNECTIONS DEPTH SECONDS");
  server = loopback(argv[1]);
  int count = atoi(argv[2]);
  depth = atoi(argv[3]);
  for (unsigned i = 0; i < sizeof pattern; i++) pattern[i] = (char)('a' + i % SIZE % 26);
  raise_descriptor_limit();
  epoll_fd = epoll_create1(0);
  struct connection *connections = calloc((size_t)count, sizeof *connections);
  if (!connections) fail("calloc");
  for (int i = 0; i < count; i++) {
    open_connection(&connections[i], depth != 0);
    watch(&connections[i], EPOLL_CTL_ADD, depth ? EPOLLIN : EPOLLOUT);
  }
  struct measurement m = measurement_for(atof(argv[4]));
  for (int i = 0; i < count && depth; i++) {
    connections[i].owed = (unsigned)depth * SIZE;
    send_owed(&connections[i]);
  }
  struct epoll_event events[512];
  int goes_on = 1;
  while (goes_on) {
    int ready = epoll_wait(epoll_fd, events, 512, 5000);
    if (ready == 0) refuse("no answer for five seconds");
    unsigned answers = 0;
    for (int i = 0; i < ready; i++) answers += turn(events[i].data.ptr, events[i].events);
    goes_on = measure(&m, answers, nanoseconds());
  }
  report(&m, 0);
  return 0;
}
