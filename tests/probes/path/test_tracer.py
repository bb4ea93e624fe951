"""Routes found over real sockets, through routers in namespaces."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from bellrock.bench.diamond import BRANCHES, NARROW, TARGET, TARGET_V6, Diamond, inside
from bellrock.model.observation import Outcome
from bellrock.model.route import Ending, Flow, MtuSource, Route
from probes.path.settings import PathProbe
from probes.path.tracer import Event, Tracer, trace
from probes.path.wire import Port
from probes.target import Target
from tests.probes.harness import unprivileged
from tests.probes.path.network import firewall
from tests.programs import need

# Sure enough that no test fails for a branch missed by chance.
_QUICK = PathProbe(deadline=0.15, rate=4_000, duration=20, flows=200, confidence=0.9999)
_HERE = _QUICK.model_copy(update={"mtu": False})
_M3 = BRANCHES[2]


def _through(route: Route, router: str) -> list[Flow]:
    return [flow for flow in route.flows if router in flow.addresses]


async def _traced(address: str, probe: PathProbe = _HERE) -> Route:
    return await trace(Target("far", address), probe)


@asynccontextmanager
async def _tracer(probe: PathProbe = _HERE) -> AsyncIterator[Tracer]:
    tracer = Tracer(probe)
    try:
        yield tracer
    finally:
        await tracer.close()


async def _v6_is_up() -> None:
    """Wait until neighbour discovery has got over the links' first second."""
    async with asyncio.timeout(20):
        while not (await _traced(TARGET_V6)).reached:
            pass


@pytest.mark.usefixtures("diamond")
async def test_all_four_branches_are_found_and_what_fits_through_each() -> None:
    route = await _traced(TARGET, _QUICK)
    assert route.outcome is Outcome.SUCCESS
    assert {branch.hops[1] for branch in route.branches} == set(BRANCHES)
    assert {branch.hops[0] for branch in route.branches} == {"10.230.1.2"}
    assert {branch.hops[-1] for branch in route.branches} == {TARGET}
    for flow in route.flows:
        narrow = _M3 in flow.addresses
        assert flow.mtu == (NARROW if narrow else 1500)
        assert flow.mtu_source is MtuSource.PASSED
        assert flow.mtu_told_by == (_M3 if narrow else None)
        assert all(hop.rtt is not None for hop in flow.hops)
    assert route.per_packet == route.incomplete == frozenset()
    assert route.answered == route.sent
    assert route.strays == 0


@pytest.mark.usefixtures("diamond")
async def test_the_same_over_ipv6() -> None:
    await _v6_is_up()
    route = await _traced(TARGET_V6, _QUICK)
    assert {branch.hops[1] for branch in route.branches} == {
        f"fd00:230:1{n}::2" for n in (1, 2, 3, 4)
    }
    for flow in route.flows:
        narrow = "fd00:230:13::2" in flow.addresses
        assert flow.mtu == (NARROW if narrow else 1500)


@pytest.mark.usefixtures("diamond")
async def test_no_privilege_is_needed() -> None:
    with unprivileged():
        route = await _traced(TARGET)
    assert len(route.branches) == 4


async def test_larger_packets_that_vanish_are_a_black_hole(diamond: Diamond) -> None:
    need("nft")
    with firewall(diamond, "m3", "output", "icmp code frag-needed drop"):
        route = await _traced(TARGET, _QUICK)
    assert _through(route, _M3)
    for flow in route.flows:
        narrow = _M3 in flow.addresses
        assert (flow.mtu, flow.black_hole) == (NARROW if narrow else 1500, narrow)
        assert flow.mtu_told_by is None


async def test_a_silent_router_is_unknown_and_hides_nothing_else(
    diamond: Diamond,
) -> None:
    need("nft")
    with firewall(diamond, "m2", "output", "icmp type time-exceeded drop"):
        route = await _traced(TARGET)
    assert route.at_ttl(2) == set(BRANCHES) - {BRANCHES[1]}
    silent = [flow for flow in route.flows if flow.addresses[1] is None]
    assert silent
    assert all(flow.reached for flow in silent)
    assert not route.certain(2)


async def test_a_firewalled_target_leaves_what_routers_tell(diamond: Diamond) -> None:
    need("nft")
    with firewall(diamond, "b", "input", "meta l4proto udp drop"):
        route = await _traced(TARGET, _QUICK)
    assert route.outcome is Outcome.TIMEOUT
    assert {flow.ending for flow in route.flows} == {Ending.SILENT}
    assert route.at_ttl(2) == set(BRANCHES)
    for flow in _through(route, _M3):
        assert (flow.mtu, flow.mtu_source) == (NARROW, MtuSource.TOLD)
    others = [flow for flow in route.flows if _M3 not in flow.addresses]
    assert {flow.mtu for flow in others} == {None}


async def test_a_firewall_that_speaks_is_not_the_target(diamond: Diamond) -> None:
    need("nft")
    reject = "meta l4proto udp reject with icmp type admin-prohibited"
    with firewall(diamond, "r2", "forward", reject):
        route = await _traced(TARGET)
    assert route.outcome is Outcome.UNREACHABLE
    assert {(flow.ending, flow.code) for flow in route.flows} == {
        (Ending.UNREACHABLE, 13)
    }
    assert {len(flow.hops) for flow in route.flows} == {4}
    assert {flow.hops[-1].address for flow in route.flows} == {"10.230.21.2"}


async def test_a_loop_is_told_and_not_followed_round(diamond: Diamond) -> None:
    diamond.script("ip -n r2 route replace 10.230.66.0/24 via 10.230.21.1")
    route = await _traced("10.230.66.1")
    assert {flow.ending for flow in route.flows} == {Ending.LOOP}
    assert max(len(flow.hops) for flow in route.flows) <= 6


async def test_a_router_without_a_way_ends_the_route(diamond: Diamond) -> None:
    diamond.script("ip -n r2 route replace unreachable 10.230.67.0/24")
    # Linux says so once a second, and counts what else it told as if it had said so.
    brief = _HERE.model_copy(update={"duration": 2.0})
    route = await _traced("10.230.67.1", brief)
    for _ in range(5):
        # What it owed to the packet of hop 3 it may have said of the next one.
        if _refused(route) == {(1, 3)}:
            break
        await asyncio.sleep(1.1)
        route = await _traced("10.230.67.1", brief)
    assert route.outcome is Outcome.UNREACHABLE
    assert _refused(route) == {(1, 3)}


def _refused(route: Route) -> set[tuple[int | None, int]]:
    """Return which code flows were refused with, and at which hop."""
    refused = (flow for flow in route.flows if flow.ending is Ending.UNREACHABLE)
    return {(flow.code, len(flow.hops)) for flow in refused}


async def test_a_router_that_rations_its_answers_is_waited_for(
    diamond: Diamond,
) -> None:
    diamond.script(
        "ip netns exec r1 sh -c 'echo 40 > /proc/sys/net/ipv4/icmp_ratelimit'"
    )
    try:
        route = await _traced(TARGET)
    finally:
        diamond.script(
            "ip netns exec r1 sh -c 'echo 0 > /proc/sys/net/ipv4/icmp_ratelimit'"
        )
    assert route.answered < route.sent
    assert {branch.hops[1] for branch in route.branches} == set(BRANCHES)
    assert route.at_ttl(1) == {"10.230.1.2"}
    assert all(flow.reached for flow in route.flows)


async def test_packets_spread_one_by_one_are_told_from_flows(diamond: Diamond) -> None:
    need("nft")
    diamond.script(
        "ip -n r1 rule add fwmark 1 table 101\n"
        "ip -n r1 route add default via 10.230.11.2 table 101\n"
        "ip -n r1 rule add fwmark 2 table 102\n"
        "ip -n r1 route add default via 10.230.12.2 table 102\n"
    )
    mark = 'iifname "a" meta mark set numgen random mod 2 offset 1'
    try:
        with firewall(diamond, "r1", "prerouting", mark):
            route = await _traced(TARGET)
    finally:
        diamond.script("ip -n r1 rule del fwmark 1; ip -n r1 rule del fwmark 2")
    assert route.per_packet == {2}
    assert route.at_ttl(2) == set(BRANCHES[:2])
    assert len(route.branches) == 1


async def test_an_answer_of_the_application_is_the_target_reached(
    diamond: Diamond,
) -> None:
    with inside(diamond.network("b")):
        service = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        service.bind(("0.0.0.0", 33434))
        service.setblocking(False)

    def echo() -> None:
        data, source = service.recvfrom(2048)
        service.sendto(data[:1], source)

    loop = asyncio.get_running_loop()
    loop.add_reader(service, echo)
    try:
        route = await _traced(TARGET)
    finally:
        loop.remove_reader(service)
        service.close()
    assert route.reached
    assert {flow.hops[-1].address for flow in route.flows if flow.reached} == {TARGET}


@pytest.mark.usefixtures("diamond")
async def test_many_targets_share_the_sockets_and_are_not_mixed_up() -> None:
    targets = {"b": TARGET, "m1": "10.230.11.2", "r1": "10.230.1.2"}
    async with _tracer() as tracer:
        routes = await asyncio.gather(
            *(tracer.trace(Target(name, at)) for name, at in targets.items())
        )
    for route, (name, address) in zip(routes, targets.items(), strict=True):
        assert (route.target, route.address) == (name, address)
        assert {flow.hops[-1].address for flow in route.flows} == {address}
    assert [route.length for route in routes] == [4, 2, 1]


async def test_the_same_route_twice_is_no_change_and_another_is(
    diamond: Diamond,
) -> None:
    async with _tracer() as tracer:
        target = Target("far", TARGET)
        first, second = await tracer.trace(target), await tracer.trace(target)
        fewer = "nexthop via 10.230.11.2 nexthop via 10.230.12.2"
        diamond.script(f"ip -n r1 route replace 10.230.0.0/16 {fewer}")
        try:
            third = await tracer.trace(target)
        finally:
            every = " ".join(f"nexthop via {branch}" for branch in BRANCHES)
            diamond.script(f"ip -n r1 route replace 10.230.0.0/16 {every}")
    assert second.changes(first) == ()
    assert second.signature() == first.signature()
    assert [flow.addresses for flow in second.flows][:6] == [
        flow.addresses for flow in first.flows
    ][:6]
    (change,) = third.changes(second)
    assert (change.ttl, change.gone) == (2, frozenset(BRANCHES[2:]))


@pytest.mark.usefixtures("diamond")
async def test_what_one_trace_misses_later_ones_find_and_keep() -> None:
    """Three flows at first, of which one branch of four or more is always hidden."""
    hasty = _HERE.model_copy(update={"confidence": 0.5, "flows": 64})
    target = Target("far", TARGET)
    async with _tracer(hasty) as tracer:
        routes = [await tracer.trace(target) for _ in range(hasty.flows)]
    found = [route.at_ttl(2) for route in routes]
    # All ports have had their turn: none of four branches is missed by 64 flows.
    assert found[-1] == set(BRANCHES)
    assert all(now <= then for now, then in pairwise(found))
    assert all(then.changes(now) == () for now, then in pairwise(routes))


async def test_what_this_machine_has_no_room_for_is_sent_later_and_is_no_loss(
    diamond: Diamond,
) -> None:
    """The kernel says ENOBUFS: a queue that holds two packets, eighty at a time."""
    seen: list[Event] = []
    queue = "dev r1 root tbf rate 4mbit burst 1600 limit 150"
    diamond.script(f"tc -n a qdisc add {queue}")
    try:
        route = await trace(Target("far", TARGET), _HERE, watch=seen.append)
        told = diamond.script("tc -n a -s qdisc show dev r1")
    finally:
        diamond.script("tc -n a qdisc del dev r1 root")
    assert "dropped 0," not in told
    assert "lost" not in {event.kind for event in seen}
    assert route.answered == route.sent
    assert {branch.hops[1] for branch in route.branches} == set(BRANCHES)


@pytest.mark.usefixtures("diamond")
async def test_the_limit_on_packets_is_kept_and_said() -> None:
    probe = _HERE.model_copy(update={"packets": 30})
    route = await _traced(TARGET, probe)
    assert route.sent == 30
    assert 2 in route.incomplete


@pytest.mark.usefixtures("diamond")
async def test_the_limit_on_time_is_kept() -> None:
    probe = _HERE.model_copy(update={"duration": 0.2, "rate": 20.0})
    route = await _traced(TARGET, probe)
    assert route.sent < 20


@pytest.mark.usefixtures("diamond")
async def test_who_looks_on_sees_every_packet() -> None:
    seen: list[Event] = []
    route = await trace(Target("far", TARGET), _QUICK, watch=seen.append)
    assert sum(event.kind == "sent" for event in seen) == route.sent
    assert sum(event.kind == "answered" for event in seen) == route.answered


async def test_what_is_no_address_is_unresolved() -> None:
    route = await _traced("far.example")
    assert (route.outcome, route.flows) == (Outcome.UNRESOLVED, ())


async def test_no_way_from_here_is_told_at_once(diamond: Diamond) -> None:
    diamond.script("ip -n a route replace unreachable 10.230.99.0/24")
    route = await _traced("10.230.99.1")
    assert route.outcome is Outcome.UNREACHABLE
    assert (route.sent, route.detail) == (0, "EHOSTUNREACH")


async def test_a_machine_without_the_family_says_so(diamond: Diamond) -> None:
    setting = "/proc/sys/net/ipv6/conf/all/disable_ipv6"
    off, on = (f"ip netns exec b sh -c 'echo {n} > {setting}'" for n in (1, 0))
    diamond.script(off)
    try:
        with inside(diamond.network("b")):
            route = await _traced(TARGET_V6)
    finally:
        diamond.script(on)
    assert route.outcome in (Outcome.UNREACHABLE, Outcome.UNSUPPORTED)
    assert route.sent == 0


@pytest.mark.usefixtures("diamond")
async def test_cancelling_leaves_nothing_behind() -> None:
    async with _tracer(_HERE.model_copy(update={"rate": 1.0})) as tracer:
        one = asyncio.create_task(tracer.trace(Target("far", TARGET)))
        await asyncio.sleep(0.05)
        one.cancel()
        with pytest.raises(asyncio.CancelledError):
            await one


async def test_the_machine_itself_is_one_hop_away() -> None:
    route = await _traced("127.0.0.1")
    assert route.reached
    assert {flow.addresses for flow in route.flows} == {("127.0.0.1",)}


async def test_targets_take_turns_however_few_packets_may_be_sent() -> None:
    """Else those that began first have it all, and the last run out of time."""
    sent: list[str] = []
    names = ["1", "2", "3", "4"]

    async def one(tracer: Tracer, name: str) -> None:
        def watch(event: Event) -> None:
            if event.kind == "sent":
                sent.append(name)

        await tracer.trace(Target(name, f"127.0.0.{name}"), watch=watch)

    async with _tracer(_HERE.model_copy(update={"rate": 100.0, "flows": 1})) as tracer:
        await asyncio.gather(*(one(tracer, name) for name in names))
    assert sent[:4] == names


async def test_a_target_that_refuses_in_other_words_is_reached(
    diamond: Diamond,
) -> None:
    """As firewalld has it: the host itself says "prohibited", not "no port"."""
    need("nft")
    reject = "meta l4proto udp reject with icmp type admin-prohibited"
    with firewall(diamond, "b", "input", reject):
        route = await _traced(TARGET, _QUICK)
    assert route.outcome is Outcome.SUCCESS
    assert {flow.ending for flow in route.flows} == {Ending.REACHED}
    assert route.mtu == NARROW


def test_more_complaints_than_packets_leave_the_later_ones_readable() -> None:
    closed = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    closed.bind(("127.0.0.1", 0))
    nobody = closed.getsockname()
    closed.close()
    port = Port(socket.AF_INET, 0, dscp=0)
    try:
        for _ in range(5):
            # Told of, though not sent by the port itself: as forged ones are.
            port.sock.sendto(b"", nobody)
            assert len(list(port.heard())) == 1
        assert [port.send(nobody, 64, bytes(8)) for _ in range(3)] == [0, 0, 0]
        assert len(list(port.heard())) == 3
    finally:
        port.close()
