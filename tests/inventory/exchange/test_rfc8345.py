"""RFC 8345: what it says is read, and what we write is what it says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from bellrock.inventory.exchange.records import Wishes
from bellrock.inventory.exchange.rfc8345 import write
from bellrock.model.inventory import Inventory
from tests.inventory.exchange.networks import inventories
from tests.inventory.exchange.told import doubts, imported, problems

LINK = "ietf-network-topology:link"


def arc(ident: str, source: str, target: str, *rests_on: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "link-id": ident,
        "source": {"source-node": source, "source-tp": f"{source}-{target}"},
        "destination": {"dest-node": target, "dest-tp": f"{target}-{source}"},
    }
    if rests_on:
        made["supporting-link"] = [
            dict(zip(("network-ref", "link-ref"), each.split("#"), strict=True))
            for each in rests_on
        ]
    return made


def layered() -> dict[str, Any]:
    """IP over fibres over ducts; two IP circuits share a duct, as nobody sees."""
    ip: dict[str, Any] = {
        "network-id": "ip",
        "supporting-network": [{"network-ref": "optical"}],
        "node": [
            {"node-id": "a"},
            {
                "node-id": "b",
                "supporting-node": [{"network-ref": "optical", "node-ref": "roadm-b"}],
            },
        ],
        LINK: [
            arc("one-ab", "a", "b", "optical#f1"),
            arc("one-ba", "b", "a", "optical#f1-back"),
            arc("two-ab", "a", "b", "optical#f2"),
            arc("two-ba", "b", "a", "optical#f2"),
        ],
    }
    ip[LINK][2]["source"]["source-tp"] = ip[LINK][3]["destination"]["dest-tp"] = "2"
    ip[LINK][2]["destination"]["dest-tp"] = ip[LINK][3]["source"]["source-tp"] = "2"
    ip[LINK][0]["ietf-l3-unicast-topology:l3-link-attributes"] = {"metric1": "7"}
    ip[LINK][1]["ietf-l3-unicast-topology:l3-link-attributes"] = {"metric1": 9}
    optical: dict[str, Any] = {
        "network-id": "optical",
        "node": [{"node-id": "roadm-a"}, {"node-id": "roadm-b"}],
        LINK: [
            arc("f1", "roadm-a", "roadm-b", "ducts#duct"),
            arc("f1-back", "roadm-b", "roadm-a", "ducts#duct"),
            arc("f2", "roadm-a", "roadm-b", "ducts#duct"),
        ],
    }
    ducts = {"network-id": "ducts", "node": [], LINK: [arc("duct", "x", "y")]}
    return {"ietf-network:networks": {"network": [ip, optical, ducts]}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "nets.json"


def test_what_links_rest_on_down_to_the_duct_is_a_risk_group(file: Path) -> None:
    file.write_text(json.dumps(layered()))
    found, findings = imported("rfc8345", file)
    one, two = found.links.values()
    assert one.risk_groups == ("f1", "duct")
    assert two.risk_groups == ("f2", "duct")
    assert (one.metric_ab, one.metric_ba, two.metric_declared) == (7, 9, False)
    assert (str(one.a), str(two.a)) == ("a-r1:a-b", "a-r1:2")
    assert found.devices["b-r1"].risk_groups == ("roadm-b",)
    kinds = {each.id: each.kind for each in found.risk_groups.values()}
    assert kinds == {
        "roadm-b": "underlay-node",
        **dict.fromkeys(("f1", "f2", "duct"), "underlay-link"),
    }
    assert not findings.doubts


def test_bandwidths_without_a_unit_are_no_capacity_and_are_told(file: Path) -> None:
    whole = layered()
    ip, *_ = whole["ietf-network:networks"]["network"]
    generic = {"te-bandwidth": {"generic": "0x1p30"}}
    ip[LINK][0]["ietf-te-topology:te"] = {
        "te-link-attributes": {"max-link-bandwidth": generic}
    }
    file.write_text(json.dumps(whole))
    found, findings = imported("rfc8345", file)
    assert {link.capacity_ab for link in found.links.values()} == {None}
    assert [note for note in findings.notes if "RFC 8795" in note]
    file.write_text(json.dumps(layered()))
    assert not [n for n in imported("rfc8345", file)[1].notes if "RFC 8795" in n]


def test_what_is_underneath_need_not_say_where_it_ends(file: Path) -> None:
    whole = layered()
    *_, ducts = whole["ietf-network:networks"]["network"]
    ducts[LINK] = [{"link-id": "duct"}]
    file.write_text(json.dumps(whole))
    found, _ = imported("rfc8345", file)
    assert {each.risk_groups[-1] for each in found.links.values()} == {"duct"}


def test_a_tower_of_layers_is_refused(file: Path) -> None:
    whole = layered()
    *_, ducts = whole["ietf-network:networks"]["network"]
    ducts[LINK] += [arc(f"d{n}", "x", "y", f"ducts#d{n + 1}") for n in range(1_001)]
    ducts[LINK].append(arc("d1001", "x", "y"))
    ducts[LINK][0] = arc("duct", "x", "y", "ducts#d0")
    file.write_text(json.dumps(whole))
    [said] = problems("rfc8345", file, Wishes(network="ip"))
    assert "more than 1,000 things beneath one" in said


def test_a_network_has_to_be_chosen_where_there_is_a_choice(file: Path) -> None:
    whole = layered()
    whole["ietf-network:networks"]["network"].append({"network-id": "other"})
    file.write_text(json.dumps(whole))
    assert "2 networks that no other rests on" in problems("rfc8345", file)[0]
    found, _ = imported("rfc8345", file, Wishes(network="ip"))
    assert found.id == "ip"
    assert (
        'there is no network "x"' in problems("rfc8345", file, Wishes(network="x"))[0]
    )


def test_what_restconf_answers_for_one_network_is_read(file: Path) -> None:
    [ip, *_] = layered()["ietf-network:networks"]["network"]
    file.write_text(json.dumps({"ietf-network:network": [ip]}))
    found, findings = imported("rfc8345", file)
    assert len(found.links) == 2
    assert not found.risk_groups
    said = doubts(findings, file.parent)
    assert len(said) == 5
    assert 'network "optical" has no node "roadm-b"' in said[0]


def test_every_problem_is_shown_with_its_line(file: Path) -> None:
    text = json.dumps(layered(), indent=0)
    file.write_text(
        text.replace('"node-id": "a"', '"node-id": null', 1)
        .replace('"link-id": "two-ba"', '"link-id": "two-ab"')
        .replace('"metric1": "7"', '"metric1": "-7"')
        .replace('"dest-node": "b"', '"dest-node": "nobody"', 1)
    )
    found = problems("rfc8345", file)
    assert any("node-id: expected an id, found nothing" in each for each in found)
    assert any('the link "two-ab" is at' in each for each in found)
    assert any("a metric of -7 is out of range" in each for each in found)
    assert any('there is no device "nobody"' in each for each in found)
    numbers = [int(each.split(":")[1]) for each in found]
    assert numbers == sorted(numbers)
    assert min(numbers) > 1


def test_a_link_that_rests_on_itself_is_refused(file: Path) -> None:
    whole = layered()
    ip, *_ = whole["ietf-network:networks"]["network"]
    ip[LINK][0]["supporting-link"] = [{"network-ref": "ip", "link-ref": "one-ab"}]
    file.write_text(json.dumps(whole))
    assert "rests on itself" in problems("rfc8345", file, Wishes(network="ip"))[0]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[]", "nets.json:1: no list ietf-network:networks.network"),
        ('{"ietf-network:networks": {"network": []}}', "nets.json: 0 networks"),
        ("[" * 200, "nets.json:1: more than 100 levels deep"),
        ('{"a": NaN}', "nets.json:1: not JSON"),
        ('{"a": 1e999}', 'nets.json:1: the number "1e999" is out of range'),
        ('{"a": "\\x"}', "nets.json:1: a text that is no JSON"),
    ],
)
def test_what_is_no_such_json_is_refused(file: Path, text: str, what: str) -> None:
    file.write_text(text)
    assert problems("rfc8345", file)[0].startswith(what)


def test_a_key_that_is_there_twice_is_shown(file: Path) -> None:
    file.write_text(json.dumps(layered()).replace("{", '{"a": 1,\n"a": 2,', 1))
    assert problems("rfc8345", file) == [
        'nets.json:2: the key "a" is here twice\n  keep one of them'
    ]


@given(network=inventories())
@settings(max_examples=25, deadline=None)
def test_what_is_written_is_valid_by_the_yang_modules(network: Inventory) -> None:
    check_yang(json.loads(write(network)))


def check_yang(whole: dict[str, Any]) -> None:
    """Check the structure, the keys and the leafrefs of RFC 8345, sections 6.1 and 6.2.

    They have ``require-instance false``; ours exist all the same.
    """
    assert set(whole) == {"ietf-network:networks"}
    networks = keyed(whole["ietf-network:networks"]["network"], "network-id")
    for network in networks.values():
        assert set(network) <= {
            *("network-id", "network-types", "supporting-network", "node", LINK),
        }
        supports = keyed(network.get("supporting-network", []), "network-ref")
        assert set(supports) <= set(networks) - {network["network-id"]}
        nodes = keyed(network["node"], "node-id")
        for node in nodes.values():
            point = "ietf-network-topology:termination-point"
            assert set(node) <= {"node-id", "supporting-node", point}
            keyed(node.get(point, []), "tp-id")
            for below in keyed(
                node.get("supporting-node", []), "network-ref", "node-ref"
            ):
                assert below[0] in supports
                assert below[1] in keyed(networks[below[0]]["node"], "node-id")
        for link in keyed(network.get(LINK, []), "link-id").values():
            assert set(link) <= {
                *("link-id", "source", "destination", "supporting-link"),
                "ietf-l3-unicast-topology:l3-link-attributes",
            }
            for end, name in (("source", "source"), ("destination", "dest")):
                assert set(link[end]) <= {f"{name}-node", f"{name}-tp"}
                node = nodes[link[end][f"{name}-node"]]
                if f"{name}-tp" in link[end]:
                    points = node["ietf-network-topology:termination-point"]
                    assert link[end][f"{name}-tp"] in keyed(points, "tp-id")
            for below in keyed(
                link.get("supporting-link", []), "network-ref", "link-ref"
            ):
                assert below[0] in supports
                assert below[1] in keyed(networks[below[0]][LINK], "link-id")
            metric = link.get("ietf-l3-unicast-topology:l3-link-attributes")
            if metric is not None:
                types = "ietf-l3-unicast-topology:l3-unicast-topology"
                assert types in network["network-types"]
                assert isinstance(metric["metric1"], str)
                assert 0 < int(metric["metric1"]) < 2**32
    assert all(each.isascii() and " " not in each for each in uris(whole))


def keyed(entries: list[dict[str, Any]], *names: str) -> dict[Any, dict[str, Any]]:
    """Return a YANG list by its keys, which have to be unique."""
    found = {
        tuple(each[name] for name in names) if names[1:] else each[names[0]]: each
        for each in entries
    }
    assert len(found) == len(entries)
    return found


URIS = ("-id", "-ref", "-node", "-tp")


def uris(value: object) -> Iterator[str]:
    """Return whatever is of the type inet:uri."""
    if isinstance(value, dict):
        for key, inside in value.items():
            if isinstance(inside, str) and key.endswith(
                ("-id", "-ref", "-node", "-tp")
            ):
                yield inside
            yield from uris(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from uris(inside)
