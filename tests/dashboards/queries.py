"""Every query of every page, as Grafana would send it about the demo."""

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from dashboards.page import text
from dashboards.render import pages

DEMO = {
    "organisation": ".*",
    "site": "lerwick-hosp",
    "device": "(lerwick-hosp-cpe1|lerwick-hosp-cpe2)",
    "target": ".*",
    "circuit": ".*",
    "class": ".*",
    "link": ".*",
    "service": ".*",
    "check": ".*",
}
"""What the variables are for Grafana's "All" and the demo's best known site."""

SPANS = {"__rate_interval": "20s", "__range": "1m"}
"""Grafana's own variables: four to ten scrapes of the demo, and its length."""

MAY_BE_EMPTY = {
    ("bellrock-overview", "Failed polls", "A"): "every poll succeeds while all is up",
    **{
        ("bellrock-devices", panel, "A"): why
        for panel, why in (
            ("Could not be read", "every poll succeeds while all is up"),
            ("Traps not taken", "simulated devices send what they should"),
            ("Told unasked", "the links of these two stay up"),
        )
    },
    **{
        ("bellrock-devices", "Where they disagree", ref): "the inventory is right"
        for ref in "AB"
    },
    **{
        ("bellrock-paths", panel, ref): "on loopback there are no hops to be traced"
        for panel, refs in (
            ("Sites with two circuits or more", "ABC"),
            ("What they share", "AB"),
            ("What keeps it unknown", "AB"),
            ("Paths", "ABCDEFG"),
            ("From here to there", "AB"),
            ("Changes", "A"),
            ("Hops", "A"),
            ("Branches", "A"),
            ("Largest packet", "AB"),
        )
        for ref in refs
    },
    **{
        ("bellrock-quality", panel, "A"): why
        for panel, why in (
            ("Loss by direction", "simulated reflectors keep no count"),
            ("Mean one-way delay", "simulated reflectors claim nothing of their clock"),
            ("How wrong one-way delays may be", "they claim nothing of their clock"),
            ("Not sent", "everything is sent"),
            ("Marks at arrival", "simulated reflectors do not tell marks"),
        )
    },
    # Paths of a simulated network on loopback carry what this machine's memory does:
    # the demo tests none.
    **{
        ("bellrock-throughput", panel, ref): "the demo fills no path"
        for panel, refs in (
            ("Capacity, measured and declared", "ABCDEF"),
            ("Capacity as a share of the contract", "A"),
            ("Payload that transfers got", "A"),
            ("The last transfers", "ABCDE"),
            ("TCP efficiency", "A"),
            ("Buffer delay", "A"),
            ("Bytes today", "ABC"),
            ("Share of the day's budget", "A"),
            ("Not begun, and why", "A"),
            ("Tests, by how they ended", "A"),
        )
        for ref in refs
    },
    ("bellrock-site", "Circuits", "F"): "either of its two circuits may fail",
    **{
        ("bellrock-site", "What hangs on them", ref): "no other site is behind it"
        for ref in "ABC"
    },
}
"""Queries that rightly have no answer, and why; all others must have one."""


class Target(NamedTuple):
    """One query of a panel, or of an annotation named like one."""

    dashboard: str
    panel: str
    ref: str
    expr: str
    may_be_empty: str | None


def targets(values: Mapping[str, str] = DEMO) -> list[Target]:
    """Return every query with these values for the variables."""
    found = []
    for page in pages():
        for panel in json.loads(text(page))["panels"]:
            for target in panel.get("targets", []):
                at = (page.uid, panel["title"], target["refId"])
                expr = filled(target["expr"], values)
                found.append(Target(*at, expr, MAY_BE_EMPTY.get(at)))
    return found


def annotations(values: Mapping[str, str] = DEMO) -> list[Target]:
    """Return what draws alerts; there is none until one fires."""
    return [
        Target(page.uid, one.name, "", filled(str(one.query), values), "no alert fires")
        for page in pages()
        for one in page.annotations
    ]


def filled(expr: str, values: Mapping[str, str]) -> str:
    """Write values for variables, as Grafana does."""
    known = {**SPANS, **values}
    return re.sub(r"\$\{?([a-z_]\w*)\}?", lambda found: known[found.group(1)], expr)
