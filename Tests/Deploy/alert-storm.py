#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
"""alert-storm.py URL SEED COUNT   posts notifications as a broken or hostile Alertmanager would: repeated, reordered, cut off,
with names and values from anywhere. In the end: no alert has set anything twice, no entry has granted more than its cap, no volume has
grown without an alert, and the server has answered all of it.
"""
import datetime
import http.client
import json
import random
import sys
from collections import Counter, defaultdict
from urllib.parse import urlsplit

URL, SEED, COUNT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
CAPS = {"Full": 1200 << 20, "Last": 4 << 30}  # maximum_total, as the configuration of the check says. Full meets its own however fast the storm is
dice = random.Random(SEED)
print(f"seed {SEED}")
host = urlsplit(URL).netloc


def ask(method, path, body=None):
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def volumes():
    return {v["name"]: v.get("filesystem", {}).get("device_bytes", 0) and v["filesystem"].get("size_bytes", 0)
            for v in json.loads(ask("GET", "/api/v1/volumes")[1])}


now = datetime.datetime.now(datetime.timezone.utc)
before = volumes()
names = sorted(before)
odd = ["*", "?", "", "web*", names[0][:-1], names[0] + " ", "\u0000", "\u202e", "../../etc/passwd", "'; DROP TABLE overrides; --", "a" * 5000,
       "{{ .Labels }}", "\\x{ff}", "\ud800", "-1", "💾"]


def moment(seconds):
    return (now - datetime.timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def alert(step):
    """Mostly one of a few that come again and again; each fires anew now and then, and some word of before comes late."""
    number = dice.randrange(40)
    volume = names[number // 5 % len(names)] if dice.random() < 0.85 else dice.choice(odd)
    labels = {"alertname": ["Full", "Full", "Moving", "Last", "Nobody"][number % 5], "volume": volume}
    if dice.random() < 0.1:
        labels[dice.choice(odd)] = dice.choice(odd)
    if dice.random() < 0.05:
        labels["notified_by"] = "headroom"
    one = {"status": dice.choice(["firing", "firing", "firing", "resolved"]), "labels": labels,
           "annotations": {"summary": dice.choice(odd)}, "fingerprint": f"f{number}",
           "startsAt": moment(4000 - step // 50 * 150 + dice.choice([0, 0, 0, 0, 150, 2000])), "endsAt": moment(0), "generatorURL": "http://p"}
    if dice.random() < 0.08:  # something is wrong with it
        key = dice.choice(sorted(one))
        one[key] = dice.choice([None, 7, [], {}, "", "9999-12-31T23:59:60Z", "0001-01-01T00:00:00Z", dice.choice(odd), -1e308])
    if dice.random() < 0.04:
        del one[dice.choice(sorted(one))]
    return one


def body(alerts):
    whole = {"version": "4", "groupKey": "{}", "receiver": "r", "status": "firing", "alerts": alerts, "truncatedAlerts": dice.choice([0, 0, 5])}
    if dice.random() < 0.04:
        whole["version"] = dice.choice(["3", "5", 4, None, "", "4 "])
    if dice.random() < 0.03:
        whole["alerts"] = dice.choice([None, {}, "x", 3])
    if dice.random() < 0.1:
        whole[dice.choice(odd) or "later"] = dice.choice([1, [], {"a": []}])
    text = json.dumps(whole).encode()
    if dice.random() < 0.04:  # cut off
        text = text[:dice.randrange(len(text))]
    if dice.random() < 0.03:  # a byte is another
        at = dice.randrange(max(1, len(text)))
        text = text[:at] + bytes([dice.randrange(256)]) + text[at + 1:]
    if dice.random() < 0.01:
        text = b"[" * 100_000
    return text


statuses, results, acted, granted = Counter(), Counter(), Counter(), defaultdict(int)
sent = []
for step in range(COUNT):
    if sent and dice.random() < 0.3:
        text = dice.choice(sent[-30:])  # once more, and late
    else:
        text = body([alert(step) for _ in range(dice.choice([0, 1, 1, 1, 2, 5]))])
        sent.append(text)
    dry = dice.random() < 0.05
    status, said = ask("POST", "/api/v1/alerts" + ("?dry_run=true" if dry else ""), text)
    statuses[status] += 1
    if status not in (200, 400, 413):
        sys.exit(f"{status} {said[:500]!r} to {text[:2000]!r}")
    if status != 200:
        answer = json.loads(said)
        assert answer["error"] and answer["hint"], said
        continue
    for one in json.loads(said)["alerts"]:
        results[one["result"]] += 1
        if one["result"] == "set":
            assert not dry, said
            override = one["override"]
            # What is read of startsAt is an instant; the notification says it as it was posted.
            start = next(a["startsAt"] for a in json.loads(text.decode(errors="replace"))["alerts"]
                         if isinstance(a, dict) and a.get("fingerprint") == one["fingerprint"] and a.get("status") == "firing")
            acted[one["fingerprint"], start] += 1
            assert override["scope"] == "volume" and override["name"] in names, override
            if override["kind"] == "grow":
                granted[one["alertname"]] += 1

print(dict(statuses), dict(results), dict(granted))
twice = {key: count for key, count in acted.items() if count > 1}
assert not twice, f"acted twice: {twice}"
for wanted in ("set", "known", "lifted", "over", "stale", "unmatched", "unknown_target", "cooling_down", "capped", "own", "invalid"):
    assert results[wanted], f"no alert was answered with {wanted}: the storm is too tame"

after = volumes()
grown = {name: after[name] - size for name, size in before.items() if after[name] != size}
assert sum(grown.values()) <= sum(CAPS.values()), f"{sum(grown.values())} bytes were granted by entries of {CAPS}: {grown}"
assert grown, "nothing was grown at all"
assert min(grown.values()) > 0, grown
metrics = ask("GET", "/metrics")[1].decode()
count = int(next(line for line in metrics.splitlines() if line.startswith('headroom_alerts_received_total{result="set"}')).split()[1])
assert count == results["set"], (count, results["set"])
print(f"grown: {len(grown)} volumes by {sum(grown.values()) >> 20} MiB")
