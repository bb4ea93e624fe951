"""Extensions on the wire, against RFC 8972 read octet by octet."""

import hashlib
import hmac
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.stamp import tlv
from probes.stamp.channel import Asking, StampChannel
from probes.stamp.extended import Seen, respond
from probes.stamp.packet import UNSIGNED, Signed
from probes.stamp.words import explain

KEY = b"a secret of the test's own"


def seen(**changes: object) -> Seen:
    known: dict[str, object] = {
        "sequence": 5,
        "number": 3,
        "tos": 46 << 2 | 1,
        "source": ("192.0.2.7", 40_000),
        "destination": ("192.0.2.1", 862),
        "received": 4,
        "sent": 4,
        "before": (2, 0xEEB3A9E1_00000000),
        "synchronised": True,
    }
    return Seen(**(known | changes))  # type: ignore[arg-type]


def asked(kind: int, value: bytes, flags: int = 0x80) -> bytes:
    return bytes((flags, kind)) + len(value).to_bytes(2) + value


def signed(before: bytes, sequence: int = 5, key: bytes = KEY) -> bytes:
    # Section 4.8: over the sequence number and all extensions before it.
    covered = sequence.to_bytes(4) + before
    return before + asked(8, hmac.new(key, covered, hashlib.sha256).digest()[:16])


def test_padding_goes_back_as_it_came() -> None:
    question = asked(1, b"whatever it may be")
    assert respond(question, seen(), None)[0] == b"\0" + question[1:]


def test_class_of_service_is_laid_out_as_in_figure_15() -> None:
    question = tlv.class_of_service(10)
    assert question == asked(4, (10 << 10).to_bytes(2) + b"\0\0")
    answer, dscp = respond(question, seen(), None)
    marks = 10 << 10 | 46 << 4 | 1 << 2
    assert answer == asked(4, marks.to_bytes(2) + b"\0\0", 0)
    assert dscp == 10
    told = tlv.read(bytes(44) + answer, 44, None, 3)
    assert (told.dscp, told.ecn, told.refused) == (46, 1, False)


def test_a_mark_that_is_not_permitted_is_refused_and_the_own_one_is_used() -> None:
    question = tlv.class_of_service(10)
    answer, dscp = respond(question, seen(permitted=frozenset({0})), None)
    assert answer[5] & 3 == 1
    assert dscp == 46
    assert tlv.read(bytes(44) + answer, 44, None, 3).refused


def test_direct_measurement_is_laid_out_as_in_figure_16() -> None:
    question = tlv.direct_measurement(9)
    assert question == asked(5, (9).to_bytes(4) + bytes(8))
    answer, _ = respond(question, seen(received=8, sent=7), None)
    values = (9).to_bytes(4) + (8).to_bytes(4) + (7).to_bytes(4)
    assert answer == asked(5, values, 0)


@pytest.mark.parametrize(
    ("source", "destination", "kinds"),
    [("192.0.2.7", "192.0.2.1", (5, 8)), ("2001:db8::7", "2001:db8::1", (6, 9))],
)
def test_location_is_laid_out_as_in_figures_6_to_13(
    source: str, destination: str, kinds: tuple[int, int]
) -> None:
    ends = {"source": (source, 40_000), "destination": (destination, 862)}
    answer, _ = respond(tlv.LOCATION, seen(**ends), None)
    addresses = [
        ipaddress.ip_address(each).packed.ljust(16, b"\0")
        for each in (destination, source)
    ]
    ports = (862).to_bytes(2) + (40_000).to_bytes(2)
    inside = (asked(k, a, 0) for k, a in zip(kinds, addresses, strict=True))
    assert answer == asked(2, ports + b"".join(inside), 0)
    assert len(answer) == len(tlv.LOCATION)
    told = tlv.read(bytes(44) + answer, 44, None, 3)
    assert (told.source, told.destination) == ((source, 40_000), (destination, 862))


def test_a_location_that_is_not_to_be_told_is_zeros() -> None:
    answer, _ = respond(tlv.LOCATION, seen(source=None, destination=None), None)
    assert not any(answer[4:8])
    assert not any(answer[12:28])


def test_a_mac_address_nobody_sees_is_an_eui_64_of_zeros() -> None:
    question = asked(2, bytes(4) + asked(1, bytes(8)) + asked(77, b"1234"))
    answer, _ = respond(question, seen(), None)
    assert answer[8:20] == asked(3, bytes(8), 0)
    assert answer[20:] == asked(77, b"1234", 0x80)


@pytest.mark.parametrize(("synchronised", "source"), [(True, 1), (False, 5)])
def test_timestamp_information_is_laid_out_as_in_figure_14(
    synchronised: bool, source: int
) -> None:
    answer, _ = respond(asked(3, bytes(4)), seen(synchronised=synchronised), None)
    # Tables 7 and 9: NTP, or a clock that runs free; stamped in software.
    assert answer == asked(3, bytes((source, 2, source, 2)), 0)


def test_follow_up_tells_of_the_answer_before() -> None:
    answer, _ = respond(asked(7, bytes(16)), seen(), None)
    value = (2).to_bytes(4) + (0xEEB3A9E1_00000000).to_bytes(8) + b"\2\0\0\0"
    assert answer == asked(7, value, 0)
    nothing, _ = respond(asked(7, b"\xff" * 16), seen(before=None), None)
    assert nothing == asked(7, bytes(16), 0)


@pytest.mark.parametrize(("access", "flags"), [(1, 0), (2, 0), (3, 0x80)])
def test_access_reports_go_back_as_they_came(access: int, flags: int) -> None:
    value = bytes((access << 4, 1, 0, 0))
    assert respond(asked(6, value), seen(), None)[0] == asked(6, value, flags)


def test_what_is_not_known_is_flagged_and_what_follows_it_is_still_done() -> None:
    question = asked(99, b"???") + asked(3, bytes(4))
    answer, _ = respond(question, seen(), None)
    assert answer == asked(99, b"???", 0x80) + asked(3, b"\1\2\1\2", 0)


@pytest.mark.parametrize(
    "bad",
    [asked(4, bytes(5)), asked(5, bytes(4)), b"\x80\4\0\xff", asked(2, b"\0")],
)
def test_what_is_malformed_is_flagged_and_all_behind_it_goes_back_untouched(
    bad: bytes,
) -> None:
    question = asked(3, bytes(4)) + bad + asked(3, bytes(4))
    answer, _ = respond(question, seen(), None)
    assert answer[:8] == asked(3, b"\1\2\1\2", 0)
    assert answer[8] == 0x40
    assert answer[9:] == question[9:]


def test_more_extensions_than_make_sense_are_malformed_and_not_gone_through() -> None:
    question = asked(200, b"") * 32
    assert respond(question, seen(), None)[0] == question
    question += asked(200, b"") * 2_000
    answer, dscp = respond(question, seen(), None)
    assert answer == asked(200, b"", 0x40) + question[4:]
    assert dscp == 46


def test_more_places_than_there_are_go_back_as_they_came() -> None:
    place = asked(tlv.Place.SOURCE_MAC, bytes(8))
    question = asked(tlv.Kind.LOCATION, bytes(4) + place * 40)
    answer, _ = respond(question, seen(), None)
    untold = asked(tlv.Place.SOURCE_EUI64, bytes(8), 0)
    assert answer[8 : 8 + 9 * 12] == untold * 9
    assert answer[8 + 9 * 12 :] == place * 31


def test_the_zeros_of_an_older_sender_are_no_extension() -> None:
    assert respond(bytes(60), seen(), None) == (bytes(60), 46)


def test_signed_extensions_are_answered_signed() -> None:
    answer, _ = respond(signed(tlv.class_of_service(46)), seen(), KEY)
    mine = signed(answer[:8], sequence=3)
    assert answer == mine[:8] + b"\0" + mine[9:]
    base = bytes(112)
    assert tlv.read(base + answer, 112, KEY, 3).dscp == 46
    # Signed with another key, for another answer, changed, or not signed: not read.
    assert tlv.read(base + answer, 112, b"another key", 3) is tlv.NOTHING
    assert tlv.read(base + answer, 112, KEY, 4) is tlv.NOTHING
    changed = answer[:5] + b"\xff" + answer[6:]
    assert tlv.read(base + changed, 112, KEY, 3) is tlv.NOTHING
    assert tlv.read(base + answer[:8], 112, KEY, 3) is tlv.NOTHING


@pytest.mark.parametrize(
    "question",
    [
        tlv.class_of_service(46),
        signed(tlv.class_of_service(46), key=b"another key"),
        signed(tlv.class_of_service(46), sequence=6),
        signed(b"") + tlv.class_of_service(46),
        tlv.class_of_service(46) + asked(8, b"short"),
    ],
)
def test_extensions_that_are_not_truly_signed_fail_their_check_one_and_all(
    question: bytes,
) -> None:
    answer, dscp = respond(question, seen(tos=0), KEY)
    flags = [answer[each.at] for each in tlv.walk(answer, 0)]
    assert all(flag & 0x20 for flag in flags)
    assert dscp == 0
    assert tlv.read(bytes(112) + answer, 112, None, 3) is tlv.NOTHING


def test_padding_alone_needs_no_signature_and_may_follow_it() -> None:
    assert respond(tlv.padding(20), seen(), KEY)[0][0] == 0
    answer, _ = respond(signed(tlv.class_of_service(46)) + tlv.padding(20), seen(), KEY)
    assert tlv.read(bytes(112) + answer, 112, KEY, 3).dscp == 46


def test_a_signature_that_nobody_can_check_fails() -> None:
    answer, _ = respond(signed(tlv.class_of_service(46)), seen(), None)
    assert answer[0] & 0x20
    assert answer[8] & 0x20


@pytest.mark.parametrize("key", [None, KEY])
@given(question=st.binary(max_size=200))
def test_no_extensions_upset_the_reflector_or_lengthen_its_answer(
    key: bytes | None, question: bytes
) -> None:
    answer, dscp = respond(question, seen(), key)
    assert len(answer) == len(question)
    assert 0 <= dscp <= 63


@st.composite
def extensions(draw: st.DrawFn) -> bytes:
    """Extensions that look right at least from outside."""
    kinds = st.tuples(st.integers(0, 9), st.binary(max_size=48), st.integers(0, 255))
    return b"".join(asked(*each) for each in draw(st.lists(kinds, max_size=6)))


@pytest.mark.parametrize("key", [None, KEY])
@given(data=extensions(), cut=st.integers(0, 20))
def test_no_extensions_upset_either_end(
    key: bytes | None, data: bytes, cut: int
) -> None:
    shorter = data[: max(0, len(data) - cut)]
    answer, _ = respond(shorter, seen(), key)
    assert len(answer) == len(shorter)
    for base in (44, 112):
        tlv.read(bytes(base) + shorter, base, key, 1)
    for sent in (True, False):
        explain(bytes(44) + shorter, sent)
        explain(bytes(112) + shorter, sent)


def test_everything_asked_is_asked_in_the_order_the_signature_needs() -> None:
    made = StampChannel(
        2,
        dscp=46,
        padding=20,
        mode=Signed(KEY),
        asking=Asking(session=7, cos=True, counts=True, location=True),
    )
    made.sock.close()
    datagram, _ = made.request(4, 0, 1_795_000_000_000_000_000)
    found = list(tlv.walk(datagram, 112))
    assert [each.kind for each in found] == [4, 5, 2, 8, 1]
    assert all(each.flags == 0x80 for each in found)
    answer, _ = respond(datagram[112:], seen(sequence=5), KEY)
    assert not any(answer[each.at - 112] for each in found)
    headline, details = explain(datagram, True)
    assert headline == f"test packet 5, {len(datagram)} octets"
    assert details[0] == "signed with an HMAC"
    assert "session 7" in details


def test_an_answer_for_another_session_is_not_believed() -> None:
    for strict in (False, True):
        made = StampChannel(2, asking=Asking(session=7, session_required=strict))
        made.sock.close()
        for named, believed in ((7, True), (8, False), (0, not strict)):
            data = bytearray(UNSIGNED.request(1, 2, 3, named))
            assert (made.answer(bytes(data)) is not None) == believed
