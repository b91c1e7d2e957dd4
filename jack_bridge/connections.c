/* SPDX-License-Identifier: MIT */
#include "connections.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

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

bool bj_links_have(const struct bj_links *links, const char *source,
                   enum bj_channel channel)
{
    for (size_t k = 0; k < links->count; k++)
        if (links->items[k].channel == channel && !strcmp(links->items[k].source, source))
            return true;
    return false;
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

/* The channel a pattern names and its source part; BJ_CHANNELS: a whole set. */
static enum bj_channel split(const char *pattern, const char **source)
{
    const char *equals = strchr(pattern, '=');
    enum bj_channel channel = BJ_CHANNELS;

    if (equals)
        channel = bj_port_channel(pattern, (size_t)(equals - pattern));
    *source = channel == BJ_CHANNELS ? pattern : equals + 1;
    return channel;
}

bool bj_connections_check(const char *pattern, char *why, size_t why_size)
{
    const char *source;

    split(pattern, &source);
    if (strchr(source, ':'))
        return true;
    snprintf(
        why, why_size,
        "'%s' names no JACK port; write CLIENT:PORT for a whole set, e.g. 'pd:output_*', "
        "or x=CLIENT:PORT for one channel (x y r g b i)",
        pattern);
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
}

void bj_connections_remember(struct bj_connections *connections,
                             const struct bj_links *links)
{
    for (size_t k = 0; k < links->count; k++)
        bj_links_add(&connections->pending, links->items[k].source,
                     links->items[k].channel);
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

static bool matches(const char *glob, const char *name)
{
    return !strcmp(glob, name) || fnmatch(glob, name, 0) == 0;
}

/* True if the pattern asked for at least one link. */
static bool apply(const struct bj_connections *connections, const char *pattern,
                  const char *const *sources, struct bj_links *wanted)
{
    const char *glob;
    enum bj_channel one = split(pattern, &glob);
    enum bj_channel next = one == BJ_CHANNELS ? BJ_X : one;
    bool asked = false;

    for (; *sources && next < BJ_CHANNELS; sources++) {
        if (!matches(glob, *sources))
            continue;
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
        if (apply(connections, connections->patterns->items[k], sources, wanted))
            connections->done[k] = true;
    }
}

static bool exists(const char *const *sources, const char *name)
{
    while (*sources && strcmp(*sources, name) != 0)
        sources++;
    return *sources != NULL;
}

static void take_pending(struct bj_connections *connections, const char *const *sources,
                         struct bj_links *wanted)
{
    struct bj_links still = {0};

    for (size_t k = 0; k < connections->pending.count; k++) {
        const struct bj_link *link = &connections->pending.items[k];

        bj_links_add(exists(sources, link->source) ? wanted : &still, link->source,
                     link->channel);
    }
    bj_links_finish(&connections->pending);
    connections->pending = still;
}

void bj_connections_plan(struct bj_connections *connections, const char *const *sources,
                         struct bj_links *plan)
{
    struct bj_links wanted = {0};

    apply_patterns(connections, sources, &wanted);
    take_pending(connections, sources, &wanted);
    learn(connections, sources);

    bj_links_clear(plan);
    for (int c = 0; c < BJ_CHANNELS; c++)
        for (size_t k = 0; k < wanted.count; k++)
            if (wanted.items[k].channel == (enum bj_channel)c)
                bj_links_add(plan, wanted.items[k].source, (enum bj_channel)c);
    bj_links_finish(&wanted);
}
