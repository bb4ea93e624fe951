"""Alertmanager's configuration, as amtool reads it, and the settings it is made of."""

import subprocess
from pathlib import Path

import pytest

from alerts.pace import EARNEST
from alerts.render import ALERTMANAGER, alertmanager, alerts
from alerts.settings import SECTION, AlertSettings, Receiver, Receivers
from bellrock.config.settings import load
from bellrock.document import InvalidDocumentError
from tests.programs import need

ISLANDS = AlertSettings(
    receivers=Receivers(
        page=Receiver(url="https://on-call.example/", token_file="/etc/token"),
        ticket=Receiver(url="https://tickets.example/"),
        organisations={"nhs-shetland": Receiver(url="https://shetland.example/")},
    )
)


def amtool(folder: Path, settings: AlertSettings, *words: str) -> str:
    file = folder / "alertmanager.yml"
    file.write_text(alertmanager(settings)[ALERTMANAGER])
    command = (need("amtool"), *(word.replace("FILE", str(file)) for word in words))
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def routed(folder: Path, **labels: str) -> list[str]:
    """Return the receivers that alerts with these labels go to."""
    given = [f"{label}={text}" for label, text in labels.items()]
    words = ("config", "routes", "test", "--config.file=FILE", *given)
    return amtool(folder, ISLANDS, *words).strip().split(",")


@pytest.mark.parametrize("settings", [AlertSettings(), ISLANDS])
def test_amtool_accepts_it_and_nothing_inhibits(
    settings: AlertSettings, tmp_path: Path
) -> None:
    said = amtool(tmp_path, settings, "check-config", "FILE")
    assert "0 inhibit rules" in said


@pytest.mark.parametrize("severity", sorted({alert.severity for alert in alerts()}))
def test_each_severity_has_its_receiver(severity: str, tmp_path: Path) -> None:
    assert routed(tmp_path, severity=severity) == [severity]


def test_what_has_no_severity_of_ours_pages(tmp_path: Path) -> None:
    assert routed(tmp_path, alertname="SomebodyElses") == ["page"]


@pytest.mark.parametrize("severity", ["page", "ticket"])
def test_an_organisation_is_told_besides_and_not_instead(
    severity: str, tmp_path: Path
) -> None:
    told = routed(tmp_path, severity=severity, organisation="nhs-shetland")
    assert told == ["organisation/nhs-shetland", severity]
    assert routed(tmp_path, severity=severity, organisation="fife") == [severity]


def test_a_fault_is_one_group_whatever_sites_and_services_it_takes() -> None:
    text = alertmanager(ISLANDS)[ALERTMANAGER]
    assert text.count("group_by:\n  - fault\n") == text.count("group_by") == 1
    cut_off = {alert.name for alert in alerts() if alert.fault == "cut-off"}
    assert cut_off == {"SiteCutOff", "ServiceCutOff"}


def test_a_group_waits_longer_than_two_evaluations() -> None:
    assert AlertSettings().notify.group_wait > EARNEST.evaluations(2)


def test_an_address_that_is_a_secret_stays_in_its_file() -> None:
    hidden = Receivers(page=Receiver(url_file="/etc/bellrock/on-call"))
    text = alertmanager(AlertSettings(receivers=hidden))[ALERTMANAGER]
    assert "url_file: /etc/bellrock/on-call" in text
    assert "url: " not in text


SETTINGS = """\
alerts:
  receivers:
    page: {url_file: on-call-address}
    organisations:
      nhs-shetland: {url: "http://127.0.0.1:8080/shetland"}
  notify: {group_wait: 5s}
  runbooks: {base: "https://runbooks.example/"}
"""


def test_the_settings_file_gives_receivers_patience_and_runbooks(
    tmp_path: Path,
) -> None:
    file = tmp_path / "bellrock.yaml"
    file.write_text(SETTINGS)
    parts = load(file, {"alerts": SECTION}).sections["alerts"]
    settings = AlertSettings.model_validate(parts)
    assert settings.receivers.page == Receiver(url_file="on-call-address")
    assert [*settings.receivers.organisations] == ["nhs-shetland"]
    assert settings.notify.group_wait == 5
    assert settings.notify.group_interval == 300
    assert settings.runbooks.base == "https://runbooks.example/"


@pytest.mark.parametrize(
    ("receiver", "message"),
    [
        ("{}", "no address\n  set url or url_file"),
        ("{url: 'http://a/', url_file: b}", "both given"),
        ("{url: 'ftp://a/'}", "not a web address"),
        ("{url: 'http://a:b/'}", "not a web address"),
        ("{url: 'http://me:hunter2@a/'}", "may hold a secret"),
        ("{url: 'http://a/?token=hunter2'}", "may hold a secret"),
        ("{token: hunter2}", "token: unknown key"),
    ],
)
def test_a_bad_receiver_is_told_and_no_secret_with_it(
    receiver: str, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "bellrock.yaml"
    file.write_text(f"alerts:\n  receivers:\n    page: {receiver}\n")
    with pytest.raises(InvalidDocumentError) as caught:
        load(file, {"alerts": SECTION})
    assert message in str(caught.value)
    assert "bellrock.yaml:3:" in str(caught.value)
    assert "hunter2" not in str(caught.value)
