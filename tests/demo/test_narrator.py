"""What the narrator says of checks, and what is not worth a word."""

import io
from pathlib import Path

import pytest
from rich.console import Console

import bellrock.demo
from bellrock.demo.narrator import Narrator
from bellrock.inventory.load import load
from bellrock.model.check import Attempt, CheckReading, Family
from bellrock.model.observation import Outcome

CALEDONIA = Path(bellrock.demo.__file__).with_name("caledonia")
WELL, LATE = Outcome.SUCCESS, Outcome.TIMEOUT


def reading(outcome: Outcome) -> CheckReading:
    attempt = Attempt(Family.IPV4, "127.0.0.1", outcome)
    return CheckReading("records", "http", 0.0, (attempt,))


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        ([WELL, WELL], []),
        ([WELL, LATE, LATE], ["fails: timeout."]),
        ([WELL, LATE, LATE, WELL, WELL], ["fails: timeout.", "succeeds again."]),
        ([LATE, LATE, WELL], []),
        ([LATE, WELL, LATE, WELL], ["fails: timeout.", "succeeds again."]),
    ],
)
def test_a_service_is_told_of_when_it_fails_and_when_it_answers_again(
    outcomes: list[Outcome], told: list[str]
) -> None:
    silent = Console(file=io.StringIO())
    narrator = Narrator(silent, load(CALEDONIA).inventory, clock=lambda: 0.0)
    for outcome in outcomes:
        narrator.hear_check(reading(outcome))
    assert [each.partition("records ")[2] for each in narrator.findings] == told
