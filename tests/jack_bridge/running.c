/* SPDX-License-Identifier: MIT */
#include "running.h"

#include "json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

int running_set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    *state = f;
    if (!jackd_installed())
        return 0;
    jackd_start(&f->server, 48000, 256);
    source_open(&f->source, &f->server);
    return 0;
}

int running_tear_down(void **state)
{
    struct fixture *f = *state;

    program_finish(&f->program);
    source_close(&f->source);
    jackd_stop(&f->server);
    free(f);
    return 0;
}

void running_start(struct fixture *f, const char *a, const char *b, const char *c,
                   const char *d)
{
    running_start_on(f, "virtual", a, b, c, d);
}

void running_start_on(struct fixture *f, const char *dac, const char *a, const char *b,
                      const char *c, const char *d)
{
    const char *words[] = {"run",
                           dac,
                           "--headless",
                           "--server",
                           f->server.name,
                           "--latency",
                           "40",
                           "--status-json",
                           "%F/status",
                           a,
                           b,
                           c,
                           d,
                           NULL};

    program_start(&f->program, words);
}

bool running_is(const struct fixture *f, const char *key, const char *expected)
{
    char value[200];
    const char *line = program_last_line(&f->program, "status");

    return json_is_object(line) && json_get(line, key, value, sizeof value) &&
           !strcmp(value, expected);
}

double running_number(const struct fixture *f, const char *key)
{
    const char *line = program_last_line(&f->program, "status");

    return json_is_object(line) ? json_number(line, key) : 0;
}

bool running_said(const struct fixture *f, const char *words)
{
    return strstr(program_text(&f->program, "err"), words) != NULL;
}

void running_connect_all(struct fixture *f)
{
    static const char *const inputs[] = {"in_x", "in_y", "in_r", "in_g", "in_b"};
    char name[40];

    for (int p = 0; p < 5; p++) {
        snprintf(name, sizeof name, "beamjack:%s", inputs[p]);
        assert_true(source_connect(&f->source, p, name));
    }
}
