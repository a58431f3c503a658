#define _GNU_SOURCE
#include "standing.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { io_priority_of_process = 1 };  // IOPRIO_WHO_PROCESS (man 2 ioprio_get)

struct standing own_standing(void) {
  struct standing standing;
  memset(&standing, 0, sizeof standing);
  standing.nice = getpriority(PRIO_PROCESS, 0);
  standing.policy = sched_getscheduler(0);
  standing.io_priority = (int)syscall(SYS_ioprio_get, io_priority_of_process, 0);
  // Fails, and changes nothing, where there are more than 1,024.
  sched_getaffinity(0, sizeof standing.processors, &standing.processors);
  return standing;
}

bool is_same_standing(const struct standing *one, const struct standing *other) {
  return one->nice == other->nice && one->policy == other->policy && one->io_priority == other->io_priority &&
         CPU_EQUAL(&one->processors, &other->processors);
}
