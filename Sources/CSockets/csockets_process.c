#define _GNU_SOURCE
#include "csockets_process.h"

#include <sys/syscall.h>
#include <unistd.h>

int csockets_pidfd_open(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }
