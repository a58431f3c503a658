// How the kernel treats a process: what a program inherits, and what others of the same user can change.
#ifndef STANDING_H
#define STANDING_H

#include <sched.h>
#include <stdbool.h>

struct standing {
  int nice;
  int policy;
  int io_priority;
  cpu_set_t processors;
};

// The caller's own.
struct standing own_standing(void);

bool is_same_standing(const struct standing *one, const struct standing *other);

#endif
