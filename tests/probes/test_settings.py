"""What the settings' ``probes`` section may say."""

import pytest
from pydantic import ValidationError

from probes.icmp import IcmpProbe
from probes.paced import PacedProbe
from probes.stamp.sender import StampProbe
from probes.table import PROBES


def test_the_table_names_the_probes_as_inventories_do() -> None:
    assert {name: probe.__name__ for name, probe in PROBES.items()} == {
        "icmp": IcmpProbe.__name__,
        "stamp": StampProbe.__name__,
    }


@pytest.mark.parametrize("probe", PROBES.values())
def test_nothing_need_be_said_and_durations_are_written_out(
    probe: type[PacedProbe],
) -> None:
    made = probe.model_validate({})
    assert (made.interval, made.deadline, made.report, made.dscp) == (1, 2, 1, 0)
    assert probe.model_validate({"interval": "500ms"}).interval == 0.5


@pytest.mark.parametrize("probe", PROBES.values())
@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("interval", 0), ("interval", "1ms"), ("interval", "2h")),
        *(("deadline", "2m"), ("report", -1), ("dscp", 64), ("dscp", -1)),
        *(("size", 7), ("size", 9000), ("padding", 3), ("padding", 9000)),
        ("intervall", 1),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(
    probe: type[PacedProbe], key: str, value: object
) -> None:
    with pytest.raises(ValidationError) as refused:
        probe.model_validate({key: value})
    assert [error["loc"] for error in refused.value.errors()] == [(key,)]


def test_settings_cannot_change_while_a_probe_runs() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        IcmpProbe().interval = 3
