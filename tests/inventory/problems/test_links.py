"""Mistakes in links."""

from pathlib import Path

import pytest

from tests.inventory.problems.said import problems
from tests.inventory.small import small

LINKS = [
    (
        "{id: l1, a: cpe1}",
        ': the key b is missing\n  add b: the other end, "device:interface"',
    ),
    (
        "{id: l1, a: 'cpe1:x', b: 'cpe1:y'}",
        ': both ends are at the device "cpe1"\n'
        "  a link joins two devices; correct a or b",
    ),
    (
        "{id: l1, a: 'cpe1:', b: pe1}",
        ', a: not an end of a link\n  write "device:interface" or "device"',
    ),
    (
        "{id: l1, a: cpe1, b: ':x'}",
        ', b: not an end of a link\n  write "device:interface" or "device"',
    ),
    (
        "{id: l1, a: cpe1, b: [pe1]}",
        ', b: expected where the link is plugged in\n  write "device:port"',
    ),
    (
        "{id: l1, a: 'cpe2:wan0', b: pe1}",
        ', a: no device has the id "cpe2"\n  did you mean "cpe1"?',
    ),
    (
        "{id: l1, a: cpe1, b: pe1, supplier: northlnk}",
        ', supplier: no supplier has the id "northlnk"\n  did you mean "northlink"?',
    ),
    (
        "{id: l1, a: cpe1, b: pe1, risk_groups: [ducts]}",
        ', risk_groups[0]: no risk group has the id "ducts"\n  did you mean "duct"?',
    ),
    (
        "{id: l1, a: cpe1, b: pe1, capacity: 1 Gb}",
        ', capacity: the text "1 Gb" is no rate\n  did you mean 1G?  (bit/s)',
    ),
    (
        "{id: l1, a: cpe1, b: pe1, capacity: {ab: 1G, ba: 10mb}}",
        ', capacity.ba: the text "10mb" is no rate\n  did you mean 10M?  (bit/s)',
    ),
    (
        "{id: l1, a: cpe1, b: pe1, capacity: {ab: 1G}}",
        ", capacity: the key ba is missing\n  add ba",
    ),
    (
        "{id: l1, a: cpe1, b: pe1, capacity: 0}",
        ", capacity: a capacity of nothing\n  leave it out where it is not known",
    ),
    (
        "{id: l1, a: cpe1, b: pe1, capacity: -5}",
        ", capacity: the rate is out of range\n  expected 0 to 1000T",
    ),
    (
        "{id: l1, a: cpe1, b: pe1, metric: 0}",
        ", metric: the number 0 is out of range\n  expected 1 to 4294967295",
    ),
    (
        "{id: l1, a: cpe1, b: pe1, metric: {ab: 1, ba: ten}}",
        ', metric.ba: expected a whole number, found the text "ten"\n'
        "  write digits, without quotes or a unit",
    ),
    (
        "{id: l1, a: cpe1, b: pe1, metric: 1.5}",
        ", metric: expected a whole number, found the number 1.5\n"
        "  write digits, without quotes or a unit",
    ),
    (
        "{id: l1, a: cpe1, b: pe1, backup: yes}",
        ', backup: expected true or false, found the text "yes"\n'
        "  write true or false, without quotes",
    ),
    (
        "{id: l1, a: cpe1, b: 'p1:et-0'}",
        None,
    ),
]


@pytest.mark.parametrize(("link", "expected"), LINKS)
def test_a_mistake_in_a_link_has_its_message(
    tmp_path: Path, link: str, expected: str | None
) -> None:
    rest = "\n  - {id: l2, a: 'pe1:et-0', b: 'p1:et-0'}"
    found = problems(tmp_path, small(links=f"\n  - {link}{rest}"))
    if expected is None:
        assert found == [
            'net.yaml:14: links[1] (l2), b: "p1:et-0" is already the end of the link '
            "at net.yaml:13\n  an interface takes one link; correct one of them"
        ]
    else:
        assert found == [f"net.yaml:13: links[0] (l1){expected}"]
