from pathlib import Path

import pytest

from bellrock.document import InvalidDocumentError
from bellrock.inventory import load
from tests.inventory.small import small


def problems(folder: Path, text: str) -> list[str]:
    """Return what is said of `text`, without the folder's name."""
    file = folder / "net.yaml"
    file.write_text(text)
    try:
        found = load(
            file,
            cache=None,
            probes=("icmp", "stamp"),
            credentials=("default",),
            ssh=("routers",),
            platforms=("frr", "ios"),
        ).warnings
    except InvalidDocumentError as error:
        found = error.problems
    return [str(problem).replace(f"{folder}/", "") for problem in found]


# Section to replace, what stands there instead, and what is said of it. The lines are
# those of the small inventory, where the section begins.
MISTAKES = [
    (
        "network",
        None,
        "net.yaml: the key network is missing\n"
        "  add network: {id: ..., name: ...}, in one of the files if there are many",
    ),
    (
        "network",
        "{name: A network}",
        "net.yaml:1: network: the key id is missing\n  add id",
    ),
    (
        "network",
        "{id: A}",
        "net.yaml:1: network.id: not an id\n"
        "  use a-z, 0-9, dot, _ and -, beginning with a letter or digit",
    ),
    (
        "organisations",
        "[{id: nhs}, {id: nhs}]",
        'net.yaml:2: organisations[1] (nhs), id: the id "nhs" is taken by the '
        "organisation at net.yaml:2\n  give one of them another id",
    ),
    (
        "suppliers",
        "[{id: northlink, fone: 1}]",
        "net.yaml:3: suppliers[0] (northlink), fone: unknown key\n"
        '  did you mean "phone"?  known keys: id, name, phone',
    ),
    (
        "sites",
        None,
        "net.yaml: no sites\n  add sites: [{id: ..., kind: ...}]",
    ),
    (
        "devices",
        "[]",
        "net.yaml: no devices\n  add devices: [{id: ..., site: ...}]",
    ),
    (
        "gateways",
        None,
        "net.yaml: no gateways\n  add gateways: [the id of a site or a device]",
    ),
    (
        "gateways",
        "[dcc]",
        'net.yaml:17: gateways[0]: no site or device has the id "dcc"\n'
        '  did you mean "dc"?',
    ),
    (
        "gateways",
        "[dc, dc]",
        'net.yaml:17: gateways[1]: "dc" is also at net.yaml:17\n  keep one of them',
    ),
    (
        "gateways",
        "[dc, 7]",
        "net.yaml:17: gateways[1]: expected text, found the number 7\n"
        "  put it in quotes",
    ),
    (
        "risk_groups",
        "[{id: duct}]",
        "net.yaml:15: risk_groups[0] (duct): the key kind is missing\n"
        "  add kind: duct, exchange, power, subsea-cable ...",
    ),
    (
        "risk_groups",
        "[{id: duct, kind: duct}, {id: hosp, kind: power}]",
        'net.yaml:15: risk_groups[1] (hosp), id: the id "hosp" is taken by the site '
        "at net.yaml:5\n  give one of them another id",
    ),
    (
        "risk_groups",
        "[{id: ductt, kind: duct}]",
        "net.yaml:9: devices[0] (cpe1), risk_groups[0]: "
        'no risk group has the id "duct"\n  did you mean "ductt"?',
    ),
    (
        "demands",
        "[{from: hosp, to: dcc, rate: 1M}]",
        'net.yaml:20: demands[0].to: no site has the id "dcc"\n  did you mean "dc"?',
    ),
    (
        "demands",
        "[{from: zzz, to: dc, rate: 1M}]",
        'net.yaml:20: demands[0].from: no site has the id "zzz"\n'
        "  declare it under sites, or correct the id",
    ),
    (
        "demands",
        "[{from: hosp, to: dc}]",
        "net.yaml:20: demands[0]: the key rate is missing\n"
        "  add rate: bit/s, such as 180M",
    ),
    (
        "demands",
        "[{from: hosp, to: dc, rate: 180 Mb}]",
        'net.yaml:20: demands[0].rate: the text "180 Mb" is no rate\n'
        "  did you mean 180M?  (bit/s)",
    ),
    (
        "sites",
        "[a]",
        'net.yaml:4: sites[0]: expected a mapping, found the text "a"\n'
        "  write keys and values: {key: value}",
    ),
]


@pytest.mark.parametrize(("section", "text", "expected"), MISTAKES)
def test_a_mistake_in_a_section_has_its_message(
    tmp_path: Path, section: str, text: str | None, expected: str
) -> None:
    found = problems(tmp_path, small(**{section: text}))
    assert expected in found


SITES = [
    (
        "{id: hosp, kind: hospital, lat: 95, lon: 0}",
        "lat: the number 95 is out of range\n  expected -90 to 90",
    ),
    (
        "{id: hosp, kind: hospital, lat: 0, lon: -180.5}",
        "lon: the number -180.5 is out of range\n  expected -180 to 180",
    ),
    (
        "{id: hosp, kind: hospital, lat: .nan, lon: 0}",
        "lat: expected a finite number, found the number nan\n"
        "  write digits, without quotes or a unit",
    ),
    (
        "{id: hosp, kind: hospital, lat: 60.1}",
        "lat: lat without lon\n  give both or neither",
    ),
    (
        "{id: hosp, kind: hospital, lon: 60.1}",
        "lon: lon without lat\n  give both or neither",
    ),
    (
        '{id: hosp, kind: hospital, lat: "60.1", lon: 0}',
        'lat: expected a number, found the text "60.1"\n'
        "  write digits, without quotes or a unit",
    ),
    (
        "{id: hosp, kind: hospital, priority: 6}",
        "priority: the number 6 is out of range\n  expected 1 to 5",
    ),
    (
        "{id: hosp, kind: hospital, priority: high}",
        'priority: expected a whole number, found the text "high"\n'
        "  write digits, without quotes or a unit",
    ),
    (
        "{id: hosp, kind: hospital, people: -1}",
        "people: the number -1 is out of range\n  expected 0 to 1000000000",
    ),
    (
        "{id: hosp, kind: hospital, people: 1.5}",
        "people: expected a whole number, found the number 1.5\n"
        "  write digits, without quotes or a unit",
    ),
    (
        "{id: hosp, kind: hospital, name: 7}",
        "name: expected text, found the number 7\n  put it in quotes",
    ),
    (
        '{id: hosp, kind: hospital, name: "a\\e[2Jb"}',
        "name: not one line of printable text\n  write a word or more",
    ),
    (
        "{id: hosp, kind: hospital, organisation: nsh}",
        'organisation: no organisation has the id "nsh"\n  did you mean "nhs"?',
    ),
    (
        "{id: hosp, kind: hospital, postcode: ZE1}",
        "postcode: unknown key\n  known keys: id, kind, lat, lon, mtbf, "
        "mttr, name, organisation, people, priority",
    ),
]


@pytest.mark.parametrize(("site", "expected"), SITES)
def test_a_mistake_in_a_site_has_its_message(
    tmp_path: Path, site: str, expected: str
) -> None:
    rest = "\n  - {id: ex, kind: exchange}\n  - {id: dc, kind: datacentre}"
    found = problems(tmp_path, small(sites=f"\n  - {site}{rest}"))
    assert found == [f"net.yaml:5: sites[0] (hosp), {expected}"]


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


@pytest.mark.parametrize("kind", ["museum", "depot", "hospital"])
def test_other_kinds_of_site_are_allowed(tmp_path: Path, kind: str) -> None:
    sites = (
        f"[{{id: hosp, kind: {kind}}}, {{id: ex, kind: pop}}, {{id: dc, kind: pop}}]"
    )
    assert problems(tmp_path, small(sites=sites)) == []


def test_a_gateway_site_needs_a_device(tmp_path: Path) -> None:
    found = problems(tmp_path, small(devices="[{id: cpe1, site: hosp}]", links=None))
    assert found == [
        'net.yaml:11: gateways[0]: the gateway site "dc" has no device\n'
        "  put a device there, or name another gateway"
    ]


def test_an_unknown_section_is_a_problem(tmp_path: Path) -> None:
    assert problems(tmp_path, small(device="[]")) == [
        "net.yaml:22: device: unknown key\n"
        '  did you mean "devices"?  known keys: availability_target, demands, '
        "devices, gateways, links, network, organisations, reliability, risk_groups, "
        "services, sites, suppliers"
    ]


def test_all_problems_of_all_files_come_in_one_run(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text(
        "network: {id: n}\nnetwork: {id: m}\nsites:\n"
        "  - {id: a, kind: school, priority: 9, organisation: nobody}\n"
        "  - {id: a, kind: school}\n"
    )
    (tmp_path / "2.yaml").write_text(
        "network: {id: n}\ndevices:\n  - {id: a, site: b, address: x, colour: red}\n"
        "links: [{id: l, a: a, b: a}]\ngatewys: []\n"
    )
    with pytest.raises(InvalidDocumentError) as caught:
        load(tmp_path, cache=None)
    said = [
        (problem.file.name, problem.line, problem.where, problem.what)
        for problem in caught.value.problems
    ]
    first, second = tmp_path / "1.yaml", tmp_path / "2.yaml"
    taken = 'the id "a" is taken by the site at'
    assert said == [
        ("1.yaml", None, "", "no gateways"),
        ("1.yaml", 2, "network", "the key is here twice"),
        ("1.yaml", 4, "sites[0] (a), priority", "the number 9 is out of range"),
        (
            "1.yaml",
            4,
            "sites[0] (a), organisation",
            'no organisation has the id "nobody"',
        ),
        ("1.yaml", 5, "sites[1] (a), id", f"{taken} {first}:4"),
        ("2.yaml", 1, "network", f"the network is named at {first}:1 already"),
        ("2.yaml", 3, "devices[0] (a), address", "not an IP address"),
        ("2.yaml", 3, "devices[0] (a), colour", "unknown key"),
        ("2.yaml", 3, "devices[0] (a), id", f"{taken} {first}:4"),
        ("2.yaml", 3, "devices[0] (a), site", 'no site has the id "b"'),
        ("2.yaml", 4, "links[0] (l)", 'both ends are at the device "a"'),
        ("2.yaml", 5, "gatewys", "unknown key"),
    ]
    assert str(caught.value).count(str(second)) == 7


def test_a_file_that_is_no_yaml_hides_no_problem_of_the_others(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text("network: [\n")
    (tmp_path / "2.yaml").write_text("sites: [{id: a, kind: school, prority: 1}]\n")
    with pytest.raises(InvalidDocumentError) as caught:
        load(tmp_path, cache=None)
    assert [problem.file.name for problem in caught.value.problems] == [
        "1.yaml",
        "2.yaml",
    ]


def test_thousands_of_dangling_ids_are_all_named(tmp_path: Path) -> None:
    devices = "".join(f"\n  - {{id: d{n}, site: nowhere-{n}}}" for n in range(3000))
    found = problems(tmp_path, small(devices=devices, links=None, gateways="[d1]"))
    assert len([line for line in found if "no site has the id" in line]) == 3000
