# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
"""The rules of Grafana's dashboard-linter, by its names for them, each a function that yields what is wrong with a dashboard."""
import re
from datetime import timedelta

import promql_parser
from promql import panels, targets

SOURCE = "${datasource}"
# What stands for a variable of Grafana's where the text is parsed: nobody writes these times by himself.
RATE_INTERVAL, RANGE = timedelta(seconds=98765), timedelta(seconds=87654)
TIMES = {"$__rate_interval": f"{RATE_INTERVAL.total_seconds():.0f}s", "$__range": f"{RANGE.total_seconds():.0f}s", "$__interval": "76543s"}
UNITS = {"none", "short", "bytes", "Bps", "s", "percentunit", "percent", "reqps", "bool_yes_no"}
FUNCTIONS = {"label_names", "label_values", "metrics", "query_result"}


def parsed(expression):
    parts = expression.split('"')
    for at in range(0, len(parts), 2):  # outside of quotes
        for name, time in TIMES.items():
            parts[at] = parts[at].replace(name, time)
    return promql_parser.parse('"'.join(parts))


def walk(node, parents=()):
    yield node, parents
    for name in ("expr", "param", "lhs", "rhs", "vector_selector"):
        child = getattr(node, name, None)
        if child is not None:
            yield from walk(child, (*parents, node))
    for child in getattr(node, "args", None) or []:
        yield from walk(child, (*parents, node))


def nodes(board):
    """(panel, expression, node, its parents) of all queries that can be parsed; those that cannot are a rule's of their own."""
    for panel, target in targets(board):
        try:
            tree = parsed(target.get("expr", ""))
        except ValueError:
            continue
        for node, parents in walk(tree):
            yield panel, target["expr"], node, parents


def variables(board, kind):
    return [variable for variable in board["templating"]["list"] if variable["type"] == kind]


def content(board):
    return [panel for panel in panels(board) if panel["type"] != "row"]


def template_datasource_rule(board):
    found = [(v["name"], v["label"], v["query"]) for v in variables(board, "datasource")]
    if found != [("datasource", "Data source", "prometheus")]:
        yield f"not one variable `datasource`, labelled `Data source`, for a Prometheus: {found}"


def template(board, name):
    found = [v for v in board["templating"]["list"] if v["name"] == name]
    if not found:
        yield f"no variable `{name}`"
    for variable in found:
        wanted = {"type": "query", "label": name.capitalize(), "multi": True, "allValue": ".+"}
        yield from (f"variable `{name}`: {key} is not {value}" for key, value in wanted.items() if variable.get(key) != value)
        if variable.get("datasource", {}).get("uid") != SOURCE:
            yield f"variable `{name}` is asked of a data source that the variable does not choose"


def template_job_rule(board):
    yield from template(board, "job")


def template_instance_rule(board):
    yield from template(board, "instance")


def template_label_promql_rule(board):
    for variable in variables(board, "query"):
        match = re.fullmatch(r"([a-z_]+)\((.+?)(?:, *\w+)?\)", variable["query"]["query"])
        if not match or match[1] not in FUNCTIONS:
            yield f"variable `{variable['name']}` asks {variable['query']['query']}"
            continue
        try:
            parsed(match[2])
        except ValueError as fault:
            yield f"variable `{variable['name']}`: {fault}"


def template_on_time_change_reload_rule(board):
    for variable in variables(board, "query"):
        if variable.get("refresh") != 2:
            yield f"variable `{variable['name']}` is not asked anew when the time changes"


def panel_datasource_rule(board):
    for panel in content(board):
        asked = [panel, *panel.get("targets", [])]
        if any(one.get("datasource") != {"type": "prometheus", "uid": SOURCE} for one in asked):
            yield f"panel `{panel['title']}` asks a data source that the variable does not choose"


def panel_title_description_rule(board):
    for panel in content(board):
        if not panel.get("title") or not panel.get("description"):
            yield f"panel {panel['id']} `{panel.get('title')}` has no title, or no description"


def panel_units_rule(board):
    for panel in content(board):
        units = [panel["fieldConfig"]["defaults"].get("unit")]
        units += [p["value"] for o in panel["fieldConfig"]["overrides"] for p in o["properties"] if p["id"] == "unit"]
        if not set(units) <= UNITS:
            yield f"panel `{panel['title']}` has no unit, or one that is not listed here: {units}"


def panel_no_targets_rule(board):
    yield from (f"panel `{panel['title']}` asks nothing" for panel in content(board) if not panel.get("targets"))


def loki(board):
    """What asks a Loki, which Headroom has no use for: then whatever it asks."""
    is_all = any(variable["query"] == "loki" for variable in variables(board, "datasource"))
    for panel, target in targets(board):
        if is_all or target.get("datasource", {}).get("type") == "loki":
            yield panel, target.get("expr", "")


def target_logql_rule(board):
    for panel, expression in loki(board):
        if not re.search(r"\{[^{}]*\w+\s*(=|!=|=~|!~)\s*\"[^\"]*\"[^{}]*\}", expression) or expression.count("(") != expression.count(")"):
            yield f"panel `{panel['title']}` asks Loki no LogQL: {expression}"


def target_logql_auto_rule(board):
    for panel, expression in loki(board):
        if any(window != "$__auto" for window in re.findall(r"\[([^\]]*)\]", expression)):
            yield f"panel `{panel['title']}` asks Loki over a fixed time: {expression}"


def target_promql_rule(board):
    for panel, target in targets(board):
        if target.get("datasource", {}).get("type") == "loki":
            continue
        try:
            parsed(target.get("expr", ""))
        except ValueError as fault:
            yield f"panel `{panel['title']}`: {fault}: {target.get('expr')}"


def target_rate_interval_rule(board):
    """Stricter than Grafana's: a level over a fixed time depends on how far one has zoomed in, whatever the function."""
    for panel, expression, node, parents in nodes(board):
        if not isinstance(node, promql_parser.MatrixSelector) or node.range == RATE_INTERVAL:
            continue
        function = parents[-1].func.name if parents and isinstance(parents[-1], promql_parser.Call) else "nothing"
        if function != "increase" or node.range != RANGE:
            yield f"panel `{panel['title']}`: {function} over something else than $__rate_interval: {expression}"


def matched(board, label):
    for panel, expression, node, _ in nodes(board):
        if isinstance(node, promql_parser.VectorSelector) and not any(
                (m.op, m.name, m.value) == (promql_parser.MatchOp.Re, label, f"${label}") for m in node.matchers.matchers):
            yield f"panel `{panel['title']}`: {node.name} is not matched on {label}: {expression}"


def target_job_rule(board):
    yield from matched(board, "job")


def target_instance_rule(board):
    yield from matched(board, "instance")


def target_counter_agg_rule(board):
    """Grafana's knows counters by `_total`; those of histograms are counters, too."""
    for panel, expression, node, parents in nodes(board):
        if not isinstance(node, promql_parser.VectorSelector) or not re.search(r"_(total|bucket|count|sum)$", node.name or ""):
            continue
        function = parents[-2].func.name if len(parents) > 1 and isinstance(parents[-2], promql_parser.Call) else "nothing"
        if function not in ("rate", "irate", "increase"):
            yield f"panel `{panel['title']}`: the counter {node.name} within {function}: {expression}"


def uneditable_dashboard(board):
    if board.get("editable") is not False:
        yield "it can be edited in place"


RULES = [
    template_datasource_rule, template_job_rule, template_instance_rule, template_label_promql_rule, template_on_time_change_reload_rule,
    panel_datasource_rule, panel_title_description_rule, panel_units_rule, panel_no_targets_rule, target_logql_rule,
    target_logql_auto_rule, target_promql_rule, target_rate_interval_rule, target_job_rule, target_instance_rule,
    target_counter_agg_rule, uneditable_dashboard,
]


def faults(board):
    """(rule, what is wrong) for all that is."""
    return [(rule.__name__, fault) for rule in RULES for fault in rule(board)]
