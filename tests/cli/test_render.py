"""``bellrock render``: what is committed is what is rendered."""

import subprocess
import sys
from pathlib import Path

from tests.probes.harness import PATIENCE

DEPLOY = Path(__file__).parents[2] / "deploy"


def render(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "bellrock", "render", *words),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def test_the_committed_files_are_what_is_rendered() -> None:
    done = render("all", "--check", "-o", str(DEPLOY))
    assert (done.returncode, done.stdout) == (0, "")


def test_each_kind_is_a_part_of_all(tmp_path: Path) -> None:
    for kind in ("rules", "alertmanager", "dashboards"):
        assert render(kind, "-o", str(tmp_path / "each")).returncode == 0
    assert render("all", "-o", str(tmp_path / "all")).returncode == 0
    each, together = (
        {path.relative_to(root) for path in root.rglob("*.*")}
        for root in (tmp_path / "each", tmp_path / "all")
    )
    assert each == together
    assert len(together) >= 6


def test_a_changed_and_a_missing_file_are_drift_and_shown(tmp_path: Path) -> None:
    render("rules", "-o", str(tmp_path))
    (rules,) = tmp_path.rglob("*.yml")
    text = rules.read_text()
    rules.write_text(text.replace("severity: page", "severity: nap", 1))
    done = render("rules", "--check", "-o", str(tmp_path))
    assert done.returncode == 1
    assert f"{rules}: differs" in done.stdout
    assert "severity: nap" in done.stdout
    assert rules.read_text() != text
    rules.unlink()
    done = render("rules", "--check", "-o", str(tmp_path))
    assert done.returncode == 1
    assert f"{rules}: missing" in done.stdout
    assert not rules.exists()


def test_a_contract_is_broken_when_two_tests_say_so_however_rare_they_are(
    tmp_path: Path,
) -> None:
    settings = tmp_path / "bellrock.yaml"
    settings.write_text(
        "probes: {throughput: {tests: {\n"
        "  often: {link: a, interval: 10m},\n"
        "  nightly: {link: b, interval: 6h, windows: ['01:00-07:00']}}}}\n"
    )
    assert render("rules", "-c", str(settings), "-o", str(tmp_path)).returncode == 0
    (rules,) = tmp_path.rglob("*.yml")
    written = rules.read_text().split("alert: CapacityBelowContract")[1]
    # Nothing runs for 18 hours of a day: a day from one to the next, and a sixth.
    assert "    for: 28h\n" in written
    assert "    keep_firing_for: 28h\n" in written
    assert "from one test to the next (24h)" in " ".join(written.split())


def test_the_settings_say_who_is_told(tmp_path: Path) -> None:
    settings = tmp_path / "bellrock.yaml"
    settings.write_text(
        "alerts:\n"
        "  receivers:\n"
        "    page: {url: 'http://127.0.0.1:8080/page'}\n"
        "    organisations: {nhs-shetland: {url: 'http://127.0.0.1:8080/nhs'}}\n"
    )
    done = render("alertmanager", "-c", str(settings), "-o", str(tmp_path))
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "alertmanager" / "alertmanager.yml").read_text()
    assert "http://127.0.0.1:8080/page" in text
    assert "organisation/nhs-shetland" in text


def test_a_folder_that_cannot_be_written_is_the_users_mistake(tmp_path: Path) -> None:
    (tmp_path / "deploy").write_text("a file")
    done = render("rules", "-o", str(tmp_path / "deploy"))
    assert done.returncode == 2
    assert "Not a directory" in done.stderr or "File exists" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_secret_in_a_receivers_address_is_refused_unseen(tmp_path: Path) -> None:
    settings = tmp_path / "bellrock.yaml"
    secret = "http://someone:hunter2@127.0.0.1/"
    settings.write_text(f"alerts: {{receivers: {{page: {{url: '{secret}'}}}}}}\n")
    done = render("alertmanager", "-c", str(settings), "-o", str(tmp_path))
    assert done.returncode == 2
    assert "url_file" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr
