/* SPDX-License-Identifier: MIT */
#include "bridge/bridge.h"

static struct bj_status_report report_jack(struct bj_bridge *bridge)
{
    struct bj_status_report report = {
        .stream.dark = BJ_DARK_AWAY, /* until there is one that knows better */
        .now_ns = bj_clock_ns(),
        .client = "",
        .searching = bridge->sought != NULL,
        .jack_running = bridge->supervisor.jack != NULL,
        .jack_rate_hz = bridge->rate_hz,
        .jack_returns = bridge->supervisor.returns,
        .xruns = bridge->supervisor.past_xruns,
        .connected = bj_connection_list_channels(&bridge->made),
    };

    if (report.jack_running) {
        struct bj_jack_view view = bj_jack_view(bridge->supervisor.jack);

        report.client = view.name;
        report.period_frames = view.period_frames;
        report.xruns += view.xruns;
        report.freewheeling = view.freewheeling;
        for (int c = 0; c < BJ_CHANNELS; c++)
            report.peaks[c] =
                bj_process_take_peak(bj_jack_process(bridge->supervisor.jack), c);
    }
    return report;
}

void bj_bridge_report(struct bj_bridge *bridge, struct bj_bridge_report *report)
{
    const struct bj_status_report jack = report_jack(bridge);

    report->count = bridge->projector_count;
    for (size_t k = 0; k < report->count; k++) {
        report->items[k] = jack;
        bj_projector_report(&bridge->projectors[k], &report->items[k],
                            report->schedulers[k], sizeof report->schedulers[k]);
    }
}
