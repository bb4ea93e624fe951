"""Rates from counters: never invented, never negative."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bellrock.model.inventory import End, Link
from bellrock.model.observation import (
    DeviceReading,
    InterfaceReading,
    Interfaces,
    Outcome,
)
from bellrock.model.status import Status
from bellrock.runtime.utilisation import Load, Meter

LINK = Link("tail", End("cpe", "wan0"), End("pe", "ge-0"), 100e6, 20e6)
ENDS = {"wan0": (LINK, "a")}


def reading(
    at: float, sent: int | None, received: int | None, uptime: float | None = None
) -> DeviceReading:
    row = InterfaceReading(
        "wan0", 1, Status.UP, receive_bytes=received, transmit_bytes=sent
    )
    return DeviceReading(
        "cpe",
        "snmp",
        at,
        0.1,
        Outcome.SUCCESS,
        uptime=uptime,
        interfaces=Interfaces.of(row),
    )


def loads(*readings: DeviceReading) -> list[Load]:
    meter = Meter()
    return [load for each in readings for load in meter.loads(each, ENDS)]


def test_both_directions_against_their_own_capacity() -> None:
    assert loads(reading(0, 0, 0), reading(10, 12_500_000, 12_500_000)) == [
        Load("tail", "ab", 10e6, 0.1),
        Load("tail", "ba", 10e6, 0.5),
    ]


def test_the_far_end_sees_the_directions_the_other_way_round() -> None:
    far = [replace(r, device="pe") for r in (reading(0, 0, 0), reading(8, 1000, 0))]
    meter = Meter()
    found = [
        load
        for each in far
        for load in meter.loads(each, {"wan0": (LINK, "b")})
        if load.rate
    ]
    assert [(load.direction, load.rate) for load in found] == [("ba", 1000.0)]


def test_a_first_reading_has_no_rate() -> None:
    assert loads(reading(0, 5, 5)) == []


def test_a_restart_gives_no_rate() -> None:
    assert loads(reading(0, 0, 0, uptime=900), reading(10, 99, 99, uptime=3)) == []


def test_a_link_of_unknown_capacity_has_a_rate_and_no_utilisation() -> None:
    meter = Meter()
    ends = {"wan0": (replace(LINK, capacity_ab=None), "a")}
    list(meter.loads(reading(0, 0, None), ends))
    assert list(meter.loads(reading(8, 1000, None), ends)) == [
        Load("tail", "ab", 1000.0, None)
    ]


def test_a_restart_is_known_by_an_uptime_shorter_than_it_should_be() -> None:
    assert loads(reading(0, 0, 0, uptime=20), reading(60, 99, 99, uptime=50)) == []
    assert loads(reading(0, 0, 0, uptime=20), reading(60, 99, 99, uptime=79.5))
    # A clock that stands still says nothing.
    assert loads(reading(0, 0, 0, uptime=0), reading(60, 99, 99, uptime=0))


def test_counters_that_say_that_they_began_anew_give_no_rate() -> None:
    def since(began: float, at: float, sent: int) -> DeviceReading:
        return replace(reading(at, sent, 0), discontinuities={"wan0": began})

    jump = since(0, 0, 10), since(512.3, 60, 10**15)
    assert loads(*jump) == []
    found = loads(*jump, since(512.3, 120, 10**15 + 7500))
    assert [load.rate for load in found] == [1000.0, 0.0]
    # A device that says nothing of it is believed.
    silent = reading(0, 10, 0), reading(60, 7510, 0)
    assert [load.rate for load in loads(*silent)] == [1000.0, 0.0]


def test_an_interface_that_moved_to_another_index_gives_no_rate() -> None:
    first, second = reading(0, 10, 10), reading(60, 10**15, 10**15)
    row = replace(second.interfaces[0], index=77)
    moved = replace(second, interfaces=Interfaces.of(row))
    assert loads(first, moved) == []


def narrow(at: float, sent: int, speed: float | None = 100e6) -> DeviceReading:
    found = reading(at, sent, 0)
    row = replace(found.interfaces[0], speed=speed)
    return replace(found, interfaces=Interfaces.of(row), narrow=frozenset({"wan0"}))


def test_a_counter_of_32_bits_that_wrapped_gives_its_rate() -> None:
    found = loads(narrow(0, 2**32 - 5_000), narrow(60, 2_500))
    assert [load.rate for load in found] == [1000.0, 0.0]
    # The other direction did not wrap; and a counter of 64 bits does not in our time.
    (other,) = loads(reading(0, 2**32 - 5_000, 0), reading(60, 2_500, 0))
    assert (other.direction, other.rate) == ("ba", 0.0)


def test_what_is_faster_than_the_interface_was_no_wrap() -> None:
    for speed in (100e6, None):
        found = loads(narrow(0, 2**31, speed), narrow(60, 5, speed))
        assert [load.direction for load in found] == ["ba"]


counters = st.one_of(st.none(), st.integers(0, 2**64 - 1))
moments = st.floats(0, 1e9)


@given(st.lists(st.builds(reading, moments, counters, counters), max_size=6))
def test_no_sequence_of_readings_gives_a_negative_rate(
    readings: list[DeviceReading],
) -> None:
    assert all(load.rate >= 0 for load in loads(*readings))


def test_a_poll_out_of_turn_says_nothing_new_of_the_load() -> None:
    meter = Meter()
    meter.loads(reading(0, 0, 0), ENDS, apart=30)
    told = meter.loads(reading(60, 60_000, 0), ENDS, apart=30)
    # An agent that counts in steps would look idle after one second.
    assert meter.loads(reading(61, 60_000, 0), ENDS, apart=30) == told
    later = meter.loads(reading(120, 120_000, 0), ENDS, apart=30)
    assert [load.rate for load in later] == [8000.0, 0.0]
