"""Agents that lie, break off, keep silent or never end: one word each, and no harm.

In every test a healthy device is polled at the same time and must not notice.
"""

import asyncio
import errno
import os
import random
import resource
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack

import pytest
import uvloop

from bellrock.model.inventory import Device
from bellrock.model.observation import DeviceReading, Outcome
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.interfaces import COLUMNS, NAME
from collectors.snmp.message import Pdu, PduType, decode_v2c, encode_v2c
from collectors.snmp.settings import SnmpSettings
from collectors.snmp.values import Integer32, OctetString, VarBind
from tests.collectors.snmp.agent import (
    QUICK,
    Answers,
    agent,
    community,
    device,
    mib,
    serve,
)
from tests.programs import need

_HONEST = serve(mib(20))


async def beside_a_healthy_device(
    answers: Answers, settings: SnmpSettings = QUICK
) -> tuple[DeviceReading, int]:
    """Return the reading of a device that answers so, and the strays counted."""
    async with (
        agent(answers) as (hostile, _),
        agent(_HONEST) as (healthy, _),
        SnmpCollector(settings) as collector,
    ):
        reading, other = await asyncio.gather(
            collector.collect(hostile, community()),
            collector.collect(healthy, community()),
        )
        strays = collector.strays
    assert (other.outcome, len(other.interfaces)) == (Outcome.SUCCESS, 20)
    return reading, strays


def changed(change: Callable[[bytes], Iterable[bytes]]) -> Answers:
    """Answer honestly, then change the datagram."""

    def answer(datagram: bytes) -> Iterable[bytes]:
        for honest in _HONEST(datagram):
            yield from change(honest)

    return answer


def responding(*varbinds: VarBind, status: int = 0) -> Answers:
    """Answer everything with the same."""

    def answer(datagram: bytes) -> Iterable[bytes]:
        number = decode_v2c(datagram).pdu.request_id
        pdu = Pdu(PduType.RESPONSE, number, list(varbinds), status)
        yield encode_v2c(b"public", pdu)

    return answer


async def test_silence_is_a_timeout() -> None:
    reading, _ = await beside_a_healthy_device(lambda _: ())
    assert reading.outcome is Outcome.TIMEOUT
    assert "to 2 requests" in reading.detail


async def test_random_octets_in_answer_are_malformed() -> None:
    noise = random.Random(7)
    reading, strays = await beside_a_healthy_device(lambda _: [noise.randbytes(80)])
    assert reading.outcome is Outcome.MALFORMED
    assert "that are no SNMP" in reading.detail
    assert strays == 2


@pytest.mark.parametrize("left", [40, 60, 80])
async def test_an_answer_cut_short_is_malformed(left: int) -> None:
    reading, _ = await beside_a_healthy_device(changed(lambda d: [d[:left]]))
    assert reading.outcome is Outcome.MALFORMED


async def test_rubbish_before_the_answer_does_no_harm() -> None:
    reading, strays = await beside_a_healthy_device(
        changed(lambda d: [b"", b"\x30", b"rubbish", d[:9], d])
    )
    assert (reading.outcome, len(reading.interfaces)) == (Outcome.SUCCESS, 20)
    assert strays > 0


async def test_duplicates_are_strays() -> None:
    reading, strays = await beside_a_healthy_device(changed(lambda d: [d, d, d]))
    assert (reading.outcome, len(reading.interfaces)) == (Outcome.SUCCESS, 20)
    assert strays > 0


async def test_an_answer_to_another_request_is_not_believed() -> None:
    def other_number(datagram: bytes) -> Iterable[bytes]:
        pdu = decode_v2c(datagram).pdu
        yield encode_v2c(b"public", Pdu(pdu.type, pdu.request_id ^ 1, pdu.varbinds))

    reading, strays = await beside_a_healthy_device(changed(other_number))
    assert (reading.outcome, strays) == (Outcome.TIMEOUT, 2)


async def test_an_answer_from_elsewhere_is_not_believed_but_told_of() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.setblocking(False)
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.2", 0))

            def answer_from_elsewhere() -> None:
                request, client = asked.recvfrom(65535)
                for honest in _HONEST(request):
                    other.sendto(honest, client)

            loop = asyncio.get_running_loop()
            loop.add_reader(asked, answer_from_elsewhere)
            async with SnmpCollector(QUICK) as collector:
                reading = await collector.collect(device(port), community())
                strays = collector.strays
            loop.remove_reader(asked)
    assert (reading.outcome, strays) == (Outcome.TIMEOUT, 2)
    assert "came from 127.0.0.2" in reading.detail


async def test_a_lost_request_is_repeated() -> None:
    asked = 0

    def every_other(datagram: bytes) -> Iterable[bytes]:
        nonlocal asked
        asked += 1
        return _HONEST(datagram) if asked % 2 == 0 else ()

    reading, _ = await beside_a_healthy_device(every_other)
    assert (reading.outcome, len(reading.interfaces)) == (Outcome.SUCCESS, 20)


async def test_a_late_answer_to_the_first_request_will_do() -> None:
    kept: list[bytes] = []

    def one_behind(datagram: bytes) -> Iterable[bytes]:
        kept.append(datagram)
        return _HONEST(kept[-2]) if len(kept) % 2 == 0 else ()

    reading, _ = await beside_a_healthy_device(one_behind)
    assert (reading.outcome, len(reading.interfaces)) == (Outcome.SUCCESS, 20)


async def test_an_agent_that_walks_in_circles_is_malformed() -> None:
    def circle(datagram: bytes) -> Iterable[bytes]:
        request = decode_v2c(datagram).pdu
        if request.type is PduType.GET:
            return _HONEST(datagram)
        return responding(*[((*NAME, 1), OctetString(b"eth"))] * 20)(datagram)

    reading, _ = await beside_a_healthy_device(circle)
    assert reading.outcome is Outcome.MALFORMED
    assert "do not move forward" in reading.detail
    assert (reading.name, reading.uptime) == ("tester", 123.45)


async def test_a_tarpit_is_given_up_and_what_it_said_is_kept() -> None:
    def one_row_more(datagram: bytes) -> Iterable[bytes]:
        request = decode_v2c(datagram).pdu
        if request.type is PduType.GET:
            return _HONEST(datagram)
        found: list[VarBind] = []
        for column, (reached, _) in zip(COLUMNS, request.varbinds, strict=True):
            index = sum(reached[len(column) :]) + 1
            found.append(((*column, index), Integer32(1)))
        return responding(*found)(datagram)

    settings = QUICK.model_copy(update={"interval": 1.0, "max_rows": 10**9})
    reading, _ = await beside_a_healthy_device(one_row_more, settings)
    assert reading.outcome is Outcome.TIMEOUT
    assert "not read to the end within 1 s" in reading.detail
    assert reading.name == "tester"


@pytest.mark.parametrize(
    ("answers", "outcome", "words"),
    [
        (responding(status=2), Outcome.UNSUPPORTED, "noSuchName"),
        (responding(status=5), Outcome.UNSUPPORTED, "genErr"),
        (responding(status=99), Outcome.UNSUPPORTED, "error 99"),
        (responding(status=16), Outcome.AUTH, "authorizationError"),
        (responding(), Outcome.MALFORMED, "other variables"),
        (
            responding(((1, 3, 6, 1), Integer32(1))),
            Outcome.MALFORMED,
            "other variables",
        ),
        (lambda request: [request], Outcome.MALFORMED, "GET PDU in answer"),
        (
            changed(lambda d: [d[:4] + b"\0" + d[5:]]),
            Outcome.MALFORMED,
            "version 0 on the wire",
        ),
    ],
)
async def test_answers_that_are_none_have_their_word(
    answers: Answers, outcome: Outcome, words: str
) -> None:
    reading, _ = await beside_a_healthy_device(answers)
    assert reading.outcome is outcome
    assert words in reading.detail


async def test_a_hundred_agents_that_garble_their_answers_do_no_harm() -> None:
    def garbling(seed: int) -> Answers:
        chance = random.Random(seed)

        def garble(honest: bytes) -> Iterable[bytes]:
            octets = bytearray(honest)
            for _ in range(chance.choice((0, 1, 1, 2, 5))):
                at = chance.randrange(len(octets))
                octets[at : at + chance.randrange(3)] = chance.randbytes(
                    chance.randrange(3)
                )
            yield bytes(octets)

        return changed(garble)

    async with AsyncExitStack() as stack:
        collector = await stack.enter_async_context(SnmpCollector(QUICK))
        devices = []
        for seed in range(100):
            found, _ = await stack.enter_async_context(agent(garbling(seed)))
            devices.append(found)
        healthy, _ = await stack.enter_async_context(agent(_HONEST))
        readings = await asyncio.gather(
            *(collector.collect(d, community()) for d in [*devices, healthy])
        )
    assert readings[-1].outcome is Outcome.SUCCESS
    assert len(readings[-1].interfaces) == 20
    assert {r.outcome for r in readings} >= {Outcome.SUCCESS, Outcome.MALFORMED}


async def test_more_silent_devices_than_may_be_asked_at_once_hold_nobody_up() -> None:
    settings = QUICK.model_copy(update={"concurrency": 2, "retries": 8})
    async with (
        AsyncExitStack() as stack,
        SnmpCollector(settings) as collector,
        asyncio.TaskGroup() as group,
    ):
        silent = []
        for _ in range(8):
            found, _ = await stack.enter_async_context(agent(lambda _: ()))
            silent.append(group.create_task(collector.collect(found, community())))
        await asyncio.sleep(0)
        healthy, _ = await stack.enter_async_context(agent(_HONEST))
        reading = await collector.collect(healthy, community())
        assert reading.outcome is Outcome.SUCCESS
        assert not any(task.done() for task in silent)
        for task in silent:
            task.cancel()


async def _refused_among_healthy() -> tuple[list[DeviceReading], DeviceReading]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    # Nothing is read at a timeout within the interval: all must come by the reader.
    settings = QUICK.model_copy(update={"timeout": 30.0, "interval": 5.0})
    async with agent(_HONEST) as (healthy, _), SnmpCollector(settings) as collector:
        alone = await collector.collect(device(port), community())
        *closed, other = await asyncio.gather(
            *(
                collector.collect(device(port, f"127.0.0.{host}"), community())
                for host in range(1, 40)
            ),
            collector.collect(healthy, community()),
        )
        # Whoever asks next must not be told of the errors before.
        again = await collector.collect(healthy, community())
    assert again.outcome is Outcome.SUCCESS
    return [alone, *closed], other


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_a_closed_port_is_refused_and_the_shared_socket_stays_of_use(
    run: Callable[..., tuple[list[DeviceReading], DeviceReading]],
) -> None:
    closed, healthy = run(_refused_among_healthy())
    assert {reading.outcome for reading in closed} == {Outcome.REFUSED}
    assert "Connection refused" in closed[0].detail
    assert healthy.outcome is Outcome.SUCCESS


@pytest.mark.parametrize(
    ("address", "outcome", "words"),
    [
        ("127.255.255.255", Outcome.UNREACHABLE, "Permission denied"),  # broadcast
        ("fe80::1", Outcome.UNREACHABLE, "name the interface, as in fe80::1%eth0"),
        ("no-address", Outcome.UNRESOLVED, "no IPv4 or IPv6 address"),
    ],
)
async def test_an_address_that_cannot_be_reached_is_said_to_be(
    address: str, outcome: Outcome, words: str
) -> None:
    async with SnmpCollector(QUICK) as collector:
        reading = await collector.collect(device(161, address), community())
    assert reading.outcome is outcome
    assert words in reading.detail


_FROM_NOWHERE = """
import asyncio
from bellrock.model.inventory import Device
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.settings import SnmpCredentials, SnmpSettings

async def main():
    credentials = SnmpCredentials(version="2c", community_env="TEST_COMMUNITY")
    async with SnmpCollector(SnmpSettings()) as collector:
        for address in ("10.1.2.3", "fd00::1"):
            device = Device(id="d", site="s", address=address)
            reading = await collector.collect(device, credentials)
            print(reading.outcome)

asyncio.run(main())
"""


def test_where_no_route_leads_is_unreachable() -> None:
    alone = [need("unshare"), "--net", "--map-root-user"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespaces here")
    done = subprocess.run(
        [*alone, sys.executable, "-W", "error", "-c", _FROM_NOWHERE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("unreachable\nunreachable\n", "")


async def test_an_ipv6_device_is_polled_like_any_other() -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as server:
        try:
            server.bind(("::1", 0))
        except OSError:
            pytest.skip("no IPv6 on loopback")
        server.setblocking(False)

        def serve_one() -> None:
            request, client = server.recvfrom(65535)
            for answer in _HONEST(request):
                server.sendto(answer, client)

        loop = asyncio.get_running_loop()
        loop.add_reader(server, serve_one)
        port = server.getsockname()[1]
        async with SnmpCollector(QUICK) as collector:
            found = await collector.collect(device(port, "::1"), community())
            loop.remove_reader(server)
            server.close()
            gone = await collector.collect(device(port, "0:0::1"), community())
    assert (found.outcome, gone.outcome) == (Outcome.SUCCESS, Outcome.REFUSED)


async def test_our_own_want_of_descriptors_is_not_the_devices_fault() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    async with SnmpCollector(QUICK) as collector:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
        try:
            with pytest.raises(OSError) as caught:  # noqa: PT011 - errno is checked
                await collector.collect(device(161), community())
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert caught.value.errno == errno.EMFILE


@pytest.mark.parametrize("number", [errno.ENOBUFS, errno.EAGAIN, errno.ENOMEM])
async def test_what_we_cannot_send_is_not_the_devices_fault(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(socket.socket):
        """A socket of a kernel that has no room left."""

        def sendto(self, *_: object) -> int:
            raise OSError(number, os.strerror(number))

    async with SnmpCollector(QUICK) as collector:
        monkeypatch.setattr(socket, "socket", Full)
        with pytest.raises(OSError) as caught:  # noqa: PT011 - errno is checked
            await collector.collect(device(161), community())
        monkeypatch.undo()
    assert caught.value.errno == number


async def test_a_device_without_an_address_is_the_callers_mistake() -> None:
    async with SnmpCollector(QUICK) as collector:
        with pytest.raises(ValueError, match="device d has no address"):
            await collector.collect(Device(id="d", site="s"), community())
