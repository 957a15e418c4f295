# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
"""Grafana's dashboard model, as far as it is used here: rows of panels, laid out from left to right."""

SCHEMA = 41  # Grafana 12.0
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH = 24


def query(expression, legend="__auto", *, instant=False, table=False):
    target = {"datasource": DATASOURCE, "expr": expression, "legendFormat": legend}
    target |= {"instant": True, "range": False} if instant or table else {"range": True}
    if table:
        target["format"] = "table"
    return target


def panel(kind, title, description, unit, targets, *, width, height, defaults=None, options=None, **more):
    defaults = {"unit": unit, "custom": {}} | (defaults or {})
    return {
        "type": kind, "title": title, "description": description, "datasource": DATASOURCE,
        "targets": [target | {"refId": chr(ord("A") + n)} for n, target in enumerate(targets)],
        "fieldConfig": {"defaults": defaults, "overrides": more.pop("overrides", [])}, "options": options or {},
        "gridPos": {"w": width, "h": height}, **more,
    }


def thresholds(*steps):
    """(from, colour) pairs, ascending; the first colour holds from below."""
    values = [{"color": colour, "value": None if n == 0 else start} for n, (start, colour) in enumerate(steps)]
    return {"thresholds": {"mode": "absolute", "steps": values}}


def words(*pairs):
    """(value, text, colour): what is shown in place of a value."""
    options = {str(value): {"text": text, "color": colour, "index": n} for n, (value, text, colour) in enumerate(pairs)}
    return [{"type": "value", "options": options}]


def beyond(value, text):
    """What is shown in place of any value above."""
    return [{"type": "range", "options": {"from": value, "to": None, "result": {"text": text, "index": 0}}}]


def stat(title, description, unit, expression, *, legend="__auto", steps=((0, "text"),), text="auto", mappings=(), absent=None):
    defaults = {"color": {"mode": "thresholds"}, "mappings": list(mappings)} | thresholds(*steps)
    if absent:
        defaults["noValue"] = absent
    return panel(
        "stat", title, description, unit, [query(expression, legend, instant=True)], width=3, height=4, defaults=defaults,
        options={"reduceOptions": {"calcs": ["lastNotNull"]}, "textMode": text, "colorMode": "value", "graphMode": "none"})


def graph(title, description, unit, *targets, width=8, stepped=False, top=None, link=None, logarithmic=False):
    custom = {"lineWidth": 1, "fillOpacity": 8, "showPoints": "never"}
    if stepped:
        custom["lineInterpolation"] = "stepAfter"
    if logarithmic:
        custom["scaleDistribution"] = {"type": "log", "log": 10}
    defaults = {"custom": custom} | ({} if logarithmic else {"min": 0})
    defaults |= ({"max": top} if top else {}) | ({"links": [link]} if link else {})
    return panel(
        "timeseries", title, description, unit, targets, width=width, height=8, defaults=defaults,
        options={"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}})


def timeline(title, description, *targets, width=8, mappings=()):
    return panel(
        "state-timeline", title, description, "none", targets, width=width, height=8, defaults={"mappings": list(mappings)},
        options={"showValue": "never", "legend": {"showLegend": False}})


def column(name, unit="", *, hidden=False, link=None, mappings=None, steps=None):
    """A column of a table: what it is called in the head, and how its values are shown."""
    properties = [{"id": "unit", "value": unit}] if unit else []
    if hidden:  # the one is what Grafana 12.0 knows, the other what later ones do
        properties += [{"id": "custom.hidden", "value": True}, {"id": "custom.hideFrom.viz", "value": True}]
    if link:
        properties.append({"id": "links", "value": [link]})
    if mappings:
        properties.append({"id": "mappings", "value": mappings})
        steps = steps or ((0, "text"),)
    if steps:
        properties += [{"id": "thresholds", "value": thresholds(*steps)["thresholds"]}, {"id": "color", "value": {"mode": "thresholds"}}]
    if steps:
        properties.append({"id": "custom.cellOptions", "value": {"type": "color-text"}})
    return name, properties


def table(title, description, unit, *targets, columns, sort=None, descending=False, height=10, width=WIDTH):
    """`columns`: for each query's value or label its `column`, in the order shown; other labels are left out."""
    names = {field: name for field, (name, _) in columns.items()}
    overrides = [{"matcher": {"id": "byName", "options": name}, "properties": given} for name, given in columns.values() if given]
    return panel(
        "table", title, description, unit, targets, width=width, height=height, overrides=overrides,
        options={"footer": {"show": False}, "sortBy": [{"displayName": sort, "desc": descending}] if sort else []},
        transformations=[
            {"id": "merge", "options": {}},
            {"id": "filterFieldsByName", "options": {"include": {"names": list(names)}}},
            {"id": "organize", "options": {"renameByName": names, "indexByName": {name: n for n, name in enumerate(names)}}},
        ])


def variable(name, label, values, *, many=True):
    choice = {"multi": True, "includeAll": True, "allValue": ".+", "current": {"text": ["All"], "value": ["$__all"]}}
    return {
        "name": name, "label": label, "type": "query", "datasource": DATASOURCE, "definition": values,
        "query": {"query": values, "refId": name}, "refresh": 2, "sort": 1,
    } | (choice if many else {"multi": False, "includeAll": False, "current": {}})


def link(title, uid, **values):
    """To another dashboard, for the same data source and time; `values` are its variables."""
    chosen = "".join(f"&var-{name}={value}" for name, value in values.items())
    return {"title": title, "url": f"/d/{uid}?${{datasource:queryparam}}{chosen}&${{__url_time_range}}"}


def of_row(name):
    """The value of a column in the row that was clicked."""
    return f"${{__data.fields.{name}:percentencode}}"


def of_series(label):
    """The value of a label of the series that was clicked."""
    return f"${{__field.labels.{label}:percentencode}}"


def annotation(name, colour, expression, title, text, *, tags):
    """At the times that the series have for values, in milliseconds."""
    return {
        "name": name, "datasource": DATASOURCE, "enable": True, "hide": False, "iconColor": colour, "expr": expression,
        "useValueForTime": True, "titleFormat": title, "textFormat": text, "tagKeys": ",".join(tags), "step": "60s",
    }


def dashboard(uid, title, description, variables, rows, annotations=()):
    """`rows`: (title, panels) pairs."""
    panels, y = [], 0
    for row, members in rows:
        panels.append({"type": "row", "title": row, "collapsed": False, "panels": [], "gridPos": at(0, y, WIDTH, 1)})
        x, y, tallest = 0, y + 1, 0
        for member in members:
            size = member["gridPos"]
            if x + size["w"] > WIDTH:
                x, y, tallest = 0, y + tallest, 0
            panels.append(member | {"gridPos": at(x, y, size["w"], size["h"])})
            x, tallest = x + size["w"], max(tallest, size["h"])
        y += tallest
    source = {
        "name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus", "refresh": 1,
        "current": {"text": "default", "value": "default"},
    }
    others = {
        "type": "dashboards", "title": "Headroom", "tags": ["headroom"], "asDropdown": True, "includeVars": True, "keepTime": True,
        "targetBlank": False, "icon": "external link", "tooltip": "The other dashboards, for what is chosen here", "url": "",
    }
    return {
        "uid": uid, "title": title, "description": description, "tags": ["headroom"], "schemaVersion": SCHEMA,
        "editable": False, "graphTooltip": 1, "refresh": "30s", "time": {"from": "now-6h", "to": "now"}, "timezone": "browser",
        "templating": {"list": [source, *variables]}, "annotations": {"list": list(annotations)}, "links": [others],
        "panels": [member | {"id": n} for n, member in enumerate(panels, 1)],
    }


def at(x, y, width, height):
    return {"x": x, "y": y, "w": width, "h": height}
