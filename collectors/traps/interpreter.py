"""pysnmp reads the notices: signatures, ciphers, translation from version 1, answers.

It is given datagrams and gives back variables and answers; it has no socket, no timer
and no file here. What goes on in it takes a millisecond, of the event loop's time, so
one call is one datagram and whoever calls decides how often.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from pyasn1.error import PyAsn1Error  # type: ignore[import-untyped]
from pyasn1.type import univ  # type: ignore[import-untyped]
from pysnmp.carrier.base import (  # type: ignore[import-untyped]
    AbstractTransportDispatcher,
)
from pysnmp.entity import config  # type: ignore[import-untyped]
from pysnmp.entity.engine import SnmpEngine  # type: ignore[import-untyped]
from pysnmp.entity.rfc3413.ntfrcv import (  # type: ignore[import-untyped]
    NotificationReceiver,
)
from pysnmp.error import PySnmpError  # type: ignore[import-untyped]
from pysnmp.proto.mpmod.rfc3412 import (  # type: ignore[import-untyped]
    SnmpV3MessageProcessingModel,
)
from pysnmp.proto.rfc1902 import Integer32  # type: ignore[import-untyped]
from pysnmp.proto.secmod.rfc3414 import (  # type: ignore[import-untyped]
    SnmpUSMSecurityModel,
)

from collectors.snmp.usm import localise, localise_privacy
from collectors.snmp.v3agent import User
from collectors.traps.identity import Identity
from collectors.traps.notices import Content, Variables
from collectors.traps.refusal import Refusal

_UDP = config.SNMP_UDP_DOMAIN
_SOMEWHERE = ("0.0.0.0", 0)  # Whence and whither is not its business.
_FRAMEWORK = "__SNMP-FRAMEWORK-MIB"
_ANY_ENGINE = bytes(SnmpUSMSecurityModel.wildcard_security_engine_id)
"""Whose row pysnmp takes for an engine that has none of its own."""
_KEPT = 512
"""Engines whose keys are remembered; those that told something last."""
_FRESHENED = 1000
"""Datagrams after which pysnmp's own memory of engines is dropped: it keeps an entry
a message for minutes, and forgets them only by a timer."""

_AUTH = {
    "md5": config.USM_AUTH_HMAC96_MD5,
    "sha1": config.USM_AUTH_HMAC96_SHA,
    "sha224": config.USM_AUTH_HMAC128_SHA224,
    "sha256": config.USM_AUTH_HMAC192_SHA256,
    "sha384": config.USM_AUTH_HMAC256_SHA384,
    "sha512": config.USM_AUTH_HMAC384_SHA512,
}
# Keys are handed over localised, where alone the two ways to stretch them differ.
_AES = {
    16: config.USM_PRIV_CFB128_AES,
    24: config.USM_PRIV_CFB192_AES,
    32: config.USM_PRIV_CFB256_AES,
}

_COUNTERS: dict[tuple[str, str], Refusal | None] = {
    # Whoever asks who we are is refused nothing.
    ("__SNMP-USER-BASED-SM-MIB", "usmStatsUnknownEngineIDs"): None,
    ("__SNMP-USER-BASED-SM-MIB", "usmStatsWrongDigests"): Refusal.AUTH,
    ("__SNMP-USER-BASED-SM-MIB", "usmStatsDecryptionErrors"): Refusal.DECRYPTION,
    ("__SNMP-USER-BASED-SM-MIB", "usmStatsNotInTimeWindows"): Refusal.TIME_WINDOW,
    ("__SNMP-USER-BASED-SM-MIB", "usmStatsUnknownUserNames"): Refusal.USER,
    ("__SNMP-USER-BASED-SM-MIB", "usmStatsUnsupportedSecLevels"): Refusal.LEVEL,
    ("__SNMPv2-MIB", "snmpInBadCommunityNames"): Refusal.COMMUNITY,
    ("__SNMP-MPD-MIB", "snmpUnknownPDUHandlers"): Refusal.UNSUPPORTED,
}
"""Where pysnmp says why it did not take something, as RFC 3412 and 3414 have it."""

_HOSTILE = (
    *(PySnmpError, PyAsn1Error, LookupError, ValueError, TypeError, AttributeError),
    *(RecursionError, OverflowError),
)
"""What pysnmp lets escape when somebody who has the keys sends what is no notice."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a datagram.

    Attributes
    ----------
    variables : Variables or None
        Of a notice that was taken.
    refusal : Refusal or None
        Why it was not; neither for a question who we are, which is answered.
    answers : tuple of bytes
        For its sender.
    """

    variables: Variables | None = None
    refusal: Refusal | None = None
    answers: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class _Keys:
    """Protocols as pysnmp names them, and keys localised to one engine."""

    auth: Any
    auth_key: bytes = field(repr=False)
    privacy: Any
    privacy_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Row:
    """Where pysnmp looks for them."""

    auth: Any
    auth_key: Any
    privacy: Any
    privacy_key: Any

    def hold(self, keys: _Keys) -> None:
        """Be the row of these keys."""
        for name in ("auth", "auth_key", "privacy", "privacy_key"):
            value = getattr(keys, name)
            if value != b"":
                cell = getattr(self, name)
                cell.syntax = cell.syntax.clone(value)


class _Answers(AbstractTransportDispatcher):  # type: ignore[misc]
    """Stands where pysnmp expects its sockets."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[bytes] = []

    def send_message(self, message: Any, domain: object, address: object) -> None:  # noqa: ANN401, ARG002
        """Keep an answer."""
        self.taken.append(bytes(message))


class _Watch:
    """What pysnmp copies our engine's time from; its own runs by the wall clock."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def clone(self) -> Any:  # noqa: ANN401
        """Return the time as of now."""
        return Integer32(self._identity.now())


class Interpreter:
    """pysnmp's engine, set up as `identity`."""

    def __init__(self, identity: Identity) -> None:
        self._engine = SnmpEngine()
        self._answers = _Answers()
        self._engine.register_transport_dispatcher(self._answers)
        self._told: list[tuple[Any, Any]] | None = None
        NotificationReceiver(self._engine, self._hear)
        identified = self._symbol(_FRAMEWORK, "snmpEngineID")
        identified.syntax = identified.syntax.clone(identity.engine_id)
        self._engine.snmpEngineID = identified.syntax
        boots = self._symbol(_FRAMEWORK, "snmpEngineBoots")
        boots.syntax = boots.syntax.clone(identity.boots)
        self._symbol(_FRAMEWORK, "snmpEngineTime").syntax = _Watch(identity)
        self._counters = [
            (self._symbol(*name), refusal) for name, refusal in _COUNTERS.items()
        ]
        self._communities: set[bytes] = set()
        self._rows: dict[bytes, _Row] = {}
        self._keys: OrderedDict[tuple[bytes, User], _Keys] = OrderedDict()
        self._read = 0

    def accept(self, communities: Iterable[bytes]) -> None:
        """Take notices of these communities, and of no others."""
        wanted = set(communities)
        for gone in self._communities - wanted:
            config.delete_v1_system(self._engine, _index(gone))
        for new in wanted - self._communities:
            config.add_v1_system(self._engine, _index(new), new)
        self._communities = wanted

    def expect(self, engine_id: bytes, user: User) -> None:
        """Know a user's keys at an engine: at the sender's for a trap, else at ours."""
        # One row a name, written anew for each engine: to add and to remove rows takes
        # pysnmp the longer the more there are, tens of milliseconds at some hundreds.
        row = self._rows.get(user.name)
        if row is None:
            row = self._rows[user.name] = self._new_row(user.name)
        key = engine_id, user
        keys = self._keys.pop(key, None) or _localised(engine_id, user)
        self._keys[key] = keys
        if len(self._keys) > _KEPT:
            self._keys.popitem(last=False)
        row.hold(keys)

    def read(self, datagram: bytes) -> Reading:
        """Return what `datagram` says, or why it is not taken."""
        self._read += 1
        if self._read % _FRESHENED == 0:
            self._freshen()
        self._answers.taken.clear()
        self._told = None
        before = self._counts()
        variables = None
        try:
            self._engine.message_dispatcher.receive_message(
                self._engine, _UDP, _SOMEWHERE, datagram
            )
            if self._told is not None:
                variables = [(tuple(oid), _content(each)) for oid, each in self._told]
        except _HOSTILE:
            return Reading(refusal=Refusal.MALFORMED)
        answers = tuple(self._answers.taken)
        if variables is not None:
            return Reading(variables, answers=answers)
        return Reading(refusal=self._why(before), answers=answers)

    def _why(self, before: list[int]) -> Refusal | None:
        """Return why nothing was told, by the counter that went up."""
        grown = [now != then for now, then in zip(self._counts(), before, strict=True)]
        if not any(grown):
            return Refusal.MALFORMED
        return self._counters[grown.index(True)][1]

    def _counts(self) -> list[int]:
        return [int(counter.syntax) for counter, _ in self._counters]

    def _hear(
        self,
        _engine: object,
        _reference: object,
        _context_engine_id: object,
        _context: object,
        told: list[tuple[Any, Any]],
        _given: object,
    ) -> None:
        self._told = told

    def _new_row(self, name: bytes) -> "_Row":
        config.add_v3_user(self._engine, name, securityEngineId=_ANY_ENGINE)
        users = self._symbol("SNMP-USER-BASED-SM-MIB", "usmUserEntry")
        keys = self._symbol("PYSNMP-USM-MIB", "pysnmpUsmKeyEntry")
        index = users.getInstIdFromIndices(_ANY_ENGINE, name)
        return _Row(
            users.getNode((*users.name, 5, *index)),
            keys.getNode((*keys.name, 1, *index)),
            users.getNode((*users.name, 8, *index)),
            keys.getNode((*keys.name, 2, *index)),
        )

    def _freshen(self) -> None:
        # Nobody's freshness is lost with it: pysnmp believes what a trap says of its
        # sender's time, and whoever calls us does not.
        usm, v3 = SnmpUSMSecurityModel(), SnmpV3MessageProcessingModel()
        self._engine.security_models[usm.SECURITY_MODEL_ID] = usm
        subsystems = self._engine.message_processing_subsystems
        subsystems[v3.MESSAGE_PROCESSING_MODEL_ID] = v3

    def _symbol(self, module: str, name: str) -> Any:  # noqa: ANN401
        return self._engine.get_mib_builder().import_symbols(module, name)[0]


def _localised(engine_id: bytes, user: User) -> _Keys:
    """Return how a user signs and encrypts for an engine."""
    auth, auth_key = config.USM_AUTH_NONE, b""
    privacy, privacy_key = config.USM_PRIV_NONE, b""
    if user.protocol is not None and user.auth_key is not None:
        auth = _AUTH[user.protocol.digest]
        auth_key = localise(user.auth_key, engine_id, user.protocol)
        if user.privacy is not None and user.privacy_key is not None:
            privacy = _AES[user.privacy.octets]
            if user.privacy.cipher == "des":
                privacy = config.USM_PRIV_CBC56_DES
            privacy_key = localise_privacy(
                user.privacy_key, engine_id, user.protocol, user.privacy
            )
    return _Keys(auth, auth_key, privacy, privacy_key)


def _index(community: bytes) -> str:
    """Return the name of a community's row: 1 to 32 octets, and told nobody."""
    return blake2b(community, digest_size=16).hexdigest()


def _content(value: Any) -> Content:  # noqa: ANN401
    if isinstance(value, univ.Integer):
        return int(value)
    if isinstance(value, univ.OctetString):
        return bytes(value)
    if isinstance(value, univ.ObjectIdentifier):
        return tuple(value)
    return None
