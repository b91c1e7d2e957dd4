/* SPDX-License-Identifier: MIT
 *
 * A private JACK server for a test (dummy driver, no sound card, no real-time rights), and
 * a client with six outputs that draws a lit circle. Both use the server's own name, so
 * other servers are left alone. Waits for conditions, with a time-out that fails the test.
 */
#ifndef JACKD_H
#define JACKD_H

#include <jack/jack.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define JACKD_TIMEOUT_S 30
#define SOURCE_PORTS 6

struct jackd {
    char name[40];
    pid_t pid;   /* 0: not running */
    bool killed; /* without a chance to clean up */
};

bool jackd_installed(void);

/* Starts it and waits until it takes clients. */
void jackd_start(struct jackd *jackd, unsigned rate_hz, unsigned period_frames);

/* Sends a signal; after SIGTERM and SIGKILL waits for its end. */
void jackd_signal(struct jackd *jackd, int number);

/* A killed server leaves its name in JACK's registry, which has room for eight on the whole
 * machine; one of the same name takes it away. */
void jackd_stop(struct jackd *jackd);

struct source {
    jack_client_t *client;
    jack_port_t *ports[SOURCE_PORTS];
    _Atomic float colour[SOURCE_PORTS]; /* r at [2] and so on; x and y turn by themselves */
    double phase;
    unsigned rate_hz;
};

/* Client "source", ports out_1 to out_6. */
void source_open(struct source *source, const struct jackd *jackd);
void source_close(struct source *source);
bool source_connect(struct source *source, int from, const char *to);
bool source_disconnect(struct source *source, int from, const char *to);

/* Waits until `condition` holds; what it waited for in a failure. */
#define WAIT_FOR(condition)                                                                \
    do {                                                                                   \
        int64_t wait_until_ns_ = jackd_now_ns() + JACKD_TIMEOUT_S * INT64_C(1000000000);   \
        while (!(condition))                                                               \
            jackd_breathe(wait_until_ns_, #condition, __FILE__, __LINE__);                 \
    } while (0)

int64_t jackd_now_ns(void);
void jackd_breathe(int64_t until_ns, const char *what, const char *file, int line);

#endif
