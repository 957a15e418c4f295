# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
"""What the three dashboards say in the same way: which series are meant, and what is marked in time."""
from grafana import annotation, beyond, query, variable, words

HOST = 'job=~"$job", instance=~"$instance"'
POOL = HOST + ', pool=~"$pool"'
VOLUME = POOL + ', volume=~"$volume"'
# Where one is chosen: only in variables of many values does Grafana escape what means something to a pattern.
ONE_VOLUME = POOL + ', volume="$volume"'
# A volume under the name that people know: its container's, else its own.
NAMED = (
    " * on (job, instance, pool, volume) group_left (shown, owner, image) label_replace(label_replace("
    f'headroom_volume_info{{{VOLUME}}}, "shown", "$1", "volume", "(.*)"), "shown", "$1", "name", "(.+)")')

# What a person has to know of a time until something is full: an hour, a day.
SOON = ((0, "red"), (3600, "orange"), (86400, "text"))
# Grafana sorts what has no value before all else, so what does not fill is said to be full in 317 years, and shown as what it is.
NEVER, NOT_FILLING = "1e10", beyond(1e9, "does not fill")
STATES = words(("read_write", "read-write", "green"), ("out_of_data_space", "out of data space", "red"),
               ("read_only", "read-only", "red"), ("failed", "failed", "red"), ("unknown", "unknown", "orange"))
FIRST = words((0, "data", "text"), (1, "metadata", "orange"))

JOB = variable("job", "Job", "label_values(headroom_build_info, job)")
INSTANCE = variable("instance", "Instance", 'label_values(headroom_build_info{job=~"$job"}, instance)')
POOLS = variable("pool", "Pool", f"label_values(headroom_pool_data_bytes{{{HOST}}}, pool)")


def pool(name, more=""):
    return f"headroom_pool_{name}{{{POOL}{more}}}"


def volume(name, more="", *, which=VOLUME):
    return f"headroom_volume_{name}{{{which}{more}}}"


def filesystem(name, *, which=VOLUME):
    return f"headroom_filesystem_{name}{{{which}}}"


def quantiles(histogram, labels=HOST):
    return [
        query(f"histogram_quantile({q}, sum by (le) (rate({histogram}_bucket{{{labels}}}[$__rate_interval])))", f"{q:.0%}")
        for q in (0.5, 0.95)]


def or_never(forecast, all_of_them):
    return f"{forecast} or {all_of_them} * 0 + {NEVER}"


def growths(labels):
    # Only of the last hundred growths since the daemon's start is the time told, so all that is asked for is few.
    return annotation(
        "Growths", "blue", f"headroom_volume_last_growth_timestamp_seconds{{{labels}}} * 1000", "Grown", "{{volume}} on {{instance}}",
        tags=["pool"])


STARTS = annotation(
    "Starts", "purple",
    f"process_start_time_seconds{{{HOST}}} * 1000 * on (job, instance) group_left (version) headroom_build_info{{{HOST}}}",
    "Headroom {{version}} started", "{{instance}}", tags=["version"])
RULES = annotation(
    "Rules", "orange",
    f"headroom_config_last_reload_success_timestamp_seconds{{{HOST}}} * 1000"
    f" * on (job, instance) group_left (mode) (headroom_mode{{{HOST}}} == 1)",
    "Rules read, mode {{mode}}", "{{instance}}", tags=["mode"])
