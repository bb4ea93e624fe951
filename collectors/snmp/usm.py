"""The User-based Security Model's arithmetic (RFC 3414, RFC 7860, RFC 3826).

MD5 and DES are there for devices that have nothing else.

Pure functions and keys; who is in step with whom is :mod:`collectors.snmp.v3`'s.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final, Protocol

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

from collectors.snmp import ber
from collectors.snmp.ber import Malformed

_MEGABYTE = 1_048_576
_AES_BLOCK = 16
_BLOCK = 8
"""Octets that DES encrypts at once."""


@dataclass(frozen=True, slots=True)
class PrivacyProtocol:
    """A cipher, the octets of its key, and how a hash that is shorter is stretched.

    Attributes
    ----------
    cipher : str
        ``aes`` or ``des``.
    cisco : bool
        As draft-reeder-snmpv3-usm-3desede does, and Cisco; otherwise as
        draft-blumenthal-aes-usm-04 does, and Net-SNMP. With a hash as long as the
        key both are the same.
    """

    cipher: str
    octets: int
    cisco: bool = False


@dataclass(frozen=True, slots=True)
class AuthProtocol:
    """The name of a hash, and to how many octets of it the signature is cut."""

    digest: str
    length: int


AUTH_PROTOCOLS: Final = {
    "md5": AuthProtocol("md5", 12),  # HMAC-MD5-96, RFC 3414, section 6
    "sha": AuthProtocol("sha1", 12),  # HMAC-SHA-96, RFC 3414, section 7
    "sha224": AuthProtocol("sha224", 16),  # RFC 7860, this and those below
    "sha256": AuthProtocol("sha256", 24),
    "sha384": AuthProtocol("sha384", 32),
    "sha512": AuthProtocol("sha512", 48),
}


PRIVACY_PROTOCOLS: Final = {
    "des": PrivacyProtocol("des", 16),  # CBC-DES, RFC 3414, section 8
    "aes128": PrivacyProtocol("aes", 16),  # CFB128-AES-128, RFC 3826
    "aes192": PrivacyProtocol("aes", 24),
    "aes256": PrivacyProtocol("aes", 32),
    "aes192-cisco": PrivacyProtocol("aes", 24, cisco=True),
    "aes256-cisco": PrivacyProtocol("aes", 32, cisco=True),
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


def localise_privacy(
    key: bytes, engine_id: bytes, auth: AuthProtocol, privacy: PrivacyProtocol
) -> bytes:
    """Return the key that one engine decrypts by, as long as its cipher needs.

    Parameters
    ----------
    key : bytes
        Made of the privacy password by :func:`password_to_key`.
    """
    localised = localise(key, engine_id, auth)
    while len(localised) < privacy.octets:
        if privacy.cisco:
            again = password_to_key(localised, auth)
            localised += localise(again, engine_id, auth)
        else:
            localised += hashlib.new(auth.digest, localised).digest()
    return localised[: privacy.octets]


class Signer:
    """Signs and checks messages with one localised key (HMAC, RFC 2104)."""

    def __init__(self, key: bytes, protocol: AuthProtocol) -> None:
        # The key's two blocks are hashed once, and not for each message.
        block = hashlib.new(protocol.digest).block_size
        number = int.from_bytes(key.ljust(block, b"\0"))
        self._inner, self._outer = (
            hashlib.new(protocol.digest, (number ^ pad).to_bytes(block))
            for pad in (_repeated(0x36, block), _repeated(0x5C, block))
        )
        self.length = protocol.length

    def sign(self, message: bytes) -> bytes:
        """Return the signature of `message`, whose signature field is all zeros."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()[: self.length]

    def signed(self, message: bytes, at: int, signature: bytes) -> bytes:
        """Return `message` with `signature` in the field at offset `at`."""
        return message[:at] + signature + message[at + len(signature) :]

    def verify(self, message: bytes, at: int, signature: bytes) -> bool:
        """Whether `signature`, found at offset `at` of `message`, is right."""
        if len(signature) != self.length:
            return False
        zeroed = self.signed(message, at, bytes(self.length))
        return hmac.compare_digest(self.sign(zeroed), signature)


def _repeated(octet: int, times: int) -> int:
    return int.from_bytes(bytes((octet,)) * times)


class Encrypter(Protocol):
    """A cipher with one localised key."""

    def encrypt(self, octets: bytes, boots: int, time: int, salt: bytes) -> bytes:
        """Return `octets` encrypted; `salt` (8 octets) must never be used twice."""

    def decrypt(self, octets: bytes, boots: int, time: int, salt: bytes) -> bytes:
        """Return the element that was encrypted; a wrong key gives rubbish.

        Raises
        ------
        Malformed
            If they cannot be what the cipher made.
        """


class AesEncrypter:
    """CFB128-AES (RFC 3826, section 3.1), with a key of 16, 24 or 32 octets.

    Each message has a start of its own, and to set up a cipher for it takes longer than
    the cipher's work. Neither way needs that.
    """

    def __init__(self, key: bytes) -> None:
        cipher = algorithms.AES(key)
        self._blocks = Cipher(cipher, ECB()).encryptor()
        self._last = bytes(_AES_BLOCK)
        self._stream = Cipher(cipher, CFB(self._last)).encryptor()

    def encrypt(self, octets: bytes, boots: int, time: int, salt: bytes) -> bytes:
        """Return `octets` encrypted.

        One stream goes on from message to message. What follows is as if it had begun
        at a block of ours as soon as that is what one block becomes, and it becomes
        what was put in under the cipher of the block before.
        """
        size = len(octets)
        start = boots << 96 | time << 64 | int.from_bytes(salt)
        under = int.from_bytes(self._blocks.update(self._last))
        clear = (start ^ under).to_bytes(_AES_BLOCK), octets, bytes(-size % _AES_BLOCK)
        done = self._stream.update(b"%b%b%b" % clear)
        self._last = done[-_AES_BLOCK:]
        return done[_AES_BLOCK : _AES_BLOCK + size]

    def decrypt(self, octets: bytes, boots: int, time: int, salt: bytes) -> bytes:
        """Return `octets` decrypted, without what some agents fill up blocks with.

        In CFB each block is the clear one under the cipher of the block before, all of
        which are here: so no cipher has to be set up for a start of its own, which
        takes longer than to decrypt.
        """
        size = len(octets)
        before = b"%b%b%b%b" % (boots.to_bytes(4), time.to_bytes(4), salt, octets)
        under = self._blocks.update(before[: -(-size // _AES_BLOCK) * _AES_BLOCK])
        clear = int.from_bytes(under[:size]) ^ int.from_bytes(octets)
        return _unfilled(clear.to_bytes(size))


class DesEncrypter:
    """CBC-DES (RFC 3414, section 8): eight octets of key, eight for the first block."""

    def __init__(self, key: bytes) -> None:
        # DES three times with one key is DES once.
        self._key = TripleDES(key[:8] * 3)
        self._start = int.from_bytes(key[8:16])

    def encrypt(self, octets: bytes, boots: int, time: int, salt: bytes) -> bytes:  # noqa: ARG002
        """Return `octets` encrypted, filled up to whole blocks."""
        cipher = self._cipher(salt).encryptor()
        return cipher.update(octets + bytes(-len(octets) % _BLOCK)) + cipher.finalize()

    def decrypt(self, octets: bytes, boots: int, time: int, salt: bytes) -> bytes:  # noqa: ARG002
        """Return `octets` decrypted, without what fills up the last block."""
        if len(octets) % _BLOCK:
            raise Malformed(f"{len(octets)} octets encrypted, not whole blocks")
        cipher = self._cipher(salt).decryptor()
        return _unfilled(cipher.update(octets) + cipher.finalize())

    def _cipher(self, salt: bytes) -> Cipher[CBC]:
        start = (self._start ^ int.from_bytes(salt)).to_bytes(_BLOCK)
        return Cipher(self._key, CBC(start))


def _unfilled(clear: bytes) -> bytes:
    """Return the one element that `clear` begins with."""
    return clear[: ber.read_header(clear, 0, len(clear))[2]]


def make_encrypter(key: bytes, privacy: PrivacyProtocol) -> Encrypter:
    """Return the cipher with a key of :func:`localise_privacy`."""
    return DesEncrypter(key) if privacy.cipher == "des" else AesEncrypter(key)
