# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
"""What the checks need to know of PromQL and of the dashboards."""
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DASHBOARDS = sorted(ROOT.glob("dashboards/*.json"))
SELECTOR = re.compile(r"(?<![\w:])((?:\w+:)?headroom_[\w:]+|process_\w+|up|ALERTS)\b(?![\w:(])(?:\{([^}]*)\})?")
SUFFIX = re.compile(r"_(bucket|sum|count)$")


def selectors(expression):
    """(metric, label matchers) of each series that the expression asks for."""
    return [(match[1], match[2] or "") for match in SELECTOR.finditer(expression)]


def panels(dashboard):
    """All of them, also those within rows that are folded away."""
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def targets(dashboard):
    """(panel, target) for every query of the dashboard."""
    return [(panel, target) for panel in panels(dashboard) for target in panel.get("targets", [])]


def dashboards():
    return [(path, json.loads(path.read_text())) for path in DASHBOARDS]
