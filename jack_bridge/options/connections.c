/* SPDX-License-Identifier: MIT */
#include "options/connections.h"

#include "options/name_match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PENDING_NS (600 * BJ_NS_PER_S)
#define RETRY_FIRST_NS (100 * BJ_NS_PER_MS)
#define RETRY_MOST_NS (2 * BJ_NS_PER_S)

void bj_connection_list_clear(struct bj_connection_list *list)
{
    for (size_t k = 0; k < list->count; k++)
        free(list->items[k].source);
    list->count = 0;
}

void bj_connection_list_finish(struct bj_connection_list *list)
{
    bj_connection_list_clear(list);
    free(list->items);
    *list = (struct bj_connection_list){0};
}

static size_t place_of(const struct bj_connection_list *list, const char *source,
                       enum bj_channel channel)
{
    size_t k = 0;

    while (k < list->count && (list->items[k].channel != channel ||
                               strcmp(list->items[k].source, source) != 0))
        k++;
    return k;
}

bool bj_connection_list_have(const struct bj_connection_list *list, const char *source,
                             enum bj_channel channel)
{
    return place_of(list, source, channel) < list->count;
}

static bool make_room(struct bj_connection_list *list)
{
    size_t room = list->room ? 2 * list->room : 16;
    struct bj_connection *items;

    if (list->count < list->room)
        return true;
    items = realloc(list->items, room * sizeof *items);
    if (!items)
        return false;
    list->items = items;
    list->room = room;
    return true;
}

void bj_connection_list_add(struct bj_connection_list *list, const char *source,
                            enum bj_channel channel)
{
    char *copy;

    if (bj_connection_list_have(list, source, channel) || !make_room(list))
        return;
    copy = strdup(source);
    if (copy)
        list->items[list->count++] = (struct bj_connection){copy, channel};
}

void bj_connection_list_remove(struct bj_connection_list *list, const char *source,
                               enum bj_channel channel)
{
    size_t k = place_of(list, source, channel);

    if (k == list->count)
        return;
    free(list->items[k].source);
    list->items[k] = list->items[--list->count];
}

bool bj_connection_list_equal(const struct bj_connection_list *a,
                              const struct bj_connection_list *b)
{
    if (a->count != b->count)
        return false;
    for (size_t k = 0; k < a->count; k++)
        if (!bj_connection_list_have(b, a->items[k].source, a->items[k].channel))
            return false;
    return true;
}

unsigned bj_connection_list_channels(const struct bj_connection_list *list)
{
    unsigned set = 0;

    for (size_t k = 0; k < list->count; k++)
        set |= BJ_CHANNEL_BIT(list->items[k].channel);
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

/* ---- Planning ------------------------------------------------------------------------ */

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
    bj_connection_list_finish(&connections->pending);
    bj_connection_list_finish(&connections->refused);
    bj_connection_list_finish(&connections->told);
}

static void add_all(struct bj_connection_list *to, const struct bj_connection_list *from)
{
    for (size_t k = 0; k < from->count; k++)
        bj_connection_list_add(to, from->items[k].source, from->items[k].channel);
}

static void give_up_pending(struct bj_connections *connections, int64_t now_ns)
{
    if (now_ns >= connections->pending_until_ns)
        bj_connection_list_clear(&connections->pending);
}

void bj_connections_remember(struct bj_connections *connections,
                             const struct bj_connection_list *list, int64_t now_ns)
{
    give_up_pending(connections, now_ns);
    connections->pending_until_ns = BJ_NEVER;
    add_all(&connections->pending, list);
    add_all(&connections->pending, &connections->refused);
    bj_connection_list_clear(&connections->refused);
    bj_connection_list_clear(&connections->told);
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

/* True if the pattern asked for at least one connection; *matched: there is a port for it.
 */
static bool apply(const struct bj_connections *connections, const char *pattern,
                  const char *const *sources, struct bj_connection_list *wanted,
                  bool *matched)
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
            bj_connection_list_add(wanted, *sources, next);
            asked = true;
        }
        if (one == BJ_CHANNELS)
            next = (enum bj_channel)(next + 1);
    }
    return asked;
}

static void apply_patterns(struct bj_connections *connections, const char *const *sources,
                           struct bj_connection_list *wanted)
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
                         int64_t now_ns, struct bj_connection_list *wanted)
{
    struct bj_connection_list still = {0};

    give_up_pending(connections, now_ns);
    if (connections->pending_until_ns == BJ_NEVER)
        connections->pending_until_ns = now_ns + PENDING_NS;
    for (size_t k = 0; k < connections->pending.count; k++) {
        const struct bj_connection *connection = &connections->pending.items[k];

        bj_connection_list_add(exists(sources, connection->source) ? wanted : &still,
                               connection->source, connection->channel);
    }
    bj_connection_list_finish(&connections->pending);
    connections->pending = still;
}

static void forget_refused(struct bj_connections *connections,
                           const struct bj_connection *connection)
{
    bj_connection_list_remove(&connections->told, connection->source, connection->channel);
    bj_connection_list_remove(&connections->refused, connection->source,
                              connection->channel);
}

static void take_refused(struct bj_connections *connections, const char *const *sources,
                         int64_t now_ns, struct bj_connection_list *wanted)
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
                         int64_t now_ns, struct bj_connection_list *plan)
{
    struct bj_connection_list wanted = {0};

    apply_patterns(connections, sources, &wanted);
    take_pending(connections, sources, now_ns, &wanted);
    take_refused(connections, sources, now_ns, &wanted);
    learn(connections, sources);

    bj_connection_list_clear(plan);
    for (int c = 0; c < BJ_CHANNELS; c++)
        for (size_t k = 0; k < wanted.count; k++)
            if (wanted.items[k].channel == (enum bj_channel)c)
                bj_connection_list_add(plan, wanted.items[k].source, (enum bj_channel)c);
    bj_connection_list_finish(&wanted);
}

int64_t bj_connections_retry_ns(const struct bj_connections *connections)
{
    return connections->refused.count ? connections->retry_ns : BJ_NEVER;
}

/* ---- What came of it ----------------------------------------------------------------- */

static void refuse(struct bj_connections *connections,
                   const struct bj_connection *connection, int64_t now_ns)
{
    bj_connection_list_add(&connections->refused, connection->source, connection->channel);
    connections->backoff_ns = RETRY_FIRST_NS;
    connections->retry_ns = now_ns + RETRY_FIRST_NS;
}

/* A program that has just registered its ports is refused too: the first time is no news.
 */
bool bj_connections_outcome(struct bj_connections *connections,
                            const struct bj_connection *connection, bool made,
                            int64_t now_ns, char *text, size_t size)
{
    bool known = bj_connection_list_have(&connections->refused, connection->source,
                                         connection->channel);
    bool told = bj_connection_list_have(&connections->told, connection->source,
                                        connection->channel);

    if (made) {
        snprintf(text, size, "%s is connected to %s now", connection->source,
                 bj_port_title(connection->channel));
        forget_refused(connections, connection);
        return told;
    }
    if (!known)
        refuse(connections, connection, now_ns);
    if (!known || told)
        return false;
    bj_connection_list_add(&connections->told, connection->source, connection->channel);
    snprintf(text, size, "JACK refuses to connect %s to %s; trying again while it is there",
             connection->source, bj_port_title(connection->channel));
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
