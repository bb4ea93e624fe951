"""Routes found by TCP, where it is let through and UDP is not."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from scapy.layers.inet import ICMP, IP, TCP

from bellrock.bench.diamond import BRANCHES, TARGET, TARGET_V6, Diamond, inside
from bellrock.model.errors import UserError
from bellrock.model.observation import Outcome
from bellrock.model.route import Ending, Route
from probes.path.settings import PathProbe
from probes.path.syn import RST, SYN_ACK
from probes.path.tracer import Event, Tracer, Watch, trace
from probes.target import Target
from tests.probes.harness import unprivileged
from tests.probes.path.network import answering, firewall
from tests.programs import need

_TCP = PathProbe(
    method="tcp",
    deadline=0.15,
    rate=2_000,
    duration=20,
    flows=200,
    confidence=0.9999,
)
_FEW = _TCP.model_copy(update={"flows": 12, "rate": 1_000})
_UDP = _TCP.model_copy(update={"method": "udp", "mtu": False})
_R1 = "10.230.1.2"
_ELSEWHERE = "10.230.21.2"


async def _traced(
    address: str = TARGET, probe: PathProbe = _TCP, watch: Watch | None = None
) -> Route:
    return await trace(Target("far", address), probe, watch=watch)


@contextmanager
def _listening(made: Diamond, family: int = socket.AF_INET) -> Iterator[socket.socket]:
    with inside(made.network("b")):
        service = socket.socket(family, socket.SOCK_STREAM)
        service.bind(("", 443))
        service.listen(256)
        service.setblocking(False)
    with service:
        yield service


def _flags(events: list[Event]) -> set[int]:
    """Return the flags of what the target itself answered."""
    heard = [event.heard for event in events if event.heard is not None]
    return {each.type for each in heard if each.offender is None}


def _is_complete(route: Route) -> bool:
    assert route.outcome is Outcome.SUCCESS
    assert {branch.hops[0] for branch in route.branches} == {_R1}
    assert {branch.hops[1] for branch in route.branches} == set(BRANCHES)
    assert {branch.hops[-1] for branch in route.branches} == {TARGET}
    assert {(flow.destination_port, flow.mtu) for flow in route.flows} == {(443, None)}
    assert all(hop.rtt is not None for flow in route.flows for hop in flow.hops)
    assert (route.strays, route.per_packet) == (0, frozenset())
    return not route.incomplete


@pytest.mark.usefixtures("diamond")
async def test_all_four_branches_are_found_though_the_port_is_closed() -> None:
    seen: list[Event] = []
    assert _is_complete(await _traced(watch=seen.append))
    assert _flags(seen) == {RST}


async def test_the_same_where_somebody_listens_and_nothing_is_left_there(
    diamond: Diamond,
) -> None:
    seen: list[Event] = []
    with _listening(diamond) as service:
        assert _is_complete(await _traced(watch=seen.append))
        with pytest.raises(BlockingIOError):
            service.accept()
    assert _flags(seen) == {SYN_ACK}


async def test_the_same_over_ipv6(diamond: Diamond) -> None:
    seen: list[Event] = []
    with _listening(diamond, socket.AF_INET6):
        async with asyncio.timeout(20):
            # Neighbour discovery has yet to get over the links' first second.
            while not (await _traced(TARGET_V6, _FEW)).reached:
                pass
        route = await _traced(TARGET_V6, watch=seen.append)
    assert {branch.hops[1] for branch in route.branches} == {
        f"fd00:230:1{n}::2" for n in (1, 2, 3, 4)
    }
    assert route.strays == 0
    assert _flags(seen) == {SYN_ACK}
    assert {event.size for event in seen if event.kind == "sent"} == {80}


async def test_what_a_firewall_lets_through_is_reached_by_tcp_alone(
    diamond: Diamond,
) -> None:
    """One that keeps track of connections, as most do."""
    need("nft")
    rules = ("ct state established,related accept", "tcp dport 443 ct state new accept")
    with (
        _listening(diamond),
        firewall(diamond, "r2", "forward", *rules, 'oifname "b" drop'),
    ):
        assert (await _traced(probe=_UDP)).outcome is Outcome.TIMEOUT
        assert _is_complete(await _traced())


async def test_a_silent_target_leaves_what_routers_tell(diamond: Diamond) -> None:
    need("nft")
    with firewall(diamond, "b", "input", "meta l4proto tcp drop"):
        route = await _traced()
    assert route.outcome is Outcome.TIMEOUT
    assert {flow.ending for flow in route.flows} == {Ending.SILENT}
    assert route.at_ttl(2) == set(BRANCHES)


async def test_a_firewall_that_speaks_is_not_the_target(diamond: Diamond) -> None:
    need("nft")
    reject = "meta l4proto tcp reject with icmp type admin-prohibited"
    with firewall(diamond, "r2", "forward", reject):
        route = await _traced(probe=_FEW)
    assert route.outcome is Outcome.UNREACHABLE
    assert {(flow.ending, flow.code) for flow in route.flows} == {
        (Ending.UNREACHABLE, 13)
    }


def _is_ours(packet: IP) -> bool:
    return TCP in packet and packet[TCP].dport == 443 and packet[TCP].flags == "S"


async def test_what_does_not_know_the_sequence_number_is_not_believed(
    diamond: Diamond,
) -> None:
    def forge(packet: IP) -> list[IP]:
        if not _is_ours(packet):
            return []
        ours = bytes(packet[IP])
        wrong = (packet[TCP].seq ^ 0x40000000).to_bytes(4, "big")
        quoted = ours[:24] + wrong + ours[28:]
        back = IP(src=_ELSEWHERE, dst=packet.src)
        target = IP(src=TARGET, dst=packet.src)
        answer = TCP(
            sport=443,
            dport=packet[TCP].sport,
            flags="SA",
            ack=int.from_bytes(wrong, "big") + 1,
        )
        return [
            back / ICMP(type=11, code=0) / quoted,
            back / ICMP(type=3, code=13) / quoted,
            back / ICMP(type=11, code=0) / ours[:24],
            target / answer,
        ]

    with answering(diamond, "r1", "a", forge):
        route = await _traced(probe=_FEW)
    assert route.strays > 0
    assert {len(flow.hops) for flow in route.flows} == {4}
    assert {flow.hops[0].address for flow in route.flows} == {_R1}
    assert route.at_ttl(2) <= set(BRANCHES)
    assert {flow.hops[-1].address for flow in route.flows} == {TARGET}
    assert route.per_packet == frozenset()


async def test_a_router_that_quotes_no_more_than_it_must_is_understood(
    diamond: Diamond,
) -> None:
    """28 bytes, as RFC 792 has it: the sequence number is among them."""
    need("nft")

    def brief(packet: IP) -> list[IP]:
        if not _is_ours(packet) or packet.ttl != 1:
            return []
        error = ICMP(type=11, code=0)
        return [IP(src=_R1, dst=packet.src) / error / bytes(packet[IP])[:28]]

    with (
        firewall(
            diamond, "r1", "output", "meta mark != 7 icmp type time-exceeded drop"
        ),
        answering(diamond, "r1", "a", brief),
    ):
        route = await _traced(probe=_FEW)
    assert {flow.hops[0].address for flow in route.flows} == {_R1}
    assert all(flow.reached for flow in route.flows)


async def test_what_is_sent_is_what_was_meant(diamond: Diamond) -> None:
    seen: list[IP] = []

    def look(packet: IP) -> list[IP]:
        if _is_ours(packet):
            seen.append(packet)
        return []

    with answering(diamond, "r1", "a", look):
        route = await _traced(probe=_FEW.model_copy(update={"dscp": 46}))
    assert {packet.src for packet in seen} == {"10.230.1.1"}
    assert {packet.tos >> 2 for packet in seen} == {46}
    assert {str(packet.flags) for packet in seen} == {"DF"}
    assert {packet.len for packet in seen} == {60}
    assert {1, 2, 3, 4} <= {packet.ttl for packet in seen} <= set(range(1, 8))
    ports = {flow.source_port for flow in route.flows}
    assert {packet[TCP].sport for packet in seen} == ports
    assert len({packet[TCP].seq for packet in seen}) == len(seen)
    for packet in seen:
        fresh = IP(bytes(packet))
        del fresh[TCP].chksum
        assert bytes(fresh) == bytes(packet)


@pytest.mark.usefixtures("diamond")
async def test_without_the_privilege_it_says_what_to_do() -> None:
    with unprivileged(), pytest.raises(UserError) as caught:
        await _traced()
    assert "CAP_NET_RAW" in caught.value.instead
    assert "method tcp" in caught.value.what


async def test_no_way_from_here_is_told_at_once(diamond: Diamond) -> None:
    diamond.script("ip -n a route replace unreachable 10.230.98.0/24")
    route = await _traced("10.230.98.1")
    assert (route.outcome, route.sent) == (Outcome.UNREACHABLE, 0)


@pytest.mark.usefixtures("diamond")
async def test_the_same_tracer_finds_the_same_way_again() -> None:
    tracer = Tracer(_FEW)
    try:
        first = await tracer.trace(Target("far", TARGET))
        second = await tracer.trace(Target("far", TARGET))
    finally:
        await tracer.close()
    assert second.changes(first) == ()
    assert [flow.addresses for flow in second.flows][:6] == [
        flow.addresses for flow in first.flows
    ][:6]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_the_machine_itself_is_one_hop_away(
    diamond: Diamond, address: str
) -> None:
    del diamond
    route = await _traced(address, _FEW)
    assert {flow.addresses for flow in route.flows} == {(address,)}
