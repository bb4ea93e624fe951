"""``bellrock whatif`` as its users meet it."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import NET, Says
from tests.cli.test_commands import CALEDONIA, bellrock_says


def test_losing_an_exchange_says_whom_and_how_many(net: Path, says: Says) -> None:
    said = says("whatif", net, "--down", "ex")
    assert said.returncode == 1
    assert said.stderr == ""
    lines = said.stdout.splitlines()
    assert " ".join(lines[:2]).startswith(
        "Losing Exchange cuts off 2 sites (340 people): School [north] and Surgery."
    )
    assert re.search(r"cut off +0 +2 *\n", said.stdout)
    assert re.search(r"demand without a way +0 +110M *\n", said.stdout)
    assert re.search(r"School \[north\] +3 +300 *\n", said.stdout)
    assert re.search(r"Surgery +3 +40 +Records *\n", said.stdout)
    assert re.search(r"gp-tail +gp-cpe +60M +60 % +0 +0 %", said.stdout)
    assert len(lines) < 45, "it fits on a screen"
    assert max(map(len, lines)) <= 100


def test_json_has_the_documented_shape(net: Path, says: Says) -> None:
    words = ("--add-link", "p2,gp-cpe,1G,5", "--down", "gp-tail", "--grow", "gp=2")
    said = says("whatif", net, *words, "--metric", "core=7", "--format", "json")
    assert said.returncode == 1, "the surgery reaches no gateway by p2"
    found = json.loads(said.stdout)
    assert found["network"] == "small"
    assert found["sites_cut"] == ["gp"]
    assert found["people_cut"] == 40
    assert found["sites_restored"] == found["services_cut"] == []
    assert found["redundancy_lost"] == ["gp"]
    assert found["redundancy_gained"] == []
    assert found["links_over"] == []
    assert found["spofs_added"] == []
    assert found["spofs_removed"] == ["gp-cpe", "gp-tail"]
    assert found["before"]["redundancy"] == {"0": 0, "1": 2, "2": 0}
    assert found["after"]["redundancy"] == {"0": 1, "1": 1, "2": 0}
    assert found["after"]["demand"] == 170e6
    assert found["after"]["unrouted"] == 0, "the data centre is reached all the same"
    assert found["after"]["busiest"] == {
        "id": "school-tail",
        "direction": "ba",
        "utilisation": 0.5,
    }
    changes = {(c["id"], c["direction"]): c for c in found["load_changes"]}
    assert changes["p2-gp-cpe", "ba"] == {
        "id": "p2-gp-cpe",
        "direction": "ba",
        "load_before": None,
        "load_after": 120e6,
        "utilisation_before": None,
        "utilisation_after": 0.12,
    }


def test_a_link_over_100_percent_is_a_finding(net: Path, says: Says) -> None:
    said = says("whatif", net, "--grow", "nhs=2", "--format", "json")
    assert said.returncode == 1
    found = json.loads(said.stdout)
    (over,) = found["links_over"]
    assert over == {"id": "gp-tail", "direction": "ba", "utilisation": 1.2}
    assert found["sites_cut"] == []
    assert "puts the link gp-tail over 100 %" in found["sentence"]
    wider = says("whatif", net, "--grow", "nhs=2", "--capacity", "gp-tail=1G")
    assert wider.returncode == 0


def test_growth_of_no_demand_is_not_taken_for_good_news(net: Path, says: Says) -> None:
    net.write_text(NET.replace("used_from: {kind: [gp]}", "used_from: {}"))
    quiet = says("whatif", net, "--grow", "nhs=1.1", "--grow", "exchange=9")
    assert quiet.returncode == 0
    assert quiet.stderr == (
        f"{net}: warning: no demand is declared that grows with kind:exchange\n"
        "  declare it under demands\n"
    )


def test_nothing_changed_is_said(net: Path, says: Says) -> None:
    for words in ((), ("--add-gateway", "p2")):
        said = says("whatif", net, *words)
        assert said.returncode == 0
        assert "changes nothing of what is compared." in said.stdout
        assert "the same as before: user sites, cut off," in said.stdout


def test_what_is_saved_gives_the_same_answer_when_run_again(
    net: Path, tmp_path: Path, says: Says
) -> None:
    file = tmp_path / "works.yaml"
    words = (
        *("--down", "gp-tail", "--add-link", "pe1:9,gp-cpe:1,80M/20M,20,backup,id=lte"),
        *("--grow", "1.5", "--gateway", "p1=p2", "--capacity", "core=10G/1G"),
        *("--metric", "school-tail=3/4", "--name", 'The "4G" works'),
    )
    first = says("whatif", net, *words, "--save", file, "--format", "csv")
    again = says("whatif", net, "--scenario", file, "--format", "csv")
    assert first.stdout == again.stdout
    rows = list(csv.DictReader(io.StringIO(again.stdout)))
    assert {row["scenario"] for row in rows} == {'The "4G" works'}
    assert {"site_cut", "load"} <= {row["change"] for row in rows}

    refused = says("whatif", net, "--down", "core", "--save", file)
    assert refused.returncode == 2
    assert "there is such a file already" in refused.stderr
    both = says("whatif", net, "--down", "core", "--scenario", file)
    assert both.returncode == 2
    assert "--down beside --scenario" in both.stderr


def test_nothing_is_saved_where_the_inventory_is_read_from(
    net: Path, tmp_path: Path, says: Says
) -> None:
    folder = tmp_path / "network"
    folder.mkdir()
    whole = folder / "net.yaml"
    whole.write_text(net.read_text())
    for path, target in (
        (folder, folder),
        (folder, folder / "works.yml"),
        (whole, whole),
    ):
        said = says("whatif", path, "--down", "core", "--save", target, "--force")
        assert said.returncode == 2
        assert "a scenario is no part of an inventory" in said.stderr
    assert [each.name for each in folder.iterdir()] == ["net.yaml"]
    assert whole.read_text() == net.read_text()
    (folder / "scenarios").mkdir()
    for target in (folder / "scenarios", folder / "works.txt"):
        said = says("whatif", folder, "--down", "core", "--save", target)
        assert said.returncode == 1
        assert says("whatif", folder).returncode == 0


def test_links_lead_no_scenario_into_an_inventory(
    net: Path, tmp_path: Path, says: Says
) -> None:
    folder, shared = tmp_path / "network", tmp_path / "shared.yaml"
    folder.mkdir()
    shared.write_text(net.read_text())
    link, loop = folder / "net.yaml", tmp_path / "loop.yaml"
    link.symlink_to(shared)
    loop.symlink_to(loop)
    for target in (link, shared):
        said = says("whatif", folder, "--down", "core", "--save", target, "--force")
        assert said.returncode == 2
        assert "a scenario is no part of an inventory" in said.stderr
    assert link.is_symlink()
    assert shared.read_text() == net.read_text()
    said = says("whatif", folder, "--down", "core", "--save", loop, "--force")
    assert (said.returncode, said.stderr) == (1, "")
    assert loop.read_text().startswith("down:")


@pytest.mark.parametrize(
    ("down", "effect", "status"),
    [
        ("core", "cuts nobody off", 0),
        ("trench", "changes nothing", 0),
        ("core, trench", "cuts off 2 sites (340 people)", 1),
    ],
)
def test_circuits_in_a_new_duct_fail_with_it(
    net: Path, tmp_path: Path, says: Says, down: str, effect: str, status: int
) -> None:
    file = tmp_path / "trench.yaml"
    file.write_text(f"""\
down: [{down}]
add_links:
  - {{a: p1, b: pe1, metric: 50, risk_groups: [trench]}}
  - {{a: p1, b: pe1, metric: 50, risk_groups: [trench]}}
risk_groups: [{{id: trench, kind: duct, name: The new trench}}]
""")
    said = says("whatif", net, "--scenario", file, "--format", "json")
    assert (said.returncode, said.stderr) == (status, "")
    sentence = json.loads(said.stdout)["sentence"]
    lost = down.replace(", ", " and ").replace("trench", "The new trench")
    assert sentence.startswith(f"Losing {lost}")
    assert effect in sentence


def test_several_scenarios_stand_side_by_side(
    net: Path, tmp_path: Path, says: Says
) -> None:
    file = tmp_path / "works.yaml"
    file.write_text(
        "scenarios:\n  - {name: As it is}\n  - {name: No core, down: [core]}\n"
    )
    said = says("whatif", net, "--scenario", file)
    assert said.returncode == 1
    assert re.search(r"As it is +0 +0 +0 +0 +0 +0 +60 % +0 *\n", said.stdout)
    assert re.search(r"No core +2 +340 +1 +2 +0 +0 +0 % +110M *\n", said.stdout)
    found = json.loads(
        says("whatif", net, "--scenario", file, "--format", "json").stdout
    )
    assert [each["scenario"] for each in found["scenarios"]] == ["As it is", "No core"]
    assert [each["people_cut"] for each in found["scenarios"]] == [0, 340]


def test_names_of_scenarios_side_by_side_are_whole(
    net: Path, tmp_path: Path, says: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    file = tmp_path / "works.yaml"
    file.write_text(
        "scenarios:\n  - {name: Works of the first week}\n"
        "  - {name: Works of the second week}\n"
    )
    said = says("whatif", net, "--scenario", file, "--n1").stdout
    table = said[: said.index("cut: sites")]
    assert {"first", "second"} < {*table.split()}
    assert "\N{HORIZONTAL ELLIPSIS}" not in table


def test_all_mistakes_are_told_at_once_with_their_options(
    net: Path, says: Says
) -> None:
    said = says(
        *(
            "whatif",
            net,
            "--down",
            "exx",
            "--add-link",
            "p1",
            "--add-link",
            "gp,p1,1Gb",
        ),
        *("--metric", "core", "--metric", "core=0", "--capacity", "core=1e999"),
        *("--grow", "-1", "--grow", "nobody=2", "--gateway", "gp=dc"),
        *("--add-link", "p1,gp-cpe,1G,5,colour=red"),
    )
    assert said.returncode == 2
    assert said.stdout == ""
    for words in (
        "command line: --down exx: no device, link, site or risk group has the id ",
        "command line: --add-link p1: expected A,B,CAPACITY[,METRIC]",
        'command line: --add-link gp,p1,1Gb, a: "gp" is a site',
        "command line: --add-link gp,p1,1Gb, capacity",
        "command line: --metric core: expected LINK=METRIC",
        "command line: --metric core=0: the number 0 is out of range",
        "command line: --capacity core=1e999: ",
        "command line: --grow all=-1: the number -1 is out of range",
        "command line: --grow nobody=2: no organisation and no kind of site",
        'command line: --gateway gp=dc: "gp" is no gateway',
        'command line: --add-link p1,gp-cpe,1G,5,colour=red: "colour=red" says nothing',
    ):
        assert words in said.stderr, words
    assert "Traceback" not in said.stderr


def test_mistakes_of_a_file_are_told_with_its_lines(
    net: Path, tmp_path: Path, says: Says
) -> None:
    file = tmp_path / "works.yaml"
    file.write_text("down: [exx]\ngrow: {nhz: 2}\n")
    said = says("whatif", net, "--scenario", file)
    assert said.returncode == 2
    assert (
        f'{file}:1: down[0]: no device, link, site or risk group has the id "exx"'
        in (said.stderr)
    )
    assert f"{file}:2: grow.nhz: no organisation" in said.stderr


def test_the_scenarios_of_the_documentation_can_be_asked(
    tmp_path: Path, says: Says
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "planning.md").read_text()
    (example,) = re.findall(r"```yaml\n(scenarios:.*?)```", page, re.DOTALL)
    file = tmp_path / "works.yaml"
    file.write_text(example)
    said = says("whatif", CALEDONIA, "--scenario", file, "--format", "json")
    assert (said.returncode, said.stderr) == (1, "")
    first, second = json.loads(said.stdout)["scenarios"]
    words = "Losing Oban exchange and A82 duct along Loch Lomond cuts off 7 sites (1,7"
    assert first["sentence"].startswith(words)
    assert second["after"]["demand"] > 1.3 * second["before"]["demand"]


def test_the_command_ends_with_its_status_as_a_process_too(net: Path) -> None:
    lost = bellrock_says("whatif", net, "--down", "core")
    assert (lost.returncode, lost.stderr) == (1, "")
    wrong = bellrock_says("diff", net, net.with_name("nothing.yaml"))
    assert (wrong.returncode, wrong.stdout) == (2, "")


def test_worst_cases_are_told_when_asked_for(net: Path, says: Says) -> None:
    words = ("--add-link", "p1,school-cpe,20M,99", "--n1")
    said = says("whatif", net, *words)
    assert said.returncode == 0, "what a failure would overload is no finding yet"
    busiest = r"N-1: busiest link +gp-tail 60 % +p1-school-cpe 550 % without core"
    assert re.search(busiest, said.stdout)
    assert re.search(r"p1-school-cpe ba +\? +550 % +core *\n", said.stdout)
    found = json.loads(says("whatif", net, *words, "--format", "json").stdout)
    assert found["n1"]["after"]["worst"] == {
        "id": "p1-school-cpe",
        "direction": "ba",
        "utilisation": 5.5,
        "failure": {"kind": "link", "id": "core"},
    }
    rows = says("whatif", net, *words, "--format", "csv").stdout.splitlines()
    assert ",worst_load,p1-school-cpe,ba,,110000000.0" in rows
    assert "no single failure loads a link" in says("whatif", net, "--n1").stdout
    assert "n1" not in json.loads(says("whatif", net, "--format", "json").stdout)


def test_what_is_shown_is_kept_as_a_picture(
    net: Path, says: Says, tmp_path: Path
) -> None:
    picture = tmp_path / "shown.svg"
    said = says("whatif", net, "--down", "ex", "--picture", picture)
    assert (said.returncode, said.stderr) == (1, "")
    drawn = picture.read_text()
    assert "Losing&#160;Exchange&#160;cuts&#160;off&#160;2&#160;sites" in drawn
    # It fetches nothing when it is looked at.
    assert "@font-face" not in drawn


def test_a_picture_is_of_a_table_and_where_it_may_be(net: Path, says: Says) -> None:
    nowhere = says("whatif", net, "--picture", net.parent / "no/shown.svg")
    assert (nowhere.returncode, nowhere.stdout) == (2, "")
    assert "shown.svg: cannot write there" in nowhere.stderr
    said = says("whatif", net, "--picture", net.parent / "x.svg", "--format", "json")
    assert (said.returncode, said.stdout) == (2, "")
    assert "beside --format json" in said.stderr
