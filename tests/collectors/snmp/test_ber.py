"""The codec against its inverse, against pysnmp's, and against rubbish."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.snmp import ber
from collectors.snmp.ber import Malformed, Oid
from collectors.snmp.message import (
    Message,
    Pdu,
    PduType,
    decode_v2c,
    encode_v2c,
    peek_id,
)
from collectors.snmp.v3message import (
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
    Value,
    write_value,
)
from tests.collectors.snmp import peer

_ARC = st.integers(0, 2**32 - 1) | st.integers(0, 300)
OIDS = st.builds(
    lambda start, rest: (*start, *rest),
    st.tuples(st.integers(0, 1), st.integers(0, 39)) | st.tuples(st.just(2), _ARC),
    st.lists(_ARC, max_size=20),
)
_UNSIGNED = st.integers(0, 2**32 - 1)
_INTEGER = st.integers(-(2**31), 2**31 - 1)
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.builds(Integer32, _INTEGER),
    st.builds(Counter32, _UNSIGNED),
    st.builds(Gauge32, _UNSIGNED),
    st.builds(TimeTicks, _UNSIGNED),
    st.builds(Counter64, st.integers(0, 2**64 - 1)),
    st.builds(OctetString, st.binary(max_size=300)),
    st.builds(IpAddress, st.binary(min_size=4, max_size=4)),
    st.builds(Opaque, st.binary(max_size=20)),
    st.sampled_from(Absent),
    st.none(),
    OIDS,
)
PDUS = st.builds(
    Pdu,
    st.sampled_from(PduType),
    _INTEGER,
    st.lists(st.tuples(OIDS, VALUES), max_size=8),
    _INTEGER,
    _INTEGER,
)


def _types(pdu: Pdu) -> list[type]:
    return [type(value) for _, value in pdu.varbinds]


@given(PDUS, st.binary(max_size=40))
def test_what_is_encoded_decodes_to_the_same(pdu: Pdu, community: bytes) -> None:
    datagram = encode_v2c(community, pdu)
    message = decode_v2c(datagram)
    assert message == Message(1, community, pdu)
    assert _types(message.pdu) == _types(pdu)
    assert peek_id(datagram) == pdu.request_id


@given(PDUS)
def test_every_shortened_message_is_malformed(pdu: Pdu) -> None:
    datagram = encode_v2c(b"public", pdu)
    for length in range(len(datagram)):
        with pytest.raises(Malformed):
            decode_v2c(datagram[:length])
    with pytest.raises(Malformed, match="after the message"):
        decode_v2c(datagram + b"\0")


@given(PDUS, st.data())
def test_mutated_messages_are_read_or_malformed_and_nothing_else(
    pdu: Pdu, data: st.DataObject
) -> None:
    secured = SecuredMessage(
        7, 0, b"engine", 1, 2, b"user", write_scoped(b"engine", pdu)
    )
    datagram = bytearray(
        data.draw(st.sampled_from([encode_v2c(b"public", pdu), encode_v3(secured)[0]]))
    )
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(datagram) - 1))
        datagram[at : at + data.draw(st.integers(0, 3))] = data.draw(
            st.binary(max_size=3)
        )
        if not datagram:
            break
    _read_any(bytes(datagram))


@given(st.binary(max_size=400))
def test_arbitrary_octets_are_malformed_and_nothing_else(datagram: bytes) -> None:
    _read_any(datagram)
    _read_any(b"\x30\x82" + len(datagram).to_bytes(2) + datagram)


def _read_any(datagram: bytes) -> None:
    with suppress(Malformed):
        decode_v2c(datagram)
    with suppress(Malformed):
        peek_id(datagram)
    with suppress(Malformed):
        read_scoped(datagram)
    with suppress(Malformed):
        read_scoped(decode_v3(datagram).payload)


@pytest.mark.parametrize(
    ("octets", "oid"),
    [
        ("2b06010201", (1, 3, 6, 1, 2, 1)),
        ("2b0601ff7f", (1, 3, 6, 1, 16383)),
        ("2b06018180800000", (1, 3, 6, 1, 2097152, 0)),
        ("883703", (2, 999, 3)),  # the example of X.690, 8.19.5
        ("8fffffff7f", (2, 4294967215)),
        ("00", (0, 0)),
        ("", (0, 0)),  # as Net-SNMP reads it
    ],
)
def test_object_identifiers_read_as_x690_says(octets: str, oid: Oid) -> None:
    assert ber.parse_oid(bytes.fromhex(octets)) == oid


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        ("3080020101", "length of 0 octets"),
        ("3085000000000102", "length of 5 octets"),
        ("308200", "cut short within a length"),
        ("30840fffffff", "268435455 octets announced"),
        ("30", "cut short"),
        ("3003020101", "cut short"),
        ("300302010a", "version 10"),
        ("3005020101040a", "10 octets announced, 0 left"),
        ("3004020103ff", "version 3"),
        ("300302010000", "after the message"),
        ("3003040101", "tag 0x04 where 0x02"),
        ("30020200", "integer of 0 octets"),
        ("300702050000000001", "integer of 5 octets"),
    ],
)
def test_what_is_wrong_with_a_message_is_said(octets: str, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        decode_v2c(bytes.fromhex(octets))


@pytest.mark.parametrize(
    ("varbind", "words"),
    [
        ("300606022b800500", "cut short within a number"),
        ("300706032b80010500", "padded number"),
        ("300a06062bffffffff7f0500", "over 32 bits"),
        ("300606012b050100", "octets where none are due"),
        ("300606012b800100", "octets where none are due"),
        ("300706012b40020102", "IpAddress of 2 octets"),
        ("300506012b4100", "unsigned integer of 0 octets"),
        ("300a06012b41050100000000", "unsigned integer of 5 octets"),
        ("300506012b4500", "unknown type 0x45"),
        ("300706012b0500" + "0500", "octets after a value"),
        ("300306012b", "cut short"),
    ],
)
def test_what_is_wrong_with_a_variable_is_said(varbind: str, words: str) -> None:
    content = bytes.fromhex("020101020100020100") + ber.write(
        ber.SEQUENCE, bytes.fromhex(varbind)
    )
    datagram = ber.write(
        ber.SEQUENCE, bytes.fromhex("0201010400") + ber.write(0xA2, content)
    )
    with pytest.raises(Malformed, match=words):
        decode_v2c(datagram)


def test_lengths_and_unsigned_numbers_as_sloppy_agents_send_them_are_read() -> None:
    content = bytes.fromhex(
        "020101"
        "020100"
        "020100"
        "30840000000e"  # a length in four octets where one would do
        "300c06042b060101"
        "4104ffffffff"  # a Counter32 without the zero that keeps its sign clear
    )
    datagram = ber.write(
        ber.SEQUENCE, bytes.fromhex("0201010400") + ber.write(0xA2, content)
    )
    assert decode_v2c(datagram).pdu.varbinds == [((1, 3, 6, 1, 1), 2**32 - 1)]


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (Integer32(2**31), ValueError),
        (Counter32(-1), ValueError),
        (Counter64(2**64), ValueError),
        (IpAddress(b"12345"), ValueError),
        ((1,), ValueError),
        ((3, 1), ValueError),
        ((1, 40), ValueError),
        ((1, 3, -1), ValueError),
        ((1, 3, 2**32), ValueError),
        ((1, 3, *([1] * 127)), ValueError),
        (7, TypeError),
        (b"text", TypeError),
    ],
)
def test_what_cannot_be_encoded_is_our_error(
    value: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        write_value(value)  # type: ignore[arg-type]  # the point of the test


_TYPES = {
    Integer32: "Integer",
    Counter32: "Counter32",
    Gauge32: "Gauge32",
    TimeTicks: "TimeTicks",
    Counter64: "Counter64",
    OctetString: "OctetString",
    IpAddress: "IpAddress",
    Opaque: "Opaque",
}


@settings(max_examples=30)  # pysnmp takes its time
@given(
    st.integers(0, 2**31 - 1),
    st.lists(
        st.tuples(OIDS, VALUES.filter(lambda value: type(value) in _TYPES)),
        max_size=5,
    ),
)
def test_pysnmp_reads_what_we_write_and_writes_what_we_read(
    number: int, varbinds: list[tuple[Oid, Value]]
) -> None:
    pdu = Pdu(PduType.RESPONSE, number, varbinds)
    ours = encode_v2c(b"public", pdu)
    expected = [(oid, _TYPES[type(value)], value) for oid, value in varbinds]
    assert peer.read_response(ours) == (number, expected)
    assert decode_v2c(peer.rewrite(ours)).pdu == pdu
