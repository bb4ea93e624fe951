"""The STAMP reflector on a real socket, asked by hand."""

import asyncio
import random
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellrock.model.errors import UserError
from probes.stamp.limits import Bucket, Recent
from probes.stamp.packet import UNSIGNED, to_ntp
from probes.stamp.reflector import Reflector, ReflectorSettings
from probes.stamp.tlv import padding
from tests.probes.harness import PATIENCE, own_network, unprivileged, until

SECOND = 1 << 32


@asynccontextmanager
async def reflecting(**settings: object) -> AsyncIterator[Reflector]:
    whole = {"address": "127.0.0.1", "port": 0} | settings
    reflector = Reflector(ReflectorSettings.model_validate(whole))
    task = asyncio.create_task(reflector.run())
    try:
        yield reflector
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def ask(sock: socket.socket, packet: bytes, port: int) -> bytes:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(PATIENCE):
        host = "127.0.0.1" if sock.family == socket.AF_INET else "::1"
        await loop.sock_sendto(sock, packet, (host, port))
        return await loop.sock_recv(sock, 2048)


def asker(family: int = socket.AF_INET, ttl: int = 64) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.setblocking(False)
    if family == socket.AF_INET:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, ttl)
    return sock


def request(sequence: int) -> bytes:
    return UNSIGNED.request(sequence, to_ntp(time.time_ns()), 0x8001, 0)


@pytest.mark.parametrize(
    ("address", "family"), [("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)]
)
async def test_a_reply_holds_times_in_order_and_the_ttl_that_came(
    address: str, family: int
) -> None:
    async with reflecting(address=address) as reflector:
        with asker(family, ttl=37) as sock:
            before = to_ntp(time.time_ns())
            reply = await ask(sock, request(5), reflector.port)
            after = to_ntp(time.time_ns())
    received, sent = int.from_bytes(reply[16:24]), int.from_bytes(reply[4:12])
    assert before <= received <= sent <= after
    assert reply[40] == 37
    assert reply[12:14] != bytes(2)


async def test_a_stateful_reflector_counts_each_session_apart() -> None:
    async with reflecting() as reflector:
        with asker() as one, asker() as other:
            first = [await ask(one, request(n), reflector.port) for n in (7, 9)]
            second = await ask(other, request(100), reflector.port)
    assert [int.from_bytes(reply[:4]) for reply in first] == [0, 1]
    assert [int.from_bytes(reply[24:28]) for reply in first] == [7, 9]
    assert int.from_bytes(second[:4]) == 0


async def test_a_stateless_reflector_copies_the_number() -> None:
    async with reflecting(stateful=False) as reflector:
        with asker() as sock:
            reply = await ask(sock, request(0xFFFF_FFFF), reflector.port)
    assert reply[:4] == reply[24:28] == b"\xff\xff\xff\xff"


async def test_the_answer_is_as_long_as_the_question() -> None:
    async with reflecting() as reflector:
        with asker() as sock:
            packet = request(0) + padding(500)
            reply = await ask(sock, packet, reflector.port)
    assert len(reply) == len(packet)
    # Padding (type 1) is understood: its flag U is cleared.
    assert reply[44:] == b"\0" + packet[45:]


async def test_short_packets_are_ignored_and_counted_in_no_session() -> None:
    async with reflecting() as reflector:
        with asker() as sock:
            for size in (0, 14, 40):
                sock.sendto(request(0)[:size], ("127.0.0.1", reflector.port))
            reply = await ask(sock, request(1), reflector.port)
    assert int.from_bytes(reply[:4]) == 0
    assert reflector.counts.ignored == 3
    assert reflector.counts.answered == 1


async def test_only_allowed_networks_are_answered() -> None:
    async with reflecting(allow=["127.0.0.2/32", "::1/128"]) as reflector:
        with asker() as stranger, asker() as friend:
            stranger.bind(("127.0.0.3", 0))
            friend.bind(("127.0.0.2", 0))
            stranger.sendto(request(0), ("127.0.0.1", reflector.port))
            assert len(await ask(friend, request(0), reflector.port)) == 44
            await until(lambda: reflector.counts.ignored == 1)
            with pytest.raises(BlockingIOError):
                stranger.recv(100)


async def test_two_reflectors_cannot_be_set_on_each_other() -> None:
    async with reflecting() as one, reflecting(address="127.0.0.2", port=0) as _:
        with asker() as forger:
            forger.bind(("127.0.0.9", one.port))  # as another reflector would
            forger.sendto(request(0), ("127.0.0.1", one.port))
            await until(lambda: one.counts.ignored == 1)
    assert one.counts.answered == 0


async def test_a_taken_port_is_said_plainly() -> None:
    with asker() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        settings = ReflectorSettings.model_validate(
            {"address": "127.0.0.1", "port": port}
        )
        with pytest.raises(UserError) as taken:
            Reflector(settings)
    assert taken.value.what == (
        f"stamp reflector 127.0.0.1 port {port}: address already in use"
    )


async def test_one_address_gets_so_much_a_second_and_the_others_do_not_suffer() -> None:
    async with reflecting(rate=10) as reflector:
        with asker() as flood, asker() as friend:
            flood.bind(("127.0.0.1", 0))
            friend.bind(("127.0.0.2", 0))
            for n in range(100):
                flood.sendto(request(n), ("127.0.0.1", reflector.port))
            await until(lambda: reflector.counts.limited >= 80)
            # Half a second's worth and the one before it; time passes meanwhile.
            assert reflector.counts.answered < 20
            assert len(await ask(friend, request(0), reflector.port)) == 44


async def test_all_together_get_so_much_a_second() -> None:
    async with reflecting(total_rate=10) as reflector:
        for n in range(50):
            with asker() as each:
                each.bind((f"127.0.1.{n + 1}", 0))
                each.sendto(request(0), ("127.0.0.1", reflector.port))
        await until(lambda: reflector.counts.limited >= 30)
    assert reflector.counts.answered < 20


def test_a_bucket_gives_half_a_second_at_once_and_then_its_rate() -> None:
    bucket = Bucket(100)
    now = 1_000_000_000_000
    assert sum(bucket.takes(now) for _ in range(1_000)) == 51
    later = now + 1_000_000_000 // 10
    assert sum(bucket.takes(later) for _ in range(1_000)) == 10
    much_later = now + 3_600 * 1_000_000_000
    assert sum(bucket.takes(much_later) for _ in range(1_000)) == 51


@given(keys=st.lists(st.integers(0, 50), max_size=300), most=st.integers(2, 20))
def test_memory_of_sources_is_bounded_and_keeps_those_in_use(
    keys: list[int], most: int
) -> None:
    recent: Recent[int, int] = Recent(most)
    recent.put(-1, -1)
    for at, key in enumerate(keys):
        if recent.get(key) is None:
            recent.put(key, key)
        assert len(recent) <= most
        if at % max(1, most // 4) == 0:
            assert recent.get(-1) == -1
    if keys:
        assert recent.get(keys[-1]) == keys[-1]


async def test_sessions_at_two_addresses_of_one_reflector_are_two() -> None:
    async with reflecting(address="0.0.0.0") as reflector:
        with asker() as sock:
            loop = asyncio.get_running_loop()
            numbers = []
            for host in ("127.0.0.1", "127.0.0.5", "127.0.0.1"):
                await loop.sock_sendto(sock, request(0), (host, reflector.port))
                numbers.append(int.from_bytes((await loop.sock_recv(sock, 99))[:4]))
    assert numbers == [0, 0, 1]


async def test_sessions_with_two_identifiers_are_two() -> None:
    async with reflecting() as reflector:
        with asker() as sock:
            numbers = [
                int.from_bytes((await ask(sock, packet, reflector.port))[:4])
                for packet in (
                    UNSIGNED.request(0, 1, 1, session) for session in (0, 9, 0, 9)
                )
            ]
    assert numbers == [0, 0, 1, 1]


async def test_what_was_sent_to_many_is_answered_by_none() -> None:
    async with reflecting(address="0.0.0.0") as reflector:
        with asker() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            sock.sendto(request(0), ("127.255.255.255", reflector.port))
            await until(lambda: reflector.counts.ignored == 1)
    assert reflector.counts.answered == 0


async def test_a_datagram_larger_than_any_test_packet_is_ignored() -> None:
    async with reflecting() as reflector:
        with asker() as sock:
            sock.sendto(request(0) + bytes(20_000), ("127.0.0.1", reflector.port))
            await until(lambda: reflector.counts.ignored == 1)
    assert reflector.counts.answered == 0


async def test_hostile_datagrams_leave_it_answering() -> None:
    dice = random.Random(1811)
    async with reflecting() as reflector:
        with asker() as sock:
            for _ in range(500):
                junk = dice.randbytes(dice.randint(0, 300))
                sock.sendto(junk, ("127.0.0.1", reflector.port))
            await until(
                lambda: reflector.counts.answered + reflector.counts.ignored == 500
            )
            while True:
                try:
                    assert len(sock.recv(2048)) <= 300
                except BlockingIOError:
                    break
            assert len(await ask(sock, request(1), reflector.port)) == 44


def test_a_low_port_needs_a_right_and_the_message_says_which() -> None:
    settings = ReflectorSettings.model_validate({"address": "127.0.0.1", "port": 862})
    with (
        own_network(ip_unprivileged_port_start="1024"),
        unprivileged(),
        pytest.raises(UserError, match="CAP_NET_BIND_SERVICE"),
    ):
        Reflector(settings)
