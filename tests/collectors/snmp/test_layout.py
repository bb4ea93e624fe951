"""A remembered layout reads what the parser reads, and nothing that it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp.ber import Malformed
from collectors.snmp.layout import learn, names
from collectors.snmp.message import ErrorStatus, Pdu, PduType, decode_v2c, encode_v2c
from collectors.snmp.v3message import read_scoped, write_scoped
from collectors.snmp.values import (
    Absent,
    Counter32,
    Counter64,
    Gauge32,
    Integer32,
    OctetString,
    TimeTicks,
    Value,
    VarBind,
)
from tests.collectors.snmp.fuzz import mutation
from tests.collectors.snmp.fuzz.messages import learned
from tests.collectors.snmp.test_ber import OIDS, VALUES

VARBINDS = st.lists(st.tuples(OIDS, VALUES), max_size=12)
NUMBERS = st.integers(2**30, 2**31 - 1)
COLUMN = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6)


def answer(varbinds: list[VarBind], number: int = 2**30) -> bytes:
    return encode_v2c(b"public", Pdu(PduType.RESPONSE, number, varbinds))


def typed(pdu: Pdu) -> list[tuple[object, type, Value]]:
    return [(oid, type(value), value) for oid, value in pdu.varbinds]


def same(octets: bytes, read: Pdu | None) -> None:
    """Check a reading against the parser's, where there is one."""
    if read is None:
        return
    parsed = decode_v2c(octets).pdu
    assert typed(read) == typed(parsed)
    assert (read.type, read.request_id) == (parsed.type, parsed.request_id)
    assert (read.error_status, read.error_index) == (0, 0)


@given(VARBINDS, NUMBERS)
def test_an_answer_is_read_by_its_own_layout(
    varbinds: list[VarBind], number: int
) -> None:
    octets = answer(varbinds, number)
    reader = learned(octets, decode_v2c(octets).pdu)
    if reader is None:
        # Only for an integer whose three octets hold a sign.
        assert any(
            isinstance(value, Integer32) and -(2**23) <= value < -(2**15)
            for _, value in varbinds
        )
        return
    read = reader(octets)
    assert read is not None
    same(octets, read)


@given(VARBINDS, st.data())
def test_octets_that_differ_anywhere_are_read_as_the_parser_does_or_not_at_all(
    varbinds: list[VarBind], data: st.DataObject
) -> None:
    octets = answer(varbinds)
    reader = learned(octets, decode_v2c(octets).pdu)
    if reader is None:
        return
    changed = bytearray(octets)
    places = st.integers(0, len(octets) - 1)
    for at, octet in data.draw(st.dictionaries(places, st.integers(0, 255))).items():
        changed[at] = octet
    read = reader(bytes(changed))
    if read is not None:
        same(bytes(changed), read)
    assert reader(octets[:-1]) is None


KINDS = [Counter32, Gauge32, TimeTicks, Counter64]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("octets", range(1, 9))
def test_numbers_of_every_width_change_without_a_new_layout(
    kind: type[Counter64], octets: int
) -> None:
    if octets > 4 and kind is not Counter64:
        return
    # The first octet below 0x80, so that the sign takes none of its own; and above.
    for first, second in ((0x01, 0x7F), (0x80, 0xFF)):
        least = kind(first << 8 * (octets - 1))
        most = kind((second + 1 << 8 * (octets - 1)) - 1)
        before = answer([((*COLUMN, 1), least), ((*COLUMN, 2), Integer32(1))])
        after = answer([((*COLUMN, 1), most), ((*COLUMN, 2), Integer32(-2))], 2**31 - 1)
        reader = learned(before, decode_v2c(before).pdu)
        assert reader is not None
        read = reader(after)
        assert read is not None
        same(after, read)
        assert read.request_id == 2**31 - 1


def test_another_name_another_type_and_an_end_are_another_layout() -> None:
    row = (*COLUMN, 7)
    before = answer([(row, Counter64(5)), (row, OctetString(b"Gi0/1"))])
    reader = learned(before, decode_v2c(before).pdu)
    assert reader is not None
    others: list[list[VarBind]] = [
        [((*COLUMN, 8), Counter64(5)), (row, OctetString(b"Gi0/1"))],
        [(row, Gauge32(5)), (row, OctetString(b"Gi0/1"))],
        [(row, Counter64(5)), (row, OctetString(b"Gi0/2"))],
        [(row, Absent.END_OF_MIB_VIEW), (row, OctetString(b"Gi0/1"))],
        [(row, Counter64(500)), (row, OctetString(b"Gi0/1"))],
    ]
    for other in others:
        assert reader(answer(other)) is None
    assert reader(encode_v2c(b"others", decode_v2c(before).pdu)) is None


def test_an_error_a_report_and_a_short_number_have_no_layout() -> None:
    for pdu in (
        Pdu(PduType.RESPONSE, 2**30, [], ErrorStatus.TOO_BIG),
        Pdu(PduType.REPORT, 2**30, [(COLUMN, Counter32(1))]),
        Pdu(PduType.RESPONSE, 7, [(COLUMN, Counter32(1))]),
    ):
        assert learn(encode_v2c(b"public", pdu), pdu) is None


def test_three_octets_of_an_integer_are_read_while_they_are_positive() -> None:
    def of(value: int) -> bytes:
        return answer([(COLUMN, Integer32(value)), ((*COLUMN, 1), Counter64(7))])

    reader = learned(of(2**15), decode_v2c(of(2**15)).pdu)
    assert reader is not None
    read = reader(of(2**23 - 1))
    assert read is not None
    same(of(2**23 - 1), read)
    for value in (-(2**23), -(2**15) - 1, 2**23, 2**15 - 1):
        assert reader(of(value)) is None
        assert learned(of(-(2**23)), decode_v2c(of(-(2**23))).pdu) is None


@given(VARBINDS, VARBINDS)
def test_answers_have_a_digest_in_common_if_they_name_the_same(
    one: list[VarBind], other: list[VarBind]
) -> None:
    def told(varbinds: list[VarBind]) -> list[tuple[object, object]]:
        return [(o, v if isinstance(v, Absent) else None) for o, v in varbinds]

    same_names = names(answer(one)) == names(answer(other, 2**31 - 1))
    assert same_names == (told(one) == told(other))
    renamed: list[VarBind] = [(oid, Counter32(1)) for oid, _ in one]
    numbered: list[VarBind] = [(oid, Counter64(2**40)) for oid, _ in one]
    assert names(answer(renamed)) == names(answer(numbered))


def test_a_scoped_pdu_is_read_alike() -> None:
    pdu = Pdu(PduType.RESPONSE, 2**30, [(COLUMN, Counter64(2**40))])
    octets = write_scoped(b"\x80engine", pdu)
    reader = learned(octets, read_scoped(octets)[1])
    assert reader is not None
    assert reader(octets) == pdu
    assert reader(write_scoped(b"\x80others", pdu)) is None


@pytest.mark.parametrize("seed", range(4))
def test_25_000_mutated_datagrams_raise_nothing_but_malformed(seed: int) -> None:
    assert mutation.run(seed, 25_000) == 25_000


@given(st.binary(max_size=60))
def test_rubbish_is_never_read(octets: bytes) -> None:
    known = answer([(COLUMN, Counter32(1))])
    reader = learned(known, decode_v2c(known).pdu)
    assert reader is not None
    try:
        decode_v2c(octets)
    except Malformed:
        assert reader(octets) is None
