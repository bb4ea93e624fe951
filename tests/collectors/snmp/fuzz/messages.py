"""Everything that reads a datagram, and what must hold of whatever it reads."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from collectors.snmp.ber import Malformed
from collectors.snmp.layout import learn
from collectors.snmp.message import Pdu, decode_v2c, peek_id
from collectors.snmp.v3envelope import Opener
from collectors.snmp.v3message import decode_v3, read_scoped
from tests.collectors.snmp.fuzz import steps
from tests.collectors.snmp.fuzz.seeds import ANSWER, CIPHERS, SCOPED, SEEDS

Reader = Callable[[bytes], Pdu | None]
"""Reads an answer that lies as the one that it was learned from."""

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


def read(octets: bytes, known: Sequence[Reader]) -> None:
    """Read a datagram in every way that we read one.

    Raises
    ------
    AssertionError
        If a layout reads what the parser does not, or something else, or if it takes
        more steps than the length allows.
    """
    with steps.at_most(allowed(octets)):
        _try(lambda: peek_id(octets))
        read_v2c(octets, known)
        read_v3(octets, known)


def allowed(octets: bytes) -> int:
    """Return how many elements may be read, all ciphers tried: an octet has a few."""
    return 16 * (len(octets) + 16)


def read_v2c(octets: bytes, known: Sequence[Reader]) -> None:
    """Read a message of version 2c."""
    _read_pdu(octets, lambda data: decode_v2c(data).pdu, known)


def read_v3(octets: bytes, known: Sequence[Reader]) -> None:
    """Read a message of version 3, and what each cipher makes of it."""
    _read_envelope(octets)
    try:
        message = decode_v3(octets)
    except Malformed:
        return
    _read_pdu(message.payload, _scoped, known)
    if len(message.salt) != 8:
        return
    for cipher in CIPHERS:
        # As many octets as they say they are, whatever key they were made with.
        at = message.boots, message.time, message.salt
        try:
            clear = cipher.decrypt(message.payload, *at)
        except Malformed:
            continue
        _read_pdu(clear, _scoped, known)


def learned(octets: bytes, pdu: Pdu) -> Reader | None:
    """Return what reads answers by the layout of one; None if that has none."""
    layout = learn(octets, pdu)
    oids = [oid for oid, _ in pdu.varbinds]
    return None if layout is None else lambda octets: layout.read(octets, oids)


def layouts() -> list[Reader]:
    """Return what reads by the layouts of the answers among the seeds."""
    found = [learned(seed, decode_v2c(seed).pdu) for seed in SEEDS[:4]]
    found.append(learned(SCOPED, ANSWER))
    return [reader for reader in found if reader is not None]


def _scoped(octets: bytes) -> Pdu:
    return read_scoped(octets)[1]


def _read_pdu(
    octets: bytes, parse: Callable[[bytes], Pdu], known: Sequence[Reader]
) -> None:
    parsed: Pdu | None = None
    try:
        parsed = parse(octets)
    except Malformed:
        pass
    else:
        own = learned(octets, parsed)
        assert own is None or own(octets) == parsed
    for reader in known:
        assert reader(octets) in (None, parsed)


def _try(work: Callable[[], object]) -> None:
    try:
        work()
    except Malformed:
        return
