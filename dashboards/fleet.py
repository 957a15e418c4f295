# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
"""The dashboard of all hosts: which are in trouble, which pools fill first, what was grown and refused. It asks the recording rules."""
from grafana import column, dashboard, graph, link, of_row, of_series, query, stat, table, variable, words
from series import FIRST, HOST, JOB, NOT_FILLING, RULES, SOON, STARTS, STATES, or_never

ALERTS = f'ALERTS{{{HOST}, alertname=~"Headroom.+", alertstate="firing"}}'
TO_HOST = link("This host", "headroom-host", job=of_row("Job"), instance=of_row("Host"))
TO_POOL = link("This pool", "headroom-host", job=of_row("Job"), instance=of_row("Host"), pool=of_row("Pool"))
HOST_OF_SERIES = link("This host", "headroom-host", job=of_series("job"), instance=of_series("instance"))
POOL_OF_SERIES = link(
    "This pool", "headroom-host", job=of_series("job"), instance=of_series("instance"), pool=of_series("pool"))


def recorded(name, more=""):
    return f"{name}{{{HOST}{more}}}"


def each(expression):
    return query(expression, table=True)


TROUBLE = [
    stat("Hosts", "Hosts whose Headroom is scraped.", "none", f"count(up{{{HOST}}} == 1)"),
    stat("Not scraped", "Hosts whose Headroom cannot be scraped: it is down, or the way there is. What is below is old for these.", "none",
         f"count(up{{{HOST}}} == 0) or vector(0)", steps=((0, "green"), (1, "red"))),
    stat("Critical alerts", "Alerts that wake somebody, on all hosts.", "none",
         f'count({ALERTS[:-1]}, severity="critical"}}) or vector(0)', steps=((0, "green"), (1, "red"))),
    stat("Pools not writable", "Pools in any state but read-write. Their writers wait or get errors.", "none",
         f'sum({recorded("instance:headroom_pools_not_read_write:count")})', steps=((0, "green"), (1, "red"))),
    stat("Full and refused", "Volumes with less than 5 % left that are refused: their writers get ENOSPC now or soon.", "none",
         f'sum({recorded("instance_pool:headroom_volume_full_and_refused:count")})', steps=((0, "green"), (1, "red"))),
    stat("Refused", "Volumes that should be larger and are refused.", "none",
         f'sum({recorded("instance:headroom_volume_refused:count")})', steps=((0, "green"), (1, "orange"))),
    stat("First pool full in", "The time until the first of all pools is full, of data or metadata, at the pace of the last hour.", "s",
         f'min({recorded("instance:headroom_pool_full_forecast_seconds:min")})', steps=SOON, absent="none fills"),
    stat("Failed growths", "Growths of the last hour that were begun and did not succeed.", "none",
         "sum(" + recorded("instance_result:headroom_growths:increase1h", ', result="failed"') + ")", steps=((0, "green"), (0.5, "red"))),
    table("Alerts", "What fires now, worst first. Each name is a runbook's.", "none", each(ALERTS), height=8, sort="Severity",
          columns={"severity": column("Severity", mappings=words(("critical", "critical", "red"), ("warning", "warning", "orange"))),
                   "alertname": column("Alert"), "instance": column("Host", link=TO_HOST), "pool": column("Pool"),
                   "volume": column("Volume", link=link(
                       "This volume", "headroom-volume", job=of_row("Job"), instance=of_row("Host"), pool=of_row("Pool"),
                       volume=of_row("Volume"))),
                   "reason": column("Reason"), "job": column("Job", hidden=True)}),
]

HOSTS = [
    table("Hosts", "Every host that Prometheus knows of. Those that are not scraped have only the first column.", "none",
          each(f"up{{{HOST}}}"), each(f"count by (job, instance) ({ALERTS})"),
          each(f"max by (job, instance, version) (headroom_build_info{{{HOST}}})"),
          each(f"max by (job, instance, mode) (headroom_mode{{{HOST}}} == 1)"),
          each(recorded("instance:headroom_poll_age_seconds:max")), each(recorded("instance:headroom_pools:count")),
          each(recorded("instance:headroom_volumes:sum")), each(recorded("instance:headroom_pool_headroom_bytes:sum")),
          each(or_never(recorded("instance:headroom_pool_full_forecast_seconds:min"), recorded("instance:headroom_pools:count"))),
          each(recorded("instance:headroom_volume_refused:count")),
          each("sum by (job, instance) (" + recorded("instance_result:headroom_growths:increase1h", ', result="done"') + ")"),
          each("sum by (job, instance) (" + recorded("instance_result:headroom_growths:increase1h", ', result="failed"') + ")"),
          sort="Full in",
          columns={"instance": column("Host", link=TO_HOST),
                   "Value #A": column("Scraped", mappings=words((0, "no", "red"), (1, "yes", "green"))),
                   "Value #B": column("Alerts", "none", steps=((0, "text"), (1, "orange"))),
                   "version": column("Version"), "mode": column("Mode"),
                   "Value #E": column("Last look", "s", steps=((0, "text"), (60, "orange"), (120, "red"))),
                   "Value #F": column("Pools", "none"), "Value #G": column("Volumes", "none"),
                   "Value #H": column("Headroom", "bytes"), "Value #I": column("Full in", "s", steps=SOON, mappings=NOT_FILLING),
                   "Value #J": column("Refused", "none", steps=((0, "text"), (1, "orange"))),
                   "Value #K": column("Growths, 1 h", "none"),
                   "Value #L": column("Failed, 1 h", "none", steps=((0, "text"), (0.5, "red"))), "job": column("Job", hidden=True)}),
    graph("Versions", "How many hosts run which version.", "none",
          query(f"count by (version) (headroom_build_info{{{HOST}}})", "{{version}}"), stepped=True),
    graph("Modes", "How many hosts are in which mode, where no rule says otherwise.", "none",
          query(f"count by (mode) (headroom_mode{{{HOST}}} == 1)", "{{mode}}"), stepped=True),
    graph("Scraped and not", "How many hosts are scraped, and how many cannot be.", "none",
          query(f"count(up{{{HOST}}} == 1)", "scraped"), query(f"count(up{{{HOST}}} == 0) or vector(0)", "not scraped"), stepped=True),
]

POOLS = [
    table("Pools that fill first", "Every pool, with what is full first on top.", "none",
          each(or_never(recorded("instance_pool:headroom_pool_full_forecast_seconds:min"), recorded("instance_pool:headroom_pool_data_used:ratio"))),
          each(recorded("instance_pool:headroom_pool_data_used:ratio")), each(recorded("instance_pool:headroom_pool_metadata_used:ratio")),
          each(f"headroom_pool_metadata_runs_out_first{{{HOST}}}"), each(recorded("instance_pool:headroom_pool_headroom:ratio")),
          each(recorded("instance_pool:headroom_pool_overcommit:ratio")), each(recorded("instance_pool:headroom_volume_refused:count")),
          each(recorded("instance_pool:headroom_volume_reclaimable_bytes:sum")),
          each(f"max by (job, instance, pool, state) (headroom_pool_state{{{HOST}}} == 1)"), sort="Full in",
          columns={"pool": column("Pool", link=TO_POOL), "instance": column("Host", link=TO_HOST),
                   "state": column("State", mappings=STATES), "Value #A": column("Full in", "s", steps=SOON, mappings=NOT_FILLING),
                   "Value #B": column("Data used", "percentunit"), "Value #C": column("Metadata used", "percentunit"),
                   "Value #D": column("Runs out first", mappings=FIRST), "Value #E": column("Headroom", "percentunit"),
                   "Value #F": column("Overcommit", "none"),
                   "Value #G": column("Refused", "none", steps=((0, "text"), (1, "orange"))),
                   "Value #H": column("Reclaimable", "bytes"), "job": column("Job", hidden=True)}),
    graph("Fullest pools", "Share of data used, of the ten fullest.", "percentunit",
          query(f'topk(10, {recorded("instance_pool:headroom_pool_data_used:ratio")})', "{{instance}} {{pool}}"), top=1, link=POOL_OF_SERIES),
    graph("Time until full", "Of the ten pools that are full first, of data or metadata. The scale is logarithmic.", "s",
          query(f'bottomk(10, {recorded("instance_pool:headroom_pool_full_forecast_seconds:min")})', "{{instance}} {{pool}}"),
          logarithmic=True, link=POOL_OF_SERIES),
    graph("Least headroom", "What may still be granted, of the ten hosts that have least.", "bytes",
          query(f'bottomk(10, {recorded("instance:headroom_pool_headroom_bytes:sum")})', "{{instance}}"), link=HOST_OF_SERIES),
]

GROWTH = [
    graph("Growths", "Growths that were done, of the ten hosts with most.", "none",
          query(f'topk(10, sum by (job, instance) (increase(headroom_growths_total{{{HOST}, result="done"}}[$__rate_interval])))', "{{instance}}"),
          link=HOST_OF_SERIES),
    graph("Failed growths", "Growths that were begun and did not succeed.", "none",
          query(f'topk(10, sum by (job, instance) (increase(headroom_growths_total{{{HOST}, result="failed"}}[$__rate_interval])))', "{{instance}}"),
          link=HOST_OF_SERIES),
    graph("Added", "How fast filesystems are given more space, on all hosts.", "Bps",
          query(f'sum({recorded("instance_pool:headroom_growth_bytes:rate5m")})', "added")),
    graph("Refused now", "Volumes that are refused, of the ten hosts with most.", "none",
          query(f'topk(10, {recorded("instance:headroom_volume_refused:count")})', "{{instance}}"), width=12, stepped=True, link=HOST_OF_SERIES),
    graph("Refusals, by reason", "Wishes that began to be refused within an hour, on all hosts.", "none",
          query(f'sum by (reason) ({recorded("instance_reason:headroom_refusals:increase1h")})', "{{reason}}"), width=12),
]

DASHBOARD = dashboard(
    "headroom-fleet", "Headroom / Fleet",
    "All hosts: which are in trouble, which pools fill first, what was grown and refused. Needs headroom.recording.yml in Prometheus.",
    [JOB, variable("instance", "Instance", 'label_values(up{job=~"$job"}, instance)')],
    [("Trouble", TROUBLE), ("Hosts", HOSTS), ("Pools", POOLS), ("Growth", GROWTH)], [STARTS, RULES])
