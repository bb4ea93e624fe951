"""A receiver on loopback, and notices written by hand or sent by Net-SNMP."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache

from bellrock.config.schema import Listen
from bellrock.model.observation import Notice
from collectors.snmp.collector import make_user
from collectors.snmp.message import Pdu, PduType, encode_v2c
from collectors.snmp.settings import SnmpAuth, SnmpCredentials, SnmpPrivacy
from collectors.snmp.usm import Signer, localise, localise_privacy, make_encrypter
from collectors.snmp.v3message import (
    AUTH,
    PRIVACY,
    SecuredMessage,
    encode_v3,
    write_scoped,
)
from collectors.snmp.values import Integer32, OctetString, TimeTicks, VarBind
from collectors.traps.receiver import Receiver
from collectors.traps.refusal import Refusal
from collectors.traps.senders import Sender
from collectors.traps.settings import TrapSettings
from tests.probes.harness import PATIENCE
from tests.programs import need

LINK_DOWN = (1, 3, 6, 1, 6, 3, 1, 1, 5, 3)
LINK_UP = (1, 3, 6, 1, 6, 3, 1, 1, 5, 4)
COLD_START = (1, 3, 6, 1, 6, 3, 1, 1, 5, 1)
IF_INDEX, IF_DESCR, IF_OPER_STATUS = (
    (1, 3, 6, 1, 2, 1, 2, 2, 1, column) for column in (1, 2, 8)
)
ENGINE = bytes.fromhex("80001f8804") + b"tester"
HERE = "127.0.0.1"

NET_SNMP_AUTH = {
    **{"md5": "MD5", "sha": "SHA", "sha224": "SHA-224", "sha256": "SHA-256"},
    **{"sha384": "SHA-384", "sha512": "SHA-512"},
}
NET_SNMP_PRIVACY = {
    **{"aes128": "AES", "aes192": "AES-192", "aes256": "AES-256", "des": "DES"},
}


def community(env: str = "TEST_COMMUNITY") -> SnmpCredentials:
    return SnmpCredentials.model_validate({"version": "2c", "community_env": env})


def user(
    auth: str | None = "sha256", privacy: str | None = "aes128", name: str = "me"
) -> SnmpCredentials:
    written: dict[str, object] = {"version": 3, "user": name}
    if auth:
        section = {"protocol": auth, "password_env": "TEST_AUTH"}
        written["auth"] = SnmpAuth.model_validate(section)
    if privacy:
        section = {"protocol": privacy, "password_env": "TEST_PRIVACY"}
        written["privacy"] = SnmpPrivacy.model_validate(section)
    return SnmpCredentials.model_validate(written)


def sender(
    *credentials: SnmpCredentials, device: str = "r1", address: str = HERE
) -> Sender:
    return Sender(device, address, credentials or (community(),))


@dataclass
class Heard:
    """A receiver at work, and what it told."""

    receiver: Receiver
    notices: list[Notice] = field(default_factory=list)
    doubted: list[str] = field(default_factory=list)

    @property
    def place(self) -> tuple[str, int]:
        return self.receiver.addresses[0]

    @property
    def refused(self) -> dict[Refusal, int]:
        return {reason: n for reason, n in self.receiver.refused.items() if n}

    def send(self, *datagrams: bytes, source: str = HERE) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((source, 0))
            for each in datagrams:
                sock.sendto(each, self.place)

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(PATIENCE):
            while not true():  # noqa: ASYNC110 - it is another's to become true
                await asyncio.sleep(0.005)

    async def run(self, program: str, *words: str) -> tuple[int, str]:
        """Run one of Net-SNMP's programs to its end; return status and errors."""
        process = await asyncio.create_subprocess_exec(
            *(need(program), *words),
            env={**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": "/nonexistent"},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await process.communicate()
        return process.returncode or 0, said.decode()

    async def tell(self, program: str, *who: str, oid: str = "") -> tuple[int, str]:
        """Have Net-SNMP tell a linkDown of interface 7, or `oid` and no more."""
        host, port = self.place
        what = (oid,) if oid else (dotted(LINK_DOWN), *_seven())
        return await self.run(program, *who, f"{host}:{port}", "", *what)


def dotted(oid: Sequence[int]) -> str:
    return ".".join(map(str, oid))


def _seven() -> tuple[str, ...]:
    return (
        *(dotted((*IF_INDEX, 7)), "i", "7"),
        *(dotted((*IF_DESCR, 7)), "s", "wan0"),
        *(dotted((*IF_OPER_STATUS, 7)), "i", "2"),
    )


def by_user(credentials: SnmpCredentials, *, auth: str = "authpass12") -> list[str]:
    """Return the options that make Net-SNMP's programs that user."""
    words = ["-v3", "-u", credentials.user or "", "-l", "noAuthNoPriv"]
    if credentials.auth:
        words[-1] = "authNoPriv"
        words += ["-a", NET_SNMP_AUTH[credentials.auth.protocol], "-A", auth]
    if credentials.privacy:
        words[4] = "authPriv"
        words += ["-x", NET_SNMP_PRIVACY[credentials.privacy.protocol]]
        words += ["-X", "privpass12"]
    return words


@asynccontextmanager
async def receiving(
    *senders: Sender, settings: TrapSettings | None = None
) -> AsyncIterator[Heard]:
    """Run a receiver on a free port."""
    settings = settings or TrapSettings(rate=1000, device_rate=1000)
    listen = (Listen(HERE, 0),)
    settings = settings.model_copy(update={"listen": settings.listen or listen})
    notices: list[Notice] = []
    doubted: list[str] = []
    receiver = Receiver(report=notices.append, doubt=doubted.append)
    receiver.prepare(settings)
    receiver.adopt(settings, senders or (sender(),))
    running = asyncio.create_task(receiver.run())
    try:
        yield Heard(receiver, notices, doubted)
    finally:
        running.cancel()
        await asyncio.wait((running,))
        receiver.close()
        if not running.cancelled():
            running.result()


def variables(
    oid: tuple[int, ...] = LINK_DOWN, index: int = 7, ticks: int = 1
) -> list[VarBind]:
    return [
        ((1, 3, 6, 1, 2, 1, 1, 3, 0), TimeTicks(ticks)),
        ((1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0), oid),
        ((*IF_INDEX, index), Integer32(index)),
        ((*IF_DESCR, index), OctetString(b"wan0")),
        ((*IF_OPER_STATUS, index), Integer32(1 if oid == LINK_UP else 2)),
    ]


def trap(
    number: int = 1,
    *,
    oid: tuple[int, ...] = LINK_DOWN,
    community: bytes = b"public",
    kind: PduType = PduType.TRAP,
) -> bytes:
    """Return a notice in version 2c."""
    pdu = Pdu(kind, number, variables(oid, ticks=number))
    return encode_v2c(community, pdu)


_keyed = lru_cache(make_user)


def secured(
    credentials: SnmpCredentials,
    number: int = 1,
    *,
    kind: PduType = PduType.TRAP,
    engine_id: bytes = ENGINE,
    boots: int = 3,
    time: int = 1000,
    flags: int = 0,
    oid: tuple[int, ...] = LINK_DOWN,
) -> bytes:
    """Return a notice in version 3, for an engine whose time it is."""
    user = _keyed(credentials)
    payload = write_scoped(engine_id, Pdu(kind, number, variables(oid, ticks=number)))
    salt, signature, signer = b"", b"", None
    if user.protocol is not None and user.auth_key is not None:
        flags |= AUTH
        signer = Signer(
            localise(user.auth_key, engine_id, user.protocol), user.protocol
        )
        signature = bytes(signer.length)
        if user.privacy is not None and user.privacy_key is not None:
            flags |= PRIVACY
            salt = number.to_bytes(8)
            key = localise_privacy(
                user.privacy_key, engine_id, user.protocol, user.privacy
            )
            cipher = make_encrypter(key, user.privacy)
            payload = cipher.encrypt(payload, boots, time, salt)
    message = SecuredMessage(
        *(number, flags, engine_id, boots, time, user.name, payload, signature, salt)
    )
    datagram, at = encode_v3(message)
    if signer is None:
        return datagram
    return signer.signed(datagram, at, signer.sign(datagram))
