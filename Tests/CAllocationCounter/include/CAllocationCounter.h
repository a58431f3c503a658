#ifndef C_ALLOCATION_COUNTER_H
#define C_ALLOCATION_COUNTER_H

/// How many blocks of memory the calling thread has asked the C library for since it began.
///
/// The program that links this has its own `malloc` in front of the C library's, or, under a sanitizer, a hook of the
/// sanitizer's. For tests only.
long allocation_count(void);

#endif
