"""The command as its users meet it: output, exit status, and no traceback."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bellrock.demo
from bellrock.cli.main import COMMANDS
from tests.probes.harness import PATIENCE
from tests.programs import need

CALEDONIA = Path(bellrock.demo.__file__).with_name("caledonia")

SMALL = """\
network: {id: small, name: Small}
sites:
  - {id: dc, name: Data centre, kind: datacentre}
  - {id: ex, name: Exchange, kind: exchange}
  - {id: gp, name: Surgery, kind: gp, people: 40}
  - {id: school, name: School, kind: school, people: 300}
devices:
  - {id: p1, site: dc}
  - {id: pe1, site: ex}
  - {id: gp-cpe, site: gp}
  - {id: school-cpe, site: school}
links:
  - {id: core, a: "p1:0", b: "pe1:0", capacity: 1G}
  - {id: gp-tail, a: "pe1:1", b: "gp-cpe:0", capacity: 100M}
  - {id: school-tail, a: "pe1:2", b: "school-cpe:0", capacity: 100M}
gateways: [dc]
"""
CUT = SMALL.replace(
    '  - {id: gp-tail, a: "pe1:1", b: "gp-cpe:0", capacity: 100M}\n', ""
)


def bellrock_says(
    *words: object, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "bellrock", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, "COLUMNS": "100", **(env or {})},
    )


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return path


def test_spof_in_json_has_the_shape_that_others_read(small: Path) -> None:
    done = bellrock_says("spof", small, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert {
        key: report[key]
        for key in (
            *("network", "sites", "redundancy", "false_diversity"),
            *("two_paths", "own_equipment"),
        )
    } == {
        "network": "small",
        "sites": 2,
        "redundancy": {"0": 0, "1": 2, "2": 0},
        "false_diversity": [],
        "two_paths": 0,
        "own_equipment": {"single": 2, "dual": 0},
    }
    cut = {item["id"]: item["sites_cut"] for item in report["elements"]}
    assert cut == {
        **{element: ["gp", "school"] for element in ("core", "dc", "ex", "p1", "pe1")},
        **{element: ["gp"] for element in ("gp-cpe", "gp-tail")},
        **{element: ["school"] for element in ("school-cpe", "school-tail")},
    }
    on_site = {item["id"] for item in report["elements"] if item["on_site"]}
    assert on_site == {"gp-cpe", "school-cpe"}
    assert {item["people_cut"] for item in report["elements"]} == {40, 300, 340}


def test_spof_in_csv_has_a_row_an_element(small: Path) -> None:
    done = bellrock_says("spof", small, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) == 9
    assert rows[0]["sites_cut"] == "gp school"


def test_spof_for_people_fits_the_terminal(small: Path) -> None:
    done = bellrock_says("spof", CALEDONIA)
    assert done.returncode == 0
    assert "Worst single item: Ullapool exchange" in " ".join(done.stdout.split())
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert "Data centre (or " in bellrock_says("spof", small).stdout


def test_spof_tells_which_two_failures_cut_off_the_most_urgent_sites() -> None:
    done = bellrock_says("spof", CALEDONIA, "--pairs", "--format", "json")
    assert done.returncode == 0
    report = json.loads(done.stdout)
    alone = {(e["id"], site) for e in report["elements"] for site in e["sites_cut"]}
    assert report["pairs"]
    assert report["pairs_unfinished"] == []
    for pair in report["pairs"]:
        sites = pair["sites_cut"]
        assert not {(e, s) for e in pair["elements"] for s in sites} & alone
    paths = {each["id"]: each for each in report["site_paths"]}
    assert {site for pair in report["pairs"] for site in pair["sites_cut"]} <= set(
        paths
    )
    rows = bellrock_says("spof", CALEDONIA, "--pairs", "--format", "csv").stdout
    assert rows.startswith("a,b,sites_cut,people_cut\n")
    assert len(rows.splitlines()) == 1 + len(report["pairs"])
    said = bellrock_says("spof", CALEDONIA, "--pairs", "--top", "3").stdout
    assert "Pairs that cut off sites of priority 1:" in said
    assert max(map(len, said.splitlines())) <= 100


def test_spof_tells_all_that_cuts_off_one_site(small: Path) -> None:
    done = bellrock_says("spof", small, "--site", "gp", "--format", "json")
    assert done.returncode == 0
    report = json.loads(done.stdout)
    assert report["redundancy"] == 1
    assert report["paths"] == {"id": "gp", "links": 1, "devices": 1}
    cut_by = {each["id"]: each["on_site"] for each in report["cut_off_by"]}
    others = dict.fromkeys(("core", "dc", "ex", "p1", "pe1", "gp-tail"), False)
    assert cut_by == {**others, "gp-cpe": True}
    assert (report["pairs"], report["pairs_complete"]) == ([], True)
    said = bellrock_says("spof", CALEDONIA, "--site", "lerwick-hosp").stdout
    assert "without a link in common" in said
    assert "together with" in said
    assert max(map(len, said.splitlines())) <= 100
    csv_said = bellrock_says("spof", small, "--site", "gp", "--format", "csv").stdout
    assert "gp-cpe,,device,true,1\n" in csv_said


def test_spof_of_a_site_that_is_none_is_refused(small: Path) -> None:
    for asked, instead in (("gpp", 'did you mean "gp"?'), ("dc", "name one with")):
        done = bellrock_says("spof", small, "--site", asked)
        assert done.returncode == 2
        assert f"spof --site {asked}: no user site has this id" in done.stderr
        assert instead in done.stderr


def test_a_site_cut_off_already_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "cut.yaml"
    path.write_text(CUT)
    done = bellrock_says("spof", path, "--format", "json")
    assert done.returncode == 1
    assert "gp" in done.stderr
    assert "no gateway can reach this site" in done.stderr
    assert json.loads(done.stdout)["redundancy"]["0"] == 1


def test_check_counts_what_it_read(small: Path) -> None:
    done = bellrock_says("check", "--inventory", small)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "Small: 2 user sites of 4, 4 devices, 3 links, 0 risk groups, 0 services: "
        "fine\n"
    )


def test_check_shows_every_problem_and_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(SMALL.replace("kind: gp", "knd: gp").replace("100M", "100 Mb", 1))
    done = bellrock_says("check", "--inventory", path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"{path}:5: sites[2] (gp), knd: unknown key" in done.stderr
    assert f"{path}:14: links[1] (gp-tail), capacity" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demos_own_settings_are_fine() -> None:
    settings = CALEDONIA.with_name("bellrock.yaml")
    env = {"BELLROCK_DEMO_COMMUNITY": "of-this-test"}
    done = bellrock_says("check", "-c", settings, env=env)
    assert (done.returncode, done.stderr) == (0, "")


def test_settings_and_inventory_must_fit_each_other(small: Path) -> None:
    small.write_text(SMALL.replace("site: gp}", "site: gp, snmp: defualt}"))
    settings = small.with_name("bellrock.yaml")
    settings.write_text(
        "inventory: small.yaml\nsnmp: {default: {version: 2c, community_env: WORD}}\n"
    )
    done = bellrock_says("check", "-c", settings, env={"WORD": "hush-hush"})
    assert done.returncode == 2
    assert 'did you mean "default"?' in done.stderr
    assert "hush-hush" not in done.stderr + done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("spof", "/nowhere.yaml"),
        ("check", "--inventory", "/nowhere.yaml"),
        ("run", "-c", "/nowhere.yaml"),
        ("spof",),
        ("spof", CALEDONIA, "--format", "xml"),
        ("demo", "--port", "70000"),
        ("no-such-command",),
    ],
)
def test_what_the_user_must_mend_ends_with_2_and_plain_words(
    words: tuple[object, ...],
) -> None:
    done = bellrock_says(*words)
    assert done.returncode == 2
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_fault() -> None:
    command = f"{sys.executable} -m bellrock spof {CALEDONIA} --format csv | head -n 1"
    done = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, check=False
    )
    assert done.stdout == "id,kind,on_site,sites_cut,services_cut,people_cut\n"
    assert done.stderr == ""


@pytest.mark.parametrize("command", ["run", "check", "spof", "demo"])
def test_help_says_what_it_does_with_an_example_and_the_exit_status(
    command: str,
) -> None:
    done = bellrock_says(command, "--help")
    assert done.returncode == 0
    assert "Exit status:" in done.stdout
    assert f"bellrock {command}" in done.stdout


BRACKETS = """\
network: {id: two, name: Two sites}
sites:
  - {id: dc, name: "Exchange [/A]", kind: datacentre}
  - {id: gp, name: "Surgery [red] :mask:", kind: gp, people: 40}
devices: [{id: p1, site: dc}, {id: cpe, site: gp}]
links: [{id: tail, a: "p1:0", b: "cpe:0"}]
gateways: [dc]
"""


def test_names_with_brackets_are_shown_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "network.yaml").write_text(BRACKETS)
    done = bellrock_says("spof", tmp_path / "network.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    assert "[/A]" in done.stdout
    assert "[red] :mask:" in done.stdout
    assert "1 site hangs on a sole device of its own" in done.stdout
    assert re.search(r"^ *1 +40 ", done.stdout, re.MULTILINE)


def test_what_fails_is_never_cut_off() -> None:
    # Names that have no room go on in the next line; the numbers are whole.
    said = bellrock_says("n1", CALEDONIA, env={"COLUMNS": "80"}).stdout
    assert "\N{HORIZONTAL ELLIPSIS}" not in said
    assert "melrose-hosp-1" in said
    assert max(map(len, said.splitlines()[3:])) <= 80


def test_check_takes_an_inventory_as_the_other_commands_do(small: Path) -> None:
    done = bellrock_says("check", small)
    assert (done.returncode, done.stdout.endswith(": fine\n")) == (0, True)
    both = bellrock_says("check", small, "--inventory", small)
    assert both.returncode == 2
    assert "beside --config or --inventory" in both.stderr


def test_closed_standard_output_is_no_fault(small: Path) -> None:
    command = f"exec {sys.executable} -m bellrock spof {small} --format json >&-"
    done = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("to", "status", "said"),
    [("| head -c 1 >&3", 0, ""), ("> /dev/full", 2, "output: No space left on device")],
)
def test_a_reader_that_leaves_and_a_full_disk(
    tmp_path: Path, to: str, status: int, said: str
) -> None:
    (tmp_path / "network.yaml").write_text(BRACKETS)
    spof = f"{sys.executable} -m bellrock spof network.yaml --format json"
    script = f"exec 3>/dev/null; set -o pipefail; {spof} {to}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, stderr=subprocess.PIPE, check=False
    )
    assert (done.returncode, done.stderr.decode().strip()) == (status, said)


def test_a_read_only_file_system_is_the_users_to_mend(
    small: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir()
    export = f"{sys.executable} -m bellrock export graphml {small} -o net.graphml"
    script = f"mount -t tmpfs -o ro none {folder} && cd {folder} && exec {export}"
    alone = [need("unshare"), "--mount", "--map-root-user"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no mount namespaces here")
    done = subprocess.run(
        [*alone, "sh", "-c", script], capture_output=True, text=True, check=False
    )
    assert done.stderr == (
        "net.graphml: cannot be written: Read-only file system\n"
        "  write it somewhere else\n"
    )
    assert done.returncode == 2


def test_a_picture_that_cannot_be_kept_is_told_before_the_show(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bellrock", "demo", "--picture", tmp_path / "no/x.svg"],
        stderr=subprocess.PIPE,
        check=False,
    )
    assert done.returncode == 2
    assert b"x.svg: cannot write there" in done.stderr


def test_help_names_every_command_whatever_follows() -> None:
    for words in (["--help"], ["-h", "spof"], []):
        said = bellrock_says(*words)
        shown = said.stdout + said.stderr
        assert all(f"\n  {name} " in shown for name in COMMANDS)
        assert "..." not in shown.replace("COMMAND [ARGS]...", "")


def test_what_few_commands_need_is_loaded_by_none_of_the_others(small: Path) -> None:
    """Else each of them starts later, for packets, names and logins it has not."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bellrock", "spof", small],
        capture_output=True,
        text=True,
        check=False,
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "bellrock.cli.main" in loaded
    unwanted = {
        "asyncssh",
        "dns",
        "grafanalib",
        "httpx",
        "networkx",
        "scapy",
        "uvicorn",
    }
    assert not unwanted & loaded


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("spof", "/tmp/" + "a" * 5000), ": File name too long"),
        (("import", "csv", "/tmp/" + "a" * 5000, "-o", "x"), ": File name too long"),
        (("spof", "no\x1b[31m.yaml"), "no\\x1b[31m.yaml: cannot be read: "),
    ],
)
def test_whatever_a_path_is_it_is_told_as_text(
    words: tuple[str, ...], said: str
) -> None:
    done = bellrock_says(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.replace("\n", "").isprintable()
    assert max(map(len, done.stderr.splitlines())) < 600


def test_a_file_whose_name_is_no_text_is_written(small: Path, tmp_path: Path) -> None:
    target = os.fsdecode(bytes(tmp_path) + b"/\xff.graphml")
    done = bellrock_says("export", "graphml", small, "-o", target)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\udcff.graphml" in done.stdout
    assert os.path.getsize(target) > 100


@pytest.mark.parametrize("there", ["loop", "pipe", "folder", "older"])
def test_a_picture_takes_the_place_of_what_is_no_folder(
    small: Path, tmp_path: Path, there: str
) -> None:
    target = tmp_path / "picture.svg"
    match there:
        case "loop":
            target.symlink_to(target)
        case "pipe":
            os.mkfifo(target)
        case "folder":
            target.mkdir()
        case "older":
            target.write_text("old")
    done = bellrock_says("whatif", small, "--down", "gp-tail", "--picture", target)
    if there == "folder":
        assert (done.returncode, done.stdout) == (2, "")
        assert "cannot write there" in done.stderr
    else:
        assert (done.returncode, done.stderr) == (1, "")
        assert target.read_text().startswith("<svg")
    assert sorted(tmp_path.iterdir()) == sorted({small, target})
