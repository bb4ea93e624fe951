"""Evidence: who answers, who is silent, what the ends of a link report."""

from dataclasses import replace

import pytest

from bellrock.model.inventory import Device, End, Inventory, Link, Site
from bellrock.model.observation import (
    DeviceReading,
    InterfaceReading,
    Interfaces,
    Notice,
    NoticeKind,
    Outcome,
    RoundTrips,
)
from bellrock.model.status import Status
from bellrock.runtime.evidence import Evidence

INVENTORY = Inventory(
    id="n",
    name="n",
    sites={"s": Site("s", "S", "gp"), "dc": Site("dc", "DC", "datacentre")},
    devices={"cpe": Device("cpe", "s"), "pe": Device("pe", "dc")},
    links={"tail": Link("tail", End("cpe", "wan0"), End("pe", "ge-0"))},
    risk_groups={},
    gateways=frozenset({"pe"}),
)


def trips(at: float, outcome: Outcome, count: int = 1) -> RoundTrips:
    delays = (0.01,) * count if outcome is Outcome.SUCCESS else ()
    return RoundTrips("stamp", "cpe", at, delays, {outcome: count})


def reading(
    at: float, outcome: Outcome = Outcome.SUCCESS, *rows: InterfaceReading
) -> DeviceReading:
    return DeviceReading(
        "cpe", "snmp", at, 0.1, outcome, interfaces=Interfaces.of(*rows)
    )


def evidence_of(poll: float = 60, *, awaiting: bool = False) -> Evidence:
    """Return evidence with a probe a second and a poll a minute, both heard before."""
    sources = {("cpe", "stamp"): 1.0, ("cpe", "snmp"): poll, ("pe", "snmp"): poll}
    return Evidence(INVENTORY, sources, now=0 if awaiting else -1000)


def row(status: Status, *, enabled: bool = True) -> InterfaceReading:
    return InterfaceReading("wan0", 501, status, enabled)


def test_nothing_heard_is_neither_answer_nor_silence() -> None:
    heard = evidence_of().heard(0)
    assert (heard.answered, heard.silent) == (frozenset(), frozenset())


def test_three_losses_in_a_row_are_silence_and_one_answer_ends_it() -> None:
    evidence = evidence_of()
    evidence.add_round_trips(trips(1, Outcome.SUCCESS))
    evidence.add_round_trips(trips(2, Outcome.TIMEOUT, 2))
    assert evidence.heard(2).answered == {"cpe"}
    evidence.add_round_trips(trips(3, Outcome.TIMEOUT))
    assert evidence.heard(3).silent == {"cpe"}
    evidence.add_round_trips(trips(4, Outcome.SUCCESS))
    assert evidence.heard(4).answered == {"cpe"}


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.AUTH, Outcome.MALFORMED])
def test_a_bad_answer_is_an_answer(outcome: Outcome) -> None:
    evidence = evidence_of()
    for at in range(5):
        evidence.add_reading(reading(at, outcome))
    assert evidence.heard(5).answered == {"cpe"}


def test_a_filtered_probe_does_not_silence_a_device_that_is_polled() -> None:
    evidence = evidence_of()
    for at in range(120):
        evidence.add_round_trips(trips(at, Outcome.TIMEOUT))
        if at % 60 == 10:
            evidence.add_reading(reading(at))
    assert evidence.heard(120).answered == {"cpe"}


def test_a_probe_does_not_wait_for_the_slower_collector() -> None:
    evidence = evidence_of()
    evidence.add_reading(reading(0))
    for at in range(1, 4):
        evidence.add_round_trips(trips(at, Outcome.TIMEOUT))
    assert evidence.heard(4).silent == {"cpe"}


def test_one_end_that_says_down_is_enough() -> None:
    evidence = evidence_of()
    evidence.add_reading(reading(0, Outcome.SUCCESS, row(Status.UP)))
    assert evidence.heard(1).links_up == {"tail"}
    other = InterfaceReading("ge-0", 9, Status.DOWN)
    far = DeviceReading(
        "pe", "snmp", 1, 0.1, Outcome.SUCCESS, interfaces=Interfaces.of(other)
    )
    evidence.add_reading(far)
    heard = evidence.heard(2)
    assert not heard.links_up
    assert heard.links_down == {"tail"}


def test_an_interface_switched_off_is_down() -> None:
    evidence = evidence_of()
    off = row(Status.UNKNOWN, enabled=False)
    evidence.add_reading(reading(0, Outcome.SUCCESS, off))
    assert evidence.heard(1).links_down == {"tail"}


def test_an_old_report_counts_for_nothing() -> None:
    evidence = evidence_of(poll=10)
    evidence.add_reading(reading(0, Outcome.SUCCESS, row(Status.UP)))
    assert evidence.heard(30).links_up == {"tail"}
    assert evidence.heard(31).links_up == frozenset()


def test_what_is_not_heard_of_any_more_is_not_up_for_ever() -> None:
    evidence = evidence_of()
    evidence.add_round_trips(trips(1, Outcome.SUCCESS))
    assert evidence.heard(4).answered == {"cpe"}
    heard = evidence.heard(4.1)
    assert not heard.answered | heard.silent
    assert heard.unheard == {"cpe", "pe"}


def test_silence_waits_for_the_first_word_of_every_source_but_not_for_ever() -> None:
    evidence = evidence_of(awaiting=True)
    for at in range(1, 121):
        evidence.add_round_trips(trips(at, Outcome.TIMEOUT))
    assert evidence.heard(119).silent == frozenset()
    assert evidence.heard(119).unheard == frozenset()
    assert evidence.heard(120).silent == {"cpe"}


def test_a_source_of_a_device_taken_out_is_not_heard() -> None:
    evidence = evidence_of()
    evidence.adopt(INVENTORY, {}, lambda *_: False, now=5)
    evidence.add_round_trips(trips(6, Outcome.SUCCESS))
    evidence.add_reading(reading(6, Outcome.SUCCESS, row(Status.UP)))
    heard = evidence.heard(6)
    assert not heard.answered | heard.unheard | heard.links_up


def notice(
    at: float,
    kind: NoticeKind = NoticeKind.LINK_DOWN,
    *,
    index: int | None = 501,
    interface: str = "",
) -> Notice:
    status = Status.UP if kind is NoticeKind.LINK_UP else Status.DOWN
    return Notice("cpe", at, kind, index, interface, status=status)


def told(at: float = 10) -> Evidence:
    """Return evidence of a link that was polled up before it was told down."""
    evidence = evidence_of()
    evidence.add_reading(reading(1, Outcome.SUCCESS, row(Status.UP)))
    evidence.add_notice(notice(at), "snmp")
    return evidence


def test_a_notice_is_believed_at_once_by_the_index_that_was_read_last() -> None:
    assert told().heard(10).links_down == {"tail"}


def test_a_notice_that_names_the_interface_needs_no_index() -> None:
    evidence = evidence_of()
    evidence.add_notice(notice(10, index=7, interface="wan0"), "snmp")
    assert evidence.heard(10).links_down == {"tail"}


def test_a_notice_of_an_index_not_known_moves_no_link() -> None:
    evidence = evidence_of()
    evidence.add_reading(reading(1, Outcome.SUCCESS, row(Status.UP)))
    evidence.add_notice(notice(10, index=502), "snmp")
    evidence.add_notice(notice(10, index=None, interface="lan0"), "snmp")
    assert evidence.heard(10).links_down == frozenset()


def test_after_a_restart_interfaces_may_be_numbered_anew() -> None:
    evidence = evidence_of()
    evidence.add_reading(reading(1, Outcome.SUCCESS, row(Status.UP)))
    evidence.add_notice(notice(9, NoticeKind.COLD_START), "snmp")
    evidence.add_notice(notice(10), "snmp")
    assert evidence.heard(10).links_down == frozenset()


def test_of_a_flapping_interface_the_last_word_counts() -> None:
    evidence = told()
    evidence.add_notice(notice(11, NoticeKind.LINK_UP), "snmp")
    assert evidence.heard(11).links_up == {"tail"}


def test_a_poll_that_began_before_the_notice_does_not_undo_it() -> None:
    evidence = told(10)
    assert not evidence.add_reading(reading(10.05, Outcome.SUCCESS, row(Status.UP)))
    assert evidence.heard(10.05).links_down == {"tail"}


def test_plans_that_were_read_for_long_make_a_poll_no_older() -> None:
    evidence = told(10)
    poll = reading(11, Outcome.SUCCESS, row(Status.UP))
    assert evidence.add_reading(replace(poll, begun=10.5, duration=9))
    assert evidence.heard(11).links_up == {"tail"}


def test_the_poll_decides_and_says_if_it_contradicts() -> None:
    evidence = told(10)
    assert evidence.add_reading(reading(11, Outcome.SUCCESS, row(Status.UP)))
    assert evidence.heard(11).links_up == {"tail"}
    # Only once: the next poll has nothing left to contradict.
    assert not evidence.add_reading(reading(12, Outcome.SUCCESS, row(Status.UP)))


def test_a_poll_that_confirms_contradicts_nothing() -> None:
    evidence = told(10)
    assert not evidence.add_reading(reading(11, Outcome.SUCCESS, row(Status.DOWN)))
    assert evidence.heard(11).links_down == {"tail"}


def test_a_link_that_comes_up_by_and_by_is_no_contradiction() -> None:
    evidence = told(10)
    testing = replace(notice(11, NoticeKind.LINK_UP), status=Status.UNKNOWN)
    evidence.add_notice(testing, "snmp")
    assert not evidence.add_reading(reading(12, Outcome.SUCCESS, row(Status.UP)))
    evidence.add_notice(notice(13), "snmp")
    assert evidence.heard(13).links_down == {"tail"}


def test_who_told_what_a_poll_contradicts_is_not_believed_for_a_while() -> None:
    evidence = told(10)
    evidence.add_reading(reading(11, Outcome.SUCCESS, row(Status.UP)))
    evidence.add_notice(notice(12), "snmp")
    assert evidence.heard(12).links_up == {"tail"}
    evidence.add_notice(notice(11 + 61), "snmp")
    assert evidence.heard(72).links_down == {"tail"}


def test_a_notice_that_no_poll_confirms_is_forgotten() -> None:
    evidence = told(10)
    assert evidence.heard(10 + 180).links_down == {"tail"}
    assert evidence.heard(10 + 181).links_down == frozenset()


def test_a_notice_of_a_device_that_is_not_polled_says_nothing() -> None:
    evidence = Evidence(INVENTORY, {}, now=0)
    evidence.add_notice(notice(21, interface="wan0"), "snmp")
    assert not evidence.heard(21).links_down


def classed(at: float, outcome: Outcome, service_class: str) -> RoundTrips:
    return replace(trips(at, outcome), service_class=service_class)


def test_a_class_that_is_dropped_silences_no_device_that_another_hears() -> None:
    names = ("voice", "bulk", "video")
    sources = {("cpe", f"stamp/{name}"): 1.0 for name in names}
    evidence = Evidence(INVENTORY, sources, now=-1000)
    for at in range(10):
        for name in names:
            dropped = name == "voice"
            outcome = Outcome.TIMEOUT if dropped else Outcome.SUCCESS
            evidence.add_round_trips(classed(at, outcome, name))
    assert evidence.heard(9).answered == {"cpe"}


def test_three_classes_do_not_count_one_loss_three_times() -> None:
    names = ("voice", "bulk", "video")
    sources = {("cpe", f"stamp/{name}"): 1.0 for name in names}
    evidence = Evidence(INVENTORY, sources, now=-1000)
    for name in names:
        evidence.add_round_trips(classed(1, Outcome.SUCCESS, name))
    for at in (2, 3):
        for name in names:
            evidence.add_round_trips(classed(at, Outcome.TIMEOUT, name))
    assert evidence.heard(3).answered == {"cpe"}
    for name in names:
        evidence.add_round_trips(classed(4, Outcome.TIMEOUT, name))
    assert evidence.heard(4).silent == {"cpe"}
