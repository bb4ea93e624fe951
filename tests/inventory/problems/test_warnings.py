"""What is doubtful, and no mistake."""

from pathlib import Path

import pytest

from tests.inventory.problems.said import problems
from tests.inventory.small import small

WARNINGS = [
    (
        "links",
        "[{id: l2, a: pe1, b: p1}]",
        "net.yaml:5: warning: sites[0] (hosp): no gateway can reach this site\n"
        "  add the link that is missing, or a gateway on its side",
    ),
    (
        "sites",
        "[{id: hosp, kind: hospital}, {id: ex, kind: exchange}, "
        "{id: dc, kind: datacentre}, {id: bare, kind: school}]",
        "net.yaml:4: warning: sites[3] (bare): "
        "this site has no device, so no gateway can reach it\n"
        "  add its device, or leave the site out",
    ),
    (
        "sites",
        "[{id: hosp, kind: hosptial}, {id: ex, kind: exchange}, "
        "{id: dc, kind: datacentre}]",
        "net.yaml:4: warning: sites[0] (hosp), kind: "
        'an unusual kind of site, "hosptial"\n  did you mean "hospital"?',
    ),
    (
        "risk_groups",
        "[{id: duct, kind: duct}, {id: feed, kind: power}]",
        "net.yaml:15: warning: risk_groups[1] (feed): nothing is in this risk group\n"
        "  name it in the risk_groups of what it holds",
    ),
    (
        "services",
        "[{id: s, hosted_at: {any: [dc]}, used_from: {kind: [hosptial]}}]",
        "net.yaml:18: warning: services[0] (s), used_from.kind[0]: "
        'no site is of kind "hosptial"\n  did you mean "hospital"?',
    ),
]


@pytest.mark.parametrize(("section", "text", "expected"), WARNINGS)
def test_what_is_doubtful_is_a_warning(
    tmp_path: Path, section: str, text: str, expected: str
) -> None:
    assert problems(tmp_path, small(**{section: text})) == [expected]
