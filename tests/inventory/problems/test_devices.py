"""Mistakes in devices."""

from pathlib import Path

import pytest

from tests.inventory.problems.said import problems
from tests.inventory.small import small

DEVICES = [
    (
        "{id: cpe1, risk_groups: [duct]}",
        ": the key site is missing\n  add site: the id of the site where it stands",
    ),
    (
        "{id: cpe1, site: hopz}",
        ', site: no site has the id "hopz"\n  did you mean "hosp"?',
    ),
    (
        "{id: cpe1, site: hosp, address: router.example.org}",
        ", address: not an IP address\n"
        "  write the IPv4 or IPv6 address, not a host name",
    ),
    (
        "{id: cpe1, site: hosp, address: 10.0.0.256}",
        ", address: not an IP address\n"
        "  write the IPv4 or IPv6 address, not a host name",
    ),
    (
        "{id: cpe1, site: hosp, address: 0.0.0.0}",
        ", address: no single device has this address\n  write the device's own",
    ),
    (
        "{id: cpe1, site: hosp, address: 10.5}",
        ", address: expected text, found the number 10.5\n  put it in quotes",
    ),
    (
        "{id: cpe1, site: hosp, ports: {snmp: 65536}}",
        ", ports.snmp: the number 65536 is out of range\n  expected 1 to 65535",
    ),
    (
        "{id: cpe1, site: hosp, ports: {SNMP: 161}}",
        ", ports.SNMP: not a name\n  use a-z, 0-9 and _, beginning with a letter",
    ),
    (
        "{id: cpe1, site: hosp, ports: 161}",
        ", ports: expected a mapping, found the number 161\n"
        "  write keys and values: {key: value}",
    ),
    (
        "{id: cpe1, site: hosp, probes: [stmp]}",
        ', probes[0]: no probe is called "stmp"\n'
        '  did you mean "stamp"?  known: icmp, stamp',
    ),
    (
        "{id: cpe1, site: hosp, probes: [icmp, stamp, icmp]}",
        ", probes[2]: icmp is in the list twice\n  keep one of them",
    ),
    (
        "{id: cpe1, site: hosp, probes: icmp}",
        ', probes: expected a list, found the text "icmp"\n  write a list: [one, two]',
    ),
    (
        "{id: cpe1, site: hosp, snmp: defalt}",
        ', snmp: no credentials are called "defalt"\n'
        '  did you mean "default"?  known: default',
    ),
    (
        "{id: cpe1, site: hosp, ssh: router, platform: frr}",
        ', ssh: no credentials are called "router"\n'
        '  did you mean "routers"?  known: routers',
    ),
    (
        "{id: cpe1, site: hosp, ssh: routers, platform: iso}",
        ', platform: no platform is called "iso"\n'
        '  did you mean "ios"?  known: frr, ios',
    ),
    (
        "{id: cpe1, site: hosp, ssh: routers}",
        ", ssh: ssh without platform\n  say whose command line it is, such as frr",
    ),
    (
        "{id: cpe1, site: hosp, risk_groups: [duct, duct]}",
        ", risk_groups[1]: duct is in the list twice\n  keep one of them",
    ),
    (
        "{id: cpe1, site: hosp, address: '2001:db8:0::1'}\n"
        "  - {id: cpe2, site: hosp, address: '2001:db8::1'}",
        None,
    ),
]


@pytest.mark.parametrize(("device", "expected"), DEVICES)
def test_a_mistake_in_a_device_has_its_message(
    tmp_path: Path, device: str, expected: str | None
) -> None:
    rest = "\n  - {id: pe1, site: ex}\n  - {id: p1, site: dc}"
    found = problems(tmp_path, small(devices=f"\n  - {device}{rest}"))
    if expected is None:
        assert found == [
            "net.yaml:10: devices[1] (cpe2), address: 2001:db8::1 is also the address "
            "of the device at net.yaml:9\n  give each device its own address"
        ]
    else:
        assert found == [f"net.yaml:9: devices[0] (cpe1){expected}"]
