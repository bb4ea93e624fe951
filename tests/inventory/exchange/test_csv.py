"""A folder of CSV files, as spreadsheets write them."""

from pathlib import Path

import pytest

from bellrock.inventory.exchange import csvfolder
from bellrock.inventory.load import load
from bellrock.model.inventory import End
from bellrock.model.reliability import HOUR, YEAR
from tests.inventory.exchange.told import imported, problems
from tests.inventory.small import small

SITES = "id,name,kind,lat,lon\nhosp,Hospital,hospital,60.1,-1.1\nex,,exchange,,\n"
LINKS = "a,b,capacity\nhosp,ex,100M\n"


def folder(path: Path, **files: str) -> Path:
    for name, text in files.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def test_sites_and_links_are_enough(tmp_path: Path) -> None:
    found, findings = imported("csv", folder(tmp_path, sites=SITES, links=LINKS))
    assert list(found.devices) == ["hosp-r1", "ex-r1"]
    [link] = found.links.values()
    assert (link.a, link.capacity_ba, link.metric_declared) == (
        *(End("hosp-r1"), 1e8),
        False,
    )
    assert found.sites["ex"].name == "ex"
    assert not findings.doubts


def test_what_spreadsheets_make_of_it_is_read_too(tmp_path: Path) -> None:
    folder(
        tmp_path,
        sites="\ufeffID;Name;Organisation;Kind;People\r\n"
        'Lerwick Hosp;"Lerwick; the\nhospital";NHS Shetland;hospital;900\r\n;;;;\r\n'
        "ex;;;exchange;\r\n",
        devices="id\tsite\tGateway\trisk groups\n"
        "cpe\tLerwick Hosp\tno\t\npe\tex\tYes\tduct-1 duct-2\n",
        links="id,a,b,metric ab,metric_ba,backup,supplier\n"
        "1,cpe:wan0,pe:ge-0/0/4,10,20,TRUE,Northlink Telecom\n",
    )
    found, _ = imported("csv", tmp_path)
    site = found.sites["lerwick-hosp"]
    assert (site.name, site.people) == ("Lerwick; the\ufffdhospital", 900)
    assert found.organisations["nhs-shetland"].name == "NHS Shetland"
    assert found.gateways == {"pe"}
    assert found.devices["pe"].risk_groups == ("duct-1", "duct-2")
    link = found.links["1"]
    assert (link.metric_ab, link.metric_ba, link.backup) == (10, 20, True)
    assert (link.supplier, str(link.b)) == ("northlink-telecom", "pe:ge-0/0/4")


def test_every_problem_of_every_file_is_shown_with_its_line(tmp_path: Path) -> None:
    folder(
        tmp_path,
        sites='id,lat,lon,priority,people\na,"91",0,9,-1\n,1,1,,\nb,x,,,\n',
        devices="id,site,address,gateway,probes,ports,ssh\n"
        "r1,nowhere,10.0.0.300,perhaps,ICMP,snmp=0,lab\n",
        links="a,b,capacity,metric\nr1,r2,1 Gb,0.5\nr1,r1,0,-3\n",
        demands="from,to,rate\na,b,-1\na,zzz,1M\n",
        risk_groups="id,kind\nduct,duct\nduct,duct\n",
    )
    found = [each.splitlines()[0] for each in problems("csv", tmp_path)]
    expected = [
        'demands.csv:2: rate: the text "-1" is no rate',
        'demands.csv:3: there is no site "zzz"',
        'devices.csv:2: r1, gateway: "perhaps" is neither yes nor no',
        'devices.csv:2: r1, probes: "ICMP" is not the name of a protocol',
        "devices.csv:2: r1, ports: 0 is not a whole number from 1 to 65535",
        "devices.csv:2: r1, ssh: ssh without a platform",
        'devices.csv:2: r1: "10.0.0.300" is no IP address',
        'devices.csv:2: r1: there is no site "nowhere"',
        'links.csv:2: capacity: the text "1 Gb" is no rate',
        'links.csv:2: there is no device "r2"',
        "links.csv:3: capacity: a capacity of nothing",
        "links.csv:3: metric: a metric of -3 is out of range",
        'risk_groups.csv:3: duct: the risk group "duct" is at '
        f"{tmp_path}/risk_groups.csv:2 already",
        "sites.csv:2: a, priority: 9 is not a whole number from 1 to 5",
        "sites.csv:2: a, people: -1 is not a whole number from 0 to 1000000000",
        "sites.csv:2: a, latitude: 91 is out of range; expected -90 to 90",
        "sites.csv:3: id: nothing there",
        'sites.csv:4: b, lat: "x" is no number',
    ]
    assert sorted(found) == sorted(expected)


def test_two_answers_to_one_question_are_refused(tmp_path: Path) -> None:
    links = "a,b,capacity,capacity_ab\nhosp,ex,1G,2G\n"
    assert problems("csv", folder(tmp_path, sites=SITES, links=links)) == [
        "links.csv:2: a capacity for both ways, and for one\n"
        "  fill in capacity, or capacity_ab and capacity_ba"
    ]


def test_columns_that_are_wrong_are_shown_for_all_files_at_once(tmp_path: Path) -> None:
    folder(tmp_path, sites="id,knd\na,b\n", links="a,b,speed\na,b,1G\n")
    found = [each.splitlines()[0] for each in problems("csv", tmp_path)]
    assert found == [
        'links.csv:1: unknown column "speed"',
        'sites.csv:1: unknown column "knd"',
    ]


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({"links": LINKS}, "sites.csv: there is no such file"),
        ({"sites": "", "links": LINKS}, "sites.csv:1: no line of column names"),
        ({"sites": "id,knd\n", "links": LINKS}, 'sites.csv:1: unknown column "knd"'),
        ({"sites": "id,id\n", "links": LINKS}, "sites.csv:1: the column id is there"),
        ({"sites": "name\n", "links": LINKS}, "sites.csv:1: no column id"),
        ({"sites": 'id\n"a\n', "links": LINKS}, "sites.csv:2: not CSV: "),
        ({"sites": "id\na,b\n", "links": LINKS}, "sites.csv:2: 2 cells in a row of 1"),
        ({"sites": "id\n" + "a" * 10_001, "links": LINKS}, "sites.csv:2: a cell of"),
        ({"sites": "id\n" + "a" * 200_000, "links": LINKS}, "sites.csv:2: "),
        ({"sites": "id\n", "links": "a,b\n"}, "x: nothing that could be a device"),
    ],
)
def test_a_broken_folder_is_refused(
    tmp_path: Path, files: dict[str, str], what: str
) -> None:
    inside = tmp_path / "x"
    inside.mkdir()
    found = problems("csv", folder(inside, **files))
    said = [each.removeprefix(f"{tmp_path}/") for each in found]
    assert any(each.startswith(what) for each in said), said


def test_no_cell_is_a_formula_and_all_of_them_come_back(tmp_path: Path) -> None:
    text = small(
        sites="[{id: dc, kind: datacentre, name: \"=cmd|' /C calc'!A0\"}, "
        "{id: b, kind: school, name: \"'=x\"}, {id: c, kind: school, name: '+44'}]",
        organisations=None,
        devices="[{id: p1, site: dc}]",
        links=None,
        services=None,
        demands=None,
        risk_groups=None,
    )
    path = tmp_path / "in.yaml"
    path.write_text(text)
    network = load(path, cache=None).inventory
    written = csvfolder.write(network)
    assert "'=cmd" in written["sites.csv"]
    assert "\n=" not in written["sites.csv"]
    assert ",=" not in written["sites.csv"]
    assert ",+" not in written["sites.csv"]
    for name, content in written.items():
        (tmp_path / name).write_text(content)
    assert imported("csv", tmp_path)[0] == network


def test_times_between_failures_and_to_repair_are_read(tmp_path: Path) -> None:
    folder(
        tmp_path,
        sites="id,mtbf\nhosp,2y\nex,\n",
        links="a,b,mtbf,mttr\nhosp,ex,5y,8h\nhosp,ex,5,soon\n",
    )
    assert problems("csv", tmp_path) == [
        'links.csv:3: mtbf: the text "5" is no time span\n'
        "  write digits and s, m, h, d, w or y, such as 5y, 200d or 4h",
        'links.csv:3: mttr: the text "soon" is no time span\n'
        "  write digits and s, m, h, d, w or y, such as 5y, 200d or 4h",
    ]
    folder(tmp_path, links="a,b,mtbf,mttr\nhosp,ex,5y,8h\n")
    found, _ = imported("csv", tmp_path)
    [link] = found.links.values()
    assert (link.mtbf, link.mttr) == (5 * YEAR, 8 * HOUR)
    assert (found.sites["hosp"].mtbf, found.sites["ex"].mtbf) == (2 * YEAR, None)
