# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
"""The dashboard of a host: its pools, its volumes, what was grown and refused, and how Headroom itself is."""
import series
from grafana import column, dashboard, graph, link, of_row, of_series, query, stat, table, timeline, variable
from series import (
    FIRST, HOST, INSTANCE, JOB, NAMED, NOT_FILLING, POOL, RULES, SOON, STARTS, STATES, VOLUME, filesystem, or_never, pool, quantiles, volume)

TO_VOLUME = link("This volume", "headroom-volume", job=of_row("Job"), instance=of_row("Host"), pool=of_row("Pool"), volume=of_row("Device_name"))
VOLUME_OF_SERIES = link(
    "This volume", "headroom-volume", job=of_series("job"), instance=of_series("instance"), pool=of_series("pool"), volume=of_series("volume"))
TO_POOL = link("This pool alone", "headroom-host", job=of_row("Job"), instance=of_row("Host"), pool=of_row("Pool"))

GLANCE = [
    stat("Mode", "What holds where no rule says otherwise: observe changes nothing, enforce grows.", "none",
         f"max by (mode) (headroom_mode{{{HOST}}}) == 1", legend="{{mode}}", text="name"),
    stat("Pools not writable", "Pools in any state but read-write. Their writers wait or get errors.", "none",
         "sum(" + pool("state", ', state!="read_write"') + ")", steps=((0, "green"), (1, "red"))),
    stat("Headroom", "What may still be granted, all pools together: free, less the reserve, less what was promised.", "bytes",
         f'sum({pool("headroom_bytes")})'),
    stat("Refused now", "Volumes that should be larger and are refused. The table below has the reasons.", "none",
         f"sum(headroom_volume_refused{{{POOL}}}) or vector(0)", steps=((0, "green"), (1, "orange"))),
    stat("Growths", "Filesystems grown in the time shown.", "none",
         f'sum(increase(headroom_growths_total{{{POOL}, result="done"}}[$__range]))'),
    stat("Failed growths", "Growths that were begun and did not succeed in the time shown. The log names the step.", "none",
         f'sum(increase(headroom_growths_total{{{POOL}, result="failed"}}[$__range]))', steps=((0, "green"), (0.5, "red"))),
    stat("Last look", "Time since the host was last seen whole. Beyond some poll intervals all figures here are old.", "s",
         f"max(time() - headroom_poll_last_timestamp_seconds{{{HOST}}})", steps=((0, "green"), (60, "orange"), (120, "red"))),
    stat("Rules", "Whether the configuration file was good when it was last read; if not, the rules from before hold.", "none",
         f"min(headroom_config_last_reload_successful{{{HOST}}})", steps=((0, "red"), (1, "green")),
         mappings=[{"type": "value", "options": {"0": {"text": "old", "index": 0}, "1": {"text": "in force", "index": 1}}}]),
]


def each(expression):
    return query(expression, table=True)


POOLS = [
    table("Pools", "Every pool. Where metadata runs out first, the pool turns read-only before its data is full: grow its metadata device.", "none",
          each("max by (job, instance, pool, state) (" + pool("state") + " == 1)"), each(pool("data_bytes")),
          each(f'{pool("data_used_bytes")} / {pool("data_bytes")}'), each(f'{pool("metadata_used_bytes")} / {pool("metadata_bytes")}'),
          each(or_never(pool("data_full_forecast_seconds"), pool("data_bytes"))),
          each(or_never(pool("metadata_full_forecast_seconds"), pool("metadata_bytes"))), each(pool("metadata_runs_out_first")),
          each(pool("headroom_bytes")), each(pool("overcommit_ratio")),
          each(f"sum by (job, instance, pool) (headroom_volume_reclaimable_bytes{{{POOL}}})"), height=7, sort="Data full in",
          columns={"pool": column("Pool", link=TO_POOL), "instance": column("Host"), "state": column("State", mappings=STATES),
                   "Value #B": column("Data", "bytes"), "Value #C": column("Data used", "percentunit"),
                   "Value #D": column("Metadata used", "percentunit"), "Value #E": column("Data full in", "s", steps=SOON, mappings=NOT_FILLING),
                   "Value #F": column("Metadata full in", "s", steps=SOON, mappings=NOT_FILLING), "Value #G": column("Runs out first", mappings=FIRST),
                   "Value #H": column("Headroom", "bytes"), "Value #I": column("Overcommit", "none"),
                   "Value #J": column("Reclaimable", "bytes"), "job": column("Job", hidden=True)}),
    graph("Data used", "Share of each pool's data that is mapped. What is above the reserve's line is never granted.",
          "percentunit", query(f'{pool("data_used_bytes")} / {pool("data_bytes")}', "{{pool}}"),
          query(f'1 - {pool("reserve_bytes")} / {pool("data_bytes")}', "{{pool}} reserve"), top=1),
    graph("Headroom and promises", "What may still be granted, and what is granted and not written yet.", "bytes",
          query(pool("headroom_bytes"), "{{pool}} headroom"), query(pool("promised_bytes"), "{{pool}} promised")),
    graph("Metadata used", "Share of each pool's metadata in use, and what would be were all data mapped, at what each block has cost so far. "
          "Above 100 % metadata runs out first. Without any left the kernel makes the pool read-only.",
          "percentunit", query(f'{pool("metadata_used_bytes")} / {pool("metadata_bytes")}', "{{pool}}"),
          query(f'{pool("metadata_needed_bytes")} / {pool("metadata_bytes")}', "{{pool}} with all data mapped")),
    graph("Time until full", "At the pace of the last hour, data and metadata. A pool that does not fill has no line. The scale is logarithmic.", "s",
          query(pool("data_full_forecast_seconds"), "{{pool}} data"), query(pool("metadata_full_forecast_seconds"), "{{pool}} metadata"),
          logarithmic=True),
    graph("Overcommit", "Sizes of all volumes summed, as a multiple of the pool, and the limit where there is one. Above 1 not all of them can "
          "be full at once.", "none", query(pool("overcommit_ratio"), "{{pool}}"), query(pool("overcommit_limit_ratio"), "{{pool}} limit")),
    graph("Burst room", "Free space that each enforced filesystem has at least: fill rate times reaction.", "bytes",
          query(pool("burst_room_bytes"), "{{pool}}")),
    timeline("State", "The kernel's word for each pool over time. Anything but read_write stops its writers.",
             query("max by (instance, pool, state) (" + pool("state") + ") == 1", "{{pool}} {{state}}"), width=12),
    timeline("Alerts", "What Prometheus' rules say of this host over time. Each name is a runbook's.",
             query(f'max by (alertname, severity) (ALERTS{{{HOST}, alertname=~"Headroom.+", alertstate="firing"}})',
                   "{{alertname}} {{severity}}"), width=12),
]

VOLUMES = [
    graph("Fullest filesystems", "Used share of the twenty fullest. Growth brings it down.", "percentunit",
          query(f'topk(20, {filesystem("used_bytes")} / {filesystem("size_bytes")}{NAMED})', "{{shown}}"), top=1, link=VOLUME_OF_SERIES),
    graph("Largest filesystems", "Size of the twenty largest. Each step up is a growth.", "bytes",
          query(f'topk(20, {filesystem("size_bytes")}{NAMED})', "{{shown}}"), stepped=True, link=VOLUME_OF_SERIES),
    graph("Full soonest", "Of the twenty filesystems that would be full first if they were not grown. The scale is logarithmic.", "s",
          query(f'bottomk(20, {filesystem("full_forecast_seconds")}{NAMED})', "{{shown}}"), logarithmic=True, link=VOLUME_OF_SERIES),
    table("Volumes", "Every volume; without a mounted filesystem only device and mapped are known. Mapped is what it holds in the pool; "
          "reclaimable is what of that fstrim could give back.", "none",
          each(f'{volume("size_bytes")}{NAMED}'), each(volume("mapped_bytes")), each(filesystem("size_bytes")),
          each(filesystem("used_bytes")), each(filesystem("available_bytes")), each(volume("reclaimable_bytes")),
          each(filesystem("full_forecast_seconds")), each(f'time() - {volume("refused_since_timestamp_seconds")}'),
          sort="Refused for", descending=True,
          columns={"shown": column("Volume", link=TO_VOLUME), "owner": column("Owner"), "image": column("Image"), "pool": column("Pool"),
                   "instance": column("Host"), "Value #A": column("Device", "bytes"), "Value #B": column("Mapped", "bytes"),
                   "Value #C": column("Filesystem", "bytes"), "Value #D": column("Used", "bytes"), "Value #E": column("Available", "bytes"),
                   "Value #F": column("Reclaimable", "bytes"), "Value #G": column("Full in", "s", steps=SOON),
                   "Value #H": column("Refused for", "s", steps=((0, "orange"),)), "job": column("Job", hidden=True),
                   "volume": column("Device_name", hidden=True)}),
    table("Refused now", "Volumes that should be larger and are refused, with the reason. headroom explain says what to do.", "none",
          each(f'{volume("refused")}{NAMED} == 1'), height=8,
          columns={"shown": column("Volume", link=TO_VOLUME), "reason": column("Reason"), "owner": column("Owner"), "pool": column("Pool"),
                   "instance": column("Host"), "job": column("Job", hidden=True), "volume": column("Device_name", hidden=True)}),
]

GROWTH = [
    graph("Growths", "Growths by how they ended.", "none",
          query(f"sum by (pool, result) (increase(headroom_growths_total{{{POOL}}}[$__rate_interval]))", "{{pool}} {{result}}")),
    graph("Added", "How fast filesystems are given more space.", "Bps",
          query(f"sum by (pool) (rate(headroom_growth_bytes_total{{{POOL}}}[$__rate_interval]))", "{{pool}}")),
    graph("Reclaimable", "What fstrim could give back to each pool: mapped and no longer used.", "bytes",
          query(f"sum by (pool) (headroom_volume_reclaimable_bytes{{{POOL}}})", "{{pool}}")),
    graph("Growth duration", "How long whole growths took: the middle one, and the slowest of twenty.", "s",
          *quantiles("headroom_growth_duration_seconds"), width=12),
    graph("Suspended for growth", "How long growths kept a volume's writers waiting: the middle one, and the longest of twenty.", "s",
          *quantiles("headroom_growth_suspend_duration_seconds"), width=12),
    graph("Refused now, by reason", "Volumes that should be larger and are refused.", "none",
          query(f"sum by (pool, reason) (headroom_volume_refused{{{POOL}}}) or vector(0)", "{{pool}} {{reason}}"), width=12,
          stepped=True),
    graph("Refusals begun, by reason", "Wishes that began to be refused.", "none",
          query(f"sum by (pool, reason) (increase(headroom_refusals_total{{{POOL}}}[$__rate_interval])) or vector(0)",
                "{{pool}} {{reason}}"), width=12),
]

ITSELF = [
    graph("Look duration", "How long looks at the whole host took: the middle one, and the slowest of twenty.", "s",
          *quantiles("headroom_poll_duration_seconds")),
    graph("Filesystems' answers", "How long filesystems took to tell their usage: the middle one, and the slowest of twenty.", "s",
          *quantiles("headroom_filesystem_statfs_duration_seconds")),
    graph("Errors", "What could not be read or done, by the part of the host and the kind of error.", "none",
          query(f"sum by (part, kind) (increase(headroom_errors_total{{{HOST}}}[$__rate_interval])) or vector(0)",
                "{{part}} {{kind}}")),
    graph("Stuck or suspended", "Volumes whose filesystem does not answer, or whose device is suspended: their writers hang.",
          "none",
          query(f'sum({filesystem("stuck")}) or vector(0)', "stuck"),
          query(f'sum({volume("suspended")}) or vector(0)', "suspended")),
    graph("Requests", "HTTP requests by their status, over the network and the socket.", "reqps",
          query(f"sum by (code) (rate(headroom_http_requests_total{{{HOST}}}[$__rate_interval]))", "{{code}}")),
    graph("Alertmanager", "Posts to Alertmanagers, by how they ended; none where no Alertmanager is told.", "none",
          query(f"sum by (alertmanager, result) (increase(headroom_notifications_total{{{HOST}}}[$__rate_interval])) or vector(0)",
                "{{alertmanager}} {{result}}")),
    graph("Memory", "Resident memory of the daemon.", "bytes",
          query(f"process_resident_memory_bytes{{{HOST}}}", "{{instance}}"), width=12),
    graph("CPU", "Share of one processor that the daemon uses.", "percentunit",
          query(f"rate(process_cpu_seconds_total{{{HOST}}}[$__rate_interval])", "{{instance}}"), width=12),
]

DASHBOARD = dashboard(
    "headroom-host", "Headroom / Host", "Thin pools of a host, the filesystems on them, and what Headroom did about them.",
    [JOB, INSTANCE, series.POOLS, variable("volume", "Volume", f"label_values(headroom_volume_size_bytes{{{POOL}}}, volume)")],
    [("At a glance", GLANCE), ("Pools", POOLS), ("Volumes", VOLUMES), ("Growth", GROWTH), ("Headroom itself", ITSELF)],
    [series.growths(VOLUME), STARTS, RULES])
