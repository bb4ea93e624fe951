"""Mistakes in services."""

from pathlib import Path

import pytest

from tests.inventory.problems.said import problems
from tests.inventory.small import small

SERVICES = [
    (
        "{id: s}",
        ": the key hosted_at is missing\n"
        "  add hosted_at: {any: [site]} or {all: [site]}",
    ),
    (
        "{id: s, hosted_at: {}}",
        ", hosted_at: not exactly one of any and all\n  write {any: [site]}",
    ),
    (
        "{id: s, hosted_at: {any: [dc], all: [dc]}}",
        ", hosted_at: not exactly one of any and all\n  write {any: [site]}",
    ),
    (
        "{id: s, hosted_at: {any: []}}",
        ", hosted_at.any: too few entries\n  expected at least 1 entries",
    ),
    (
        "{id: s, hosted_at: {all: [dc, dc]}}",
        ", hosted_at.all[1]: dc is in the list twice\n  keep one of them",
    ),
    (
        "{id: s, hosted_at: {all: [p1]}}",
        ', hosted_at.all[0]: no site has the id "p1"\n'
        "  declare it under sites, or correct the id",
    ),
    (
        "{id: s, hosted_at: {any: [dc]}, used_from: {sites: [hosp]}}",
        ", used_from.sites: unknown key\n"
        '  did you mean "site"?  known keys: kind, organisation, priority, site',
    ),
    (
        "{id: s, hosted_at: {any: [dc]}, used_from: {priority: [0]}}",
        ", used_from.priority[0]: the number 0 is out of range\n  expected 1 to 5",
    ),
    (
        "{id: s, hosted_at: {any: [dc]}, used_from: {site: [hospi]}}",
        ', used_from.site[0]: no site has the id "hospi"\n  did you mean "hosp"?',
    ),
    (
        "{id: s, hosted_at: {any: [dc]}, used_from: {organisation: [nsh]}}",
        ', used_from.organisation[0]: no organisation has the id "nsh"\n'
        '  did you mean "nhs"?',
    ),
    (
        "{id: s, hosted_at: {any: [dc]}, used_from: {kind: [gp, gp]}}",
        ", used_from.kind[1]: gp is in the list twice\n  keep one of them",
    ),
]


@pytest.mark.parametrize(("service", "expected"), SERVICES)
def test_a_mistake_in_a_service_has_its_message(
    tmp_path: Path, service: str, expected: str
) -> None:
    found = problems(tmp_path, small(services=f"\n  - {service}"))
    assert found == [f"net.yaml:19: services[0] (s){expected}"]
