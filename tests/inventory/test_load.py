from pathlib import Path

import pytest

from bellrock.bench.national import national
from bellrock.document import InvalidDocumentError
from bellrock.inventory import Loaded, load
from bellrock.model.inventory import (
    Demand,
    Device,
    End,
    Link,
    Organisation,
    RiskGroup,
    Service,
    Site,
    Supplier,
)
from tests.inventory.small import small

DOCUMENTED = """\
network: {id: caledonia, name: Example Scottish public sector WAN}
organisations: [{id: nhs-shetland, name: NHS Shetland}]
suppliers:     [{id: northlink, name: Northlink Telecom, phone: "+44 1595 000000"}]
sites:
  - {id: lerwick-hosp, name: Lerwick hospital, kind: hospital, \
organisation: nhs-shetland, lat: 60.150, lon: -1.140, priority: 1, people: 900}
  - {id: lerwick-ex, name: Lerwick exchange, kind: exchange, lat: 60.154, lon: -1.145}
  - {id: edinburgh-dc, name: Edinburgh data centre, kind: datacentre, \
lat: 55.95, lon: -3.19}
devices:
  - {id: lerwick-hosp-cpe1, site: lerwick-hosp, role: cpe, address: 10.0.8.1, \
snmp: default, probes: [stamp]}
  - {id: lerwick-pe1, site: lerwick-ex, role: pe, address: 10.0.0.11, snmp: default, \
probes: [icmp, stamp], ports: {snmp: 161, stamp: 862}}
  - {id: edinburgh-p1, site: edinburgh-dc, role: p, address: 10.0.0.1, snmp: default, \
probes: [icmp, stamp], risk_groups: [edinburgh-power-a]}
links:
  - {id: lerwick-hosp-1, a: "lerwick-hosp-cpe1:wan0", b: "lerwick-pe1:ge-0/0/4", \
capacity: 1G, metric: 10, supplier: northlink, circuit: NL-00107}
  - {id: shefa-2, a: "lerwick-pe1:et-0/0/1", b: "edinburgh-p1:et-0/0/3", \
capacity: 10G, metric: {ab: 100, ba: 100}, supplier: northlink,
     circuit: NL-00123, risk_groups: [shefa-2-north]}
risk_groups:
  - {id: shefa-2-north, kind: subsea-cable, name: SHEFA-2 Shetland to Orkney}
  - {id: edinburgh-power-a, kind: power, name: Edinburgh feed A}
gateways: [edinburgh-dc]
services:
  - {id: patient-records, name: Patient records, priority: 1, \
hosted_at: {any: [edinburgh-dc]}, used_from: {kind: [hospital, gp]}}
demands:
  - {from: lerwick-hosp, to: edinburgh-dc, rate: 180M}
"""


def loaded(folder: Path, text: str) -> Loaded:
    file = folder / "net.yaml"
    file.write_text(text)
    return load(file, cache=None)


def test_the_documented_inventory_is_read_as_documented(tmp_path: Path) -> None:
    found = loaded(tmp_path, DOCUMENTED)
    network = found.inventory
    assert (network.id, network.name) == (
        "caledonia",
        "Example Scottish public sector WAN",
    )
    assert network.organisations == {
        "nhs-shetland": Organisation("nhs-shetland", "NHS Shetland")
    }
    assert network.suppliers == {
        "northlink": Supplier("northlink", "Northlink Telecom", "+44 1595 000000")
    }
    assert network.sites["lerwick-hosp"] == Site(
        "lerwick-hosp",
        "Lerwick hospital",
        "hospital",
        "nhs-shetland",
        60.15,
        -1.14,
        1,
        900,
    )
    assert list(network.sites) == ["lerwick-hosp", "lerwick-ex", "edinburgh-dc"]
    assert network.devices["lerwick-pe1"] == Device(
        "lerwick-pe1",
        "lerwick-ex",
        "pe",
        "10.0.0.11",
        "default",
        ("icmp", "stamp"),
        {"snmp": 161, "stamp": 862},
    )
    assert network.devices["edinburgh-p1"].risk_groups == ("edinburgh-power-a",)
    assert network.links["shefa-2"] == Link(
        "shefa-2",
        End("lerwick-pe1", "et-0/0/1"),
        End("edinburgh-p1", "et-0/0/3"),
        10e9,
        10e9,
        100,
        100,
        "northlink",
        "NL-00123",
        ("shefa-2-north",),
    )
    assert network.risk_groups["shefa-2-north"] == RiskGroup(
        "shefa-2-north", "subsea-cable", "SHEFA-2 Shetland to Orkney"
    )
    assert network.gateways == {"edinburgh-p1"}
    assert network.services == {
        "patient-records": Service(
            "patient-records",
            "Patient records",
            ("edinburgh-dc",),
            needs_all=False,
            used_by=frozenset({"lerwick-hosp"}),
            priority=1,
        )
    }
    assert network.demands == (Demand("lerwick-hosp", "edinburgh-dc", 180e6),)
    assert found.warnings == ()


def test_what_is_left_out_has_the_documented_default(tmp_path: Path) -> None:
    network = loaded(tmp_path, small()).inventory
    link = network.links["l2"]
    assert (link.capacity_ab, link.capacity_ba) == (None, None)
    assert (link.metric_ab, link.metric_ba, link.backup) == (10, 10, False)
    assert not link.metric_declared
    assert network.sites["ex"] == Site("ex", "ex", "exchange")
    assert network.devices["pe1"] == Device("pe1", "ex")


def test_each_direction_may_have_its_own_capacity_and_metric(tmp_path: Path) -> None:
    text = small(
        links="[{id: l1, a: cpe1, b: 'p1:xe-0/0/1:2', capacity: {ab: 1.5M, ba: 512k}, "
        "metric: {ab: 5, ba: 7}, backup: true}]"
    )
    assert loaded(tmp_path, text).inventory.links["l1"] == Link(
        "l1",
        End("cpe1"),
        End("p1", "xe-0/0/1:2"),
        1.5e6,
        512e3,
        5,
        7,
        backup=True,
    )


def test_addresses_are_kept_in_their_usual_writing(tmp_path: Path) -> None:
    text = small(devices="[{id: p1, site: dc, address: '2001:DB8:0::1'}]", links=None)
    network = loaded(tmp_path, text).inventory
    assert network.devices["p1"].address == "2001:db8::1"


def test_gateways_may_be_sites_and_devices(tmp_path: Path) -> None:
    text = small(gateways="[dc, pe1]")
    assert loaded(tmp_path, text).inventory.gateways == {"p1", "pe1"}


@pytest.mark.parametrize(
    ("used_from", "used_by"),
    [
        ("{}", {"hosp", "school"}),
        ("{kind: []}", {"hosp", "school"}),
        ("{kind: [school, exchange]}", {"school"}),
        ("{organisation: [nhs]}", {"hosp"}),
        ("{site: [school]}", {"school"}),
        ("{priority: [3]}", {"hosp"}),
        ("{priority: [1, 3], organisation: [nhs]}", {"hosp"}),
        ("{priority: [1], organisation: [nhs]}", set()),
        ("{site: [dc, hub]}", set()),
    ],
)
def test_a_service_is_used_from_user_sites_that_fit_every_list(
    tmp_path: Path, used_from: str, used_by: set[str]
) -> None:
    text = small(
        sites="[{id: hosp, kind: hospital, organisation: nhs}, {id: ex, kind: exchange}"
        ", {id: dc, kind: datacentre}, {id: school, kind: school, priority: 1}"
        ", {id: bare, kind: school}, {id: hub, kind: council, priority: 1}]",
        devices="[{id: cpe1, site: hosp}, {id: pe1, site: ex}, {id: p1, site: dc}"
        ", {id: cpe2, site: school}, {id: hub1, site: hub}]",
        gateways="[p1, hub]",
        services=f"[{{id: s, hosted_at: {{all: [dc]}}, used_from: {used_from}}}]",
    )
    service = loaded(tmp_path, text).inventory.services["s"]
    assert service.used_by == used_by
    assert service.needs_all


def test_a_folder_is_merged_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "20.yml").write_text(
        "sites: [{id: b, kind: school}]\ndevices: [{id: b1, site: b}]\n"
        "links: [{id: l, a: a1, b: b1}]\n"
    )
    (tmp_path / "10.yaml").write_text(
        "network: {id: n}\nsites: [{id: a, kind: exchange}]\n"
        "devices: [{id: a1, site: a}]\ngateways: [a]\nservices:\n"
    )
    (tmp_path / "30.yaml").write_text("# nothing yet\n")
    (tmp_path / ".10.yaml").write_text("an: editor's leftovers\n")
    (tmp_path / "notes.txt").write_text("not YAML: [\n")
    found = load(tmp_path, cache=None)
    assert list(found.inventory.sites) == ["a", "b"]
    assert found.inventory.name == "n"
    assert found.warnings == ()


def test_an_empty_folder_says_what_it_misses(tmp_path: Path) -> None:
    with pytest.raises(InvalidDocumentError) as caught:
        load(tmp_path, cache=None)
    assert str(caught.value) == (
        f"{tmp_path}: no inventory in this folder\n  put a *.yaml or *.yml file there"
    )


def test_a_path_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "none"
    with pytest.raises(InvalidDocumentError) as caught:
        load(missing, cache=None)
    assert str(caught.value) == f"{missing}: cannot be read: No such file or directory"


def test_a_network_of_some_size_loads_without_a_warning(tmp_path: Path) -> None:
    found = loaded(tmp_path, national(400))
    assert len(found.inventory.user_sites()) == 400
    assert found.warnings == ()
    assert len(found.inventory.services["records"].used_by) == 160
