"""Mutated datagrams for everything that reads one: nothing but Malformed comes out.

``make fuzz`` runs ten million of them, each process with a seed of its own; a hundred
thousand are part of the tests. What failed is told with its octets, to be tried again.
"""

import random
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress

from rich.progress import track

from collectors.snmp.ber import Malformed
from collectors.snmp.layout import Layout, learn
from collectors.snmp.message import Pdu, PduType, decode_v2c, encode_v2c, peek_id
from collectors.snmp.reports import NOT_IN_TIME_WINDOWS
from collectors.snmp.usm import PRIVACY_PROTOCOLS, Encrypter, make_encrypter
from collectors.snmp.v3envelope import Opener
from collectors.snmp.v3message import (
    AUTH,
    PRIVACY,
    SecuredMessage,
    decode_v3,
    encode_v3,
    read_scoped,
    write_scoped,
)
from collectors.snmp.values import (
    Absent,
    Counter32,
    Counter64,
    Gauge32,
    Integer32,
    IpAddress,
    OctetString,
    Opaque,
    TimeTicks,
    VarBind,
)

_ROUND = 50_000
_SLOW = 0.5
"""Seconds over which one datagram is taken for a hang."""

_ENGINE = b"\x80\x00\x1f\x88\x04fuzz"
_COLUMN = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6)
_VALUES = (
    *(Integer32(-1), Integer32(2), Integer32(2**30), Counter32(2**32 - 1)),
    *(Gauge32(1_000), TimeTicks(12_345), Counter64(2**63), Counter64(2**20)),
    *(OctetString(b"GigabitEthernet0/1"), IpAddress(bytes(4)), Opaque(b"\x9f\x78")),
    *((1, 3, 6, 1, 4, 1, 4_294_967_295), Absent.NO_SUCH_INSTANCE, None),
    Absent.END_OF_MIB_VIEW,
)
_VARBINDS: list[VarBind] = [
    ((*_COLUMN, 10_101 + at), value) for at, value in enumerate(_VALUES)
]
_ANSWER = Pdu(PduType.RESPONSE, 2**30 + 5, _VARBINDS)
_CIPHERS: tuple[Encrypter, ...] = tuple(
    make_encrypter(bytes(range(privacy.octets)), privacy)
    for privacy in PRIVACY_PROTOCOLS.values()
)


def _v3(flags: int, payload: bytes) -> bytes:
    signature, salt = bytes(24 if flags else 0), bytes(8 if flags & PRIVACY else 0)
    return encode_v3(
        SecuredMessage(
            *(2**30 + 5, flags, _ENGINE, 7, 12_345, b"monitor", payload),
            *(signature, salt),
        )
    )[0]


_SCOPED = write_scoped(_ENGINE, _ANSWER)
_REPORT = write_scoped(_ENGINE, Pdu(PduType.REPORT, 0, [(NOT_IN_TIME_WINDOWS, None)]))
SEEDS = (
    encode_v2c(b"public", _ANSWER),
    encode_v2c(b"public", Pdu(PduType.RESPONSE, 2**30 + 5, [], error_status=1)),
    encode_v2c(b"public", Pdu(PduType.RESPONSE, 2**30 + 5, _VARBINDS[:1] * 60)),
    encode_v2c(
        b"public", Pdu(PduType.RESPONSE, 2**30 + 5, [(_COLUMN, Integer32(9**5))])
    ),
    _v3(0, _REPORT),
    _v3(AUTH, _SCOPED),
    *(_v3(AUTH | PRIVACY, c.encrypt(_SCOPED, 7, 12_345, bytes(8))) for c in _CIPHERS),
)


def mutated(seed: bytes, dice: random.Random) -> bytes:
    """Return `seed` with one to four changes, of the kinds that break parsers."""
    octets = bytearray(seed)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(octets) + 1)
        match dice.randrange(7):
            case 0:
                octets[at : at + 1] = dice.randbytes(1)
            case 1:
                octets[at : at + 1] = dice.choice((b"\0", b"\x7f", b"\x80", b"\xff"))
            case 2:
                del octets[at:]
            case 3:
                del octets[at : at + dice.randint(1, 8)]
            case 4:
                octets[at:at] = dice.randbytes(dice.randint(1, 8))
            case 5:
                octets[at:at] = octets[at : at + dice.randint(1, 64)]
            case _:
                if at < len(octets):
                    octets[at] = (octets[at] + dice.choice((-1, 1))) % 256
    return bytes(octets)


_OPENER = Opener()
for _seed in SEEDS[4:]:
    with suppress(Malformed):
        _OPENER.read(_seed)


def _read_envelope(octets: bytes) -> None:
    """Read a version 3 message by where things stood in the last of its length."""
    try:
        strict = decode_v3(octets)
    except Malformed:
        strict = None
    try:
        quick = _OPENER.read(octets)
    except Malformed:
        quick = None
    assert quick == strict


def read(octets: bytes, known: Sequence[Layout]) -> None:
    """Read a datagram in every way that we read one.

    Raises
    ------
    AssertionError
        If a layout reads what the parser does not, or something else.
    """
    _try(lambda: peek_id(octets))
    _read_envelope(octets)
    _read_pdu(octets, lambda data: decode_v2c(data).pdu, known)
    try:
        message = decode_v3(octets)
    except Malformed:
        return
    _read_pdu(message.payload, _scoped, known)
    if len(message.salt) == 8:
        for cipher in _CIPHERS:
            # As many octets as they say they are, whatever key they were made with.
            at = message.boots, message.time, message.salt
            try:
                clear = cipher.decrypt(message.payload, *at)
            except Malformed:
                continue
            _read_pdu(clear, _scoped, known)


def layouts() -> list[Layout]:
    """Return the layouts of the answers among the seeds."""
    found = [learn(seed, decode_v2c(seed).pdu) for seed in SEEDS[:3]]
    found.append(learn(_SCOPED, _ANSWER))
    return [layout for layout in found if layout is not None]


def _scoped(octets: bytes) -> Pdu:
    return read_scoped(octets)[1]


def _read_pdu(
    octets: bytes, parse: Callable[[bytes], Pdu], known: Sequence[Layout]
) -> None:
    parsed: Pdu | None = None
    try:
        parsed = parse(octets)
    except Malformed:
        pass
    else:
        layout = learn(octets, parsed)
        assert layout is None or layout.read(octets) == parsed
    for layout in known:
        assert layout.read(octets) in (None, parsed)


def _try(work: Callable[[], object]) -> None:
    try:
        work()
    except Malformed:
        return


def run(seed: int, count: int) -> int:
    """Read `count` mutated datagrams; return how many.

    Raises
    ------
    AssertionError
        Naming the octets that something other than Malformed came of.
    """
    dice, known = random.Random(seed), layouts()
    for _ in range(count):
        octets = mutated(dice.choice(SEEDS), dice)
        begun = time.process_time()
        try:
            read(octets, known)
        except Exception as error:
            raise AssertionError(f"{error!r} of {octets.hex()}") from error
        assert time.process_time() - begun < _SLOW, octets.hex()
    return count


def main(total: int) -> None:
    """Read `total` of them on all processors, with a bar."""
    first = random.SystemRandom().randrange(2**40)
    rounds = -(-total // _ROUND)
    print(f"{rounds * _ROUND:,} mutated datagrams, seeds from {first}")
    seeds = range(first, first + rounds)
    with ProcessPoolExecutor() as several:
        done = several.map(run, seeds, [_ROUND] * rounds)
        read_ = sum(track(done, "reading", total=rounds))
    print(f"{read_:,} read, and nothing but Malformed came of them")


if __name__ == "__main__":
    main(int(sys.argv[1]))
