"""NetBox, over HTTP and from a folder."""

import json
from pathlib import Path

import pytest

from bellrock.inventory.exchange.netbox_paths import (
    CIRCUIT,
    FRONT,
    INTERFACE,
    REAR,
    Plant,
)
from bellrock.inventory.exchange.records import Wishes
from bellrock.model.errors import UserError
from bellrock.model.inventory import Inventory
from tests.inventory.exchange.netbox import TOKEN, Lists, network, serving
from tests.inventory.exchange.told import imported, problems
from tests.probes.checks.servers import Authority

KNOWN = Wishes(token=TOKEN)


def saved(folder: Path, lists: Lists) -> Path:
    for name, found in lists.items():
        text = json.dumps({"count": len(found), "results": found}, indent=1)
        (folder / f"{name.partition('/')[2]}.json").write_text(text)
    return folder


def check(found: Inventory) -> None:
    assert list(found.sites) == ["lerwick-hospital", "exchange"]
    site = found.sites["lerwick-hospital"]
    assert (site.lat, site.lon, site.organisation) == (60.15, -1.14, "nhs-shetland")
    assert set(found.devices) == {"cpe1", "pe1", "device-16"}
    cpe = found.devices["cpe1"]
    assert (cpe.site, cpe.role, cpe.address) == ("lerwick-hospital", "cpe", "10.0.8.1")
    assert found.devices["device-16"].address == "2001:db8::1"
    leased, patched, local = found.links.values()
    assert (leased.id, leased.circuit, leased.supplier) == (
        *("nl-00107", "NL-00107", "northlink"),
    )
    assert (str(leased.a), str(leased.b)) == ("cpe1:wan0", "pe1:ge-0/0/4")
    # Bought are 80M; 20M go up at the hospital's end.
    assert (leased.capacity_ab, leased.capacity_ba) == (20e6, 80e6)
    assert (str(patched.a), str(patched.b)) == ("cpe1:wan1", "pe1:ge-0/0/5")
    assert (patched.capacity_ab, patched.capacity_ba) == (1e9, 1e9)
    assert (local.capacity_ab, local.metric_declared) == (None, False)
    assert not found.gateways


def test_a_server_is_read_page_by_page_and_led_nowhere_else() -> None:
    with serving(network()) as (address, asked):
        found, findings = imported("netbox", Path("x"), KNOWN, address)
    check(found)
    assert sum(each.startswith("/api/dcim/cables/") for each in asked) == 4
    assert all("ordering=id" in each for each in asked)
    assert findings.notes == [
        "left out as planned, in stock or retired: 1 device",
        "left out as planned, in stock or retired: 1 cable",
        "left out with a device that is planned, in stock or retired: 1 link",
        "left out as planned, in stock or retired: 1 site",
        "left out as without a link or an address: 2 devices",
    ]


def test_saved_answers_say_the_same(tmp_path: Path) -> None:
    found, _ = imported("netbox", saved(tmp_path, network()))
    check(found)


def test_lists_that_not_everybody_fills_may_be_missing(tmp_path: Path) -> None:
    lists = network()
    for name in ("dcim/interfaces", "dcim/front-ports", "circuits/circuits"):
        del lists[name]
    found, _ = imported("netbox", saved(tmp_path, lists))
    assert [str(each.a) for each in found.links.values()] == ["pe1:ge-0/0/6"]


def test_every_problem_is_shown_with_its_line(tmp_path: Path) -> None:
    lists = network()
    lists["dcim/sites"][0]["latitude"] = "north"
    lists["dcim/devices"][5]["site"] = {"id": 99, "name": "Nowhere"}
    lists["dcim/devices"][1]["name"] = 7
    del lists["dcim/cables"][0]["a_terminations"]
    lists["dcim/cables"][1]["b_terminations"][0]["object_id"] = None
    lists["circuits/circuits"][0]["termination_a"]["port_speed"] = -1
    found = problems("netbox", saved(tmp_path, lists))
    text = "\n".join(found)
    for said in (
        'results[0] (Lerwick Hospital), latitude: "north" is no number',
        'its site ("Nowhere") is not in the list of sites',
        "no a_terminations\n  NetBox has it from 3.3 on",
        "object_id: expected a number from 0 on, found nothing",
        "name: expected a text, found the number 7",
    ):
        assert said in text
    assert all(each.partition(".json:")[2][:1].isdigit() for each in found)


@pytest.mark.parametrize(
    ("wishes", "answer", "what"),
    [
        (Wishes(), None, "HTTP status 403\n  give a token"),
        (Wishes(token="wrong"), None, "HTTP status 403\n  give a token"),
        (KNOWN, b"{}", "no list\n  is this a NetBox"),
        (KNOWN, b'{"count": 3000000, "results": [1]}', "3,000,000 objects"),
        (KNOWN, b"\xff", "not UTF-8"),
    ],
)
def test_what_is_no_netbox_is_named_and_no_token_is_shown(
    wishes: Wishes, answer: bytes | None, what: str
) -> None:
    with (
        serving(network(), answer=answer) as (address, _),
        pytest.raises(UserError) as caught,
    ):
        imported("netbox", Path("x"), wishes, address)
    assert what in str(caught.value)
    assert str(caught.value).startswith("netbox 127.0.0.1:")
    assert TOKEN not in str(caught.value)
    assert TOKEN not in repr(wishes)


def test_a_redirect_is_shown_and_not_followed() -> None:
    with (
        serving(network(), answer=b"", code=302) as (address, asked),
        pytest.raises(UserError) as caught,
    ):
        imported("netbox", Path("x"), KNOWN, address)
    assert "it points to https://elsewhere.example/" in str(caught.value)
    assert len(asked) == 1


def test_only_a_certificate_that_is_trusted_gets_the_token(tmp_path: Path) -> None:
    authority = Authority.of(tmp_path)
    with serving(network(), context=authority.context("localhost")) as (address, asked):
        with pytest.raises(UserError, match="CERTIFICATE_VERIFY_FAILED"):
            imported("netbox", Path("x"), KNOWN, address)
        assert not asked
        trusting = Wishes(token=TOKEN, ca_file=authority.file)
        check(imported("netbox", Path("x"), trusting, address)[0])
    with pytest.raises(UserError, match=r"--ca-file .*: cannot be used"):
        imported("netbox", Path("x"), Wishes(ca_file=tmp_path), "https://localhost")


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("http://192.0.2.1", "192.0.2.1: a token is not sent without TLS"),
        ("https://user:pw@192.0.2.1", "192.0.2.1: not the address of a server"),
        ("https://:pw@192.0.2.1", "192.0.2.1: not the address of a server"),
        ("https://", "SOURCE: not the address of a server"),
        ("https://[::1", "SOURCE: not the address of a server"),
        ("https://a:99999", "SOURCE: not the address of a server"),
        ("https://" + "a" * 300, "netbox "),
        ("http://127.0.0.1:1", "netbox 127.0.0.1:1/api/dcim/sites/: "),
    ],
)
def test_addresses_that_will_not_do_are_refused(address: str, what: str) -> None:
    with pytest.raises(UserError) as caught:
        imported("netbox", Path("x"), KNOWN, address)
    assert str(caught.value).startswith(what)
    assert "pw" not in str(caught.value)


def test_a_missing_folder_and_a_missing_list_are_named(tmp_path: Path) -> None:
    [said] = problems("netbox", tmp_path / "no")
    assert "neither a folder nor an address" in said
    lists = network()
    del lists["dcim/cables"]
    assert "there is no cables.json" in problems("netbox", saved(tmp_path, lists))[0]


def test_cables_fan_out_and_loops_of_cables_end() -> None:
    plant = Plant()
    a, b, c = ((INTERFACE, n) for n in range(3))
    assert plant.plug([a], [b, c])
    assert not plant.plug([a, b], [a, b, c])
    assert {(each.a, each.b) for each in plant.paths()} == {(a, b), (a, c)}
    for number in range(1, 40):
        plant.patch(number, number, 1)
        plant.patch(number, number + 1, 1)
        plant.plug([(FRONT, number)], [(REAR, number + 1)])
    plant.other_side = {(CIRCUIT, 1): (CIRCUIT, 2), (CIRCUIT, 2): (CIRCUIT, 1)}
    plant.plug([(CIRCUIT, 1)], [(CIRCUIT, 2)])
    plant.plug([a], [(FRONT, 1)])
    plant.plug([b], [(CIRCUIT, 1)])
    assert len(list(plant.paths())) == 2
