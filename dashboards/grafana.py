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


def stat(title, description, unit, expression, *, legend="__auto", steps=((0, "text"),), text="auto", mappings=()):
    return panel(
        "stat", title, description, unit, [query(expression, legend, instant=True)], width=3, height=4,
        defaults={"color": {"mode": "thresholds"}, "mappings": list(mappings)} | thresholds(*steps),
        options={"reduceOptions": {"calcs": ["lastNotNull"]}, "textMode": text, "colorMode": "value", "graphMode": "none"})


def graph(title, description, unit, *targets, width=8, stepped=False, top=None):
    custom = {"lineWidth": 1, "fillOpacity": 8, "showPoints": "never"}
    if stepped:
        custom["lineInterpolation"] = "stepAfter"
    defaults = {"min": 0, "custom": custom} | ({"max": top} if top else {})
    return panel(
        "timeseries", title, description, unit, targets, width=width, height=8, defaults=defaults,
        options={"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}})


def timeline(title, description, *targets, width=8):
    return panel(
        "state-timeline", title, description, "none", targets, width=width, height=8,
        options={"showValue": "never", "legend": {"showLegend": False}})


def table(title, description, unit, *targets, columns, width=WIDTH):
    """`columns`: what each query's value or label is called in the head, with its unit; other labels are left out."""
    overrides = [
        {"matcher": {"id": "byName", "options": name}, "properties": [{"id": "unit", "value": its_unit}]}
        for name, its_unit in columns.values() if its_unit]
    names = {field: name for field, (name, _) in columns.items()}
    return panel(
        "table", title, description, unit, targets, width=width, height=10, overrides=overrides,
        options={"footer": {"show": False}},
        transformations=[
            {"id": "merge", "options": {}},
            {"id": "filterFieldsByName", "options": {"include": {"names": list(names)}}},
            {"id": "organize", "options": {"renameByName": names, "indexByName": {name: n for n, name in enumerate(names)}}},
        ])


def variable(name, label, values):
    return {
        "name": name, "label": label, "type": "query", "datasource": DATASOURCE, "definition": values,
        "query": {"query": values, "refId": name}, "refresh": 2, "sort": 1, "multi": True, "includeAll": True,
        "allValue": ".+", "current": {"text": ["All"], "value": ["$__all"]},
    }


def dashboard(uid, title, description, variables, rows):
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
    return {
        "uid": uid, "title": title, "description": description, "tags": ["headroom"], "schemaVersion": SCHEMA,
        "editable": False, "graphTooltip": 1, "refresh": "30s", "time": {"from": "now-6h", "to": "now"}, "timezone": "browser",
        "templating": {"list": [source, *variables]}, "annotations": {"list": []}, "links": [],
        "panels": [member | {"id": n} for n, member in enumerate(panels, 1)],
    }


def at(x, y, width, height):
    return {"x": x, "y": y, "w": width, "h": height}
