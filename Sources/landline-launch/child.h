// What happens between the launcher and the program.
#ifndef CHILD_H
#define CHILD_H

#include "options.h"

// Where and why a start failed.
struct failure {
  int stage;
  int error;
};

// Does for the launcher itself what every program inherits from it, so that it takes no time when one is to start. 0, or -1
// with errno.
int prepare_for_all(const struct options *options);

// Becomes the program: its session, terminal, limits, user and restrictions, then execve(2). Returns only when that fails.
// Runs behind vfork, in the memory of the parent, so it calls the kernel and nothing that keeps state.
struct failure become_program(const struct options *options, char **environment);

#endif
