/* SPDX-License-Identifier: MIT */
#include "jack/jack_client.h"
#include "jack/jack_internal.h"

#include <errno.h>

void bj_jack_links(struct bj_jack *jack, struct bj_links *links)
{
    bj_links_clear(links);
    for (int c = 0; c < BJ_CHANNELS; c++) {
        const char **sources = jack_port_get_all_connections(jack->client, jack->ports[c]);

        for (const char **source = sources; source && *source; source++)
            bj_links_add(links, *source, (enum bj_channel)c);
        jack_free(sources);
    }
    atomic_store(&jack->process.connected, bj_links_channels(links));
}

const char **bj_jack_sources(struct bj_jack *jack)
{
    return jack_get_ports(jack->client, NULL, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput);
}

void bj_jack_free_sources(const char **sources)
{
    jack_free(sources);
}

bool bj_jack_connect(struct bj_jack *jack, const char *source, enum bj_channel channel)
{
    int answer = jack_connect(jack->client, source, jack_port_name(jack->ports[channel]));

    return answer == 0 || answer == EEXIST;
}
