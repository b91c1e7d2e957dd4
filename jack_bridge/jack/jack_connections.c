/* SPDX-License-Identifier: MIT */
#include "jack/jack_client.h"
#include "jack/jack_internal.h"

#include <errno.h>

void bj_jack_connections(struct bj_jack *jack, struct bj_connection_list *list)
{
    bj_connection_list_clear(list);
    for (int c = 0; c < BJ_CHANNELS; c++) {
        const char **sources = jack_port_get_all_connections(jack->client, jack->ports[c]);

        for (const char **source = sources; source && *source; source++)
            bj_connection_list_add(list, *source, (enum bj_channel)c);
        jack_free(sources);
    }
    atomic_store(&jack->process.connected, bj_connection_list_channels(list));
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
