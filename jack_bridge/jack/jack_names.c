/* SPDX-License-Identifier: MIT */
#include "jack/jack_internal.h"

#include <jack/metadata.h>
#include <jack/uuid.h>

#include <stdio.h>

#define TEXT_TYPE "text/plain"
#define NUMBER_TYPE "http://www.w3.org/2001/XMLSchema#int"

static void describe_port(struct bj_jack *jack, enum bj_channel channel)
{
    jack_uuid_t uuid = jack_port_uuid(jack->ports[channel]);
    char order[8];

    snprintf(order, sizeof order, "%d", channel);
    jack_set_property(jack->client, uuid, JACK_METADATA_PRETTY_NAME, bj_port_title(channel),
                      TEXT_TYPE);
    jack_set_property(jack->client, uuid, JACK_METADATA_ORDER, order, NUMBER_TYPE);
    jack_set_property(jack->client, uuid, JACK_METADATA_PORT_GROUP,
                      jack_get_client_name(jack->client), TEXT_TYPE);
    if (jack->config.cv)
        jack_set_property(jack->client, uuid, JACK_METADATA_SIGNAL_TYPE, "CV", TEXT_TYPE);
}

static void add_alias(struct bj_jack *jack, enum bj_channel channel)
{
    char alias[512];

    snprintf(alias, sizeof alias, "%s:%s", jack_get_client_name(jack->client),
             bj_port_alias(channel));
    jack_port_set_alias(jack->ports[channel], alias);
}

/* Two projectors must not look the same in a patchbay: "stage (Ether Dream 2, ...)". */
static void describe_client(struct bj_jack *jack)
{
    const char *name = jack_get_client_name(jack->client), *dac = jack->config.plays_on;
    char *text = jack_get_uuid_for_client_name(jack->client, name), pretty[300];
    jack_uuid_t uuid;

    snprintf(pretty, sizeof pretty, "%s (%s)", name, dac ? dac : "laser projector");
    if (text && jack_uuid_parse(text, &uuid) == 0)
        jack_set_property(jack->client, uuid, JACK_METADATA_PRETTY_NAME, pretty, TEXT_TYPE);
    jack_free(text);
}

void bj_jack_decorate(struct bj_jack *jack)
{
    for (int c = 0; c < BJ_CHANNELS; c++) {
        add_alias(jack, (enum bj_channel)c);
        describe_port(jack, (enum bj_channel)c);
    }
    describe_client(jack);
}
