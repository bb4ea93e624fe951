"""``bellrock diff`` as its users meet it."""

import json
import re
import shutil
from pathlib import Path

from tests.cli.conftest import NET, Says
from tests.cli.test_commands import CALEDONIA, CUT


def test_diff_of_an_inventory_with_itself_is_empty(net: Path, says: Says) -> None:
    said = says("diff", net, net, "--format", "csv")
    assert said.returncode == 0
    assert said.stdout == "change,id,detail,before,after\n"
    said = says("diff", net, net)
    assert said.stdout == "Nothing differs of what is compared.\n"


def test_diff_says_what_is_declared_otherwise_and_what_it_does(
    net: Path, tmp_path: Path, says: Says
) -> None:
    new = tmp_path / "new.yaml"
    changed = NET.replace(
        '"p1:0", b: "pe1:0", capacity: 1G', '"p1:0", b: "pe1:0", capacity: 100M'
    )
    changed = re.sub(r".*id: gp-tail.*\n", "", changed)
    new.write_text(changed + "risk_groups: [{id: duct, kind: duct}]\n")
    said = says("diff", net, new, "--format", "json")
    assert said.returncode == 1, "the surgery is cut off in the new one"
    found = json.loads(said.stdout)
    assert found["added"] == [{"kind": "risk_group", "id": "duct"}]
    assert found["removed"] == [{"kind": "link", "id": "gp-tail"}]
    fields = {"old": 1e9, "new": 1e8}
    assert found["changed"] == [
        {
            "kind": "link",
            "id": "core",
            "fields": {"capacity_ab": fields, "capacity_ba": fields},
        }
    ]
    assert found["sites_cut"] == ["gp"]
    assert found["services_cut"] == ["records"]
    table = says("diff", net, new)
    assert table.stdout.startswith(
        "Adding 1 risk group, removing 1 link and changing 1 link cuts off 1 site (40"
    )
    assert re.search(r"changed +link +core +capacity_ab 1G to 100M, capa", table.stdout)
    assert re.search(r"gp-tail +gp-cpe +60M +60 % +not there", table.stdout)


def test_diff_with_the_rewritten_inventory_is_the_what_if(
    tmp_path: Path, says: Says
) -> None:
    rewritten = tmp_path / "rewritten"
    shutil.copytree(CALEDONIA, rewritten)
    core = rewritten / "10-core.yaml"
    text = core.read_text()
    line = next(line for line in text.splitlines() if "id: core-drumochter," in line)
    slower = re.sub(r"capacity: 10G, +metric: 90", "capacity: 4G, metric: 80", line)
    added = re.sub(r"id: core-drumochter,", "id: second,", slower)
    added = re.sub(r"(xe-[0-9/]+)", r"\1-second", added)
    assert slower != line
    core.write_text(text.replace(line, f"{slower}\n{added}"))
    ends = re.findall(r'"([^"]+)"', added)
    groups = re.findall(r"risk_groups: \[([^]]+)\]", added)
    link = f"{ends[0]},{ends[1]},4G,80,id=second,risk_group={groups[0]}"
    asked = says(
        *("whatif", CALEDONIA, "--metric", "core-drumochter=80"),
        *("--capacity", "core-drumochter=4G", "--add-link", link, "--format", "csv"),
    )
    compared = says("diff", CALEDONIA, rewritten, "--format", "csv")
    asked_rows = [line.removeprefix(",") for line in asked.stdout.splitlines()[1:]]
    declared = ("added,", "removed,", "changed,")
    rows = [
        line
        for line in compared.stdout.splitlines()[1:]
        if not line.startswith(declared)
    ]
    assert asked_rows == rows
    assert any(row.startswith("load,second,ab,,") for row in rows)
    assert asked.returncode == compared.returncode


def test_diff_of_different_networks_and_of_a_broken_one(
    net: Path, tmp_path: Path, says: Says
) -> None:
    other = tmp_path / "cut.yaml"
    other.write_text(CUT)
    said = says("diff", net, other, "--format", "json")
    assert said.returncode == 1
    assert "other" not in json.loads(said.stdout)["removed"]
    other.write_text("sites: [")
    broken = says("diff", net, other)
    assert broken.returncode == 2
    assert broken.stderr.startswith(f"{other}:2: not YAML")
