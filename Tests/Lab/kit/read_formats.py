# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
"""read_formats URL   scrapes URL in each format, plain and compressed, and has it read by prometheus-client's parsers. All of them
must find the same series, and `promtool check metrics` nothing in what is Prometheus' text."""
import gzip
import subprocess
import sys
import urllib.request

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client import parser as text

URL = sys.argv[1]
OPENMETRICS = "application/openmetrics-text"
FORMATS = {
    None: "text/plain; version=0.0.4; charset=utf-8",
    "text/plain;version=1.0.0;escaping=underscores": "text/plain; version=1.0.0; charset=utf-8; escaping=underscores",
    "text/plain;version=1.0.0;escaping=allow-utf-8": "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
    f"{OPENMETRICS};version=1.0.0;escaping=values": f"{OPENMETRICS}; version=1.0.0; charset=utf-8; escaping=values",
    f"{OPENMETRICS};version=0.0.1": f"{OPENMETRICS}; version=0.0.1; charset=utf-8",
    # What Prometheus 2.42 and 3 send.
    f"{OPENMETRICS};version=1.0.0,{OPENMETRICS};version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1":
        f"{OPENMETRICS}; version=1.0.0; charset=utf-8; escaping=underscores",
}
# What differs from one scrape to the next, and what only one format has.
RESTLESS = ("process_", "headroom_http_", "headroom_poll_", "headroom_filesystem_statfs_", "headroom_quick_looks", "headroom_pool_",
            "headroom_filesystem_full_forecast")


def scrape(accept, encoding):
    request = urllib.request.Request(URL, headers={"Accept-Encoding": encoding, **({"Accept": accept} if accept else {})})
    with urllib.request.urlopen(request, timeout=10) as answer:
        body = answer.read()
        if answer.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        elif encoding == "gzip":
            sys.exit(f"{accept}: gzip was asked for and not sent")
        return answer.headers["Content-Type"], body.decode("utf-8")


def series(kind, body):
    parse = openmetrics if kind.startswith(OPENMETRICS) else text
    found = set()
    for family in parse.text_string_to_metric_families(body):
        for sample in family.samples:
            if not sample.name.startswith(RESTLESS) and not sample.name.endswith("_created"):
                found.add((sample.name, tuple(sorted(sample.labels.items()))))
    return found


def differences():
    """All formats are asked for in one go, and read later: what takes this kernel long is the reading."""
    answers = [(accept, encoding, *scrape(accept, encoding)) for accept in FORMATS for encoding in ("identity", "gzip")]
    first, differing = None, []
    for accept, encoding, kind, body in answers:
        if kind != FORMATS[accept]:
            sys.exit(f"{accept}: Content-Type is {kind}, not {FORMATS[accept]}")
        found = series(kind, body)
        if not any(name == "headroom_volume_size_bytes" for name, _ in found):
            sys.exit(f"{accept}, {encoding}: there is no volume")
        first = first or found
        if found != first:
            differing.append(f"{accept}, {encoding}: {sorted(found ^ first)[:5]} is not in every format")
        if kind.startswith("text/"):
            subprocess.run(["promtool", "check", "metrics"], input=body.encode(), check=True)
        elif not body.endswith("# EOF\n"):
            sys.exit(f"{accept}: it does not end with # EOF")
    return differing


# A growth or a refusal between two of them has series of its own; then one of the next goes will be at rest.
for _ in range(5):
    differing = differences()
    if not differing:
        sys.exit()
sys.exit("\n".join(differing))
