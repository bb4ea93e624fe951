"""A version 2c agent on loopback that answers as a test wants it to."""

import asyncio
import socket
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from bellrock.model.inventory import Device
from collectors.snmp import interfaces as columns
from collectors.snmp.ber import Oid
from collectors.snmp.message import Pdu, PduType, decode_v2c, encode_v2c
from collectors.snmp.settings import NO_PLANS, SnmpCredentials, SnmpSettings
from collectors.snmp.values import (
    Absent,
    Counter32,
    Counter64,
    Gauge32,
    Integer32,
    OctetString,
    TimeTicks,
    Value,
    VarBind,
)

Mib = dict[Oid, Value]
Answers = Callable[[bytes], Iterable[bytes]]
"""Turns a request's datagram into the answers to it."""

QUICK = SnmpSettings(interval=20, timeout=0.15, retries=1, plans=NO_PLANS)
"""Patient enough for loopback, and soon done with the silent."""

SYSTEM: Mib = {
    (1, 3, 6, 1, 2, 1, 1, 1, 0): OctetString(b"a test agent"),
    (1, 3, 6, 1, 2, 1, 1, 3, 0): TimeTicks(12345),
    (1, 3, 6, 1, 2, 1, 1, 5, 0): OctetString(b"tester"),
}
END: Mib = {(1, 3, 6, 1, 6, 1): Integer32(0)}


def row(index: int, name: str | None = None) -> Mib:
    """Everything a modern agent says of one interface."""
    cells: dict[Oid, Value] = {
        columns.NAME: OctetString((name or f"eth{index}").encode()),
        columns.ADMIN_STATUS: Integer32(1),
        columns.OPER_STATUS: Integer32(1),
        columns.HIGH_SPEED: Gauge32(1000),
        columns.HC_IN_OCTETS: Counter64(10**12 + index),
        columns.HC_OUT_OCTETS: Counter64(2**63 + index),
        columns.IN_ERRORS: Counter32(1),
        columns.OUT_ERRORS: Counter32(2),
        columns.IN_DISCARDS: Counter32(3),
        columns.OUT_DISCARDS: Counter32(4),
    }
    return {(*column, index): value for column, value in cells.items()}


def mib(rows: int = 3) -> Mib:
    """The system group, `rows` interfaces and something behind them."""
    whole = SYSTEM | END
    for index in range(1, rows + 1):
        whole |= row(index)
    return whole


def serve(variables: Mib, *, most: int = 1000) -> Answers:
    """Answer as RFC 3416 says; tooBig to what takes more than `most` variables."""
    order = sorted(variables)

    def following(oid: Oid) -> VarBind:
        at = bisect_right(order, oid)
        if at == len(order):
            return oid, Absent.END_OF_MIB_VIEW
        return order[at], variables[order[at]]

    def look_up(pdu: Pdu) -> list[VarBind]:
        asked = [oid for oid, _ in pdu.varbinds]
        if pdu.type is PduType.GET:
            return [(o, variables.get(o, Absent.NO_SUCH_INSTANCE)) for o in asked]
        found: list[VarBind] = []
        times = 1 if pdu.type is PduType.GET_NEXT else pdu.max_repetitions
        for _ in range(times):
            line = [following(oid) for oid in asked]
            asked = [oid for oid, _ in line]
            found += line
        return found

    def answer(datagram: bytes) -> Iterable[bytes]:
        request = decode_v2c(datagram)
        found = look_up(request.pdu)
        response = Pdu(PduType.RESPONSE, request.pdu.request_id, found)
        if len(found) > most:
            asked = request.pdu.varbinds
            response = Pdu(PduType.RESPONSE, request.pdu.request_id, asked, 1)
        yield encode_v2c(request.community, response)

    return answer


@asynccontextmanager
async def agent(
    answers: Answers, host: str = "127.0.0.1"
) -> AsyncIterator[tuple[Device, list[bytes]]]:
    """Yield a device whose agent answers as told, and the requests it has had."""
    requests: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.setblocking(False)
        server.bind((host, 0))

        def serve_one() -> None:
            request, client = server.recvfrom(65535)
            requests.append(request)
            for answer in answers(request):
                server.sendto(answer, client)

        loop = asyncio.get_running_loop()
        loop.add_reader(server, serve_one)
        try:
            yield device(server.getsockname()[1], host), requests
        finally:
            loop.remove_reader(server)


def device(port: int, host: str = "127.0.0.1") -> Device:
    return Device(id=f"at-{port}", site="lab", address=host, ports={"snmp": port})


def community(
    variable: str = "TEST_COMMUNITY", version: str | int = "2c", **more: object
) -> SnmpCredentials:
    return SnmpCredentials.model_validate(
        {"version": version, "community_env": variable, **more}
    )


def user(
    name: str,
    protocol: str | None = None,
    *,
    auth: str = "TEST_AUTH",
    privacy: str | None = None,
    cipher: str = "aes128",
) -> SnmpCredentials:
    entry: dict[str, object] = {"version": 3, "user": name}
    if protocol is not None:
        entry["auth"] = {"protocol": protocol, "password_env": auth}
    if privacy is not None:
        entry["privacy"] = {"protocol": cipher, "password_env": privacy}
    return SnmpCredentials.model_validate(entry)
