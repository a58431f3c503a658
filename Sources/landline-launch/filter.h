// What a program may not ask of the kernel.
#ifndef FILTER_H
#define FILTER_H

// Keeps the process and all that come from it from making files that run as their owner or group (man 2 chmod, S_ISUID):
// Landlock does not know of modes, and whoever else has an account on the machine could run such a file, unrestricted.
// It has no new privileges already (man 2 seccomp). 0, or -1 with errno.
int refuse_set_id_files(void);

#endif
