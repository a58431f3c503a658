// What the launcher is told about the program.
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { most_groups = 256 };

struct options {
  // The user and its groups; without `has_user` it stays the server's.
  bool has_user;
  uid_t user;
  gid_t group;
  gid_t groups[most_groups];
  size_t group_count;
  // Where the program begins.
  const char *folder;
  // -1: no limit.
  long long cpu_seconds;
  long long memory_bytes;
  long long processes;
  // Milliseconds until the program is ended; 0: never.
  long long timeout;
  // Descriptor 0 is a terminal, which becomes the program's controlling one.
  bool is_terminal;
  // Descriptor 4 is a Landlock ruleset.
  bool has_ruleset;
  const char *program;
  char **arguments;
};

// What is the same for all programs of a server, from the launcher's own arguments. False: it was not told rightly.
bool read_common_options(struct options *options, int count, char **words);

// What is to start, from words: further options, two dashes, the program's path, and its arguments from the name on that it
// is called by. False: it was not told rightly.
bool read_program(struct options *options, int count, char **words);

#endif
