"""STAMP over a kernel that drops, counts, and has a small MTU: networks of our own."""

import platform
import re
import subprocess
import sys
from collections.abc import Sequence

import pytest

from bellrock.model.observation import Outcome
from probes.stamp.sender import StampProbe
from probes.target import Target
from tests.probes.harness import PATIENCE, Reports, own_network, running, until
from tests.programs import need

from .test_directions import hop, ways

QUICK = {"interval": 0.01, "deadline": 5, "report": 0.05}


def tell(program: str, *words: object) -> str:
    """Run a program of this network's; it inherits the thread's name space."""
    done = subprocess.run(
        (need(program), *map(str, words)),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    return done.stdout


def dropped(port: int) -> list[int]:
    """Return how many packets the kernel dropped on the way out and back."""
    said = tell("iptables", "-L", "INPUT", "-v", "-x", "-n")
    return [
        int(re.search(rf"^\s*(\d+) .*DROP.* udp {way}:{port}\b", said, re.M)[1])  # type: ignore[index]
        for way in ("dpt", "spt")
    ]


def rules(port: int) -> Sequence[tuple[object, ...]]:
    """Drop every ninth question, and every seventh answer, from the next ones on."""
    nth = ("-m", "statistic", "--mode", "nth", "--every")
    return [
        ("INPUT", "-p", "udp", "--dport", port, *nth, 9, "--packet", 8, "-j", "DROP"),
        ("INPUT", "-p", "udp", "--sport", port, *nth, 7, "--packet", 6, "-j", "DROP"),
    ]


async def test_loss_of_each_direction_is_what_the_kernel_counts() -> None:
    need("iptables")
    reports = Reports()
    probe = StampProbe.model_validate(QUICK)
    with own_network():
        async with hop() as (_, reflector):
            target = Target("a", "127.0.0.1", reflector.port)
            engine = probe.engine([target], report=reports)
            async with running(engine):
                await until(lambda: len(reports.delays("a")) >= 5)
                for rule in rules(reflector.port):
                    tell("iptables", "-A", *rule)
                await until(lambda: min(dropped(reflector.port)) >= 5)
                tell("iptables", "-I", "INPUT", "1", "-j", "ACCEPT")
                counted = dropped(reflector.port)
                sent = ways(reports.all["a"])[0].sent
                await until(lambda: ways(reports.all["a"])[0].sent >= sent + 100)
    forward, reverse = ways(reports.all["a"])
    assert [forward.lost, reverse.lost] == counted


async def test_what_does_not_fit_the_path_is_too_big_and_not_cut_in_pieces() -> None:
    need("ip")
    small, large = Reports(), Reports()
    with own_network():
        tell("ip", "link", "set", "lo", "mtu", 1000)
        async with hop() as (_, reflector):
            target = Target("a", "127.0.0.1", reflector.port)
            fits = StampProbe.model_validate({**QUICK, "padding": 900})
            does_not = StampProbe.model_validate({**QUICK, "padding": 1000})
            async with running(
                fits.engine([target], report=small),
                does_not.engine([target], report=large),
            ):
                await until(lambda: len(small.delays("a")) >= 3)
                await until(lambda: large.outcomes("a")[Outcome.TOO_BIG] >= 3)
    assert small.outcomes("a").keys() == {Outcome.SUCCESS}
    assert large.outcomes("a").keys() == {Outcome.TOO_BIG}


_SANDBOX = """
import ctypes, struct
from probes.stamp import estimate
libc = ctypes.CDLL(None, use_errno=True)
# seccomp(2): adjtimex (159) and clock_adjtime (305) say EPERM, all else is allowed.
steps = [(0x20, 0, 0, 0), (0x15, 2, 0, 159), (0x15, 1, 0, 305),
         (0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, 0x00050001)]
code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *s) for s in steps))
program = ctypes.create_string_buffer(
    struct.pack("@HP", len(steps), ctypes.addressof(code)))
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, program) == 0, ctypes.get_errno()
assert estimate.of_this_clock() == estimate.UNKNOWN
print("nothing claimed")
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of x86-64")
def test_a_sandbox_that_hides_the_clock_leaves_nothing_claimed() -> None:
    done = subprocess.run(
        (sys.executable, "-c", _SANDBOX),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.stdout == "nothing claimed\n", done.stderr
