"""What we know of an SNMPv3 agent: who it is, what time it is there, our keys there."""

import time
from dataclasses import dataclass

from collectors.snmp.usm import (
    AuthProtocol,
    Encrypter,
    PrivacyProtocol,
    Signer,
    localise,
    localise_privacy,
    make_encrypter,
)
from collectors.snmp.v3message import SecuredMessage

_WINDOW = 150
"""Seconds that a message may be behind the agent's clock (RFC 3414, section 2.2.3)."""
_LATCHED = 2**31 - 1
"""The last boot number; an engine that got there must be given new keys."""


@dataclass(frozen=True, slots=True)
class User:
    """Who we are, with keys not yet localised; None where the level does without."""

    name: bytes
    protocol: AuthProtocol | None = None
    auth_key: bytes | None = None
    privacy: PrivacyProtocol | None = None
    privacy_key: bytes | None = None

    def __repr__(self) -> str:
        """Name the user and no key."""
        return f"User(name={self.name!r})"


class Agent:
    """The authoritative engine.

    Attributes
    ----------
    engine_id : bytes
        As it told us, unsigned.
    boots : int
        How often it has started.
    signer, encrypter : Signer, Encrypter or None
        With our keys localised to this engine.
    """

    def __init__(self, found: SecuredMessage, user: User) -> None:
        self.engine_id = found.engine_id
        self.boots = found.boots
        self._set = (found.time, time.monotonic())
        self._synchronised = False
        self.signer: Signer | None = None
        self.encrypter: Encrypter | None = None
        if user.protocol is not None and user.auth_key is not None:
            key = localise(user.auth_key, self.engine_id, user.protocol)
            self.signer = Signer(key, user.protocol)
            if user.privacy is not None and user.privacy_key is not None:
                key = localise_privacy(
                    user.privacy_key, self.engine_id, user.protocol, user.privacy
                )
                self.encrypter = make_encrypter(key, user.privacy)

    def now(self) -> int:
        """Return what its clock says by our watch: seconds since its last boot."""
        then, at = self._set
        return min(then + int(time.monotonic() - at), _LATCHED)

    def in_window(self, message: SecuredMessage) -> bool:
        """Set our watch by a signed message; False if it is an old one (3.2, 7b)."""
        if message.boots == _LATCHED:
            return False
        fresh = (message.boots, message.time) > (self.boots, self._set[0])
        if fresh or not self._synchronised:
            self.boots = message.boots
            self._set = (message.time, time.monotonic())
            self._synchronised = True
            return True
        return message.boots == self.boots and message.time >= self.now() - _WINDOW
