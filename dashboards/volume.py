# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
"""The dashboard of one volume: its sizes over time, why it was not grown, and what its pool has left for it."""
from functools import partial

import series
from grafana import column, dashboard, graph, link, of_row, query, stat, table, timeline, variable, words
from series import FIRST, INSTANCE, JOB, POOL, RULES, SOON, STARTS, STATES, pool
from series import ONE_VOLUME as VOLUME

filesystem, volume = partial(series.filesystem, which=VOLUME), partial(series.volume, which=VOLUME)

GLANCE = [
    stat("Used", "Used share of the filesystem.", "percentunit", f'max({filesystem("used_bytes")} / {filesystem("size_bytes")})',
         steps=((0, "green"), (0.9, "orange"), (0.95, "red"))),
    stat("Available", "What a writer without privilege may still write.", "bytes", f'min({filesystem("available_bytes")})'),
    stat("Full in", "At the pace of the last hour, if it is not grown.", "s", f'min({filesystem("full_forecast_seconds")})', steps=SOON,
         absent="does not fill"),
    stat("Mode", "Whether its rule has it grown, or only looked at.", "none", f'max({volume("enforced")})',
         mappings=[{"type": "value", "options": {"0": {"text": "observed", "index": 0}, "1": {"text": "enforced", "index": 1}}}]),
    stat("Last growth", "Time since it was last grown; told of the last hundred growths of its host.", "s",
         f'min(time() - {volume("last_growth_timestamp_seconds")})', absent="none known"),
    stat("Refused for", "How long it should have been larger and was refused. headroom explain says what to do.", "s",
         f'max(time() - {volume("refused_since_timestamp_seconds")})', steps=((0, "orange"), (86400, "red")), absent="not refused"),
    stat("Reclaimable", "What fstrim could give back to the pool: mapped and no longer used.", "bytes", f'sum({volume("reclaimable_bytes")})'),
    stat("Pool's headroom", "What the pool may still grant, to all of its volumes.", "bytes",
         f'min({pool("headroom_bytes")} and on (job, instance, pool) {volume("size_bytes")})'),
]


def each(expression):
    return query(expression, table=True)


SIZES = [
    graph("Sizes", "The filesystem's size steps up with each growth. The device may be longer ahead of need, never shorter.", "bytes",
          query(volume("size_bytes"), "device"), query(filesystem("size_bytes"), "filesystem"), query(filesystem("used_bytes"), "used"),
          query(filesystem("available_bytes"), "available"), width=12, stepped=True),
    graph("In the pool", "What it holds there, and what of that it does not use any more: fstrim gives that back.", "bytes",
          query(volume("mapped_bytes"), "mapped"), query(volume("reclaimable_bytes"), "reclaimable"),
          query(filesystem("used_bytes"), "used"), width=12),
    graph("Used", "Used share of the filesystem. Growth brings it down.", "percentunit",
          query(f'{filesystem("used_bytes")} / {filesystem("size_bytes")}', "used"), top=1),
    graph("Time until full", "At the pace of the last hour, if it is not grown. No line while it does not fill. The scale is logarithmic.", "s",
          query(filesystem("full_forecast_seconds"), "full in"), logarithmic=True),
    graph("Inodes", "Share of the inodes that is in use. When all are, no file can be made.", "percentunit",
          query(f'{filesystem("inodes_used")} / {filesystem("inodes")}', "inodes used"), top=1),
]

GROWTH = [
    graph("Room and burst", "What is available, and what its pool's fastest writer fills before Headroom has acted. In mode enforce the first is kept "
          "above the second.", "bytes", query(filesystem("available_bytes"), "available"),
          query(f'{pool("burst_room_bytes")} and on (job, instance, pool) {volume("size_bytes")}', "burst room")),
    timeline("Wanted and refused", "When it should have been larger, and for which reason it was refused.",
             query(volume("wanted"), "wanted"),
             query(f'max by (reason) ({volume("refused")})', "refused: {{reason}}"),
             mappings=words((0, "no", "text"), (1, "yes", "orange"))),
    timeline("Trouble", "When it did not answer, was suspended, or was read-only: its writers hang or fail.",
             query(filesystem("stuck"), "stuck"), query(volume("suspended"), "suspended"), query(filesystem("readonly"), "read-only"),
             mappings=words((0, "no", "green"), (1, "yes", "red"))),
    table("What it is", "Whose it is, and where it is mounted.", "none",
          each(f"headroom_volume_info{{{VOLUME}}}"), each(f"headroom_filesystem_info{{{VOLUME}}}"), height=5,
          columns={"instance": column("Host", link=link("This host", "headroom-host", job=of_row("Job"), instance=of_row("Host"))),
                   "pool": column("Pool", link=link(
                       "This pool", "headroom-host", job=of_row("Job"), instance=of_row("Host"), pool=of_row("Pool"))),
                   "volume": column("Volume"), "owner": column("Owner"), "role": column("Role"), "name": column("Container"),
                   "image": column("Image"), "namespace": column("Namespace"), "pod": column("Pod"), "fstype": column("Filesystem"),
                   "mountpoint": column("Mounted at"), "job": column("Job", hidden=True)}),
]

# Only the pool that the volume is on, also where all pools are chosen.
ITS = f' and on (job, instance, pool) {volume("size_bytes")}'

ITS_POOL = [
    graph("Pool's headroom", "What its pool may still grant, to whichever volume needs it first, and what is granted and not written yet.", "bytes",
          query(pool("headroom_bytes") + ITS, "{{pool}} headroom"), query(pool("promised_bytes") + ITS, "{{pool}} promised")),
    graph("Pool's data used", "Share of its pool's data that is mapped. What is above the reserve's line is never granted.", "percentunit",
          query(f'{pool("data_used_bytes")} / {pool("data_bytes")}{ITS}', "{{pool}}"),
          query(f'1 - {pool("reserve_bytes")} / {pool("data_bytes")}{ITS}', "{{pool}} reserve"), top=1),
    graph("Pool's time until full", "Of data and of metadata, at the pace of the last hour. The scale is logarithmic.", "s",
          query(pool("data_full_forecast_seconds") + ITS, "{{pool}} data"),
          query(pool("metadata_full_forecast_seconds") + ITS, "{{pool}} metadata"), logarithmic=True),
    table("Its pool", "How its pool is, and which of data and metadata runs out first.", "none",
          each("max by (job, instance, pool, state) (" + pool("state") + " == 1)" + ITS), each(pool("metadata_runs_out_first") + ITS),
          each(pool("overcommit_ratio") + ITS), each(pool("volumes") + ITS), height=5,
          columns={"pool": column("Pool"), "instance": column("Host"), "state": column("State", mappings=STATES),
                   "Value #B": column("Runs out first", mappings=FIRST), "Value #C": column("Overcommit", "none"),
                   "Value #D": column("Volumes", "none")}),
]

DASHBOARD = dashboard(
    "headroom-volume", "Headroom / Volume", "One volume: its sizes over time, why it was not grown, and what its pool has left for it.",
    [JOB, INSTANCE, series.POOLS,
     variable("volume", "Volume", f"label_values(headroom_volume_size_bytes{{{POOL}}}, volume)", many=False)],
    [("At a glance", GLANCE), ("Sizes", SIZES), ("Growth", GROWTH), ("Its pool", ITS_POOL)],
    [series.growths(VOLUME), STARTS, RULES])
