// Load for a UDP echo server, from one thread: each socket has DEPTH datagrams of SIZE bytes under way.
//
//   udpload PORT SOCKETS DEPTH SIZE SECONDS
//
// A datagram that has not come back after 200 ms counts as lost and is sent anew. Prints one JSON object.
#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { LARGEST = 1400, MOST = 128 };

struct message {
  uint32_t slot, number;
  char rest[LARGEST - 8];
};

struct slot {
  uint32_t number;
  uint64_t sent;
};

struct peer {
  int fd;
  struct slot *slots;
};

static unsigned size;
static struct message in[MOST], out[MOST];
static struct mmsghdr in_headers[MOST], out_headers[MOST];
static struct iovec in_vectors[MOST], out_vectors[MOST];

static void prepare(struct mmsghdr *headers, struct iovec *vectors, struct message *messages) {
  for (int i = 0; i < MOST; i++) {
    vectors[i] = (struct iovec){&messages[i], size};
    headers[i].msg_hdr.msg_iov = &vectors[i];
    headers[i].msg_hdr.msg_iovlen = 1;
  }
}

static void put(struct peer *peer, unsigned position, uint32_t slot, uint64_t now) {
  peer->slots[slot].number++;
  peer->slots[slot].sent = now;
  out[position].slot = slot;
  out[position].number = peer->slots[slot].number;
}

static void flush(struct peer *peer, unsigned count) {
  for (unsigned sent = 0; sent < count;) {
    int n = sendmmsg(peer->fd, out_headers + sent, count - sent, 0);
    if (n < 0) fail("sendmmsg");
    sent += (unsigned)n;
  }
}

static unsigned receive(struct peer *peer, unsigned depth) {
  int received = recvmmsg(peer->fd, in_headers, depth, MSG_DONTWAIT, NULL);
  if (received < 0 && errno == EAGAIN) return 0;
  if (received < 0) fail("recvmmsg");
  uint64_t now = nanoseconds();
  unsigned answers = 0;
  for (int i = 0; i < received; i++) {
    if (in_headers[i].msg_len != size || in[i].slot >= depth) refuse("something else came back");
    if (in[i].number != peer->slots[in[i].slot].number) continue;
    put(peer, answers++, in[i].slot, now);
  }
  flush(peer, answers);
  return answers;
}

static unsigned resend_lost(struct peer *peer, unsigned depth, uint64_t now) {
  unsigned lost = 0;
  for (uint32_t slot = 0; slot < depth; slot++)
    if (now - peer->slots[slot].sent > 200000000u) put(peer, lost++, slot, now);
  flush(peer, lost);
  return lost;
}

int main(int argc, char **argv) {
  if (argc != 6) refuse("usage: udpload PORT SOCKETS DEPTH SIZE SECONDS");
  struct sockaddr_in server = loopback(argv[1]);
  unsigned count = (unsigned)atoi(argv[2]), depth = (unsigned)atoi(argv[3]);
  size = (unsigned)atoi(argv[4]);
  if (depth < 1 || depth > MOST) refuse("DEPTH is 1 to 128");
  if (size < 8 || size > LARGEST) refuse("SIZE is 8 to 1400");
  int epoll_fd = epoll_create1(0);
  struct peer *peers = calloc(count, sizeof *peers);
  prepare(in_headers, in_vectors, in);
  prepare(out_headers, out_vectors, out);
  struct measurement m = measurement_for(atof(argv[5]));
  for (unsigned i = 0; i < count; i++) {
    peers[i].fd = socket(AF_INET, SOCK_DGRAM, 0);
    peers[i].slots = calloc(depth, sizeof(struct slot));
    if (connect(peers[i].fd, (struct sockaddr *)&server, sizeof server)) fail("connect");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &peers[i]};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, peers[i].fd, &event);
    for (uint32_t slot = 0; slot < depth; slot++) put(&peers[i], slot, slot, nanoseconds());
    flush(&peers[i], depth);
  }
  struct epoll_event events[256];
  uint64_t lost = 0, looked = nanoseconds(), now = looked;
  unsigned answers = 0;
  do {
    answers = 0;
    int ready = epoll_wait(epoll_fd, events, 256, 100);
    for (int i = 0; i < ready; i++) answers += receive(events[i].data.ptr, depth);
    now = nanoseconds();
    if (now - looked > 100000000u) {
      looked = now;
      for (unsigned i = 0; i < count; i++) lost += resend_lost(&peers[i], depth, now);
    }
  } while (measure(&m, answers, now));
  report(&m, lost);
  return 0;
}
