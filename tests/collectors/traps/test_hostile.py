"""Whatever octets come, from strangers or key holders: counted, and that is all."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collectors.snmp import ber
from collectors.snmp.ber import Malformed
from collectors.snmp.message import Pdu, PduType
from collectors.snmp.v3agent import Agent, User
from collectors.snmp.v3message import (
    AUTH,
    PRIVACY,
    REPORTABLE,
    SecuredMessage,
    encode_v3,
    write_scoped,
)
from collectors.traps.door import Admitted, Door
from collectors.traps.identity import Identity
from collectors.traps.look import LARGEST, Unsupported, look
from collectors.traps.reader import Reader
from collectors.traps.refusal import Refusal
from collectors.traps.senders import Senders
from tests.collectors.traps.harness import (
    ENGINE,
    HERE,
    _keyed,
    community,
    secured,
    sender,
    trap,
    user,
    variables,
)

OURS = Identity.of("80004fb80574657374", "")


def theirs() -> int:
    """Return the time of another engine, which goes on however long the tests take."""
    return 1000 + OURS.now()


@lru_cache
def house() -> tuple[Door, Reader]:
    """Return a door and a reader that know one device, by all it may be known by."""
    senders = Senders()
    everything = community(), user(), user(None, None, "plain")
    senders.assign([sender(*everything)])
    reader = Reader(OURS)
    reader.accept(senders.communities(), senders.users())
    return Door(senders), reader


def v1() -> bytes:
    """Return a linkDown in version 1."""
    fields = (
        ber.write_oid((1, 3, 6, 1, 4, 1, 8072)),
        ber.write(0x40, bytes((192, 0, 2, 1))),
        *(ber.write_integer(2), ber.write_integer(0), ber.write_integer(5, 0x43)),
        ber.write(ber.SEQUENCE, b""),
    )
    return ber.write(
        ber.SEQUENCE,
        ber.write_integer(0)
        + ber.write_octets(b"public")
        + ber.write(0xA4, b"".join(fields)),
    )


def discovery() -> bytes:
    """Return the question who we are."""
    scoped = write_scoped(b"", Pdu(PduType.GET, 1))
    return encode_v3(SecuredMessage(1, REPORTABLE, b"", 0, 0, b"", scoped))[0]


def inform() -> bytes:
    """Return an inform to us, in time."""
    return secured(
        user(),
        9,
        kind=PduType.INFORM,
        engine_id=OURS.engine_id,
        boots=OURS.boots,
        time=OURS.now(),
        flags=REPORTABLE,
    )


SEEDS: dict[str, Callable[[], bytes]] = {
    "v1": v1,
    "v2c trap": trap,
    "v2c inform": lambda: trap(kind=PduType.INFORM),
    "v3 trap": lambda: secured(user(), time=theirs()),
    "v3 trap in clear": lambda: secured(user(None, None, "plain")),
    "v3 inform": inform,
    "v3 discovery": discovery,
}


@pytest.fixture(autouse=True, scope="module")
def keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEST_COMMUNITY", "public")
        patch.setenv("TEST_AUTH", "authpass12")
        patch.setenv("TEST_PRIVACY", "privpass12")
        yield


def deal_with(datagram: bytes) -> Refusal | None:
    """Let a datagram in as far as it comes; return why it was not taken."""
    door, reader = house()
    admitted = door.admit(datagram, HERE, OURS.engine_id)
    if isinstance(admitted, Refusal):
        return admitted
    reading = reader.read(admitted)
    longest = max(256, len(datagram) + 64)
    assert all(len(answer) <= longest for answer in reading.answers)
    return reading.refusal


@pytest.mark.parametrize("name", SEEDS)
def test_each_of_them_is_taken_as_it_is(name: str) -> None:
    assert deal_with(SEEDS[name]()) is None


@settings(max_examples=400, deadline=None)
@given(
    seed=st.sampled_from(sorted(SEEDS)),
    changes=st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=4
    ),
    cut=st.integers(0, 400) | st.none(),
    more=st.binary(max_size=8),
)
def test_mutated_datagrams(
    seed: str, changes: list[tuple[int, int]], cut: int | None, more: bytes
) -> None:
    datagram = bytearray(SEEDS[seed]())
    for at, octet in changes:
        datagram[at % len(datagram)] = octet
    deal_with(bytes(datagram[:cut]) + more)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_octets(octets: bytes) -> None:
    assert deal_with(octets) is not None


def sealed(scoped: bytes, *, engine_id: bytes = ENGINE) -> bytes:
    """Return a message of somebody who has the keys, with any octets in it."""
    ours = engine_id == OURS.engine_id
    known = SecuredMessage(1, 0, engine_id, 0, 0, b"", b"")
    agent = Agent(known, _keyed(user()))
    assert agent.signer is not None
    assert agent.encrypter is not None
    boots = OURS.boots if ours else 3
    time = OURS.now() if ours else theirs()
    salt = bytes(8)
    flags = AUTH | PRIVACY | REPORTABLE * ours
    message = SecuredMessage(
        *(1, flags, engine_id, boots, time, b"me"),
        agent.encrypter.encrypt(scoped, boots, time, salt),
        bytes(agent.signer.length),
        salt,
    )
    datagram, at = encode_v3(message)
    return agent.signer.signed(datagram, at, agent.signer.sign(datagram))


def _inside(kind: PduType) -> bytes:
    return write_scoped(ENGINE, Pdu(kind, 1, variables()))


@settings(max_examples=400, deadline=None)
@given(
    kind=st.sampled_from(list(PduType)),
    changes=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=4),
    cut=st.integers(1, 200) | st.none(),
    ours=st.booleans(),
)
def test_mutated_by_who_has_the_keys(
    kind: PduType, changes: list[tuple[int, int]], cut: int | None, ours: bool
) -> None:
    scoped = bytearray(_inside(kind))
    for at, octet in changes:
        scoped[at % len(scoped)] = octet
    deal_with(sealed(bytes(scoped[:cut]), engine_id=OURS.engine_id if ours else ENGINE))


@example(b"\x30\x80" * 2000)
@example(b"\x30\x82\x10\x00" * 1500)
@example(b"\x24\x80" * 3000)
@example(b"\x30\x82\x1f\x00\x06\x82\x1e\xf0" + b"\xff" * 7000)
@example(b"\x02\x82\x1b\x58" + b"\x7f" * 7000)
@example(b"\x30\x0b\x04\x88\x80" + bytes(8))
@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000))
def test_any_octets_by_who_has_the_keys(scoped: bytes) -> None:
    assert deal_with(sealed(scoped)) is not None


@pytest.mark.parametrize(
    "datagram",
    [
        trap(kind=PduType.GET),
        trap(kind=PduType.GET_BULK),
        trap(kind=PduType.RESPONSE),
        trap(kind=PduType.REPORT),
    ],
)
def test_what_is_no_notice_is_not_answered(datagram: bytes) -> None:
    assert deal_with(datagram) is Refusal.UNSUPPORTED


def test_a_datagram_that_is_too_long_is_not_read() -> None:
    assert deal_with(bytes(LARGEST + 1)) is Refusal.TOO_BIG


@given(st.binary(max_size=200))
def test_looking_raises_only_what_it_says(octets: bytes) -> None:
    with suppress(Malformed, Unsupported):
        look(octets)


@contextmanager
def witnessed(events: list[str]) -> Iterator[None]:
    """Note every file, socket, look-up and program that is opened meanwhile."""
    watching = True
    watched = ("open", "socket.", "subprocess.", "os.system", "import")

    def hook(event: str, _given: object) -> None:
        if watching and event.startswith(watched):
            events.append(event)

    sys.addaudithook(hook)
    try:
        yield
    finally:
        watching = False


def test_reading_opens_no_file_no_socket_and_looks_nothing_up() -> None:
    datagrams = [seed() for seed in SEEDS.values()]
    for each in datagrams:
        deal_with(each)
    events: list[str] = []
    with witnessed(events):
        for each in datagrams:
            assert deal_with(each) is None
    assert not events


def test_a_flood_of_discoveries_and_wrong_engines_keeps_nothing() -> None:
    door, reader = house()
    for number in range(1500):
        engine = ENGINE[:-2] + number.to_bytes(2)
        admitted = door.admit(
            secured(user(), number, engine_id=engine), HERE, OURS.engine_id
        )
        assert isinstance(admitted, Admitted)
        assert reader.read(admitted).refusal is None
    # As many engines as are ever remembered, and then their turn is over.
    assert len(reader._agents) == 512
    assert len(reader._interpreter._keys) == 512


def test_of_a_flood_from_strangers_a_hundred_a_second_are_looked_at() -> None:
    now = 50.0
    senders = Senders()
    senders.assign([sender(user())])
    found = SecuredMessage(1, 0, ENGINE, 3, 1000, b"", b"")
    senders.learn("r1", (), Agent(found, User(b"me")))
    door = Door(senders, clock=lambda: now)
    datagram = secured(user())

    def let_in() -> int:
        answers = [door.admit(datagram, "192.0.2.99", b"") for _ in range(500)]
        return sum(isinstance(answer, Admitted) for answer in answers)

    assert let_in() == 100
    now += 0.5
    assert let_in() == 50
