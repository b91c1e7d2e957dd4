/* SPDX-License-Identifier: MIT
 *
 * Which source belongs on which of our ports: the patterns of --connect, and the links to
 * be restored after the JACK server was gone. Decides only; jack_links.c acts. No JACK
 * here.
 */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include <beamjack/core.h>

#include "options/option_table.h"

/* One link: from a source port, by full name, to one of our channels. */
struct bj_link {
    char *source;
    enum bj_channel channel;
};

/* Grows as needed; owns the names. */
struct bj_links {
    struct bj_link *items;
    size_t count, room;
};

void bj_links_finish(struct bj_links *links);
void bj_links_clear(struct bj_links *links);
void bj_links_add(struct bj_links *links, const char *source, enum bj_channel channel);
void bj_links_remove(struct bj_links *links, const char *source, enum bj_channel channel);
bool bj_links_have(const struct bj_links *links, const char *source,
                   enum bj_channel channel);
bool bj_links_equal(const struct bj_links *a, const struct bj_links *b);
unsigned
bj_links_channels(const struct bj_links *links); /* a bit per channel with a link */

struct bj_connections {
    const struct bj_text_list *patterns;
    bool once;
    bool done[BJ_LIST_MAX];    /* with `once`: has had its connection */
    bool matched[BJ_LIST_MAX]; /* by the last plan */
    bool missed[BJ_LIST_MAX];  /* the user was told that it matches nothing */
    struct bj_links pending;   /* remembered, and not yet there again */
    int64_t pending_until_ns;  /* what is not there by then is wanted no more */
    struct bj_links refused;   /* JACK refuses them: tried again while both ports exist */
    struct bj_links told;      /* those of them that the user knows of */
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

/* The server is gone: these links, and those still pending, are wanted back, until ten
 * minutes after another one is there. */
void bj_connections_remember(struct bj_connections *connections,
                             const struct bj_links *links, int64_t now_ns);

/* The links to make now that `sources` are all the source ports there are, in the server's
 * order. A pattern acts only on ports new since the last plan, so that what a user
 * disconnects by hand stays so; what JACK refused is there again when it is due. The plan
 * is in the order it is safe to make: x, y, colours. */
void bj_connections_plan(struct bj_connections *connections, const char *const *sources,
                         int64_t now_ns, struct bj_links *plan);

/* When to plan again though nothing changed; BJ_NEVER: no need. */
int64_t bj_connections_retry_ns(const struct bj_connections *connections);

/* A link of the plan was made, or refused. True: `text` is worth telling. */
bool bj_connections_outcome(struct bj_connections *connections, const struct bj_link *link,
                            bool made, int64_t now_ns, char *text, size_t size);

/* After a plan: what is new about the patterns, one by one. False: nothing more. */
bool bj_connections_news(struct bj_connections *connections, char *text, size_t size);

#endif
