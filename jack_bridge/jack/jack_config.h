/* SPDX-License-Identifier: MIT
 *
 * What one JACK client is to be, and what may happen to it.
 */
#ifndef JACK_CONFIG_H
#define JACK_CONFIG_H

#include "options/port_map.h"

struct bj_jack_config {
    const char *name;     /* as requested */
    const char *server;   /* NULL: as the environment says */
    const char *plays_on; /* what it plays on, for people; outlives the client */
    bool exact_name, start_server, physical, cv;
    enum bj_port_style style;
    int wake_fd; /* an eventfd, written to whenever there are events */
};

enum bj_jack_event {
    BJ_JACK_CONNECTIONS = 1, /* a connection of ours was made or broken */
    BJ_JACK_PORTS = 2,       /* ports came or went */
    BJ_JACK_RATE = 4,        /* the sample rate changed */
    BJ_JACK_PERIOD = 8,      /* the buffer size changed */
    BJ_JACK_FREEWHEEL = 16,  /* freewheeling began or ended */
    BJ_JACK_GONE = 32,       /* the server ended or threw us out */
};

#endif
