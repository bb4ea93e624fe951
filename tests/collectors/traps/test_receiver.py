"""Whose notices are taken: by address, by engine, in time; and reloads."""

import asyncio
import socket
import time

import pytest

from bellrock.config.schema import Listen
from bellrock.model.errors import UserError
from bellrock.model.neighbourhood import Address
from collectors.snmp.message import PduType
from collectors.snmp.v3agent import Agent, User
from collectors.snmp.v3message import REPORTABLE, SecuredMessage, decode_v3
from collectors.traps.receiver import Receiver
from collectors.traps.refusal import Refusal
from collectors.traps.senders import Senders
from collectors.traps.settings import TrapSettings
from tests.collectors.traps.harness import (
    ENGINE,
    HERE,
    Heard,
    community,
    receiving,
    secured,
    sender,
    trap,
    user,
)
from tests.probes.harness import PATIENCE, until
from tests.runtime.test_engines import few_files

ELSEWHERE = "127.0.0.2"


def agent(boots: int = 3, time: int = 1000, engine_id: bytes = ENGINE) -> Agent:
    """Return an engine as a poll has found it."""
    found = Agent(SecuredMessage(1, 0, engine_id, boots, time, b"", b""), User(b"me"))
    found.in_window(SecuredMessage(1, 0, engine_id, boots, time, b"", b""))
    return found


async def test_a_router_is_known_by_every_address_that_was_read_of_it() -> None:
    managed = sender(address="192.0.2.1")
    async with receiving(managed) as heard:
        known = heard.receiver._senders
        heard.receiver.learn("r1", (Address("198.51.100.7"),), None)
        assert known.at("198.51.100.7") is known.at("192.0.2.1") is not None


async def test_addresses_that_any_device_may_have_tell_nobody_apart() -> None:
    async with receiving(sender(address="192.0.2.1")) as heard:
        shared = ("127.0.0.1", "::1", "fe80::1", "0.0.0.0", "224.0.0.5", "rubbish")
        heard.receiver.learn("r1", tuple(map(Address, shared)), None)
        heard.send(trap())
        await heard.until(lambda: bool(heard.refused))
        assert heard.refused == {Refusal.UNKNOWN_SENDER: 1}


async def test_an_address_of_two_devices_is_the_one_the_inventory_says() -> None:
    one, two = sender(device="r1", address="192.0.2.1"), sender(device="r2")
    async with receiving(one, two) as heard:
        known = heard.receiver._senders
        for device in ("r1", "r2"):
            own = (Address("198.51.100.9"), Address("192.0.2.1"))
            heard.receiver.learn(device, own, None)
        assert known.at("198.51.100.9") is None
        found = known.at("192.0.2.1")
        assert found is not None
        assert found.device == "r1"


def test_an_address_that_a_device_has_no_more_is_whose_it_is_now() -> None:
    known = Senders()
    one, two = sender(device="r1"), sender(device="r2", address="192.0.2.2")
    known.assign([one, two])
    moved = Address("198.51.100.9")
    known.learn("r1", (moved, moved), agent())
    known.learn("r2", (moved,), agent())
    assert known.at("198.51.100.9") is known.of_engine(ENGINE) is None
    known.learn("r1", (Address("198.51.100.1"),), agent(engine_id=b"another"))
    known.assign([one, two])
    for found in (known.at("198.51.100.9"), known.of_engine(ENGINE)):
        assert found is not None
        assert found.device == "r2"
    known.assign([one])
    assert known.at("198.51.100.9") is known.of_engine(ENGINE) is None


def test_what_a_poll_finds_out_costs_little_however_many_devices_there_are() -> None:
    known = Senders()
    known.assign(
        sender(device=f"r{n}", address=f"10.0.{n % 250}.1") for n in range(999)
    )
    own = [
        tuple(Address(f"10.{1 + n // 250}.{n % 250}.{host}") for host in range(8))
        for n in range(999)
    ]
    for n in range(999):
        known.learn(f"r{n}", own[n], None)
    started = time.process_time()
    for n in range(999):
        known.learn(f"r{n}", own[n][1:], None)
        assert known.at(own[n][1].address) is not None
    # Indexed anew for each, it takes a minute.
    assert time.process_time() - started < 2


async def test_a_trap_from_elsewhere_is_known_by_the_engine_that_signs_it() -> None:
    async with receiving(sender(user())) as heard:
        heard.send(secured(user()), source=ELSEWHERE)
        await heard.until(lambda: bool(heard.refused))
        heard.receiver.learn("r1", (), agent())
        heard.send(secured(user(), 2), source=ELSEWHERE)
        await heard.until(lambda: bool(heard.notices))
        assert heard.refused == {Refusal.UNKNOWN_SENDER: 1}


async def test_who_is_known_by_an_engine_alone_is_never_answered() -> None:
    async with receiving(sender(user())) as heard:
        heard.receiver.learn("r1", (), agent())
        wrong = secured(user(), 2, flags=REPORTABLE)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((ELSEWHERE, 0))
            sock.settimeout(0.2)
            sock.sendto(wrong, heard.place)
            await heard.until(lambda: bool(heard.refused))
            with pytest.raises(TimeoutError):
                sock.recv(2048)
        assert heard.refused == {Refusal.ENGINE: 1}


async def test_an_engine_of_two_devices_tells_nobody_apart() -> None:
    one, two = sender(user()), sender(user(), device="r2", address="192.0.2.2")
    async with receiving(one, two) as heard:
        for device in ("r1", "r2"):
            heard.receiver.learn(device, (), agent())
        heard.send(secured(user()), source=ELSEWHERE)
        await heard.until(lambda: bool(heard.refused))
        assert heard.refused == {Refusal.UNKNOWN_SENDER: 1}


@pytest.mark.parametrize(("boots", "time"), [(2, 99_999), (3, 800)])
async def test_a_trap_that_is_older_than_the_polls_know_is_refused(
    boots: int, time: int
) -> None:
    async with receiving(sender(user())) as heard:
        heard.receiver.learn("r1", (), agent(3, 1000))
        heard.send(secured(user(), boots=boots, time=time))
        await heard.until(lambda: bool(heard.refused))
        assert heard.refused == {Refusal.TIME_WINDOW: 1}
        heard.send(secured(user(), boots=3, time=1001))
        heard.send(secured(user(), boots=4, time=1))
        await heard.until(lambda: len(heard.notices) == 2)


async def test_a_trap_that_is_older_than_one_before_is_refused_without_any_poll() -> (
    None
):
    async with receiving(sender(user())) as heard:
        heard.send(secured(user(), boots=5, time=10), secured(user(), boots=4))
        await heard.until(lambda: bool(heard.refused))
        assert len(heard.notices) == 1
        assert heard.refused == {Refusal.TIME_WINDOW: 1}


async def test_an_inform_of_an_earlier_boot_of_ours_is_refused() -> None:
    async with receiving(sender(user())) as heard:
        old = secured(
            user(),
            kind=PduType.INFORM,
            engine_id=heard.receiver.engine_id,
            boots=7,
            flags=REPORTABLE,
        )
        heard.send(old)
        await heard.until(lambda: bool(heard.refused))
        assert heard.refused == {Refusal.TIME_WINDOW: 1}
        assert not heard.notices


async def test_a_users_key_at_one_device_is_none_at_another() -> None:
    one, two = sender(user()), sender(community(), device="r2", address=ELSEWHERE)
    async with receiving(one, two) as heard:
        heard.send(secured(user()), source=ELSEWHERE)
        heard.send(trap())
        await heard.until(lambda: len(heard.refused) == 2)
        assert heard.refused == {Refusal.USER: 1, Refusal.COMMUNITY: 1}


async def test_two_users_of_one_name_are_told_apart_by_their_keys() -> None:
    async with receiving(sender(user("sha512"), user("sha256"))) as heard:
        heard.send(secured(user("sha256")), secured(user("sha512"), 2))
        await heard.until(lambda: len(heard.notices) == 2)
        assert not heard.refused


async def asked(heard: Heard, host: str) -> bytes:
    """Inform from `host`, and return the answer."""

    def ask() -> bytes:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(5)
            # What is connected hears nobody but whom it wrote to.
            sock.connect((host, heard.place[1]))
            sock.send(trap(kind=PduType.INFORM))
            return sock.recv(2048)

    return await asyncio.to_thread(ask)


async def test_an_answer_comes_from_the_address_that_was_written_to() -> None:
    everywhere = TrapSettings(listen=(Listen("0.0.0.0", 0),))
    known = sender(), sender(device="r2", address="127.0.0.77")
    async with receiving(*known, settings=everywhere) as heard:
        assert await asked(heard, "127.0.0.77")


async def test_version_6_addresses_are_listened_on_too() -> None:
    settings = TrapSettings(listen=(Listen("::1", 0),))
    async with receiving(sender(address="0:0::1"), settings=settings) as heard:

        def ask() -> bytes:
            with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
                sock.settimeout(5)
                sock.connect(heard.place)
                sock.send(trap(kind=PduType.INFORM))
                return sock.recv(2048)

        assert await asyncio.to_thread(ask)
        assert heard.notices[0].device == "r1"


async def test_stopping_at_the_moment_something_comes_stops_it() -> None:
    settings = TrapSettings(rate=1, listen=(Listen(HERE, 0),))
    receiver = Receiver(report=print, doubt=print)
    receiver.prepare(settings)
    receiver.adopt(settings, [sender()])
    running = asyncio.create_task(receiver.run())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for number in range(3):
            sock.sendto(trap(number), receiver.addresses[0])
        await until(lambda: receiver.waiting == 2)
        sock.sendto(trap(3), receiver.addresses[0])
        while receiver.waiting == 2:  # noqa: ASYNC110 - to the very moment
            await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=PATIENCE)
    running.cancel()
    receiver.close()
    assert done


def test_what_was_opened_before_files_ran_short_can_be_opened_again() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((HERE, 0))
        port = free.getsockname()[1]
    both = (Listen(HERE, port), Listen(ELSEWHERE, port))
    settings = TrapSettings(listen=both)
    receiver = Receiver(report=print, doubt=print)
    with few_files(1), pytest.raises(OSError, match="Too many open files"):
        receiver.prepare(settings)
    receiver.prepare(settings)
    receiver.adopt(settings, [sender()])
    assert receiver.addresses == [(HERE, port), (ELSEWHERE, port)]
    receiver.close()


async def test_an_address_that_is_taken_changes_nothing() -> None:
    async with receiving() as heard:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind((HERE, 0))
            place = Listen(HERE, taken.getsockname()[1])
            wanted = TrapSettings(listen=(Listen(HERE, 0), Listen(ELSEWHERE), place))
            with pytest.raises(UserError, match="cannot listen on"):
                heard.receiver.prepare(wanted)
        heard.send(trap())
        await heard.until(lambda: bool(heard.notices))


async def test_a_reload_keeps_the_sockets_that_stay_and_closes_those_that_go() -> None:
    async with receiving() as heard:
        before, engine = heard.place, heard.receiver.engine_id
        more = TrapSettings(listen=(Listen(HERE, 0), Listen(ELSEWHERE, 0)))
        heard.receiver.prepare(more)
        heard.receiver.adopt(more, [sender(community(), user())])
        assert heard.place == before
        assert len(heard.receiver.addresses) == 2
        assert heard.receiver.engine_id == engine
        heard.send(trap())
        await heard.until(lambda: bool(heard.notices))
        heard.receiver.prepare(TrapSettings())
        heard.receiver.adopt(TrapSettings(), [sender()])
        assert not heard.receiver.addresses
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(before)


async def test_a_reload_may_listen_on_one_address_in_place_of_every_one() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("", 0))
        port = free.getsockname()[1]
    everywhere = TrapSettings(listen=(Listen("0.0.0.0", port),))
    here = TrapSettings(listen=(Listen(HERE, port),))
    async with receiving(settings=everywhere) as heard:
        for number, settings in enumerate((here, everywhere)):
            heard.receiver.prepare(settings)
            heard.receiver.discard()
            with pytest.raises(UserError, match="already in use"):
                Receiver(report=print, doubt=print).prepare(settings)
            heard.receiver.prepare(settings)
            heard.receiver.adopt(settings, [sender()])
            assert heard.place == (settings.listen[0].host, port)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.sendto(trap(number), (HERE, port))
            await heard.until(heard.notices.__len__)
            heard.notices.clear()


async def test_where_it_listened_is_free_when_it_has_ended() -> None:
    settings = TrapSettings(listen=(Listen(HERE, 0),))
    receiver = Receiver(report=print, doubt=print)
    receiver.prepare(settings)
    receiver.adopt(settings, [sender()])
    (place,) = receiver.addresses
    running = asyncio.create_task(receiver.run())
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running})
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(place)


async def test_a_community_that_a_reload_takes_away_is_refused() -> None:
    settings = TrapSettings(listen=(Listen(HERE, 0),))
    async with receiving(settings=settings) as heard:
        heard.receiver.adopt(settings, [sender(user())])
        heard.send(trap(), secured(user()))
        await heard.until(lambda: bool(heard.notices and heard.refused))
        assert heard.refused == {Refusal.COMMUNITY: 1}
        heard.receiver.adopt(settings, [sender(community())])
        heard.send(trap(), secured(user(), 2))
        await heard.until(lambda: len(heard.notices) == 2)
        assert heard.refused == {Refusal.COMMUNITY: 1, Refusal.USER: 1}


def test_a_privileged_port_is_named_with_what_to_grant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refused)
    receiver = Receiver(report=print, doubt=print)
    with pytest.raises(UserError) as caught:
        receiver.prepare(TrapSettings(listen=(Listen("0.0.0.0", 162),)))
    assert "0.0.0.0:162: permission denied" in str(caught.value)
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE" in str(caught.value)


async def test_an_inform_is_answered_as_us_and_to_the_same_number() -> None:
    async with receiving(sender(user())) as heard:
        who = ("-v3", "-u", "me", "-l", "authPriv", "-a", "SHA-256", "-A", "authpass12")
        status, said = await heard.tell(
            "snmpinform", *who, "-x", "AES", "-X", "privpass12"
        )
        assert (status, said) == (0, "")
        engine = heard.receiver.engine_id
        assert engine.startswith(bytes.fromhex("80004fb805"))
        assert 5 <= len(engine) <= 32
        assert decode_v3(secured(user())).engine_id != engine
