// How the server starts the launcher, what the two say to each other, and the Landlock calls that glibc does not wrap.
//
// No _GNU_SOURCE here; see CLinux.h.
#ifndef CLAUNCH_H
#define CLAUNCH_H

#include <dirent.h>
#include <stdint.h>
#include <sys/types.h>

// The launcher's descriptors beside 0, 1 and 2.
static const int CLAUNCH_CONTROL = 3;
// Only with --landlock.
static const int CLAUNCH_RULESET = 4;

// The server's orders, each one packet on the control socket (SOCK_SEQPACKET). The first is to start, and so is the first
// after a program has ended and the launcher said that it waits; others are not heard in between.
enum claunch_order_kind {
  // A `claunch_start`.
  CLAUNCH_START = 0,
  // Send `signal` to the program's process group.
  CLAUNCH_SIGNAL = 1,
  // SIGTERM to everything the program has started, SIGKILL five seconds later.
  CLAUNCH_END = 2,
};

// What to start. Behind it are strings, each with its NUL: first options and program, as options.h has them, then the
// program's environment. With it come its descriptors 0, 1 and 2, and the ruleset (SCM_RIGHTS, man 7 unix).
struct claunch_start {
  uint32_t kind;
  uint32_t words;
  uint32_t variables;
};

enum {
  // Of all strings, in bytes.
  CLAUNCH_MOST_TEXT = 131072,
  CLAUNCH_MOST_DESCRIPTORS = 4,
};

struct claunch_order {
  uint32_t kind;
  int32_t signal;
};

// The launcher's reports, likewise. A failure is the last one, and so is an exit, unless it says that the launcher waits.
enum claunch_report_kind {
  // The program runs; `value` is its process id, which is also its group's and its session's.
  CLAUNCH_STARTED = 1,
  // It does not: `value` is the errno, `detail` the stage.
  CLAUNCH_FAILED = 2,
  // It has ended, with everything that it had started: `value` is the status of man 2 wait.
  CLAUNCH_EXITED = 3,
};

enum claunch_stage {
  CLAUNCH_STAGE_SETUP = 1,
  CLAUNCH_STAGE_EXEC = 2,
};

enum claunch_flag {
  CLAUNCH_TIMED_OUT = 1,
  // SIGTERM was not enough.
  CLAUNCH_KILLED = 2,
  // Processes were left when the program had ended, and were ended, too.
  CLAUNCH_STRAGGLERS = 4,
  // The program ended by itself and left nothing: the launcher waits for the next one.
  CLAUNCH_WAITS = 8,
};

struct claunch_report {
  uint32_t kind;
  int32_t value;
  int32_t detail;
  uint32_t flags;
  // From the start to the program's own end, and the processor's time of all that was waited for.
  int64_t elapsed_us;
  int64_t user_us;
  int64_t system_us;
};

// Starts a launcher (man 3 posix_spawn), which waits for the order to start; its arguments end with NULL. Its descriptor 3 is
// `control`; nothing else that the server has open is the launcher's. It waits until the launcher runs, less than a
// millisecond. 0, or an errno.
int claunch_spawn(pid_t *pid, const char *path, char *const arguments[], int control);

// Orders a launcher to start a program; the lists end with NULL. `descriptors` are the program's input, output and errors,
// and a ruleset if the words say so. Does not wait on a socket that has nothing in it. 0, or an errno.
int claunch_start(
    int control, char *const words[], char *const environment[], const int descriptors[], int descriptor_count);

// A pair of connected sockets for packets (man 7 unix), closed on exec. 0, or -1 with errno.
int claunch_control_pair(int pair[2]);

// A pipe (man 2 pipe), closed on exec. 0, or -1 with errno.
int claunch_pipe(int pair[2]);

// Makes a pipe hold so many bytes if the kernel lets it.
void claunch_set_pipe_size(int descriptor, int bytes);

// A new pseudoterminal (man 7 pty), both ends closed on exec. 0, or -1 with errno.
int claunch_open_terminal(int *primary, int *secondary, uint16_t columns, uint16_t rows);

// Sets a terminal's size, of which its foreground process group hears. 0, or -1 with errno.
int claunch_set_size(int primary, uint16_t columns, uint16_t rows);

// How many bytes can be read now (FIONREAD); 0 where that cannot be told.
int claunch_readable_bytes(int descriptor);

// Has the descriptor's calls answer EAGAIN where they would wait. 0, or -1 with errno.
int claunch_set_nonblocking(int descriptor);

// Whether the wait status is an exit, with its code, or else the signal's number.
static inline int claunch_is_exit(int32_t status) { return (status & 0x7f) == 0; }
static inline int claunch_exit_status(int32_t status) { return (status >> 8) & 0xff; }
static inline int claunch_signal(int32_t status) { return status & 0x7f; }

// The version of Landlock that the kernel has (man 7 landlock); 0 when it has none, or it is off.
int claunch_landlock_version(void);

// A descriptor that is readable when a process has ended (man 2 pidfd_open), closed on exec. -1 with errno.
int claunch_process_descriptor(pid_t pid);

// A descriptor that only names a file (its value differs between architectures).
int claunch_o_path(void);

// The name inside a dirent, which Swift imports as a tuple of 256.
static inline const char *claunch_name(const struct dirent *entry) { return entry->d_name; }

// What a rule allows.
enum claunch_access {
  CLAUNCH_READ = 1,  // read, list and execute
  CLAUNCH_FULL = 2,
};

// A ruleset that allows nothing yet, closed on exec. A descriptor, or -1 with errno.
int claunch_ruleset(int version);

// Allows access to what `descriptor` (O_PATH will do) names and, if it is a folder, to everything in it. 0, or -1 with errno.
int claunch_allow(int ruleset, int version, int descriptor, int access);

#endif
