"""ICMP from those who have not seen our packets, and from routers that quote little.

scapy writes and reads these packets; a thread in the first router's network sends them.
"""

import asyncio
import struct

from scapy.layers.inet import ICMP, IP, UDP

from bellrock.bench.diamond import BRANCHES, NARROW, TARGET, Diamond
from bellrock.model.route import Route
from probes.path.settings import PathProbe
from probes.path.tracer import Tracer, trace
from probes.target import Target
from tests.probes.path.network import OURS, answering, firewall
from tests.programs import need

_R1 = "10.230.1.2"
_ELSEWHERE = "10.230.21.2"
_QUICK = PathProbe(deadline=0.15, rate=1_000, duration=30, flows=200, confidence=0.9999)
_NO_EXPIRY = f"meta mark != {OURS} icmp type time-exceeded drop"


async def _traced(probe: PathProbe) -> Route:
    return await trace(Target("far", TARGET), probe)


def _expired(packet: IP, quoted: bytes, *, by: str = _R1, length: int = 0) -> IP:
    """Say that a packet's time is over; `length` of the quote in words (RFC 4884)."""
    error = ICMP(type=11, code=0, length=length)
    return IP(src=by, dst=packet.src) / error / quoted


def _is_ours(packet: IP) -> bool:
    return UDP in packet and packet[UDP].dport == 33434


async def test_a_wrong_cookie_is_not_believed_whatever_it_says(
    diamond: Diamond,
) -> None:
    def forge(packet: IP) -> list[IP]:
        if not _is_ours(packet):
            return []
        wrong = bytes(packet[IP])[:28] + bytes(8) + bytes(packet[IP])[36:64]
        narrow = ICMP(type=3, code=4, nexthopmtu=600)
        no_port = ICMP(type=3, code=3)
        back = IP(src=_ELSEWHERE, dst=packet.src)
        return [
            _expired(packet, wrong, by=_ELSEWHERE),
            back / narrow / wrong,
            IP(src=TARGET, dst=packet.src) / no_port / wrong,
        ]

    with answering(diamond, "r1", "a", forge):
        route = await _traced(_QUICK)
    assert route.strays > 0
    assert route.signature() == (
        (_R1,),
        tuple(sorted(BRANCHES)),
        ("10.230.21.2",),
        (TARGET,),
    )
    assert {flow.mtu for flow in route.flows} == {1500, NARROW}
    assert route.per_packet == frozenset()


async def test_a_packet_too_big_is_believed_within_limits_only(
    diamond: Diamond,
) -> None:
    """Even from who has seen it: no link is as narrow as that."""
    need("nft")

    def narrow(packet: IP) -> list[IP]:
        if not _is_ours(packet) or packet.len <= 1_000:
            return []
        error = ICMP(type=3, code=4, nexthopmtu=100)
        return [IP(src=_R1, dst=packet.src) / error / bytes(packet[IP])[:500]]

    with (
        firewall(diamond, "r1", "forward", "meta length > 1000 drop"),
        answering(diamond, "r1", "a", narrow),
    ):
        route = await _traced(_QUICK.model_copy(update={"flows": 1}))
    assert route.strays > 0
    (flow,) = route.flows
    assert (flow.mtu, flow.black_hole, flow.mtu_told_by) == (1_000, True, None)


async def test_a_router_that_quotes_no_more_than_it_must_is_understood(
    diamond: Diamond,
) -> None:
    """28 bytes, as RFC 792 has it: which packet it was is told by there being one."""
    need("nft")

    def brief(packet: IP) -> list[IP]:
        if not _is_ours(packet) or packet.ttl != 1:
            return []
        return [_expired(packet, bytes(packet[IP])[:28])]

    probe = _QUICK.model_copy(update={"mtu": False, "flows": 12})
    with (
        firewall(diamond, "r1", "output", _NO_EXPIRY),
        answering(diamond, "r1", "a", brief),
    ):
        route = await _traced(probe)
    assert {flow.hops[0].address for flow in route.flows} == {_R1}
    assert all(flow.reached for flow in route.flows)
    assert all(_R1 not in flow.addresses[1:] for flow in route.flows)


async def test_two_traces_to_one_address_are_told_apart_however_little_is_quoted(
    diamond: Diamond,
) -> None:
    need("nft")

    def brief(packet: IP) -> list[IP]:
        if not _is_ours(packet) or packet.ttl != 1:
            return []
        return [_expired(packet, bytes(packet[IP])[:28])]

    probe = _QUICK.model_copy(update={"mtu": False, "flows": 6})
    tracer = Tracer(probe)
    with (
        firewall(diamond, "r1", "output", _NO_EXPIRY),
        answering(diamond, "r1", "a", brief),
    ):
        routes = await asyncio.gather(
            *(tracer.trace(Target(name, TARGET)) for name in ("device", "circuit"))
        )
    await tracer.close()
    assert [route.target for route in routes] == ["device", "circuit"]
    for route in routes:
        assert all(flow.reached for flow in route.flows)
        assert {flow.hops[0].address for flow in route.flows} == {_R1}
        assert all(_R1 not in flow.addresses[1:] for flow in route.flows)


async def test_mpls_labels_are_read_where_a_router_tells(diamond: Diamond) -> None:
    need("nft")
    stack = struct.pack("!HBBII", 12, 1, 1, 24 << 12 | 1, 100_001 << 12 | 0x1FF)
    extension = _checked(b"\x20\x00\x00\x00" + stack)

    def labelled(packet: IP) -> list[IP]:
        if not _is_ours(packet) or packet.ttl != 1:
            return []
        quote = bytes(packet[IP])[:128].ljust(128, b"\0")
        return [_expired(packet, quote + extension, length=32)]

    probe = _QUICK.model_copy(update={"mtu": False, "flows": 12})
    with (
        firewall(diamond, "r1", "output", _NO_EXPIRY),
        answering(diamond, "r1", "a", labelled),
    ):
        route = await _traced(probe)
    assert {flow.hops[0].labels for flow in route.flows} == {(24, 100_001)}
    assert {flow.hops[1].labels for flow in route.flows} == {()}


async def test_what_is_sent_is_what_was_meant(diamond: Diamond) -> None:
    """The kernel writes the headers; scapy reads them on the other side of the link."""
    seen: list[IP] = []

    def look(packet: IP) -> list[IP]:
        if _is_ours(packet):
            seen.append(packet)
        return []

    with answering(diamond, "r1", "a", look):
        route = await _traced(_QUICK.model_copy(update={"dscp": 46, "flows": 12}))
    assert {packet.src for packet in seen} == {"10.230.1.1"}
    assert {packet.tos >> 2 for packet in seen} == {46}
    assert {str(packet.flags) for packet in seen} == {"DF"}
    # The first flow is asked a little farther than the target turns out to be.
    ttls = {packet.ttl for packet in seen if packet.len == 60}
    assert {1, 2, 3, 4} <= ttls <= set(range(1, 8))
    assert {packet.len for packet in seen} <= {60, NARROW, 1500}
    ports = {flow.source_port for flow in route.flows}
    assert {packet[UDP].sport for packet in seen} == ports
    cookies = {bytes(packet[UDP].payload)[:8] for packet in seen}
    assert len(cookies) == len(seen)


def _checked(structure: bytes) -> bytes:
    """Fill in the checksum of an ICMP extension structure (RFC 4884, section 8)."""
    words = struct.unpack(f"!{len(structure) // 2}H", structure)
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return structure[:2] + struct.pack("!H", ~total & 0xFFFF) + structure[4:]
