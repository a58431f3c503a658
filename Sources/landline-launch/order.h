// The order to start.
#ifndef ORDER_H
#define ORDER_H

#include "options.h"

struct order {
  // Those that are common to all are there already.
  struct options options;
  // What `options` points into.
  char **words;
  // The program's.
  char **environment;
};

// Waits until the server says what to start; the descriptors that come with it are then in their places. What an earlier
// order held is given back, and what the server still says about the program before is not heard.
//
// False: there is nothing to start, for the server has gone, or `*problem` says why (an errno).
bool await_order(struct order *order, int *problem);

#endif
