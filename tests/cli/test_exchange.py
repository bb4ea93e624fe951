"""`bellrock import` and `bellrock export` as their users meet them."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Says
from tests.cli.test_commands import CALEDONIA, bellrock_says
from tests.inventory.exchange.netbox import TOKEN, network, serving

SITES = "id,kind\nhosp,hospital\nex,exchange\ndc,datacentre\n"
LINKS = "a,b,capacity\nhosp,ex,100M\nex,dc,\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "sheet"
    folder.mkdir()
    (folder / "sites.csv").write_text(SITES)
    (folder / "links.csv").write_text(LINKS)
    return folder


def test_an_import_says_what_is_missing_and_what_to_type_next(
    tmp_path: Path, source: Path
) -> None:
    path = tmp_path / "new.yaml"
    done = bellrock_says("import", "csv", source, "-o", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "sheet: 3 sites, 3 devices, 2 links, 0 risk groups, 0 demands",
        "not said, so not declared: coordinates of 3 sites, people of 3 sites, "
        "capacity of 1 link, metric of 2 links, risk groups of 2 links",
        "to add: gateways: where sites must reach; it does not say. Add them at the "
        "end of",
        "  the file, or import again with --gateway ID. Most links meet at ex-r1 (2), "
        "hosp-r1 (1), dc-r1 (1).",
        f"written to {path}; next: bellrock check --inventory {path}",
    ]
    check = bellrock_says("check", "--inventory", path)
    assert check.returncode == 2
    assert check.stderr == (
        f"{path}: no gateways\n  add gateways: [the id of a site or a device]\n"
    )


def test_with_a_gateway_the_inventory_is_ready(tmp_path: Path, source: Path) -> None:
    path = tmp_path / "new.yaml"
    done = bellrock_says("import", "csv", source, "-o", path, "--gateway", "dc")
    assert done.stdout.endswith(f"next: bellrock spof {path}\n")
    assert bellrock_says("check", "--inventory", path).returncode == 0
    spof = json.loads(bellrock_says("spof", path, "--format", "json").stdout)
    assert {each["id"] for each in spof["elements"]} >= {"ex", "ex-r1", "ex-r1--dc-r1"}
    again = bellrock_says("import", "csv", source, "-o", path, "--gateway", "dc")
    assert again.returncode == 2
    assert "there is such a file already" in again.stderr
    forced = bellrock_says("import", "csv", source, "-o", path, "--force")
    assert forced.returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["xml", "x"], "xml: no such format"),
        (["graphmll", "x"], 'did you mean "graphml"?'),
        (
            ["graphml", "/nowhere"],
            "/nowhere: cannot be read: No such file",
        ),
        (["csv", "{sheet}", "--unit", "1 Mb"], "--unit 1 Mb: "),
        (["csv", "{sheet}", "--kind", " "], "--kind  : not one line"),
        (["csv", "{sheet}", "--gateway", "dcc"], 'did you mean "dc"?'),
        (["csv", "{sheet}/sites.csv"], "sites.csv: not a folder"),
    ],
)
def test_mistakes_are_named_and_nothing_is_written(
    tmp_path: Path, source: Path, words: list[str], said: str
) -> None:
    path = tmp_path / "new.yaml"
    wanted = [word.replace("{sheet}", str(source)) for word in words]
    done = bellrock_says("import", *wanted, "-o", path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not path.exists()


@pytest.mark.parametrize("form", ["graphml", "rfc8345", "csv"])
def test_an_export_is_what_import_reads(tmp_path: Path, form: str) -> None:
    out = tmp_path / "out"
    done = bellrock_says("export", form, CALEDONIA, "-o", out)
    assert (done.returncode, done.stdout[:11]) == (0, "written to ")
    path = tmp_path / "new.yaml"
    words = [] if form != "rfc8345" else ["--gateway", "edinburgh-dc"]
    done = bellrock_says("import", form, out, "-o", path, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "285 sites, 328 devices, 423 links, 61 risk groups" in done.stdout
    assert bellrock_says("check", "--inventory", path).returncode == 0
    assert bellrock_says("export", form, CALEDONIA, "-o", out).returncode == 2


def test_a_drawing_goes_to_standard_output_and_may_show_what_cuts_off() -> None:
    plain = bellrock_says("export", "dot", CALEDONIA)
    assert plain.stdout.startswith('graph "caledonia" {')
    assert "#b30000" not in plain.stdout
    coloured = bellrock_says("export", "dot", CALEDONIA, "--spof")
    assert "#b30000" in coloured.stdout
    assert ": cuts off " in coloured.stdout
    for form in ("graphml", "csv"):
        done = bellrock_says("export", form, CALEDONIA, *["--spof"][: form != "csv"])
        assert done.returncode == 2


def test_a_netbox_is_read_with_a_token_that_nobody_sees(tmp_path: Path) -> None:
    path, token = tmp_path / "new.yaml", tmp_path / "token"
    token.write_text(f"{TOKEN}\n")
    with serving(network()) as (address, _):
        words = ("import", "netbox", address, "-o", path, "--force")
        named = bellrock_says(*words, "--token-file", token, "--gateway", "Exchange")
        known = bellrock_says(*words, "--token-env", "NB", env={"NB": TOKEN})
        wrong = bellrock_says(*words, "--token-env", "NB", env={"NB": "s3cret"})
        empty = bellrock_says(*words, "--token-env", "NB", env={"NB": ""})
        many = bellrock_says(*words, "--token-env", "NB", env={"NB": "two s3crets"})
    assert (named.returncode, known.returncode) == (0, 0)
    assert "2 sites, 3 devices, 3 links" in known.stdout
    for refused in (wrong, empty, many):
        assert refused.returncode == 2
    everything = named.stdout + known.stdout + path.read_text() + wrong.stderr
    everything += many.stderr + named.stderr
    assert TOKEN not in everything
    assert "s3cret" not in everything
    assert "HTTP status 403" in wrong.stderr
    assert empty.stderr.startswith("--token-env NB: no token there")


def test_of_very_many_problems_the_first_are_shown(tmp_path: Path, says: Says) -> None:
    (tmp_path / "sites.csv").write_text("id,priority\n" + "a,9\n" * 2_000)
    said = says("import", "csv", tmp_path, "-o", tmp_path / "net.yaml")
    assert said.returncode == 2
    assert said.stderr.count("sites.csv:") == 101
    assert "sites.csv: and 1,900 more problems, 2,000 in all\n" in said.stderr


def test_of_very_many_warnings_the_first_are_shown(tmp_path: Path, says: Says) -> None:
    (tmp_path / "links.csv").write_text("a,b\n")
    sites = "".join(f"s{each},{each % 90},\n" for each in range(2_000))
    (tmp_path / "sites.csv").write_text(f"id,lat,lon\n{sites}")
    path = tmp_path / "net.yaml"
    imported = says("import", "csv", tmp_path, "-o", path, "--gateway", "s0")
    assert imported.returncode == 0
    assert imported.stderr.count("warning:") == 100
    assert "sites.csv: and 1,900 more warnings, 2,000 in all\n" in imported.stderr
    assert "2,000 warnings, see above\n" in imported.stdout
    said = says("spof", path).stderr
    assert said.count("warning:") == 100
    assert f"{path}: and 1,899 more warnings, 1,999 in all\n" in said
    assert says("check", path).stderr.count("warning:") == 1_999


def test_check_shows_every_problem_and_other_commands_the_first(
    tmp_path: Path, says: Says
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("sites:\n" + "  - {id: a, priority: 9}\n" * 200)
    every, first = says("check", path), says("spof", path)
    assert every.returncode == first.returncode == 2
    whole, cut = (
        [line for line in said.stderr.splitlines() if line.startswith(str(path))]
        for said in (every, first)
    )
    assert len(whole) > 200
    assert cut[:-1] == whole[:100]
    more = len(whole) - 100
    assert cut[-1] == f"{path}: and {more} more problems, {len(whole)} in all"


def test_a_dash_is_standard_output_and_never_a_file(
    tmp_path: Path, says: Says, net: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert says("export", "dot", net, "-o", "-") == says("export", "dot", net)
    folder = says("export", "csv", net, "-o", "-")
    assert (folder.returncode, folder.stdout) == (2, "")
    saved = says("whatif", net, "--down", "core", "--save", "-")
    assert saved.returncode == 2
    assert saved.stderr == "-: standard output is no file here\n  name a file\n"
    assert not (tmp_path / "-").exists()
