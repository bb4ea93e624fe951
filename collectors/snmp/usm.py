"""The User-based Security Model's arithmetic (RFC 3414, RFC 7860, RFC 3826).

Pure functions and keys; who is in step with whom is :mod:`collectors.snmp.v3`'s.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

_MEGABYTE = 1_048_576


@dataclass(frozen=True, slots=True)
class AuthProtocol:
    """The name of a hash, and to how many octets of it the signature is cut."""

    digest: str
    length: int


AUTH_PROTOCOLS: Final = {
    "sha": AuthProtocol("sha1", 12),  # HMAC-SHA-96, RFC 3414, section 7
    "sha256": AuthProtocol("sha256", 24),  # HMAC-SHA-256-192, RFC 7860
}


def password_to_key(password: bytes, protocol: AuthProtocol) -> bytes:
    """Return the user's key Ku: a hash of the password repeated to 2**20 octets.

    Slow by design (RFC 3414, section 11.2): milliseconds. Do it once.

    Raises
    ------
    ValueError
        If the password is empty.
    """
    if not password:
        raise ValueError("empty password")
    repeated = password * (_MEGABYTE // len(password) + 1)
    return hashlib.new(protocol.digest, repeated[:_MEGABYTE]).digest()


def localise(key: bytes, engine_id: bytes, protocol: AuthProtocol) -> bytes:
    """Return the key Kul that one engine knows the user by (RFC 3414, section 2.6)."""
    return hashlib.new(protocol.digest, key + engine_id + key).digest()


class Signer:
    """Signs and checks messages with one localised key."""

    def __init__(self, key: bytes, protocol: AuthProtocol) -> None:
        # Keyed once and copied: the key's two blocks are not hashed for each message.
        self._keyed = hmac.new(key, digestmod=protocol.digest)
        self.length = protocol.length

    def sign(self, message: bytes) -> bytes:
        """Return the signature of `message`, whose signature field is all zeros."""
        keyed = self._keyed.copy()
        keyed.update(message)
        return keyed.digest()[: self.length]

    def signed(self, message: bytes, at: int, signature: bytes) -> bytes:
        """Return `message` with `signature` in the field at offset `at`."""
        return message[:at] + signature + message[at + len(signature) :]

    def verify(self, message: bytes, at: int, signature: bytes) -> bool:
        """Whether `signature`, found at offset `at` of `message`, is right."""
        if len(signature) != self.length:
            return False
        zeroed = self.signed(message, at, bytes(self.length))
        return hmac.compare_digest(self.sign(zeroed), signature)


class Encrypter:
    """CFB128-AES-128 with one localised key (RFC 3826, section 3.1)."""

    def __init__(self, key: bytes) -> None:
        self._key = algorithms.AES(key[:16])

    def encrypt(self, octets: bytes, boots: int, time: int, salt: bytes) -> bytes:
        """Return `octets` encrypted; `salt` (8 octets) must never be used twice."""
        cipher = self._cipher(boots, time, salt).encryptor()
        return cipher.update(octets) + cipher.finalize()

    def decrypt(self, octets: bytes, boots: int, time: int, salt: bytes) -> bytes:
        """Return `octets` decrypted; a wrong key gives rubbish and no error."""
        cipher = self._cipher(boots, time, salt).decryptor()
        return cipher.update(octets) + cipher.finalize()

    def _cipher(self, boots: int, time: int, salt: bytes) -> Cipher[CFB]:
        start = boots.to_bytes(4) + time.to_bytes(4) + salt
        return Cipher(self._key, CFB(start))
