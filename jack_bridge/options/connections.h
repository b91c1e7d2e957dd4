/* SPDX-License-Identifier: MIT
 *
 * Which source belongs on which of our ports: the patterns of --connect, and the
 * connections to be restored after the JACK server was gone. Decides only;
 * jack_connections.c acts. No JACK here.
 */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include <beamjack/core.h>

#include "options/option_table.h"

/* One connection: from a source port, by full name, to one of our channels. */
struct bj_connection {
    char *source;
    enum bj_channel channel;
};

/* Grows as needed; owns the names. */
struct bj_connection_list {
    struct bj_connection *items;
    size_t count, room;
};

void bj_connection_list_finish(struct bj_connection_list *list);
void bj_connection_list_clear(struct bj_connection_list *list);
void bj_connection_list_add(struct bj_connection_list *list, const char *source,
                            enum bj_channel channel);
void bj_connection_list_remove(struct bj_connection_list *list, const char *source,
                               enum bj_channel channel);
bool bj_connection_list_have(const struct bj_connection_list *list, const char *source,
                             enum bj_channel channel);
bool bj_connection_list_equal(const struct bj_connection_list *a,
                              const struct bj_connection_list *b);
/* Returns a bit per connected channel. */
unsigned bj_connection_list_channels(const struct bj_connection_list *list);

struct bj_connections {
    const struct bj_text_list *patterns;
    bool once;
    bool done[BJ_LIST_MAX];            /* with `once`: has had its connection */
    bool matched[BJ_LIST_MAX];         /* by the last plan */
    bool missed[BJ_LIST_MAX];          /* the user was told that it matches nothing */
    struct bj_connection_list pending; /* remembered, and not yet there again */
    int64_t pending_until_ns;          /* what is not there by then is wanted no more */
    struct bj_connection_list refused; /* by JACK: tried again while both ports exist */
    struct bj_connection_list told;    /* those of them that the user knows of */
    int64_t retry_ns, backoff_ns;
    char **known; /* source ports seen by the last plan */
    size_t known_count;
};

/* "CHANNEL=SOURCE" or "SOURCES", both with * and ? as wildcards. What stands before a '='
 * that comes before the first ':' is a channel. False: says why. */
bool bj_connections_check(const char *pattern, char *why, size_t why_size);

void bj_connections_init(struct bj_connections *connections,
                         const struct bj_text_list *patterns, bool once);
void bj_connections_finish(struct bj_connections *connections);

/* The server is gone: these connections, and those still pending, are wanted back, until
 * ten minutes after another one is there. */
void bj_connections_remember(struct bj_connections *connections,
                             const struct bj_connection_list *list, int64_t now_ns);

/* The connections to make now that `sources` are all the source ports there are, in the
 * server's order. A pattern acts only on ports new since the last plan, so that what a user
 * disconnects by hand stays so; what JACK refused is there again when it is due. The plan
 * is in the order it is safe to make: x, y, colours. */
void bj_connections_plan(struct bj_connections *connections, const char *const *sources,
                         int64_t now_ns, struct bj_connection_list *plan);

/* When to plan again though nothing changed; BJ_NEVER: no need. */
int64_t bj_connections_retry_ns(const struct bj_connections *connections);

/* A connection of the plan was made, or refused. True: `text` is worth telling. */
bool bj_connections_outcome(struct bj_connections *connections,
                            const struct bj_connection *connection, bool made,
                            int64_t now_ns, char *text, size_t size);

/* After a plan: what is new about the patterns, one by one. False: nothing more. */
bool bj_connections_news(struct bj_connections *connections, char *text, size_t size);

#endif
