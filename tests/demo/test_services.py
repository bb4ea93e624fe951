"""The simulated services, asked by the demo's own checks over real sockets."""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from bellrock.config.schema import Listen
from bellrock.demo import datagrams, run, services
from bellrock.demo.simulation import COMMUNITY
from bellrock.demo.story import GROWING
from bellrock.model.check import Attempt, Phase
from bellrock.model.errors import UserError
from bellrock.model.observation import Outcome
from probes.checks.measure import measure
from probes.checks.resolving import Resolver
from probes.checks.settings import KINDS, Check
from probes.stamp.packet import UNSIGNED
from tests.probes.harness import until

DAY = 86_400.0
AMPLE = 60.0
"""Seconds in which whoever answers at all does, on a machine as busy as can be."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("services")
    services.prepare(made)
    return made


@pytest.fixture(autouse=True)
def community(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(COMMUNITY, "any")


@pytest.fixture
def checks(folder: Path) -> dict[str, Check]:
    settings = run._settings(1, Listen("127.0.0.1", 2), folder / "authority.pem")
    found = settings.checks
    assert all(isinstance(check, Check) for check in found.values())
    return {name: c for name, c in found.items() if isinstance(c, Check)}


async def attempt(check: Check) -> Attempt:
    (only,) = (await measure(check, Resolver())).attempts
    return only


async def attempts(
    checks: dict[str, Check], deadlines: dict[str, float] | None = None
) -> dict[str, Attempt]:
    """Ask them all at once; who should answer has all the time that it needs."""
    allowed = dict.fromkeys(checks, AMPLE) | (deadlines or {})
    asked = [
        check.model_copy(update={"deadline": allowed[name]})
        for name, check in checks.items()
    ]
    return dict(zip(checks, await asyncio.gather(*map(attempt, asked)), strict=True))


def order(
    down: Iterable[str] = (), slow: float = 0.0, growth: float | None = None
) -> str:
    grown = {} if growth is None else dict.fromkeys(GROWING, growth)
    return json.dumps({"down": list(down), "growth": grown, "slow": slow})


async def test_voice_is_sent_before_the_traffic_that_fills_the_busy_link(
    folder: Path,
) -> None:
    packets, behind = 40, ("127.23.1.37", 16862)  # fortwilliam-hosp-cpe1
    answers = {46: 0, 0: 0}
    async with run._devices(1, folder) as simulation:
        await simulation.ask(order(growth=6))
        socks = {}
        for dscp in answers:
            socks[dscp] = sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)
            for number in range(packets):
                sock.sendto(UNSIGNED.request(number, 1, 1, 0), behind)

        def all_of_voice() -> bool:
            for dscp, sock in socks.items():
                with contextlib.suppress(BlockingIOError):
                    while sock.recv(2048):
                        answers[dscp] += 1
            return answers[46] == packets

        await until(all_of_voice)
        for sock in socks.values():
            sock.close()
    # What waits for others is lost where the link carries no more.
    assert answers[0] < packets / 2


async def test_every_check_of_the_demo_finds_its_service_well(
    folder: Path, checks: dict[str, Check]
) -> None:
    async with run._devices(1, folder):
        found = await attempts(checks)
    assert found.keys() == services.PLACES.keys()
    assert {name: a.detail for name, a in found.items() if a.detail} == {}
    assert {a.outcome for a in found.values()} == {Outcome.SUCCESS}
    clock = found["dispatch-clock"].clock
    assert clock is not None
    assert abs(clock.offset - 0.003) <= clock.error
    ends = found["library-catalogue"].expires
    assert ends is not None
    assert ends - time.time() == pytest.approx(12.5 * DAY, abs=600)


async def test_one_answers_late_and_what_is_cut_off_does_not_answer(
    folder: Path, checks: dict[str, Check]
) -> None:
    behind = {place.device for place in services.PLACES.values()}
    async with run._devices(1, folder) as simulation:
        await simulation.ask(order(slow=0.5))
        late = (await attempts(checks))[services.SLOW]
        await simulation.ask(order(slow=10 * AMPLE))
        too_late = await attempts(checks, {services.SLOW: 2})
        await simulation.ask(order(down=behind))
        cut_off = await attempts(checks, dict.fromkeys(checks, 1))
    assert late.outcome is Outcome.SUCCESS
    # A timer of whole milliseconds may be early by one.
    assert dict(late.phases)[Phase.FIRST_BYTE] > 0.49
    assert too_late.pop(services.SLOW).outcome is Outcome.TIMEOUT
    assert {a.outcome for a in too_late.values()} == {Outcome.SUCCESS}
    assert {a.outcome for a in cut_off.values()} == {Outcome.TIMEOUT}


def test_they_speak_all_that_a_check_can(checks: dict[str, Check]) -> None:
    assert {check.kind for check in checks.values()} == set(KINDS)


@pytest.mark.parametrize("noise", [b"", b"\0", bytes(48), b"\xff" * 600])
def test_noise_is_not_answered(noise: bytes) -> None:
    assert datagrams.tell_name(noise, 0.001) is None
    assert datagrams.tell_time(noise, 0.001) is None


async def test_a_port_that_is_taken_is_named(folder: Path) -> None:
    address, port = services.PLACES["dispatch"].where
    with socket.create_server((address, port)), pytest.raises(UserError) as raised:
        async with run._devices(1, folder):
            pass
    assert f"{address}:{port}" in str(raised.value)
