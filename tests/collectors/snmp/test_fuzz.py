"""The fuzzer: every target bears a few inputs, and what it finds can be tried again."""

import random
import re
import subprocess
import sys

import pytest

from collectors.snmp import ber
from tests.collectors.snmp.fuzz import mutation, steps
from tests.collectors.snmp.fuzz.__main__ import jobs
from tests.collectors.snmp.fuzz.targets import TARGETS

_FEW = 100


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_bears_its_seeds_and_what_is_near_them(name: str) -> None:
    target, dice = TARGETS[name], random.Random(11)
    for octets in target.seeds:
        target.run(octets)
    for _ in range(_FEW):
        target.run(mutation.mutated(dice.choice(target.seeds), dice))


@pytest.mark.parametrize("guided", [True, False])
def test_the_parts_are_as_many_inputs_as_were_asked_for(guided: bool) -> None:
    assert sum(job.count for job in jobs(10_000_000, guided=guided)) == 10_000_000


def test_more_steps_than_allowed_are_told() -> None:
    octets = ber.write_octets(bytes(9))
    with steps.at_most(2):
        ber.read_octets(octets, 0, len(octets))
        ber.read_octets(octets, 0, len(octets))
        with pytest.raises(steps.TooManyStepsError):
            ber.read_octets(octets, 0, len(octets))
    ber.read_octets(octets, 0, len(octets))


_WITH_A_BUG = """
import runpy
import sys
import collectors.snmp.message as message
from collectors.snmp.values import read_varbinds

def buggy(data, at, end):
    found = read_varbinds(data, at, end)
    if found and found[0][0][:3] != (1, 3, 6):
        raise KeyError("planted")
    return found

message.read_varbinds = buggy
sys.argv[1:] = {arguments}
runpy.run_module("tests.collectors.snmp.fuzz", run_name="__main__")
"""


def test_what_fails_is_told_with_octets_that_fail_again() -> None:
    def fuzz(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", _WITH_A_BUG.format(arguments=list(arguments))],
            capture_output=True,
            text=True,
            check=False,
        )

    found = fuzz("chance", "1", "5000")
    assert found.returncode != 0
    told = re.search(r"KeyError\('planted'\) of ([0-9a-f]+)", found.stderr)
    assert told is not None
    again = fuzz("again", "v2c", told[1])
    assert "KeyError: 'planted'" in again.stderr
