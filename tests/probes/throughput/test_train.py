"""Trains for real: in namespaces with a shaper, and against reflectors good and bad."""

import asyncio
import json
import os
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pydantic import ValidationError

from bellrock.bench import train as lab
from bellrock.bench.process import serving
from bellrock.model.observation import Direction, Outcome
from bellrock.model.throughput import Capacity, Layer
from probes.stamp.reflector import Reflector, ReflectorSettings
from probes.target import Target
from probes.throughput.train import Ran, TrainProbe
from tests.probes.harness import PATIENCE, own_network, without
from tests.probes.stamp.reference import (
    Address,
    Answer,
    Reference,
    answers,
    answers_with,
    reference,
    silent,
)
from tests.programs import need

ETHERNET = 14
PATIENT = TrainProbe(deadline=60)
QUICK = TrainProbe(deadline=1)


@contextmanager
def cable(rate: float, back: float | None = None) -> Iterator[None]:
    """Be in a network with a cable to a reflector's, and shapers on it."""
    for program in ("ip", "tc", "nsenter", "ping"):
        need(program)
    if os.geteuid() != 0:
        without("root")
    with serving(lab.far_end) as far, own_network():
        lab.lay_cable(far.pid, rate, back)
        yield


def on_the_cable() -> tuple[int, int]:
    """Return the bytes of Ethernet frames that went out and came in."""
    shaper = asked(need("tc"), "-j", "-s", "qdisc", "show", "dev", "va")
    link = asked(need("ip"), "-j", "-s", "link", "show", "va")
    # The shaper has cut up what the link has counted in larger pieces.
    return shaper["bytes"], link["stats64"]["rx"]["bytes"]


def asked(*command: str) -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found[0]


def measured(probe: TrainProbe) -> tuple[Capacity, Capacity]:
    return asyncio.run(probe.measure(Target("far", lab.FAR, lab.PORT)))


@pytest.mark.parametrize("rate", [10e6, 100e6])
def test_a_shapers_rate_is_found_for_less_than_a_megabyte(rate: float) -> None:
    with cable(rate):
        before = on_the_cable()
        forward, reverse = measured(PATIENT)
        out, back = (n - m for n, m in zip(on_the_cable(), before, strict=True))
    assert (forward.target, forward.direction, forward.method, forward.layer) == (
        *("far", Direction.FORWARD, "train", Layer.IP),
    )
    assert forward.outcome is Outcome.SUCCESS
    assert not forward.at_least
    assert forward.rate == pytest.approx(rate * 1400 / 1414, rel=0.1)
    assert forward.rate is not None
    assert forward.low is not None
    assert forward.high is not None
    assert forward.low <= forward.rate <= forward.high
    # The way back is wider, so all that is known is that it carried what came.
    assert reverse.at_least or reverse.outcome is Outcome.UNCERTAIN
    assert forward.bytes_sent + reverse.bytes_sent <= PATIENT.cost() <= 1_000_000
    # ARP and IPv6's discovery of neighbours are in these, too.
    packets = forward.bytes_sent // PATIENT.packet
    frames = forward.bytes_sent + ETHERNET * packets
    assert frames <= out <= frames + 2000
    assert back <= frames + 2000
    assert out + back <= 1_000_000


def test_a_narrower_way_back_is_found_beside_the_way_there() -> None:
    with cable(50e6, back=10e6):
        forward, reverse = measured(PATIENT)
    assert forward.rate == pytest.approx(50e6 * 1400 / 1414, rel=0.1)
    assert reverse.rate == pytest.approx(10e6 * 1400 / 1414, rel=0.1)
    assert not reverse.at_least


def test_packets_that_leave_no_room_are_told_before_one_is_sent() -> None:
    with cable(10e6):
        before = on_the_cable()
        forward, reverse = measured(TrainProbe(packet=1501))
        assert on_the_cable()[0] - before[0] < 500
    assert forward.outcome is reverse.outcome is Outcome.TOO_BIG
    assert forward.bytes_sent == 0
    assert "1501" in forward.detail
    assert "MTU is 1500" in forward.detail


async def against(
    answer: Answer, probe: TrainProbe = QUICK
) -> tuple[Capacity, Capacity, Reference]:
    async with reference(answer) as peer:
        forward, reverse = await probe.measure(Target("a", "127.0.0.1", peer.port))
    return forward, reverse, peer


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_a_path_that_cannot_be_filled_gets_a_bound_and_no_capacity(
    address: str,
) -> None:
    settings = ReflectorSettings.model_validate({"address": address, "port": 0})
    reflector = Reflector(settings)
    running = asyncio.create_task(reflector.run())
    trains: list[Ran] = []
    try:
        forward, reverse = await PATIENT.measure(
            Target("a", address, reflector.port), witness=trains.append
        )
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    for each in (forward, reverse):
        assert each.at_least or each.outcome is Outcome.UNCERTAIN
        assert each.high is None or each.rate is None
    sent = sum(len(ran.train.sent) for ran in trains)
    assert forward.bytes_sent == sent * PATIENT.packet <= PATIENT.size


async def test_a_reflectors_own_limit_is_not_the_paths() -> None:
    settings = ReflectorSettings.model_validate(
        {"address": "127.0.0.1", "port": 0, "rate": 80}
    )
    reflector = Reflector(settings)
    running = asyncio.create_task(reflector.run())
    try:
        forward, reverse = await PATIENT.measure(
            Target("a", "127.0.0.1", reflector.port)
        )
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert reflector.counts.limited > 0
    for each in (forward, reverse):
        assert each.at_least or each.outcome is not Outcome.SUCCESS


async def test_nobody_there_costs_one_short_train() -> None:
    forward, reverse, peer = await against(silent)
    assert forward.outcome is reverse.outcome is Outcome.TIMEOUT
    assert forward.rate is forward.low is None
    assert "no STAMP reflector" in forward.detail
    assert len(peer.heard) <= 24
    assert forward.bytes_sent == 24 * QUICK.packet
    assert reverse.bytes_sent == 0


async def test_a_closed_port_is_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    forward, reverse = await QUICK.measure(Target("a", "127.0.0.1", port))
    assert forward.outcome is reverse.outcome is Outcome.REFUSED
    assert "STAMP reflector" in forward.detail


async def test_an_address_that_is_none_is_unresolved() -> None:
    forward, _ = await QUICK.measure(Target("a", "a.example", 862))
    assert forward.outcome is Outcome.UNRESOLVED
    assert forward.bytes_sent == 0


async def test_a_reflector_of_short_replies_shows_the_way_there() -> None:
    forward, reverse, peer = await against(answers_with(41))
    assert forward.outcome in (Outcome.SUCCESS, Outcome.UNCERTAIN)
    assert len(peer.heard) > 24
    assert all(len(packet) == QUICK.packet - 28 for packet, _ in peer.heard)
    assert reverse.outcome in (Outcome.SUCCESS, Outcome.UNCERTAIN)
    sequences = [int.from_bytes(packet[:4]) for packet, _ in peer.heard]
    assert sequences == list(range(len(sequences)))


def never(reflector: Reference, packet: bytes, source: Address) -> None:
    """Answer what was not asked."""
    reply = bytearray(reflector.reply(packet))
    reply[28:36] = bytes(8)
    reflector.transport.sendto(bytes(reply), source)


def in_a_flood(reflector: Reference, _packet: bytes, source: Address) -> None:
    """Answer a hundredfold, with garbage."""
    for _ in range(100):
        reflector.transport.sendto(b"\xff" * 1372, source)


def longer(reflector: Reference, packet: bytes, source: Address) -> None:
    """Answer with more than was sent."""
    reflector.transport.sendto(reflector.reply(packet) + bytes(8000), source)


@pytest.mark.parametrize("answer", [never, in_a_flood, longer])
async def test_what_no_reflector_answers_is_malformed(answer: Answer) -> None:
    forward, reverse, peer = await against(answer)
    assert forward.outcome is reverse.outcome is Outcome.MALFORMED
    assert forward.rate is None
    assert len(peer.heard) <= 24


def with_times(received: int, step: int) -> Answer:
    """Claim to have got the packets at these times, whatever they were."""

    def answer(reflector: Reference, packet: bytes, source: Address) -> None:
        number = int.from_bytes(packet[:4])
        time = struct.pack("!Q", (received + number * step) % (1 << 64))
        reply = reflector.reply(packet)
        reflector.transport.sendto(
            reply[:4] + time + reply[12:16] + time + reply[24:], source
        )

    return answer


@pytest.mark.parametrize(
    ("received", "step"), [(0, 0), (1 << 60, -1 << 40), (1 << 60, 1 << 40)]
)
async def test_times_that_cannot_be_true_give_no_figure(
    received: int, step: int
) -> None:
    forward, _, _ = await against(with_times(received, step))
    assert forward.outcome is Outcome.UNCERTAIN
    assert forward.rate is None
    assert "time stamps" in forward.detail or "too few" in forward.detail


async def test_one_that_dies_after_the_first_train_ends_it() -> None:
    def once(reflector: Reference, packet: bytes, source: Address) -> None:
        if len(reflector.heard) <= 24:
            answers(reflector, packet, source)

    forward, _, peer = await against(once, TrainProbe(deadline=20))
    assert forward.bytes_sent <= (24 + 79) * QUICK.packet
    assert len(peer.heard) <= 24 + 79


async def test_the_deadline_ends_it_and_what_was_sent_is_told() -> None:
    def slow(reflector: Reference, packet: bytes, source: Address) -> None:
        asyncio.get_running_loop().call_later(
            0.02 * len(reflector.heard), answers, reflector, packet, source
        )

    probe = TrainProbe(deadline=0.3)
    forward, reverse, peer = await against(slow, probe)
    assert forward.bytes_sent >= len(peer.heard) * probe.packet > 0
    assert forward.bytes_sent + reverse.bytes_sent <= probe.cost()


async def test_being_cancelled_leaves_no_socket_behind() -> None:
    async with reference(silent) as peer:
        task = asyncio.create_task(PATIENT.measure(Target("a", "127.0.0.1", peer.port)))
        async with asyncio.timeout(PATIENCE):
            while not peer.heard:  # noqa: ASYNC110 (the reference sets no Event)
                await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_packets_are_marked_and_of_the_size_asked_for() -> None:
    probe = TrainProbe(deadline=0.3, dscp=10, packet=600)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.setsockopt(socket.IPPROTO_IP, 13, 1)  # IP_RECVTOS
        ear.bind(("127.0.0.1", 0))
        await probe.measure(Target("a", "127.0.0.1", ear.getsockname()[1]))
        data, ancillary, _, _ = ear.recvmsg(2048, 64)
    assert len(data) == 572
    # Behind the base packet one extension: padding, 528 bytes with its header.
    assert data[44:48] == bytes((0x80, 1)) + (524).to_bytes(2)
    assert [value[0] for _, _, value in ancillary] == [10 << 2]


def test_what_a_measurement_costs_is_known_before() -> None:
    assert TrainProbe().cost() == 2 * 342 * 1400 <= 1_000_000
    with pytest.raises(ValidationError, match="no train fits"):
        TrainProbe(size=50_000, packet=1400)
    with pytest.raises(ValidationError):
        TrainProbe(packet=100)
