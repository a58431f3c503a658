// What the SocketServer library needs for requests that run in processes of their own.
#ifndef CSOCKETS_PROCESS_H
#define CSOCKETS_PROCESS_H

#include <sys/types.h>

// pidfd_open(2): a descriptor that is readable once the process has ended. Close-on-exec. -1 with errno, ENOSYS on
// kernels before 5.3.
int csockets_pidfd_open(pid_t process);

#endif
