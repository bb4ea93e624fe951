"""Names of other sections' entries: each is there, and once."""

from pathlib import Path

import pytest

from bellrock.config import load
from bellrock.document import InvalidDocumentError
from bellrock.runtime.trades import SECTIONS
from probes.paced import PacedProbe


def problems(folder: Path, text: str) -> list[str]:
    file = folder / "bellrock.yaml"
    file.write_text(text)
    with pytest.raises(InvalidDocumentError) as caught:
        load(file, SECTIONS)
    return [str(each).replace(f"{folder}/", "") for each in caught.value.problems]


def test_a_probe_names_the_classes_it_sends_in(tmp_path: Path) -> None:
    file = tmp_path / "bellrock.yaml"
    file.write_text(
        "probes: {stamp: {classes: [voice, bulk]}}\n"
        "classes: {voice: {dscp: 46, delay: 100ms, variation: 50ms, loss: 1e-3},\n"
        "  bulk: {}}\n"
    )
    probe = load(file, SECTIONS).probes["stamp"]
    assert isinstance(probe, PacedProbe)
    assert probe.classes == ("voice", "bulk")


def test_every_class_that_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    assert problems(
        tmp_path,
        "classes:\n  voice: {dscp: 46}\n"
        "probes:\n  icmp:\n    classes:\n    - voice\n    - vioce\n    - voice\n"
        "  stamp: {classes: [bulk]}\n",
    ) == [
        "bellrock.yaml:7: probes.icmp.classes[1]: classes has no vioce\n"
        '  did you mean "voice"?  known classes: voice',
        "bellrock.yaml:8: probes.icmp.classes[2]: voice is here twice\n"
        "  leave one of them out",
        "bellrock.yaml:9: probes.stamp.classes[0]: classes has no bulk\n"
        "  known classes: voice",
    ]


def test_traps_are_secured_by_what_the_settings_have(tmp_path: Path) -> None:
    assert problems(tmp_path, "collectors: {traps: {credentials: [defualt]}}\n") == [
        "bellrock.yaml:1: collectors.traps.credentials[0]: snmp has no defualt\n"
        "  known snmp: none"
    ]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("{dscp: 64}", "classes.voice.dscp: the number 64 is out of range"),
        ("{loss: 2}", "classes.voice.loss: the number 2 is out of range"),
        ("{loss: 0}", "classes.voice.loss: the number 0 is out of range"),
        ("{delay: soon}", "classes.voice.delay: not a duration"),
        ("{delya: 1s}", "classes.voice.delya: unknown key"),
    ],
)
def test_a_class_is_checked_as_every_section_is(
    tmp_path: Path, given: str, problem: str
) -> None:
    (found,) = problems(tmp_path, f"classes: {{voice: {given}}}\n")
    assert found.startswith(f"bellrock.yaml:1: {problem}")
