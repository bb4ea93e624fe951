"""What somebody between us and an SNMPv3 agent can do, and what it ends as."""

import socket
from collections.abc import Callable, Iterable

import pytest

from bellrock.model.observation import DeviceReading, Outcome
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.message import Pdu, PduType, encode_v2c
from collectors.snmp.reports import NOT_IN_TIME_WINDOWS, UNKNOWN_ENGINE_IDS
from collectors.snmp.settings import SnmpCredentials
from collectors.snmp.v3message import (
    AUTH,
    SecuredMessage,
    decode_v3,
    encode_v3,
    write_scoped,
)
from collectors.snmp.values import Counter32, VarBind
from tests.collectors.snmp.agent import QUICK, Answers, agent, user
from tests.collectors.snmp.netsnmp import SnmpDaemon

_ENGINE = b"\x80\x00\x1f\x88\x04engine"


def signed() -> SnmpCredentials:
    return user("sha256", "sha256")


def encrypted() -> SnmpCredentials:
    return user("sha256", "sha256", privacy="TEST_PRIVACY")


async def polls(
    answers: Answers, credentials: SnmpCredentials, times: int = 1
) -> list[DeviceReading]:
    async with agent(answers) as (device, _), SnmpCollector(QUICK) as collector:
        return [await collector.collect(device, credentials) for _ in range(times)]


def through(
    daemon: SnmpDaemon, change: Callable[[bytes, bytes], Iterable[bytes]]
) -> Answers:
    """Hand requests on to the real agent, and change its answers."""

    def answer(request: bytes) -> Iterable[bytes]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as onwards:
            onwards.settimeout(1)
            onwards.connect(("127.0.0.1", daemon.port))
            onwards.send(request)
            return change(request, onwards.recv(65535))

    return answer


def unsigned(
    request: bytes, kind: PduType, *varbinds: VarBind, off_by: int = 0
) -> bytes:
    """Answer `request` as anybody could who reads it."""
    asked = decode_v3(request)
    scoped = write_scoped(_ENGINE, Pdu(kind, asked.number ^ off_by, list(varbinds)))
    engine_id = asked.engine_id or _ENGINE
    return encode_v3(
        SecuredMessage(asked.number, 0, engine_id, 1, 1, asked.user, scoped)
    )[0]


def discovered(then: Answers) -> Answers:
    """Let discovery succeed; `then` answers the rest."""

    def answer(request: bytes) -> Iterable[bytes]:
        if decode_v3(request).engine_id:
            return then(request)
        counter = (UNKNOWN_ENGINE_IDS, Counter32(1))
        return [unsigned(request, PduType.REPORT, counter)]

    return answer


@pytest.mark.parametrize("who", [signed, encrypted])
async def test_an_answer_changed_on_the_way_is_not_believed(
    shared_snmpd: SnmpDaemon, who: Callable[[], SnmpCredentials]
) -> None:
    def change(_: bytes, answer: bytes) -> Iterable[bytes]:
        if not decode_v3(answer).flags & AUTH:
            return [answer]
        return [answer[:-1] + bytes((answer[-1] ^ 1,))]

    (reading,) = await polls(through(shared_snmpd, change), who())
    assert reading.outcome is Outcome.AUTH
    assert "signature is wrong" in reading.detail
    assert (reading.name, len(reading.interfaces)) == ("", 0)


async def test_an_old_answer_played_again_is_not_believed(
    shared_snmpd: SnmpDaemon,
) -> None:
    recorded: list[bytes] = []

    def change(_: bytes, answer: bytes) -> Iterable[bytes]:
        if not decode_v3(answer).flags & AUTH:
            return [answer]
        recorded.append(answer)
        return recorded[:1]

    (reading,) = await polls(through(shared_snmpd, change), encrypted())
    assert reading.outcome is Outcome.TIMEOUT
    assert (reading.name, len(reading.interfaces)) == ("tester", 0)


async def test_an_unsigned_answer_to_a_signed_request_is_not_believed() -> None:
    answers = discovered(lambda request: [unsigned(request, PduType.RESPONSE)])
    for credentials in (signed(), encrypted()):
        (reading,) = await polls(answers, credentials)
        assert reading.outcome is Outcome.AUTH
        assert "less security" in reading.detail


async def test_unsigned_reports_of_the_time_change_nothing_and_end() -> None:
    report = (NOT_IN_TIME_WINDOWS, Counter32(1))
    answers = discovered(lambda r: [unsigned(r, PduType.REPORT, report)])
    readings = await polls(answers, signed(), times=2)
    assert [r.outcome for r in readings] == [Outcome.TIME_WINDOW] * 2


async def test_an_agent_that_never_knows_its_own_engine_is_unsupported() -> None:
    report = (UNKNOWN_ENGINE_IDS, Counter32(1))
    answers = discovered(lambda r: [unsigned(r, PduType.REPORT, report)])
    (reading,) = await polls(answers, signed())
    assert reading.outcome is Outcome.UNSUPPORTED


@pytest.mark.parametrize(
    "answers",
    [
        lambda request: [request],
        lambda request: [request[:-3]],
        discovered(lambda request: [request]),
        discovered(lambda request: [request[:40]]),
        discovered(lambda request: [unsigned(request, PduType.REPORT)]),
    ],
    ids=["echo", "cut", "signed-echo", "signed-cut", "report-of-nothing"],
)
async def test_answers_that_are_none_of_version_3_are_malformed(
    answers: Answers,
) -> None:
    (reading,) = await polls(answers, signed())
    assert reading.outcome is Outcome.MALFORMED


async def test_an_answer_whose_pdu_is_to_another_request_is_malformed() -> None:
    answers = discovered(lambda r: [unsigned(r, PduType.RESPONSE, off_by=1)])
    (reading,) = await polls(answers, user("plain"))
    assert reading.outcome is Outcome.MALFORMED
    assert "to another request" in reading.detail


async def test_a_version_2c_answer_to_a_version_3_request_is_malformed() -> None:
    def answer(request: bytes) -> Iterable[bytes]:
        number = decode_v3(request).number
        yield encode_v2c(b"public", Pdu(PduType.RESPONSE, number))

    (reading,) = await polls(answer, signed())
    assert reading.outcome is Outcome.MALFORMED
