# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
"""The dashboard of a host: its pools, its volumes, what was grown and refused, and how Headroom itself is."""
from grafana import dashboard, graph, query, stat, table, timeline, variable

HOST = 'job=~"$job", instance=~"$instance"'
POOL = HOST + ', pool=~"$pool"'
VOLUME = POOL + ', volume=~"$volume"'
# A volume under the name that people know: its container's, else its own.
NAMED = (
    " * on (job, instance, pool, volume) group_left (shown, owner, image) label_replace(label_replace("
    f'headroom_volume_info{{{VOLUME}}}, "shown", "$1", "volume", "(.*)"), "shown", "$1", "name", "(.+)")')


def pool(name, more=""):
    return f"headroom_pool_{name}{{{POOL}{more}}}"


def filesystem(name):
    return f"headroom_filesystem_{name}{{{VOLUME}}}"


def quantiles(histogram):
    return [
        query(f"histogram_quantile({q}, sum by (le) (rate({histogram}_bucket{{{HOST}}}[$__rate_interval])))", f"{q:.0%}")
        for q in (0.5, 0.95)]


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

POOLS = [
    graph("Data used", "Share of each pool's data that is mapped. What is above the reserve's line is never granted.",
          "percentunit", query(f'{pool("data_used_bytes")} / {pool("data_bytes")}', "{{pool}}"),
          query(f'1 - {pool("reserve_bytes")} / {pool("data_bytes")}', "{{pool}} reserve"), top=1),
    graph("Headroom and promises", "What may still be granted, and what is granted and not written yet.", "bytes",
          query(pool("headroom_bytes"), "{{pool}} headroom"), query(pool("promised_bytes"), "{{pool}} promised")),
    graph("Metadata used", "Share of each pool's metadata in use. Without any left the kernel makes the pool read-only.",
          "percentunit", query(f'{pool("metadata_used_bytes")} / {pool("metadata_bytes")}', "{{pool}}"), top=1),
    graph("Overcommit", "Sizes of all volumes summed, as a multiple of the pool. Above 1 not all of them can be full at once.",
          "none", query(f'{pool("volumes_bytes")} / {pool("data_bytes")}', "{{pool}}")),
    graph("Burst room", "Free space that each enforced filesystem has at least: fill rate times reaction.", "bytes",
          query(pool("burst_room_bytes"), "{{pool}}")),
    timeline("State", "The kernel's word for each pool over time. Anything but read_write stops its writers.",
             query("max by (instance, pool, state) (" + pool("state") + ") == 1", "{{pool}} {{state}}")),
]

VOLUMES = [
    graph("Fullest filesystems", "Used share of the twenty fullest. Growth brings it down.", "percentunit",
          query(f'topk(20, {filesystem("used_bytes")} / {filesystem("size_bytes")}{NAMED})', "{{shown}}"), width=12, top=1),
    graph("Largest filesystems", "Size of the twenty largest. Each step up is a growth.", "bytes",
          query(f'topk(20, {filesystem("size_bytes")}{NAMED})', "{{shown}}"), width=12, stepped=True),
    table("Volumes", "Every volume; without a mounted filesystem only device and mapped are known. Mapped is what it holds in "
          "the pool: more than used means that deleted files were not discarded.", "none",
          query(f"headroom_volume_size_bytes{{{VOLUME}}}{NAMED}", table=True),
          query(f"headroom_volume_mapped_bytes{{{VOLUME}}}", table=True),
          query(filesystem("size_bytes"), table=True), query(filesystem("used_bytes"), table=True),
          query(filesystem("available_bytes"), table=True),
          columns={"shown": ("Volume", ""), "owner": ("Owner", ""), "image": ("Image", ""), "pool": ("Pool", ""),
                   "instance": ("Host", ""), "Value #A": ("Device", "bytes"), "Value #B": ("Mapped", "bytes"),
                   "Value #C": ("Filesystem", "bytes"), "Value #D": ("Used", "bytes"), "Value #E": ("Available", "bytes")}),
]

GROWTH = [
    graph("Growths", "Growths by how they ended.", "none",
          query(f"sum by (pool, result) (increase(headroom_growths_total{{{POOL}}}[$__rate_interval]))", "{{pool}} {{result}}")),
    graph("Added", "How fast filesystems are given more space.", "Bps",
          query(f"sum by (pool) (rate(headroom_growth_bytes_total{{{POOL}}}[$__rate_interval]))", "{{pool}}")),
    graph("Growth duration", "How long whole growths took: the middle one, and the slowest of twenty.", "s",
          *quantiles("headroom_growth_duration_seconds")),
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
    graph("Errors", "What could not be read or done, by the part of the host and the kind of error.", "none",
          query(f"sum by (part, kind) (increase(headroom_errors_total{{{HOST}}}[$__rate_interval])) or vector(0)",
                "{{part}} {{kind}}")),
    graph("Stuck or suspended", "Volumes whose filesystem does not answer, or whose device is suspended: their writers hang.",
          "none",
          query(f'sum({filesystem("stuck")}) or vector(0)', "stuck"),
          query(f"sum(headroom_volume_suspended{{{VOLUME}}}) or vector(0)", "suspended")),
    graph("Memory", "Resident memory of the daemon.", "bytes",
          query(f"process_resident_memory_bytes{{{HOST}}}", "{{instance}}"), width=12),
    graph("CPU", "Share of one processor that the daemon uses.", "percentunit",
          query(f"rate(process_cpu_seconds_total{{{HOST}}}[$__rate_interval])", "{{instance}}"), width=12),
]

DASHBOARD = dashboard(
    "headroom-host", "Headroom / Host", "Thin pools of a host, the filesystems on them, and what Headroom did about them.",
    [
        variable("job", "Job", "label_values(headroom_build_info, job)"),
        variable("instance", "Instance", 'label_values(headroom_build_info{job=~"$job"}, instance)'),
        variable("pool", "Pool", f"label_values(headroom_pool_data_bytes{{{HOST}}}, pool)"),
        variable("volume", "Volume", f"label_values(headroom_volume_size_bytes{{{POOL}}}, volume)"),
    ],
    [("At a glance", GLANCE), ("Pools", POOLS), ("Volumes", VOLUMES), ("Growth", GROWTH), ("Headroom itself", ITSELF)])
