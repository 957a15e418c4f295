# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
"""dashboards.py [--bite]   says what is wrong with the dashboards, by Grafana's linter's rules and the house's own. With --bite it breaks a
dashboard in each way that a rule is about, and says which rule does not notice that, or which notices something else.
"""
import copy
import re
import sys

import linter
from promql import dashboards, panels, targets

SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def is_new_enough(board, _):
    if board["schemaVersion"] < 41:
        yield f"schema version {board['schemaVersion']} is older than Grafana 12"


def has_own_numbers(board, _):
    numbers = [panel["id"] for panel in panels(board)]
    if len(set(numbers)) != len(numbers):
        yield "two panels have one id"
    for panel in panels(board):
        letters = [target["refId"] for target in panel.get("targets", [])]
        if len(set(letters)) != len(letters):
            yield f"panel `{panel['title']}`: two queries have one letter"


def overlaps_nowhere(board, _):
    taken = {}
    for panel in board["panels"]:
        at = panel["gridPos"]
        if at["x"] + at["w"] > 24:
            yield f"panel `{panel['title']}` is beyond the right edge"
        for cell in ((x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])):
            if cell in taken:
                yield f"panels `{taken[cell]}` and `{panel['title']}` overlap"
                break
            taken[cell] = panel["title"]


def links_of(panel):
    fields = panel.get("fieldConfig", {"defaults": {}, "overrides": []})
    yield from fields["defaults"].get("links", [])
    for override in fields["overrides"]:
        yield from (link for item in override["properties"] if item["id"] == "links" for link in item["value"])


def leads_somewhere(board, boards):
    """To a dashboard that there is, with variables that it has, time and data source kept, and values that the table has."""
    known = {other["uid"]: {variable["name"] for variable in other["templating"]["list"]} for other in boards}
    for panel in panels(board):
        # A renamed column's values are only there if a query's label or value was renamed to it.
        columns = {name for change in panel.get("transformations", []) for name in change["options"].get("renameByName", {}).values()}
        for link in links_of(panel):
            url = link["url"]
            uid = re.match(r"/d/([\w-]+)\?", url)
            if not uid or uid[1] not in known:
                yield f"panel `{panel['title']}` leads to no dashboard: {url}"
                continue
            for name in sorted(set(re.findall(r"[?&]var-(\w+)=", url)) - known[uid[1]]):
                yield f"panel `{panel['title']}` sets ${name}, which {uid[1]} does not have"
            if "${datasource:queryparam}" not in url or "${__url_time_range}" not in url or "var-job=" not in url or "var-instance=" not in url:
                yield f"panel `{panel['title']}` does not keep data source, time, job and instance: {url}"
            for name in set(re.findall(r"__data\.fields\.(\w+)", url)) - columns:
                yield f"panel `{panel['title']}` leads by a column {name} that it does not have"
    if not any(link["type"] == "dashboards" and link["includeVars"] and link["keepTime"] for link in board["links"]):
        yield "nothing leads to the other dashboards with variables and time kept"


def shows_what_it_asks(board, _):
    """Each query of a table has its column, and each hidden or linked column is one that there is."""
    for panel in panels(board):
        for change in panel.get("transformations", []):
            names = change["options"].get("renameByName")
            if names is None:
                continue
            for field in names:
                letter = re.fullmatch(r"Value #([A-Z])", field)
                if letter and letter[1] not in [target["refId"] for target in panel["targets"]]:
                    yield f"panel `{panel['title']}` has a column for a query {letter[1]} that is not there"
            for override in panel["fieldConfig"]["overrides"]:
                if override["matcher"]["options"] not in names.values():
                    yield f"panel `{panel['title']}` says how a column {override['matcher']['options']} looks that is not there"


def marks_in_time(board, _):
    marks = board["annotations"]["list"]
    if not marks:
        yield "nothing is marked in time"
    for mark in marks:
        name = mark["name"]
        if mark["datasource"] != SOURCE:
            yield f"annotation `{name}` asks a data source that the variable does not choose"
        for node, _ in linter.walk(linter.parsed(mark["expr"])):
            if type(node).__name__ == "VectorSelector":
                matched = {m.name for m in node.matchers.matchers if m.value == f"${m.name}"}
                if not {"job", "instance"} <= matched:
                    yield f"annotation `{name}`: {node.name} is not matched on job and instance"
        if mark["useValueForTime"] and "* 1000" not in mark["expr"]:
            yield f"annotation `{name}`: Grafana counts milliseconds"


def expressions(board):
    return [target["expr"] for _, target in targets(board)] + [mark["expr"] for mark in board["annotations"]["list"]]


def uses_its_variables(board, _):
    text = expressions(board)
    names = [variable["name"] for variable in board["templating"]["list"] if variable["type"] == "query"]
    yield from (f"no query uses ${name}" for name in names if not any(f'"${name}"' in one for one in text))
    used = {name for one in text for name in re.findall(r'"\$([a-z]\w*)"', one)}
    yield from (f"${name} is used and no variable" for name in sorted(used - set(names)))


def matches_as_grafana_escapes(board, _):
    """Of a variable of one value Grafana leaves a pattern's signs as they are: `=~` would not find a volume with a `+` in its name."""
    text = expressions(board)
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            wrong, name = "=" if variable["multi"] else "=~", variable["name"]
            yield from (f"${name} is not for `{wrong}`" for one in text if f'{wrong}"${name}"' in one)


OWN = [is_new_enough, has_own_numbers, overlaps_nowhere, leads_somewhere, shows_what_it_asks, marks_in_time, uses_its_variables,
       matches_as_grafana_escapes]


def faults(board, boards):
    return linter.faults(board) + [(rule.__name__, fault) for rule in OWN for fault in rule(board, boards)]


def first(board, kind):
    return next(panel for panel in panels(board) if panel["type"] == kind)


def of(board, name):
    return next(variable for variable in board["templating"]["list"] if variable["name"] == name)


def asks(expression, kind="timeseries"):
    return lambda board: first(board, kind)["targets"][0].update(expr=expression)


LOKI = {"datasource": {"type": "loki", "uid": "${datasource}"}}
HOST = 'job=~"$job", instance=~"$instance"'
# How the dashboard of a host is broken, and who must say so, alone or with others that cannot but notice.
BREAKS = [
    ("template_datasource_rule", lambda b: of(b, "datasource").update(label="Source"), ()),
    ("template_job_rule", lambda b: of(b, "job").update(multi=False), ("matches_as_grafana_escapes",)),
    ("template_instance_rule", lambda b: of(b, "instance").update(allValue=".*"), ()),
    ("template_label_promql_rule", lambda b: of(b, "pool")["query"].update(query="label_value(up, pool)"), ()),
    ("template_label_promql_rule", lambda b: of(b, "pool")["query"].update(query="label_values(up{job=, pool)"), ()),
    ("template_on_time_change_reload_rule", lambda b: of(b, "volume").update(refresh=1), ()),
    ("panel_datasource_rule", lambda b: first(b, "stat").update(datasource={"type": "prometheus", "uid": "mine"}), ()),
    ("panel_title_description_rule", lambda b: first(b, "timeseries").update(description=""), ()),
    ("panel_units_rule", lambda b: first(b, "timeseries")["fieldConfig"]["defaults"].pop("unit"), ()),
    ("panel_no_targets_rule", lambda b: first(b, "timeseries").update(targets=[]), ()),
    ("target_logql_rule", lambda b: first(b, "timeseries")["targets"][0].update(LOKI, expr="up"),
     ("panel_datasource_rule", "target_job_rule", "target_instance_rule")),
    ("target_logql_auto_rule", lambda b: first(b, "timeseries")["targets"][0].update(LOKI, expr='rate({job=~"$job"}[5m])'),
     ("panel_datasource_rule", "target_instance_rule", "target_rate_interval_rule")),
    ("target_promql_rule", asks(f"sum(up{{{HOST}}}"), ()),
    ("target_rate_interval_rule", asks(f"rate(headroom_quick_looks_total{{{HOST}}}[5m])"), ()),
    ("target_rate_interval_rule", asks(f"max_over_time(up{{{HOST}}}[1h])"), ()),
    ("target_job_rule", asks('up{job="headroom", instance=~"$instance"}'), ()),
    ("target_instance_rule", asks('up{job=~"$job"}'), ()),
    ("target_counter_agg_rule", asks(f"sum(headroom_growths_total{{{HOST}}})"), ()),
    ("uneditable_dashboard", lambda b: b.update(editable=True), ()),
    ("is_new_enough", lambda b: b.update(schemaVersion=36), ()),
    ("has_own_numbers", lambda b: first(b, "table").update(id=1), ()),
    ("overlaps_nowhere", lambda b: first(b, "table")["gridPos"].update(h=20), ()),
    ("leads_somewhere", lambda b: next(links_of(first(b, "table"))).update(url="/d/elsewhere?"), ()),
    ("leads_somewhere", lambda b: b.update(links=[]), ()),
    ("shows_what_it_asks", lambda b: first(b, "table")["fieldConfig"]["overrides"][0]["matcher"].update(options="Other"), ()),
    ("marks_in_time", lambda b: b["annotations"]["list"][0].update(expr="headroom_build_info * 1000"), ()),
    ("marks_in_time", lambda b: b["annotations"].update(list=[]), ()),
    ("uses_its_variables", asks(f'up{{{HOST}, site=~"$site"}}'), ()),
    ("matches_as_grafana_escapes", lambda b: of(b, "volume").update(multi=False), ()),
    ("matches_as_grafana_escapes", asks(f'up{{{HOST}, pool="$pool"}}'), ()),
]


def bite(boards):
    host = next(board for board in boards if board["uid"] == "headroom-host")
    for rule, change, others in BREAKS:
        broken = copy.deepcopy(host)
        change(broken)
        said = {name for name, _ in faults(broken, boards)}
        if rule not in said or said - {rule, *others}:
            yield f"{rule}: of a dashboard broken for it was said {sorted(said) or 'nothing'}"
    unbroken = {rule.__name__ for rule in [*linter.RULES, *OWN]} - {rule for rule, _, _ in BREAKS}
    yield from (f"{rule} was never tried" for rule in sorted(unbroken))


def main(arguments):
    boards = [board for _, board in dashboards()]
    if {board["uid"] for board in boards} != {"headroom-fleet", "headroom-host", "headroom-volume"}:
        print("not the three dashboards of fleet, host and volume")
        return 1
    if arguments == ["--bite"]:
        found = list(bite(boards))
    else:
        found = [f"{board['title']}: {fault} ({rule})" for board in boards for rule, fault in faults(board, boards)]
    print(*found, sep="\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
