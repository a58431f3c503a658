#define _GNU_SOURCE
#include "order.h"

#include "CLaunch.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

// Descriptors get the lowest numbers that are free, in their order (man 2 dup), and all but the socket's are.
static bool are_in_place(const struct msghdr *message, bool has_ruleset) {
  static const int places[CLAUNCH_MOST_DESCRIPTORS] = {0, 1, 2, CLAUNCH_RULESET};
  const struct cmsghdr *header = CMSG_FIRSTHDR(message);
  size_t length = (has_ruleset ? 4 : 3) * sizeof(int);
  return (message->msg_flags & MSG_CTRUNC) == 0 && header != NULL && header->cmsg_level == SOL_SOCKET &&
         header->cmsg_type == SCM_RIGHTS &&
         header->cmsg_len == CMSG_LEN(length) && memcmp(CMSG_DATA(header), places, length) == 0;
}

// Finds `count` strings; NULL: there are not as many, or no memory for them.
static char **split(char **at, const char *end, uint32_t count) {
  if (count > (size_t)(end - *at)) return NULL;
  char **strings = calloc((size_t)count + 1, sizeof *strings);
  for (uint32_t index = 0; strings != NULL && index < count; index++) {
    char *nul = memchr(*at, 0, (size_t)(end - *at));
    if (nul == NULL) return NULL;
    strings[index] = *at;
    *at = nul + 1;
  }
  return strings;
}

// Whether it is an order for a program that has ended meanwhile.
static bool is_late(ssize_t count, const struct claunch_start *start) {
  return count == sizeof(struct claunch_order) && start->kind != CLAUNCH_START;
}

bool await_order(struct order *order, int *problem) {
  static char text[CLAUNCH_MOST_TEXT];
  struct claunch_start start;
  struct iovec parts[2] = {{&start, sizeof start}, {text, sizeof text}};
  _Alignas(struct cmsghdr) char room[CMSG_SPACE(CLAUNCH_MOST_DESCRIPTORS * sizeof(int))];
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2, .msg_control = room};
  free(order->words);
  free(order->environment);
  order->words = order->environment = NULL;
  ssize_t count;
  do {
    message.msg_controllen = sizeof room;
    count = recvmsg(CLAUNCH_CONTROL, &message, 0);
  } while ((count < 0 && errno == EINTR) || is_late(count, &start));
  *problem = count < 0 ? errno : 0;
  if (count <= 0) return false;

  *problem = EPROTO;
  if (count < (ssize_t)sizeof start || (message.msg_flags & MSG_TRUNC) != 0 || start.kind != CLAUNCH_START) return false;
  char *at = text;
  const char *end = text + ((size_t)count - sizeof start);
  order->words = split(&at, end, start.words);
  order->environment = split(&at, end, start.variables);
  if (order->words == NULL || order->environment == NULL ||
      !read_program(&order->options, (int)start.words, order->words)) {
    return false;
  }
  if (are_in_place(&message, order->options.has_ruleset)) return true;
  // More descriptors than the server's user, or a limit of its, allows.
  *problem = EMFILE;
  return false;
}
