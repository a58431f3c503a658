// What the AsyncSockets library needs for its lock.
#ifndef CSOCKETS_FUTEX_H
#define CSOCKETS_FUTEX_H

#include <stdint.h>

// futex(2), FUTEX_WAIT_PRIVATE: sleeps while the word has the value; returns early for no reason now and then.
void csockets_futex_wait(const void *word, uint32_t value);

// futex(2), FUTEX_WAKE_PRIVATE: wakes one that sleeps.
void csockets_futex_wake(const void *word);

#endif
