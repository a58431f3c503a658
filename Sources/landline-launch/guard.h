// What watches over the program while it runs.
#ifndef GUARD_H
#define GUARD_H

#include "options.h"
#include "standing.h"
#include <stdbool.h>
#include <stdint.h>

// Until the program has ended, with everything that it has started; carries out the server's orders, and reports to it.
//
// The launcher is the parent of whatever loses its own (PR_SET_CHILD_SUBREAPER), so nothing gets away from it: neither by
// setsid(2) nor by forking twice. When the server goes away, even by SIGKILL, the socket ends, and the program with it.
//
// Returns whether another program can be started: this one ended by itself and left nothing, the server is there, and the
// launcher's standing is what it was before the first.
bool guard(pid_t program, const struct options *options, int64_t started, const struct standing *standing);

// Microseconds of a clock that only goes forward.
int64_t now_us(void);

#endif
