/* SPDX-License-Identifier: MIT */
#include "options/connections.h"

#include "options/name_match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PENDING_NS (600 * BJ_NS_PER_S)
#define RETRY_FIRST_NS (100 * BJ_NS_PER_MS)
#define RETRY_MOST_NS (2 * BJ_NS_PER_S)

void bj_links_clear(struct bj_links *links)
{
    for (size_t k = 0; k < links->count; k++)
        free(links->items[k].source);
    links->count = 0;
}

void bj_links_finish(struct bj_links *links)
{
    bj_links_clear(links);
    free(links->items);
    *links = (struct bj_links){0};
}

static size_t place_of(const struct bj_links *links, const char *source,
                       enum bj_channel channel)
{
    size_t k = 0;

    while (k < links->count && (links->items[k].channel != channel ||
                                strcmp(links->items[k].source, source) != 0))
        k++;
    return k;
}

bool bj_links_have(const struct bj_links *links, const char *source,
                   enum bj_channel channel)
{
    return place_of(links, source, channel) < links->count;
}

static bool make_room(struct bj_links *links)
{
    size_t room = links->room ? 2 * links->room : 16;
    struct bj_link *items;

    if (links->count < links->room)
        return true;
    items = realloc(links->items, room * sizeof *items);
    if (!items)
        return false;
    links->items = items;
    links->room = room;
    return true;
}

void bj_links_add(struct bj_links *links, const char *source, enum bj_channel channel)
{
    char *copy;

    if (bj_links_have(links, source, channel) || !make_room(links))
        return;
    copy = strdup(source);
    if (copy)
        links->items[links->count++] = (struct bj_link){copy, channel};
}

void bj_links_remove(struct bj_links *links, const char *source, enum bj_channel channel)
{
    size_t k = place_of(links, source, channel);

    if (k == links->count)
        return;
    free(links->items[k].source);
    links->items[k] = links->items[--links->count];
}

bool bj_links_equal(const struct bj_links *a, const struct bj_links *b)
{
    if (a->count != b->count)
        return false;
    for (size_t k = 0; k < a->count; k++)
        if (!bj_links_have(b, a->items[k].source, a->items[k].channel))
            return false;
    return true;
}

unsigned bj_links_channels(const struct bj_links *links)
{
    unsigned set = 0;

    for (size_t k = 0; k < links->count; k++)
        set |= BJ_CHANNEL_BIT(links->items[k].channel);
    return set;
}

/* ---- Patterns ------------------------------------------------------------------------ */

/* The '=' behind a channel: before the ':' of the client's name. */
static const char *channel_end(const char *pattern)
{
    const char *end = pattern + strcspn(pattern, "=:");

    return *end == '=' ? end : NULL;
}

/* The channel a pattern names and its source part; BJ_CHANNELS: a whole set. */
static enum bj_channel split(const char *pattern, const char **source)
{
    const char *end = channel_end(pattern);

    *source = end ? end + 1 : pattern;
    return end ? bj_port_channel(pattern, (size_t)(end - pattern)) : BJ_CHANNELS;
}

bool bj_connections_check(const char *pattern, char *why, size_t why_size)
{
    const char *end = channel_end(pattern), *source;

    if (split(pattern, &source) == BJ_CHANNELS && end)
        snprintf(why, why_size,
                 "'%.*s' in '%.80s' is no channel; there are x y r g b i. In the name of a "
                 "client write ? for =",
                 (int)(end - pattern), pattern, pattern);
    else if (!strchr(source, ':'))
        snprintf(why, why_size,
                 "'%.80s' names no JACK port; write CLIENT:PORT for a whole set, e.g. "
                 "'pure_data:output_*', or x=CLIENT:PORT for one channel (x y r g b i)",
                 pattern);
    else
        return true;
    return false;
}

/* ---- Planning ------------------------------------------------------------------------- */

void bj_connections_init(struct bj_connections *connections,
                         const struct bj_text_list *patterns, bool once)
{
    *connections = (struct bj_connections){.patterns = patterns, .once = once};
}

static void forget_known(struct bj_connections *connections)
{
    for (size_t k = 0; k < connections->known_count; k++)
        free(connections->known[k]);
    free(connections->known);
    connections->known = NULL;
    connections->known_count = 0;
}

void bj_connections_finish(struct bj_connections *connections)
{
    forget_known(connections);
    bj_links_finish(&connections->pending);
    bj_links_finish(&connections->refused);
    bj_links_finish(&connections->told);
}

static void add_all(struct bj_links *to, const struct bj_links *from)
{
    for (size_t k = 0; k < from->count; k++)
        bj_links_add(to, from->items[k].source, from->items[k].channel);
}

static void give_up_pending(struct bj_connections *connections, int64_t now_ns)
{
    if (now_ns >= connections->pending_until_ns)
        bj_links_clear(&connections->pending);
}

void bj_connections_remember(struct bj_connections *connections,
                             const struct bj_links *links, int64_t now_ns)
{
    give_up_pending(connections, now_ns);
    connections->pending_until_ns = BJ_NEVER;
    add_all(&connections->pending, links);
    add_all(&connections->pending, &connections->refused);
    bj_links_clear(&connections->refused);
    bj_links_clear(&connections->told);
    forget_known(connections);
}

static bool is_known(const struct bj_connections *connections, const char *source)
{
    for (size_t k = 0; k < connections->known_count; k++)
        if (!strcmp(connections->known[k], source))
            return true;
    return false;
}

static void learn(struct bj_connections *connections, const char *const *sources)
{
    size_t count = 0;

    forget_known(connections);
    while (sources[count])
        count++;
    connections->known = calloc(count + 1, sizeof *connections->known);
    if (!connections->known)
        return;
    for (size_t k = 0; k < count; k++) {
        char *copy = strdup(sources[k]);

        if (copy)
            connections->known[connections->known_count++] = copy;
    }
}

/* True if the pattern asked for at least one link; *matched: there is a port for it. */
static bool apply(const struct bj_connections *connections, const char *pattern,
                  const char *const *sources, struct bj_links *wanted, bool *matched)
{
    const char *glob;
    enum bj_channel one = split(pattern, &glob);
    enum bj_channel next = one == BJ_CHANNELS ? BJ_X : one;
    bool asked = false;

    for (; *sources && next < BJ_CHANNELS; sources++) {
        if (!bj_name_matches(glob, *sources))
            continue;
        *matched = true;
        if (!is_known(connections, *sources)) {
            bj_links_add(wanted, *sources, next);
            asked = true;
        }
        if (one == BJ_CHANNELS)
            next = (enum bj_channel)(next + 1);
    }
    return asked;
}

static void apply_patterns(struct bj_connections *connections, const char *const *sources,
                           struct bj_links *wanted)
{
    for (size_t k = 0; k < connections->patterns->count; k++) {
        if (connections->once && connections->done[k])
            continue;
        connections->matched[k] = false;
        if (apply(connections, connections->patterns->items[k], sources, wanted,
                  &connections->matched[k]))
            connections->done[k] = true;
    }
}

static bool exists(const char *const *sources, const char *name)
{
    while (*sources && strcmp(*sources, name) != 0)
        sources++;
    return *sources != NULL;
}

/* Their time begins with the first look at the new server. */
static void take_pending(struct bj_connections *connections, const char *const *sources,
                         int64_t now_ns, struct bj_links *wanted)
{
    struct bj_links still = {0};

    give_up_pending(connections, now_ns);
    if (connections->pending_until_ns == BJ_NEVER)
        connections->pending_until_ns = now_ns + PENDING_NS;
    for (size_t k = 0; k < connections->pending.count; k++) {
        const struct bj_link *link = &connections->pending.items[k];

        bj_links_add(exists(sources, link->source) ? wanted : &still, link->source,
                     link->channel);
    }
    bj_links_finish(&connections->pending);
    connections->pending = still;
}

static void forget_refused(struct bj_connections *connections, const struct bj_link *link)
{
    bj_links_remove(&connections->told, link->source, link->channel);
    bj_links_remove(&connections->refused, link->source, link->channel);
}

static void take_refused(struct bj_connections *connections, const char *const *sources,
                         int64_t now_ns, struct bj_links *wanted)
{
    bool due = now_ns >= connections->retry_ns;

    for (size_t k = connections->refused.count; k-- > 0;)
        if (!exists(sources, connections->refused.items[k].source))
            forget_refused(connections, &connections->refused.items[k]);
    if (!due || connections->refused.count == 0)
        return;
    add_all(wanted, &connections->refused);
    connections->backoff_ns *= 2;
    if (connections->backoff_ns > RETRY_MOST_NS)
        connections->backoff_ns = RETRY_MOST_NS;
    connections->retry_ns = now_ns + connections->backoff_ns;
}

void bj_connections_plan(struct bj_connections *connections, const char *const *sources,
                         int64_t now_ns, struct bj_links *plan)
{
    struct bj_links wanted = {0};

    apply_patterns(connections, sources, &wanted);
    take_pending(connections, sources, now_ns, &wanted);
    take_refused(connections, sources, now_ns, &wanted);
    learn(connections, sources);

    bj_links_clear(plan);
    for (int c = 0; c < BJ_CHANNELS; c++)
        for (size_t k = 0; k < wanted.count; k++)
            if (wanted.items[k].channel == (enum bj_channel)c)
                bj_links_add(plan, wanted.items[k].source, (enum bj_channel)c);
    bj_links_finish(&wanted);
}

int64_t bj_connections_retry_ns(const struct bj_connections *connections)
{
    return connections->refused.count ? connections->retry_ns : BJ_NEVER;
}

/* ---- What came of it ------------------------------------------------------------------- */

static void refuse(struct bj_connections *connections, const struct bj_link *link,
                   int64_t now_ns)
{
    bj_links_add(&connections->refused, link->source, link->channel);
    connections->backoff_ns = RETRY_FIRST_NS;
    connections->retry_ns = now_ns + RETRY_FIRST_NS;
}

/* A program that has just registered its ports is refused too: the first time is no news.
 */
bool bj_connections_outcome(struct bj_connections *connections, const struct bj_link *link,
                            bool made, int64_t now_ns, char *text, size_t size)
{
    bool known = bj_links_have(&connections->refused, link->source, link->channel);
    bool told = bj_links_have(&connections->told, link->source, link->channel);

    if (made) {
        snprintf(text, size, "%s is connected to %s now", link->source,
                 bj_port_title(link->channel));
        forget_refused(connections, link);
        return told;
    }
    if (!known)
        refuse(connections, link, now_ns);
    if (!known || told)
        return false;
    bj_links_add(&connections->told, link->source, link->channel);
    snprintf(text, size, "JACK refuses to connect %s to %s; trying again while it is there",
             link->source, bj_port_title(link->channel));
    return true;
}

bool bj_connections_news(struct bj_connections *connections, char *text, size_t size)
{
    for (size_t k = 0; k < connections->patterns->count; k++) {
        bool matched = connections->matched[k];

        if (matched != connections->missed[k])
            continue;
        connections->missed[k] = !matched;
        snprintf(text, size,
                 matched ? "--connect %s: there is a port for it now"
                         : "--connect %s matches no port; it waits for one",
                 connections->patterns->items[k]);
        return true;
    }
    return false;
}
