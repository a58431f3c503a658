// Load for a room: many clients in it, one of which speaks; every message must reach each of the others once, in order.
//
//   chatload PROTOCOL PORT CLIENTS MESSAGES OUTSTANDING SERVER-PID [FINGERPRINT ROOM <TOKENS]
//
// PROTOCOL is `irc`, `line` (docs/PROTOCOL.md: TLS 1.3 with the pinned certificate; the clients share the access
// tokens on the standard input, one a line) or `plain` (broadcaster.c). A message of 100 bytes is outstanding until
// it has reached all the others. Only that is counted, for each protocol alike: what the server tells the speaker
// himself (his own message, and on the line that it is stored) must come, too, but is no delivery. One thread. Prints
// one JSON object.
#define _GNU_SOURCE
#include "../toolkit/load.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

// Of a message; of what is read at once.
enum { SIZE = 100, ROOM = 65536 };
enum { SEQUENCE = 8 };  // digits at the beginning of each message

struct client {
  int fd, number;
  int is_ready;    // in the room
  uint32_t heard;  // messages
  SSL *tls;
  int step;       // of the login
  char *kept;     // the part of a message whose rest has not come
  size_t length;
};

struct protocol {
  const char *name;
  void (*begin)(struct client *);
  // Takes what it can of these bytes; how much that was.
  size_t (*take)(struct client *, const char *, size_t);
  void (*say)(uint32_t sequence);
  // How many clients enter at the same time: ngircd has a backlog of 10, and who comes behind that waits for a second.
  int at_once;
  // Whether the speaker hears himself, and is told what is stored.
  int answers;
};

static const struct protocol *protocol;
static struct sockaddr_in server;
static struct client *clients;
static int epoll_fd, client_count, ready_count;
static uint32_t message_count, complete, *reached, *latencies;
static uint64_t *sent_at, now, delivered, stored;
static char pattern[SIZE + 1];
static const char *fingerprint, *room;
static char **tokens;
static int token_count;
static uint64_t first_number;

static void give_up(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("chatload: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  exit(1);
}

static void watch(struct client *c) {
  // By edges, for else each epoll_wait looks again at all that the one before it has told of.
  struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = c};
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &event)) fail("epoll_ctl");
}

static void send_all(struct client *c, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t count = send(c->fd, bytes, length, MSG_NOSIGNAL);
    if (count < 0) fail("send");
    bytes += count;
    length -= (size_t)count;
  }
}

static void enters(struct client *c) {
  if (c->is_ready) give_up("client %d entered twice", c->number);
  c->is_ready = 1;
  ready_count++;
}

// What a client has heard: compared, counted, timed.
static void hears(struct client *c, const char *text, size_t length) {
  uint32_t sequence = 0;
  if (length != SIZE) give_up("client %d heard %zu bytes instead of %d", c->number, length, SIZE);
  for (int i = 0; i < SEQUENCE; i++) sequence = sequence * 10 + (uint32_t)(text[i] - '0');
  if (sequence != c->heard) give_up("client %d heard message %u where %u was due", c->number, sequence, c->heard);
  if (sequence >= message_count || sent_at[sequence] == 0) give_up("client %d heard what nobody said", c->number);
  if (memcmp(text + SEQUENCE, pattern + SEQUENCE, SIZE - SEQUENCE)) give_up("message %u arrived changed", sequence);
  c->heard++;
  if (c == clients) return;
  uint64_t took = now - sent_at[sequence];
  latencies[delivered++] = took > UINT32_MAX ? UINT32_MAX : (uint32_t)took;
  reached[sequence]++;
  while (complete < message_count && reached[complete] == (uint32_t)client_count - 1) complete++;
}

static void compose(uint32_t sequence, char *text) {
  char digits[SEQUENCE + 4];
  snprintf(digits, sizeof digits, "%0*u", SEQUENCE, sequence);
  memcpy(text, digits, SEQUENCE);
  memcpy(text + SEQUENCE, pattern + SEQUENCE, SIZE - SEQUENCE);
}

// plain: lines, the first of which is a greeting.

static void plain_begin(struct client *c) { (void)c; }

static size_t plain_take(struct client *c, const char *bytes, size_t length) {
  const char *at = bytes, *end = bytes + length, *line_end;
  for (; (line_end = memchr(at, '\n', (size_t)(end - at))); at = line_end + 1) {
    if (c->is_ready) {
      hears(c, at, (size_t)(line_end - at));
    } else {
      enters(c);
    }
  }
  return (size_t)(at - bytes);
}

static void plain_say(uint32_t sequence) {
  char line[SIZE + 1];
  compose(sequence, line);
  line[SIZE] = '\n';
  send_all(clients, line, sizeof line);
}

// irc: RFC 2812.

static void irc_begin(struct client *c) {
  char text[64];
  int length = snprintf(text, sizeof text, "NICK u%d\r\nUSER u%d 0 * :u\r\n", c->number, c->number);
  send_all(c, text, (size_t)length);
}

static int is_word(const char *at, const char *end, const char *word) {
  size_t length = strlen(word);
  return (size_t)(end - at) >= length && memcmp(at, word, length) == 0;
}

static void irc_line(struct client *c, const char *line, const char *end) {
  if (is_word(line, end, "PING ")) {
    char answer[600];
    int length = snprintf(answer, sizeof answer, "PONG %.*s\r\n", (int)(end - line - 5), line + 5);
    if (length < (int)sizeof answer) send_all(c, answer, (size_t)length);
    return;
  }
  if (is_word(line, end, "ERROR")) give_up("client %d: %.*s", c->number, (int)(end - line), line);
  // :who COMMAND #bench :text
  const char *command = memchr(line, ' ', (size_t)(end - line));
  if (!command++) return;
  if (is_word(command, end, "PRIVMSG #bench :")) {
    command += strlen("PRIVMSG #bench :");
    hears(c, command, (size_t)(end - command));
  } else if (is_word(command, end, "001 ")) {
    send_all(c, "JOIN #bench\r\n", 13);
  } else if (is_word(command, end, "366 ")) {
    enters(c);
  } else if (*command == '4' && !is_word(command, end, "422 ")) {
    // Any refusal but "there is no message of the day".
    give_up("client %d: %.*s", c->number, (int)(end - line), line);
  }
}

static size_t irc_take(struct client *c, const char *bytes, size_t length) {
  const char *at = bytes, *end = bytes + length, *line_end;
  for (; (line_end = memmem(at, (size_t)(end - at), "\r\n", 2)); at = line_end + 2) irc_line(c, at, line_end);
  return (size_t)(at - bytes);
}

static void irc_say(uint32_t sequence) {
  static const char command[] = "PRIVMSG #bench :";
  char line[sizeof command - 1 + SIZE + 2];
  memcpy(line, command, sizeof command - 1);
  compose(sequence, line + sizeof command - 1);
  memcpy(line + sizeof line - 2, "\r\n", 2);
  send_all(clients, line, sizeof line);
}

// line: docs/PROTOCOL.md. OpenSSL reads from what one recv brought, so the kernel is asked once for many records.

static const char *arrived;
static size_t arrived_count;

static int bio_read(BIO *bio, char *bytes, size_t length, size_t *taken) {
  BIO_clear_retry_flags(bio);
  if (arrived_count == 0) {
    BIO_set_retry_read(bio);
    return 0;
  }
  *taken = length < arrived_count ? length : arrived_count;
  memcpy(bytes, arrived, *taken);
  arrived += *taken;
  arrived_count -= *taken;
  return 1;
}

static int bio_write(BIO *bio, const char *bytes, size_t length, size_t *written) {
  BIO_clear_retry_flags(bio);
  send_all(BIO_get_data(bio), bytes, length);
  *written = length;
  return 1;
}

static long bio_control(BIO *bio, int command, long number, void *pointer) {
  (void)bio, (void)number, (void)pointer;
  return command == BIO_CTRL_FLUSH;
}

static SSL *new_tls(struct client *c) {
  static SSL_CTX *context;
  static BIO_METHOD *method;
  if (!context) {
    context = SSL_CTX_new(TLS_client_method());
    if (!context) give_up("no TLS");
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set_alpn_protos(context, (const unsigned char *)"\x0alandline/1", 11);
    // The fingerprint is compared instead.
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "what has arrived");
    if (!method) give_up("no memory");
    BIO_meth_set_read_ex(method, bio_read);
    BIO_meth_set_write_ex(method, bio_write);
    BIO_meth_set_ctrl(method, bio_control);
  }
  SSL *tls = SSL_new(context);
  BIO *bio = BIO_new(method);
  if (!tls || !bio) give_up("no memory");
  BIO_set_data(bio, c);
  BIO_set_init(bio, 1);
  SSL_set_bio(tls, bio, bio);
  return tls;
}

static void check_server(struct client *c) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  char text[2 * EVP_MAX_MD_SIZE + 1] = "";
  X509 *certificate = SSL_get1_peer_certificate(c->tls);
  if (!certificate || !X509_digest(certificate, EVP_sha256(), digest, &length)) give_up("no certificate");
  X509_free(certificate);
  for (unsigned i = 0; i < length; i++) snprintf(text + 2 * i, 3, "%02x", digest[i]);
  if (strcmp(text, fingerprint)) give_up("the certificate is %s", text);
}

static void line_send(struct client *c, const char *body, const char *format, ...) {
  char message[4 + 1024];
  va_list arguments;
  va_start(arguments, format);
  size_t body_length = body ? SIZE : 0;
  uint32_t length = (uint32_t)vsnprintf(message + 4, sizeof message - 4, format, arguments);
  va_end(arguments);
  if (4 + length + body_length > sizeof message) give_up("a head of %u bytes", length);
  for (int i = 0; i < 4; i++) message[i] = (char)(length >> 8 * i);
  if (body) memcpy(message + 4 + length, body, SIZE);
  int all = (int)(4 + length + body_length);
  if (SSL_write(c->tls, message, all) != all) give_up("client %d cannot write", c->number);
}

static void line_begin(struct client *c) {
  c->tls = new_tls(c);
  SSL_set_connect_state(c->tls);
  SSL_do_handshake(c->tls);
}

// The number that a member of a head has; -1 when there is none. The heads that come here hold no such text elsewhere.
static int64_t member(const char *head, size_t length, const char *name) {
  const char *at = memmem(head, length, name, strlen(name)), *end = head + length;
  if (!at) return -1;
  int64_t value = 0;
  for (at += strlen(name); at < end && *at >= '0' && *at <= '9'; at++) value = value * 10 + (*at - '0');
  return value;
}

static int has(const char *head, size_t length, const char *text) {
  return memmem(head, length, text, strlen(text)) != NULL;
}

static void line_numbered(int64_t number, uint32_t sequence) {
  if (first_number == 0) first_number = (uint64_t)number - sequence;
  if (number < 0 || (uint64_t)number != first_number + sequence) {
    give_up("message %u has number %lld and not %llu", sequence, (long long)number,
            (unsigned long long)(first_number + sequence));
  }
}

static void line_message(struct client *c, const char *head, size_t length, const char *body, size_t body_length) {
  if (has(head, length, "\"type\":\"message\"")) {
    line_numbered(member(head, length, "\"number\":"), c->heard);
    hears(c, body, body_length);
  } else if (has(head, length, "\"type\":\"sent\"")) {
    // Requests 0 to 2 were the login's.
    line_numbered(member(head, length, "\"number\":"), (uint32_t)member(head, length, "\"id\":") - 3);
    stored++;
  } else if (has(head, length, "\"type\":\"presence\"") || has(head, length, "\"type\":\"working\"")) {
    return;
  } else if (c->step == 0 && has(head, length, "\"type\":\"hello\"")) {
    c->step = 1;
    line_send(c, NULL, "{\"op\":\"login\",\"id\":1,\"token\":\"%s\"}", tokens[c->number % token_count]);
  } else if (c->step == 1 && has(head, length, "\"type\":\"welcome\"")) {
    c->step = 2;
    line_send(c, NULL, "{\"op\":\"chat.join\",\"id\":2,\"room\":\"%s\"}", room);
  } else if (c->step == 2 && has(head, length, "\"type\":\"joined\"")) {
    c->step = 3;
    enters(c);
  } else {
    // An error, or `behind`.
    give_up("client %d: %.*s", c->number, (int)length, head);
  }
}

static size_t line_messages(struct client *c, const char *bytes, size_t length) {
  size_t at = 0;
  while (length - at >= 4) {
    const unsigned char *size = (const unsigned char *)bytes + at;
    size_t head = size[0] | (size_t)size[1] << 8 | (size_t)size[2] << 16 | (size_t)size[3] << 24;
    if (head > ROOM / 2) give_up("a head of %zu bytes", head);
    if (length - at < 4 + head) break;
    // The first head, hello's, has no body, but limits, one of which has this name.
    int64_t body = c->step == 0 ? 0 : member(bytes + at + 4, head, "\"body\":");
    if (body < 0) body = 0;
    if (body > ROOM / 4) give_up("a body of %lld bytes", (long long)body);
    if (length - at < 4 + head + (size_t)body) break;
    line_message(c, bytes + at + 4, head, bytes + at + 4 + head, (size_t)body);
    at += 4 + head + (size_t)body;
  }
  return at;
}

static void keep(struct client *c, const char *bytes, size_t length) {
  if (length > ROOM) give_up("client %d: a message without an end", c->number);
  if (length > 0 && !c->kept && !(c->kept = malloc(ROOM))) fail("malloc");
  if (length > 0) memmove(c->kept, bytes, length);
  c->length = length;
}

// All that is in the records that have arrived.
static void line_arrived(struct client *c, const char *bytes, size_t length) {
  static char text[2 * ROOM];
  arrived = bytes;
  arrived_count = length;
  if (!SSL_is_init_finished(c->tls)) {
    int result = SSL_do_handshake(c->tls);
    if (result != 1) {
      if (SSL_get_error(c->tls, result) != SSL_ERROR_WANT_READ) give_up("client %d: the handshake failed", c->number);
      return;
    }
    check_server(c);
    line_send(c, NULL, "{\"op\":\"hello\",\"id\":0,\"versions\":[1],\"software\":\"chatload\",\"features\":[]}");
  }
  for (;;) {
    size_t count;
    if (c->length) memcpy(text, c->kept, c->length);
    int result = SSL_read_ex(c->tls, text + c->length, ROOM, &count);
    if (result != 1) {
      if (SSL_get_error(c->tls, result) != SSL_ERROR_WANT_READ) give_up("the server closed client %d", c->number);
      return;
    }
    size_t all = c->length + count, taken = line_messages(c, text, all);
    keep(c, text + taken, all - taken);
    if (arrived_count == 0 && SSL_pending(c->tls) == 0) return;
  }
}

static void line_say(uint32_t sequence) {
  char text[SIZE];
  compose(sequence, text);
  line_send(clients, text, "{\"op\":\"chat.send\",\"id\":%u,\"room\":\"%s\",\"key\":\"%s-%u\",\"body\":%d}",
            sequence + 3, room, room, sequence, SIZE);
}

static const struct protocol protocols[] = {
    {"plain", plain_begin, plain_take, plain_say, 64, 0},
    {"irc", irc_begin, irc_take, irc_say, 8, 0},
    {"line", line_begin, NULL, line_say, 32, 1},
};

// The loop.

// Whether there may be more at once.
static int receive(struct client *c) {
  static char bytes[2 * ROOM];
  size_t before = c->tls ? 0 : c->length;
  if (before) memcpy(bytes, c->kept, before);
  ssize_t count = recv(c->fd, bytes + before, ROOM, MSG_DONTWAIT);
  if (count < 0 && errno == EAGAIN) return 0;
  if (count < 0) fail("recv");
  if (count == 0) give_up("the server closed client %d", c->number);
  now = nanoseconds();
  if (c->tls) {
    line_arrived(c, bytes, (size_t)count);
  } else {
    size_t all = before + (size_t)count, taken = protocol->take(c, bytes, all);
    keep(c, bytes + taken, all - taken);
  }
  // Less than there was room for was all (man 7 epoll).
  return count == ROOM;
}

static int turn(int milliseconds) {
  struct epoll_event events[512];
  int ready = epoll_wait(epoll_fd, events, 512, milliseconds);
  if (ready < 0 && errno != EINTR) fail("epoll_wait");
  for (int i = 0; i < ready; i++) {
    while (receive(events[i].data.ptr)) continue;
  }
  return ready;
}

static void turn_or_give_up(const char *what) {
  if (turn(20000) == 0) give_up("nothing came for 20 seconds: %s", what);
}

static void enter_all(void) {
  for (int i = 0; i < client_count; i++) {
    struct client *c = &clients[i];
    int on = 1;
    c->number = i;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0) fail("socket");
    if (connect(c->fd, (struct sockaddr *)&server, sizeof server)) fail("connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(c);
    protocol->begin(c);
    while (i + 1 - ready_count >= protocol->at_once) turn_or_give_up("entering the room");
  }
  while (ready_count < client_count) turn_or_give_up("entering the room");
  // What is still said about the last ones who came.
  while (turn(300) > 0) continue;
}

static void converse(unsigned outstanding) {
  for (uint32_t sent = 0; complete < message_count;) {
    for (; sent < message_count && sent - complete < outstanding; sent++) {
      sent_at[sent] = nanoseconds();
      protocol->say(sent);
    }
    turn_or_give_up("waiting for messages");
  }
}

static void expect_the_rest(void) {
  while (protocol->answers && (stored < message_count || clients[0].heard < message_count)) {
    turn_or_give_up("waiting for what the speaker is told");
  }
  // Whatever came now would have come twice; `hears` ends the program then.
  while (turn(200) > 0) continue;
}

static void read_tokens(void) {
  char line[512];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    tokens = realloc(tokens, (size_t)(token_count + 1) * sizeof *tokens);
    if (!tokens || !(tokens[token_count++] = strdup(line))) fail("realloc");
  }
  if (token_count == 0) refuse("no token on the standard input");
}

// User and system time of a process, in seconds (man 5 proc).
static double seconds_of(const char *pid) {
  char path[64], text[1024];
  unsigned long user = 0, system = 0;
  snprintf(path, sizeof path, "/proc/%s/stat", pid);
  FILE *file = fopen(path, "r");
  if (!file) fail(path);
  text[fread(text, 1, sizeof text - 1, file)] = 0;
  fclose(file);
  char *at = strrchr(text, ')');
  if (!at || sscanf(at + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2) {
    give_up("%s is not as it should be", path);
  }
  return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static double own_seconds(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static long anonymous_kib(const char *pid) {
  char path[64], line[256];
  long kib = 0;
  snprintf(path, sizeof path, "/proc/%s/status", pid);
  FILE *file = fopen(path, "r");
  if (!file) fail(path);
  while (fgets(line, sizeof line, file)) sscanf(line, "RssAnon: %ld", &kib);
  fclose(file);
  return kib;
}

static int compare(const void *one, const void *other) {
  uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
  return (a > b) - (a < b);
}

int main(int argc, char **argv) {
  if (argc != 7 && argc != 9) {
    refuse("usage: chatload PROTOCOL PORT CLIENTS MESSAGES OUTSTANDING SERVER-PID [FINGERPRINT ROOM <TOKENS]");
  }
  for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
    if (strcmp(protocols[i].name, argv[1]) == 0) protocol = &protocols[i];
  }
  server = loopback(argv[2]);
  client_count = atoi(argv[3]);
  message_count = (uint32_t)atoi(argv[4]);
  int outstanding = atoi(argv[5]);
  const char *pid = argv[6];
  if (!protocol || client_count < 2 || message_count < 1 || outstanding < 1) refuse("chatload: that makes no sense");
  if (protocol->answers) {
    if (argc != 9) refuse("chatload: `line` needs a fingerprint and a room");
    fingerprint = argv[7];
    room = argv[8];
    read_tokens();
  }
  raise_descriptor_limit();
  for (int i = 0; i < SIZE; i++) pattern[i] = (char)('a' + i % 26);
  epoll_fd = epoll_create1(0);
  uint64_t expected = (uint64_t)(client_count - 1) * message_count;
  clients = calloc((size_t)client_count, sizeof *clients);
  reached = calloc(message_count, sizeof *reached);
  sent_at = calloc(message_count, sizeof *sent_at);
  latencies = malloc(expected * sizeof *latencies);
  if (epoll_fd < 0 || !clients || !reached || !sent_at || !latencies) fail("no memory");
  enter_all();

  double server_before = seconds_of(pid), own_before = own_seconds();
  uint64_t start = nanoseconds();
  converse((unsigned)outstanding);
  double seconds = (double)(nanoseconds() - start) / 1e9;
  double server_seconds = seconds_of(pid) - server_before, own = own_seconds() - own_before;
  expect_the_rest();
  if (delivered != expected) give_up("%llu deliveries", (unsigned long long)delivered);

  qsort(latencies, delivered, sizeof *latencies, compare);
  printf("{\"deliveries\": %llu, \"seconds\": %.4f, \"deliveries_s\": %.0f, \"p50_us\": %.1f, \"p99_us\": %.1f, "
         "\"max_us\": %.1f, \"server_us\": %.3f, \"server_cores\": %.2f, \"load_cores\": %.2f, \"server_kib\": %ld}\n",
         (unsigned long long)delivered, seconds, (double)delivered / seconds, latencies[delivered / 2] / 1e3,
         latencies[delivered * 99 / 100] / 1e3, latencies[delivered - 1] / 1e3,
         server_seconds * 1e6 / (double)delivered, server_seconds / seconds, own / seconds, anonymous_kib(pid));
  return 0;
}
