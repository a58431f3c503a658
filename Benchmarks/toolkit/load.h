// What the load generators share: time, errors, the report.
#ifndef LOAD_H
#define LOAD_H

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static inline uint64_t nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static inline void fail(const char *what) {
  perror(what);
  exit(1);
}

static inline void refuse(const char *why) {
  fprintf(stderr, "%s\n", why);
  exit(1);
}

static inline struct sockaddr_in loopback(const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)atoi(port)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  return address;
}

static inline void raise_descriptor_limit(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Warm-up, then measurement: what was counted before the warm-up's end does not count.
struct measurement {
  uint64_t begin, end, counted, total, started;
};

static inline struct measurement measurement_for(double seconds) {
  uint64_t now = nanoseconds();
  struct measurement m = {.begin = now + 300000000u, .end = now + 300000000u + (uint64_t)(seconds * 1e9)};
  return m;
}

// Counts answers; false when the time is over.
static inline int measure(struct measurement *m, uint64_t answers, uint64_t now) {
  m->total += answers;
  if (!m->started) {
    if (now >= m->begin) m->started = now;
  } else {
    m->counted += answers;
  }
  return now < m->end;
}

static inline void report(const struct measurement *m, uint64_t lost) {
  double seconds = (double)(nanoseconds() - m->started) / 1e9;
  printf("{\"per_second\": %.1f, \"total\": %llu, \"lost\": %llu}\n", (double)m->counted / seconds,
         (unsigned long long)m->total, (unsigned long long)lost);
}

#endif
