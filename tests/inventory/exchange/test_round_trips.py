"""Out and in again is the same network, as far as a format can carry it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings

import bellrock.demo
from bellrock.inventory.exchange import csvfolder
from bellrock.inventory.exchange.table import WRITERS
from bellrock.inventory.exchange.yamlfile import write
from bellrock.inventory.load import load
from bellrock.model.inventory import (
    Device,
    Inventory,
    Link,
    Organisation,
    RiskGroup,
    Site,
    Supplier,
)
from tests.inventory.exchange.networks import SPANS, inventories
from tests.inventory.exchange.told import imported

CALEDONIA = Path(bellrock.demo.__file__).with_name("caledonia")
Timed = TypeVar("Timed", Site, Device, Link, RiskGroup)
EXAMPLES = settings(max_examples=25, deadline=None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exchange")


@given(network=inventories())
@EXAMPLES
def test_yaml_that_we_write_reads_back_as_the_same(
    folder: Path, network: Inventory
) -> None:
    path = folder / "written.yaml"
    path.write_text(write(network), encoding="utf-8")
    found = load(path, cache=None).inventory
    assert found == network


@given(network=inventories(), mtbf=SPANS, mttr=SPANS)
@EXAMPLES
def test_times_between_failures_and_to_repair_are_written(
    folder: Path, network: Inventory, mtbf: float | None, mttr: float | None
) -> None:
    timed = replace(
        network,
        sites=_timed(network.sites, mtbf, mttr),
        devices=_timed(network.devices, mtbf, mttr),
        links=_timed(network.links, mtbf, mttr),
        risk_groups=_timed(network.risk_groups, mtbf, mttr),
    )
    path = folder / "timed.yaml"
    path.write_text(write(timed), encoding="utf-8")
    assert load(path, cache=None).inventory == timed
    target = folder / "timed"
    target.mkdir(exist_ok=True)
    for name, text in csvfolder.write(timed).items():
        (target / name).write_text(text, encoding="utf-8")
    assert imported("csv", target)[0] == replace(timed, services={})


def _timed(
    things: Mapping[str, Timed], mtbf: float | None, mttr: float | None
) -> dict[str, Timed]:
    return {
        ident: replace(thing, mtbf=mtbf, mttr=mttr) for ident, thing in things.items()
    }


def test_a_service_that_nobody_uses_is_not_written_as_one_that_everybody_does() -> None:
    inventory = load(CALEDONIA).inventory
    [name, *_] = inventory.services
    unused = replace(
        inventory.services[name], used_by=frozenset(), used_if_moved=frozenset()
    )
    text = write(replace(inventory, services={name: unused}))
    assert "services" not in text


def test_a_national_network_goes_out_and_in_whole(tmp_path: Path) -> None:
    network = load(CALEDONIA).inventory
    for name, text in csvfolder.write(network).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found, _ = imported("csv", tmp_path)
    assert found == replace(network, services={})
    for form in ("graphml", "rfc8345"):
        path = tmp_path / form
        path.write_text(WRITERS[form](network), encoding="utf-8")
        again, findings = imported(form, path)
        assert again.links.keys() == network.links.keys()
        assert again.devices.keys() == network.devices.keys()
        assert not findings.doubts


@given(network=inventories())
@EXAMPLES
def test_csv_loses_services_alone(folder: Path, network: Inventory) -> None:
    target = folder / "csv"
    target.mkdir(exist_ok=True)
    for name, text in csvfolder.write(network).items():
        (target / name).write_text(text, encoding="utf-8")
    found, findings = imported("csv", target)
    assert not findings.doubts
    assert found == replace(network, services={})


@given(network=inventories())
@EXAMPLES
def test_graphml_keeps_devices_links_and_their_sites(
    folder: Path, network: Inventory
) -> None:
    path = folder / "network.graphml"
    path.write_text(WRITERS["graphml"](network), encoding="utf-8")
    found, findings = imported("graphml", path)
    assert not findings.doubts
    used = {device.site for device in network.devices.values()}
    sites = {ident: site for ident, site in network.sites.items() if ident in used}
    groups = {g for d in network.devices.values() for g in d.risk_groups}
    groups |= {g for link in network.links.values() for g in link.risk_groups}
    owners = {site.organisation for site in sites.values()} - {None}
    suppliers = {link.supplier for link in network.links.values()} - {None}
    assert found == replace(
        network,
        sites=sites,
        devices={
            ident: replace(
                device, snmp=None, ssh=None, platform=None, probes=(), ports={}
            )
            for ident, device in network.devices.items()
        },
        risk_groups={each: RiskGroup(each, "other", each) for each in groups},
        organisations={each: Organisation(each, each) for each in owners if each},
        suppliers={each: Supplier(each, each) for each in suppliers if each},
        services={},
        demands=(),
    )


@given(network=inventories())
@EXAMPLES
def test_rfc8345_keeps_the_topology_metrics_and_risk_groups(
    folder: Path, network: Inventory
) -> None:
    path = folder / "network.json"
    path.write_text(WRITERS["rfc8345"](network), encoding="utf-8")
    found, findings = imported("rfc8345", path)
    assert not findings.doubts
    assert found == Inventory(
        network.id,
        network.id,
        sites={ident: Site(ident, ident, "other") for ident in network.sites},
        devices={
            ident: replace(
                device,
                address=None,
                snmp=None,
                ssh=None,
                platform=None,
                role="",
                probes=(),
                ports={},
            )
            for ident, device in network.devices.items()
        },
        links={
            ident: replace(
                link,
                capacity_ab=None,
                capacity_ba=None,
                supplier=None,
                circuit="",
                backup=False,
            )
            for ident, link in network.links.items()
        },
        risk_groups={g: RiskGroup(g, "other", g) for g in network.risk_groups},
        gateways=frozenset(),
    )
