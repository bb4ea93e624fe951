"""What is around the scoped PDUs of one engine, written and read once for many.

From one message to the next hardly anything of it changes: the number, the time, the
signature, the salt. What else may is left to :mod:`collectors.snmp.v3message`.
"""

import itertools
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from collectors.snmp import ber
from collectors.snmp.v3agent import Agent
from collectors.snmp.v3message import SecuredMessage, decode_v3, encode_v3

_ANY_NUMBER = 1 << 30
_NUMBER = 4
_SALT = 8
_SIGN = 0x80
_MOST = 32
"""Lengths of message that are remembered; a device has a handful."""

_salts = itertools.count(secrets.randbits(64))


@dataclass(frozen=True, slots=True)
class _Written:
    """A message of one length at one second, without what is another's each time.

    Attributes
    ----------
    signature_at : int
        Where the signature is going to stand, which is zeros in `middle`.
    """

    before: bytes
    middle: bytes
    after: bytes
    signature_at: int


class Sealer:
    """Encrypts and signs messages of one engine's user, all with the same flags."""

    def __init__(self, user: bytes, flags: int) -> None:
        self._user = user
        self._flags = flags
        self._agent: Agent | None = None
        self._clock = (0, 0)
        self._known: dict[int, _Written] = {}

    def seal(self, agent: Agent, number: int, payload: bytes) -> bytes:
        """Return the datagram around a scoped PDU; `number` takes four octets."""
        clock = agent.boots, agent.now()
        if agent is not self._agent or clock != self._clock:
            self._agent, self._clock, self._known = agent, clock, {}
        salt = b""
        if agent.encrypter is not None:
            salt = (next(_salts) % 2**64).to_bytes(_SALT)
            payload = agent.encrypter.encrypt(payload, *clock, salt)
        known = self._known.get(len(payload))
        if known is None:
            known = self._known[len(payload)] = self._write(agent, payload, salt)
        datagram = b"%b%b%b%b%b%b" % (
            *(known.before, number.to_bytes(_NUMBER), known.middle),
            *(salt, known.after, payload),
        )
        if agent.signer is None:
            return datagram
        signature = agent.signer.sign(datagram)
        return agent.signer.signed(datagram, known.signature_at, signature)

    def _write(self, agent: Agent, payload: bytes, salt: bytes) -> _Written:
        signature = b"" if agent.signer is None else bytes(agent.signer.length)
        message = SecuredMessage(
            *(_ANY_NUMBER, self._flags, agent.engine_id, *self._clock),
            *(self._user, payload, signature, salt),
        )
        datagram, at = encode_v3(message)
        number_at = _number_at(datagram)
        salt_at = at + len(signature) + 2
        return _Written(
            datagram[:number_at],
            datagram[number_at + _NUMBER : salt_at],
            datagram[salt_at + len(salt) : len(datagram) - len(payload)],
            at,
        )


def _number_at(datagram: bytes) -> int:
    """Return the offset of the number in a message."""
    end = len(datagram)
    at, _ = ber.read_expected(datagram, 0, end, ber.SEQUENCE)
    at = ber.read_header(datagram, at, end)[2]
    at, _ = ber.read_expected(datagram, at, end, ber.SEQUENCE)
    return ber.read_expected(datagram, at, end, ber.INTEGER)[0]


class _Read:
    """A message of one length, and where in it the next may be another."""

    __slots__ = ("_fixed", "_mask", "_message", "_payload_at", "_places")

    def __init__(self, datagram: bytes, message: SecuredMessage) -> None:
        # Of its payload nothing is kept.
        self._message = message._replace(payload=b"")
        self._payload_at = len(datagram) - len(message.payload)
        self._places = tuple(slice(*place) for place in _places(datagram))
        mask = bytearray(b"\xff" * self._payload_at)
        for place in self._places:
            mask[place] = bytes(place.stop - place.start)
        for place in self._places[1:3]:
            mask[place.start] = _SIGN
        self._mask = int.from_bytes(mask, "little")
        self._fixed = int.from_bytes(datagram[: self._payload_at], "little")
        self._fixed &= self._mask

    def read(self, datagram: bytes) -> SecuredMessage | None:
        """Return the message of the same length; None if it lies otherwise."""
        head = int.from_bytes(datagram[: self._payload_at], "little")
        if head & self._mask != self._fixed:
            return None
        number, boots, time, signature, salt = self._places
        _, flags, engine_id, _, _, user, _, _, _, signature_at, most = self._message
        from_bytes = int.from_bytes
        return SecuredMessage(
            from_bytes(datagram[number], signed=True),
            flags,
            engine_id,
            from_bytes(datagram[boots]),
            from_bytes(datagram[time]),
            user,
            datagram[self._payload_at :],
            datagram[signature],
            datagram[salt],
            signature_at,
            most,
        )


def _places(datagram: bytes) -> Sequence[tuple[int, int]]:
    """Return where number, boots, time, signature and salt of a message lie."""
    end = len(datagram)
    number = _number_at(datagram)
    header = ber.read_header(datagram, 0, end)[1]
    header = ber.read_header(datagram, header, end)[2]  # behind the version
    at = ber.read_header(datagram, header, end)[2]
    at = ber.read_header(datagram, at, end)[1]
    at = ber.read_header(datagram, at, end)[1]
    fields = []
    for _ in ("engine id", "boots", "time", "user", "signature", "salt"):
        _, start, at = ber.read_header(datagram, at, end)
        fields.append((start, at))
    _, boots, time, _, signature, salt = fields
    return (number, ber.read_header(datagram, number - 2, end)[2]), *(
        *(boots, time, signature, salt),
    )


class Opener:
    """Reads the messages of one engine, as :func:`decode_v3` does and sooner."""

    def __init__(self) -> None:
        self._known: dict[int, _Read] = {}

    def read(self, datagram: bytes) -> SecuredMessage:
        """Return the message that is exactly `datagram`.

        Raises
        ------
        Malformed
            As :func:`decode_v3` does.
        """
        known = self._known.get(len(datagram))
        message = None if known is None else known.read(datagram)
        if message is None:
            message = decode_v3(datagram)
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[len(datagram)] = _Read(datagram, message)
        return message
