// Asks its host for the time and to be woken later, as a program asks its operating system.
// Freestanding: no C library, so that the module holds nothing but this file.

#define IMPORT(name) __attribute__((import_module("env"), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))

enum { MAX_LAPS = 8 };

// Milliseconds on the host's monotonic clock. Answers at once.
IMPORT("now") double now(void);

// Returns after `ms` milliseconds. The host suspends this code meanwhile and stays free for other work.
IMPORT("sleep") void sleep_ms(double ms);

// Prints a text that ends with a zero byte. Answers at once.
IMPORT("say") void say(const char *text);

// Prints how long one lap took. Answers at once.
IMPORT("report") void report(int lap, double ms);

// Sleeps once and returns how long that took by the host's clock.
EXPORT("nap") double nap(double ms) {
  say("falling asleep");
  double start = now();
  sleep_ms(ms);
  double slept = now() - start;
  say("awake again");
  return slept;
}

// Sleeps `count` times, each lap longer than the one before by `ms`, and returns the longest lap measured.
EXPORT("laps") double laps(int count, double ms) {
  // An array whose address is taken lives in linear memory, on the one stack that all calls of an
  // instance share: a second call that runs while this one is suspended must not disturb it.
  double measured[MAX_LAPS];
  if (count > MAX_LAPS) count = MAX_LAPS;
  for (int lap = 0; lap < count; lap++) {
    double start = now();
    sleep_ms(ms * (lap + 1));
    measured[lap] = now() - start;
  }
  double longest = 0;
  for (int lap = 0; lap < count; lap++) {
    report(lap + 1, measured[lap]);
    if (measured[lap] > longest) longest = measured[lap];
  }
  return longest;
}
