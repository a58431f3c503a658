// What watches over the program while it runs.
#ifndef GUARD_H
#define GUARD_H

#include "options.h"
#include <stdint.h>

// Until the program has ended, with everything that it has started; carries out the server's orders, and reports to it.
//
// The launcher is the parent of whatever loses its own (PR_SET_CHILD_SUBREAPER), so nothing gets away from it: neither by
// setsid(2) nor by forking twice. When the server goes away, even by SIGKILL, the socket ends, and the program with it.
void guard(pid_t program, const struct options *options, int64_t started);

// Microseconds of a clock that only goes forward.
int64_t now_us(void);

#endif
