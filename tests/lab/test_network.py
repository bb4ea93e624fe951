"""The lab is what its description says, and its impairments are what they claim."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.lab import configs, impair
from tests.lab.description import NOC
from tests.lab.namespaces import FOLDER, CommandError, until
from tests.lab.network import Lab
from tests.lab.router import IPERF_PORT

TAIL = "reg1-site2"


def test_lldp_and_ospf_find_the_wiring(lab: Lab) -> None:
    known = lab.described
    for node in known.routers:
        assert lab.lldp(node) == lab.wired(node)
        wired = {(plug.interface, plug.interface[3:]) for plug in known.plugs(node)}
        assert lab.ospf(node) == {(i, known.addresses[n]) for i, n in wired}


def test_agents_speak_both_versions_and_declare_the_speed(lab: Lab) -> None:
    site2 = lab.routers["site2"]
    speed = f".1.3.6.1.2.1.31.1.1.1.15.{site2.indexes()['to-reg1']}"
    version3 = (
        *("-v3", "-l", "authPriv", "-u", configs.USER, "-a", "SHA"),
        *("-A", configs.AUTH, "-x", "AES", "-X", configs.PRIVACY),
    )
    for words in (version3, ("-v2c", "-c", configs.COMMUNITY)):
        said = lab.space.run(NOC, "snmpget", *words, "-Oqv", site2.address, speed)
        assert said == "100\n"


def test_a_lost_carrier_is_told_by_trap_and_by_inform(lab: Lab) -> None:
    log = lab.routers[NOC].log
    before = len(log("snmptrapd"))
    with impair.cut(lab, [lab.described.wire(TAIL)]):
        until("linkDown told", lambda: _told(log("snmptrapd")[before:]))


def _told(log: str) -> bool:
    """Return whether reg1's port to site2 was told of at both of the receiver's."""
    down = r".*\.1\.3\.6\.1\.6\.3\.1\.1\.5\.3\t.*to-site2"
    ports = configs.TRAPS, configs.INFORMS
    return all(re.search(rf"\]:{port}\]:\n{down}", log) for port in ports)


def test_a_router_answers_its_commands_over_ssh_and_no_others(lab: Lab) -> None:
    words = (
        *("ssh", "-i", str(FOLDER / "id"), "-o", "StrictHostKeyChecking=no"),
        *("-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"),
        f"root@{lab.described.addresses['site2']}",
    )
    found = json.loads(lab.space.run(NOC, *words, "show lldp neighbors"))
    assert found["lldp"][0]["interface"][0]["name"] == "to-reg1"
    with pytest.raises(CommandError, match="Unknown command"):
        lab.space.run(NOC, *words, "reboot")


def _ping(lab: Lab, count: int, *, gap: float = 0.02) -> tuple[int, float]:
    """Ping site2 from reg1; return the losses in per cent and the least time in ms.

    The least, since a busy machine adds to any of them.
    """
    # -U: until ping itself sees it; the kernel stamps packets before they are queued.
    words = ("ping", "-n", "-q", "-U", "-c", str(count), "-i", str(gap), "-W", "5")
    # The wire's own address: no routing protocol has a say in it.
    address = lab.described.wire(TAIL).b.address
    said = lab.space.script("reg1", f"{' '.join(words)} {address} || true")
    lost = re.search(r"([\d.]+)% packet loss", said)
    least = re.search(r"= ([\d.]+)/", said)
    assert lost is not None
    return round(float(lost[1])), float(least[1]) if least else 0.0


def test_impairments_are_what_they_claim(lab: Lab) -> None:
    wire = lab.described.wire(TAIL)
    assert _ping(lab, 20)[0] == 0
    with impair.blackhole(lab, [wire]):
        assert _ping(lab, 5) == (100, 0)
        carrier = lab.space.run("reg1", "cat", "/sys/class/net/to-site2/carrier")
        assert carrier == "1\n"
    lab.converge()
    with impair.loss(lab, [wire], 20):
        # Either way loses a fifth: 36 per cent of the round trips, give or take.
        assert 22 < _ping(lab, 200, gap=0.005)[0] < 50
    lab.converge()
    with impair.delay(lab, [wire], 0.02):
        assert 40 <= _ping(lab, 20)[1] < 60
    assert _ping(lab, 20)[1] < 20


def test_a_shaper_lets_its_rate_through(lab: Lab) -> None:
    wire, address = lab.described.wire(TAIL), lab.described.addresses["site2"]
    words = ("iperf3", "-J", "-c", address, "-p", str(IPERF_PORT), "-t", "3", "-O", "1")
    with impair.rate(lab, [wire], 10e6):
        measured = json.loads(lab.space.run("reg1", *words))
    received = measured["end"]["sum_received"]["bits_per_second"]
    assert received == pytest.approx(9.6e6, rel=0.1)


def test_a_daemon_that_is_killed_is_missed_and_comes_back(lab: Lab) -> None:
    with impair.killed(lab, "site2", "ospfd"):
        until("no neighbour", lambda: not _adjacent(lab))
    lab.converge()
    assert _adjacent(lab)


def _adjacent(lab: Lab) -> bool:
    return ("to-site2", lab.described.addresses["site2"]) in lab.ospf("reg1")


_OWNER = """\
from tests.lab.network import lab
with lab() as up:
    print(up.space.pid, flush=True)
    input()
"""


def test_nothing_is_left_behind_even_after_kill_9(built: Lab) -> None:
    assert built.space.pid
    owner = subprocess.Popen(
        [sys.executable, "-c", _OWNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    with owner:
        assert owner.stdout is not None
        first = int(owner.stdout.readline())
        held = os.stat(f"/proc/{first}/ns/pid").st_ino
        assert len(_in_namespace(held)) > 50
        os.kill(owner.pid, signal.SIGKILL)
        started = time.monotonic()
        while _in_namespace(held):
            assert time.monotonic() - started < 30
            time.sleep(0.1)
    assert not Path("/run/lab").exists()


def _in_namespace(inode: int) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "ns/pid").stat().st_ino == inode:
                found.append(entry.name)
        except OSError:
            continue
    return found
