#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool read_number(const char *text, long long *number) {
  char *end;
  errno = 0;
  *number = strtoll(text, &end, 10);
  return errno == 0 && end != text && *end == 0;
}

// Ids separated by commas, the first of which is the group proper.
static bool read_groups(struct options *options, const char *text) {
  for (const char *at = text; *at;) {
    char *end;
    errno = 0;
    unsigned long id = strtoul(at, &end, 10);
    if (errno != 0 || end == at || (*end != 0 && *end != ',') || options->group_count == most_groups) return false;
    options->groups[options->group_count++] = (gid_t)id;
    at = *end == ',' ? end + 1 : end;
  }
  if (options->group_count == 0) return false;
  options->group = options->groups[0];
  return true;
}

static bool read_common_option(struct options *options, const char *name, const char *value) {
  long long number;
  if (strcmp(name, "--groups") == 0) return read_groups(options, value);
  if (strcmp(name, "--user") != 0 || !read_number(value, &number)) return false;
  options->has_user = true;
  options->user = (uid_t)number;
  return true;
}

static bool read_option(struct options *options, const char *name, const char *value) {
  long long number;
  if (strcmp(name, "--folder") == 0) {
    options->folder = value;
    return true;
  }
  if (!read_number(value, &number)) return false;
  if (strcmp(name, "--cpu") == 0) {
    options->cpu_seconds = number;
  } else if (strcmp(name, "--memory") == 0) {
    options->memory_bytes = number;
  } else if (strcmp(name, "--processes") == 0) {
    options->processes = number;
  } else if (strcmp(name, "--timeout") == 0) {
    options->timeout = number;
  } else {
    return false;
  }
  return true;
}

bool read_common_options(struct options *options, int count, char **words) {
  *options = (struct options){.folder = "/", .cpu_seconds = -1, .memory_bytes = -1, .processes = -1};
  for (int at = 0; at < count;) {
    if (strcmp(words[at], "--landlock") == 0) {
      options->has_ruleset = true;
      at++;
    } else if (at + 1 < count && read_common_option(options, words[at], words[at + 1])) {
      at += 2;
    } else {
      return false;
    }
  }
  return !options->has_user || options->group_count > 0;
}

bool read_program(struct options *options, int count, char **words) {
  int at = 0;
  while (at < count && strcmp(words[at], "--") != 0) {
    if (strcmp(words[at], "--terminal") == 0) {
      options->is_terminal = true;
      at++;
    } else if (at + 1 < count && read_option(options, words[at], words[at + 1])) {
      at += 2;
    } else {
      return false;
    }
  }
  if (at + 2 >= count) return false;
  options->program = words[at + 1];
  options->arguments = words + at + 2;
  return true;
}
