// Keeps data on its stack while it waits, and counts afterwards how much of it is still there.
// All calls of an instance share one stack in linear memory: calls that overlap must not share it.

#define IMPORT(name) __attribute__((import_module("env"), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))

enum { BUFFER_BYTES = 64 };

// Returns after a moment, later for some tasks than for others.
IMPORT("wait") void wait_moment(int task, int step);

// Fills a buffer of this task's own, at this depth of the stack, waits, and counts the bytes that it finds again.
__attribute__((noinline)) static int descend(int task, int depth) {
  volatile unsigned char buffer[BUFFER_BYTES];
  for (int index = 0; index < BUFFER_BYTES; index++) buffer[index] = (unsigned char)(task * 31 + depth + index);
  wait_moment(task, depth);
  int intact = depth > 1 ? descend(task, depth - 1) : 0;
  wait_moment(task, depth);
  for (int index = 0; index < BUFFER_BYTES; index++) {
    if (buffer[index] == (unsigned char)(task * 31 + depth + index)) intact++;
  }
  return intact;
}

// Descends `depth` frames, each with 64 bytes, and returns how many of all these bytes stayed as they were.
EXPORT("check") int check(int task, int depth) { return descend(task, depth); }
