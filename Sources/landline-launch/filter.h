// What a program may not ask of the kernel.
#ifndef FILTER_H
#define FILTER_H

// For the process and all that come from it, under Landlock, which knows neither of modes nor of these calls.
//
// They make no files that run as their owner or group (man 2 chmod, S_ISUID): whoever else has an account on the machine
// could run such a file, unrestricted. And they set nobody's limits but their own (man 2 prlimit): their guard is of the
// same user, and would guard no more. It has no new privileges already (man 2 seccomp). 0, or -1 with errno.
int restrict_calls(void);

#endif
