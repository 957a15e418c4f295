# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
"""What promtool does not look for in the rules: that each alert says all that it must and has cases in which it fires and in which
it does not, that each recorded series is tested, and that all of it is called as it should be."""
import re
import sys

import yaml
from promql import ROOT, selectors

DEPLOY = ROOT / "deploy/prometheus"
RUNBOOKS = "https://runbooks.example.org/"
SEVERITIES = ("warning", "critical")


def rules(name):
    return [rule for group in yaml.safe_load((DEPLOY / name).read_text())["groups"] for rule in group["rules"]]


def cases(kind):
    for path in sorted(ROOT.glob("Tests/Deploy/rules/*.yml")):
        for test in yaml.safe_load(path.read_text())["tests"]:
            yield from test.get(kind, [])


def alert_faults(alerts):
    fires, silent = set(), set()
    for case in cases("alert_rule_test"):
        severities = {alert["exp_labels"]["severity"] for alert in case["exp_alerts"]}
        fires |= {(case["alertname"], severity) for severity in severities}
        silent |= {(case["alertname"], severity) for severity in SEVERITIES if severity not in severities}
    known = {(rule["alert"], rule["labels"]["severity"]) for rule in alerts}
    yield from (f"{name} ({severity}) fires in no test" for name, severity in sorted(known - fires))
    yield from (f"{name} ({severity}) stays silent in no test" for name, severity in sorted(known - silent))
    yield from (f"{name} is tested and is no alert" for name in sorted({name for name, _ in silent | fires} - {name for name, _ in known}))
    for rule in alerts:
        name, notes = rule["alert"], rule["annotations"]
        if set(rule["labels"]) != {"severity"} or rule["labels"]["severity"] not in SEVERITIES:
            yield f"{name}: its labels are not `severity: warning` or `severity: critical`"
        if set(notes) != {"summary", "description", "runbook_url"} or not all(notes.values()):
            yield f"{name}: its annotations are not summary, description and runbook_url"
        if notes.get("runbook_url") != f"{RUNBOOKS}{name}.md":
            yield f"{name}: its runbook_url is not {RUNBOOKS}{name}.md"
        if "absent(" not in rule["expr"] and "$labels.instance" not in notes.get("summary", ""):
            yield f"{name}: its summary does not name the instance"
        for label in ("volume", "pool"):
            if re.match(rf"Headroom{label}", name, re.I) and f"$labels.{label}" not in notes.get("summary", ""):
                yield f"{name}: its summary does not name the {label}"
        if re.search(r"\$value(?! \| humanize)", " ".join(notes.values())):
            yield f"{name}: a value that is not made readable for people"
        for metric, _ in selectors(rule["expr"]):
            if ":" in metric:
                yield f"{name}: asks for {metric}, and would be silent where that is not recorded"


def recording_faults(records):
    tested = {metric for case in cases("promql_expr_test") for metric, _ in selectors(case["expr"])}
    for rule in records:
        if not re.fullmatch(r"instance(_[a-z]+)?:headroom_\w+:[a-z0-9]+", rule["record"]):
            yield f"{rule['record']} is not called level:metric:operation"
        if rule["record"] not in tested:
            yield f"{rule['record']} is tested nowhere"


def main():
    alerts, records = rules("headroom.rules.yml"), rules("headroom.recording.yml")
    found = [*alert_faults(alerts), *recording_faults(records)]
    print(*found, sep="\n")
    return bool(found) or len(alerts) < 20 or not records


if __name__ == "__main__":
    sys.exit(main())
