"""USM's arithmetic against the RFCs' vectors, and against pysnmp's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp import ber
from collectors.snmp.ber import Malformed
from collectors.snmp.usm import (
    AUTH_PROTOCOLS,
    PRIVACY_PROTOCOLS,
    AesEncrypter,
    AuthProtocol,
    DesEncrypter,
    Signer,
    localise,
    localise_privacy,
    make_encrypter,
    password_to_key,
)
from collectors.snmp.v3agent import User
from tests.collectors.snmp import peer

_ENGINE = bytes.fromhex("000000000000000000000002")


def test_sha1_keys_are_those_of_rfc_3414_a_3_2() -> None:
    protocol = AUTH_PROTOCOLS["sha"]
    key = password_to_key(b"maplesyrup", protocol)
    assert key.hex() == "9fb5cc0381497b3793528939ff788d5d79145211"
    localised = localise(key, _ENGINE, protocol)
    assert localised.hex() == "6695febc9288e36282235fc7151f128497b38f3f"


@pytest.mark.parametrize("name", AUTH_PROTOCOLS)
def test_localised_keys_are_those_of_pysnmp(name: str) -> None:
    protocol = AUTH_PROTOCOLS[name]
    key = localise(password_to_key(b"maplesyrup", protocol), _ENGINE, protocol)
    assert key == peer.localised_key(name, b"maplesyrup", _ENGINE)


@pytest.mark.parametrize(
    ("protocol", "mac"),
    [
        # RFC 2202, HMAC-SHA-1 test case 1; RFC 4231, test case 1: cut as RFC 3414 and
        # RFC 7860 cut them.
        (AUTH_PROTOCOLS["sha"], "b617318655057264e28bc0b6"),
        (
            AUTH_PROTOCOLS["sha256"],
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da7",
        ),
    ],
)
def test_signatures_are_those_of_the_rfcs(protocol: AuthProtocol, mac: str) -> None:
    assert Signer(b"\x0b" * 20, protocol).sign(b"Hi There").hex() == mac


@pytest.mark.parametrize("name", AUTH_PROTOCOLS)
def test_signed_messages_are_those_of_pysnmp(name: str) -> None:
    signer = Signer(bytes(range(32)), AUTH_PROTOCOLS[name])
    # Zeros nowhere else: pysnmp finds the field by looking for them.
    message = b"before" + bytes(signer.length) + b"behind"
    ours = signer.signed(message, 6, signer.sign(message))
    assert ours == peer.signed(name, bytes(range(32)), message)


@given(st.binary(max_size=80), st.binary(max_size=80), st.data())
def test_any_changed_octet_breaks_the_signature(
    before: bytes, behind: bytes, data: st.DataObject
) -> None:
    signer = Signer(b"k" * 20, AUTH_PROTOCOLS["sha"])
    zeroed = before + bytes(12) + behind
    signature = signer.sign(zeroed)
    whole = bytearray(signer.signed(zeroed, len(before), signature))
    assert signer.verify(bytes(whole), len(before), signature)
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    claimed = bytes(whole[len(before) : len(before) + 12])
    assert not signer.verify(bytes(whole), len(before), claimed)


def test_a_signature_of_another_length_is_wrong() -> None:
    signer = Signer(b"k" * 20, AUTH_PROTOCOLS["sha"])
    message = b"before" + bytes(12)
    assert not signer.verify(message, 6, b"")
    assert not signer.verify(message, 6, signer.sign(message) + b"\0")


def test_cfb128_is_that_of_nist_sp_800_38a_f_3_13() -> None:
    encrypter = AesEncrypter(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"))
    salt = bytes(range(8, 16))
    clear = bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")
    encrypted = encrypter.encrypt(clear, 0x00010203, 0x04050607, salt)
    assert encrypted.hex() == "3b3fd92eb72dad20333449f8e83cfb4a"


@pytest.mark.parametrize("name", PRIVACY_PROTOCOLS)
@given(st.binary(max_size=100), st.integers(0, 2**31 - 1))
def test_pysnmp_decrypts_what_we_encrypt(name: str, text: bytes, moment: int) -> None:
    privacy, clear = PRIVACY_PROTOCOLS[name], ber.write(ber.SEQUENCE, text)
    key = bytes(range(privacy.octets))
    encrypter = make_encrypter(key, privacy)
    encrypted = encrypter.encrypt(clear, 7, moment, b"saltsalt")
    assert encrypter.decrypt(encrypted, 7, moment, b"saltsalt") == clear
    theirs = peer.decrypted(name, key, 7, moment, b"saltsalt", encrypted)
    # DES fills up its last block, and leaves that to the reader.
    assert theirs[: len(clear)] == clear
    assert not any(theirs[len(clear) :])


@pytest.mark.parametrize("auth", AUTH_PROTOCOLS)
@pytest.mark.parametrize("name", PRIVACY_PROTOCOLS)
def test_privacy_keys_are_those_of_pysnmp(auth: str, name: str) -> None:
    protocol, privacy = AUTH_PROTOCOLS[auth], PRIVACY_PROTOCOLS[name]
    key = password_to_key(b"maplesyrup", protocol)
    ours = localise_privacy(key, _ENGINE, protocol, privacy)
    assert ours == peer.localised_privacy_key(auth, name, b"maplesyrup", _ENGINE)


def test_part_of_a_des_block_is_malformed() -> None:
    with pytest.raises(Malformed, match="not whole blocks"):
        DesEncrypter(bytes(16)).decrypt(b"seven.." * 3, 0, 0, bytes(8))


def test_a_users_keys_are_not_in_its_repr() -> None:
    user = User(b"monitor", AUTH_PROTOCOLS["sha"], b"auth-key", privacy_key=b"key")
    assert repr(user) == "User(name=b'monitor')"


@pytest.mark.parametrize("name", PRIVACY_PROTOCOLS)
def test_what_fills_up_the_last_block_is_left_out(name: str) -> None:
    privacy = PRIVACY_PROTOCOLS[name]
    encrypter = make_encrypter(bytes(range(privacy.octets)), privacy)
    scoped = ber.write(ber.SEQUENCE, b"scoped PDU")
    encrypted = encrypter.encrypt(scoped + bytes(5), 7, 8, b"saltsalt")
    assert encrypter.decrypt(encrypted, 7, 8, b"saltsalt") == scoped
