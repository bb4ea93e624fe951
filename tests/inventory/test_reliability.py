"""MTBF, MTTR and targets, as an inventory declares them."""

from dataclasses import replace
from pathlib import Path

import pytest

from bellrock.inventory import load
from bellrock.model.reliability import DAY, DEFAULTS, HOUR, YEAR, Repair, Targets
from tests.inventory.problems.said import problems
from tests.inventory.small import small


def test_an_element_a_kind_and_a_target_are_read(tmp_path: Path) -> None:
    text = small(
        devices="\n  - {id: cpe1, site: hosp, role: cpe, mtbf: 5y, mttr: 1.5d,"
        " risk_groups: [duct]}\n  - {id: pe1, site: ex}\n  - {id: p1, site: dc}",
        risk_groups="\n  - {id: duct, kind: duct, mttr: 2w}",
        reliability="{devices: {cpe: {mtbf: 9y}}, links: {access: {mttr: 30m}}}",
        availability_target="{default: 99.5%, kind: {hospital: 99.95%},"
        " priority: {1: 99.99 %}}",
    )
    file = tmp_path / "net.yaml"
    file.write_text(text)
    for _ in range(2):  # read, and then as it was kept
        loaded = load(file, cache=tmp_path / "kept")
        inventory = loaded.inventory
        assert loaded.warnings == ()
        cpe = inventory.devices["cpe1"]
        assert (cpe.mtbf, cpe.mttr) == (5 * YEAR, 1.5 * DAY)
        duct = inventory.risk_groups["duct"]
        assert (duct.mtbf, duct.mttr) == (None, 14 * DAY)
        assert inventory.reliability.devices == {"cpe": Repair(9 * YEAR)}
        assert inventory.reliability.links == {"access": Repair(mttr=HOUR / 2)}
        assert inventory.targets == Targets(
            0.995, {"hospital": 99.95 / 100}, {1: 99.99 / 100}
        )


def test_one_target_is_for_all(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(small(availability_target="99.9%"))
    inventory = load(tmp_path, cache=None).inventory
    assert inventory.targets.of("school", 5) == pytest.approx(0.999)


def test_a_change_of_a_default_time_is_not_hidden_by_what_was_kept(
    tmp_path: Path,
) -> None:
    file = tmp_path / "net.yaml"
    for years in (3, 4):
        file.write_text(
            small(reliability=f"{{sites: {{exchange: {{mtbf: {years}y}}}}}}")
        )
        told = load(file, cache=tmp_path / "kept").inventory.reliability
        assert told.sites["exchange"].mtbf == years * YEAR


# What is written, under which key, and what is said of it.
MISTAKES = [
    (
        "reliability",
        "{devices: {cpe: {mtbf: 5 years}}}",
        'net.yaml:22: reliability.devices.cpe.mtbf: the text "5 years" is no time span'
        "\n  write digits and s, m, h, d, w or y, such as 5y, 200d or 4h",
    ),
    (
        "reliability",
        "{devices: {cpe: {mtbf: 5}}}",
        "net.yaml:22: reliability.devices.cpe.mtbf: the number 5 is no time span"
        "\n  write digits and s, m, h, d, w or y, such as 5y, 200d or 4h",
    ),
    (
        "reliability",
        "{devices: {cpe: {mttr: 0h}}}",
        "net.yaml:22: reliability.devices.cpe.mttr: out of range"
        "\n  expected 1s to 1000000y",
    ),
    (
        "reliability",
        "{links: {acess: {mttr: 1h}}}",
        "net.yaml:22: reliability.links.acess: no kind of link"
        '\n  did you mean "access"?  kinds: access, backup, core, on-site',
    ),
    (
        "reliability",
        "{device: {}}",
        "net.yaml:22: reliability.device: unknown key"
        '\n  did you mean "devices"?  known keys: devices, links, risk_groups, sites',
    ),
    (
        "reliability",
        "{devices: {cpe: {mtbf: 1h}}}",
        "net.yaml:22: warning: reliability.devices.cpe: none of the devices is of this"
        " kind",
    ),
    (
        "reliability",
        "{sites: {exchange: {mtbf: 1h, mttr: 2h}}}",
        "net.yaml:22: warning: reliability.sites.exchange: fails again sooner than it"
        " is repaired (mtbf is less than mttr)"
        "\n  check that they are not the wrong way round",
    ),
    (
        "availability_target",
        "100%",
        'net.yaml:22: availability_target: the text "100%" is no availability'
        "\n  write a percentage between 0% and 100%, such as 99.95%",
    ),
    (
        "availability_target",
        "{priority: {6: 99%}}",
        "net.yaml:22: availability_target.priority.6: not a priority"
        "\n  expected 1 to 5",
    ),
]


@pytest.mark.parametrize(("section", "text", "said"), MISTAKES)
def test_a_mistake_is_shown_where_it_is(
    tmp_path: Path, section: str, text: str, said: str
) -> None:
    assert problems(tmp_path, small(**{section: text})) == [said]


def test_two_files_do_not_both_say_how_reliable_things_are(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(small(reliability="{}"))
    (tmp_path / "b.yaml").write_text("reliability: {links: {core: {mtbf: 1y}}}\n")
    with pytest.raises(Exception, match=r"b\.yaml:1: reliability: the key reliability"):
        load(tmp_path, cache=None)


def test_every_default_says_where_it_comes_from() -> None:
    for section, kinds in DEFAULTS.items():
        for kind, default in kinds.items():
            assert default.source, (section, kind)
            assert default.mttr < default.mtbf


def test_a_target_left_out_asks_nothing() -> None:
    assert Targets().of("gp", 1) is None
    assert replace(Targets(), default=0.9).of("gp", 1) == 0.9


def test_the_defaults_in_the_documentation_are_those_of_the_code() -> None:
    text = (Path(__file__).parents[2] / "docs" / "planning.md").read_text()
    units = {"y": YEAR, "d": DAY, "h": HOUR}
    told = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and cells[0] in DEFAULTS:
            mtbf, mttr = (float(t[:-1]) * units[t[-1]] for t in cells[2:4])
            told[cells[0], cells[1]] = (mtbf, mttr, cells[4])
    assert told == {
        (section, kind): (default.mtbf, default.mttr, default.source)
        for section, kinds in DEFAULTS.items()
        for kind, default in kinds.items()
    }
