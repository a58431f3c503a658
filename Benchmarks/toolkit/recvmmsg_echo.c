// The ceiling: a UDP echo server on recvmmsg and sendmmsg, one thread, nothing but the system calls.
//
//   recvmmsg_echo PORT
#define _GNU_SOURCE
#include "load.h"

#include <string.h>
#include <sys/socket.h>

enum { BATCH = 64, SIZE = 8192 };

int main(int argc, char **argv) {
  static char bytes[BATCH][SIZE];
  static struct mmsghdr headers[BATCH];
  static struct iovec vectors[BATCH];
  static struct sockaddr_in senders[BATCH];
  if (argc != 2) refuse("usage: recvmmsg_echo PORT");
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in address = loopback(argv[1]);
  if (bind(fd, (struct sockaddr *)&address, sizeof address)) fail("bind");
  for (int i = 0; i < BATCH; i++) {
    vectors[i].iov_base = bytes[i];
    headers[i].msg_hdr.msg_iov = &vectors[i];
    headers[i].msg_hdr.msg_iovlen = 1;
    headers[i].msg_hdr.msg_name = &senders[i];
  }
  for (;;) {
    for (int i = 0; i < BATCH; i++) {
      vectors[i].iov_len = SIZE;
      headers[i].msg_hdr.msg_namelen = sizeof senders[i];
    }
    int received = recvmmsg(fd, headers, BATCH, MSG_WAITFORONE, NULL);
    for (int i = 0; i < received; i++) vectors[i].iov_len = headers[i].msg_len;
    for (int sent = 0; sent < received;) {
      int count = sendmmsg(fd, headers + sent, (unsigned)(received - sent), 0);
      sent += count > 0 ? count : 1;
    }
  }
}
