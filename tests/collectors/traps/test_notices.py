"""What the variables of a notice say, and what they cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellrock.model.observation import Notice, NoticeKind
from bellrock.model.status import Status
from collectors.traps.notices import Content, understand

TRAP_OID = (1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)
STANDARD = (1, 3, 6, 1, 6, 3, 1, 1, 5)
INTERFACE = (1, 3, 6, 1, 2, 1, 2, 2, 1)
NAME = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1)
OSPF, OSPF_NEIGHBOUR = (1, 3, 6, 1, 2, 1, 14, 16, 2), (1, 3, 6, 1, 2, 1, 14, 10, 1)
BGP, BGP_PEER = (1, 3, 6, 1, 2, 1, 15), (1, 3, 6, 1, 2, 1, 15, 3, 1)
PEER = (192, 0, 2, 1)


def said(oid: tuple[int, ...], *more: tuple[tuple[int, ...], Content]) -> Notice:
    return understand("r1", 5.0, [(TRAP_OID, oid), *more])


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (1, NoticeKind.COLD_START),
        (2, NoticeKind.WARM_START),
        (3, NoticeKind.LINK_DOWN),
        (4, NoticeKind.LINK_UP),
        (5, NoticeKind.AUTHENTICATION_FAILURE),
        (6, NoticeKind.OTHER),
    ],
)
def test_the_standard_ones(number: int, kind: NoticeKind) -> None:
    notice = said((*STANDARD, number))
    assert (notice.device, notice.at, notice.kind) == ("r1", 5.0, kind)


def test_a_link_goes_down_whatever_it_was_before() -> None:
    was_up: tuple[tuple[int, ...], Content] = ((*INTERFACE, 8, 7), 1)
    notice = said((*STANDARD, 3), ((*INTERFACE, 1, 7), 7), was_up)
    assert (notice.index, notice.status) == (7, Status.DOWN)


@pytest.mark.parametrize(
    ("oper", "status"),
    [
        (1, Status.UP),
        (None, Status.UP),
        (5, Status.UNKNOWN),
        (7, Status.DOWN),
        (99, Status.UNKNOWN),
    ],
)
def test_a_link_that_leaves_down_is_what_it_says(
    oper: int | None, status: Status
) -> None:
    more: list[tuple[tuple[int, ...], Content]] = [((*INTERFACE, 1, 7), 7)]
    if oper is not None:
        more.append(((*INTERFACE, 8, 7), oper))
    assert said((*STANDARD, 4), *more).status is status


def test_its_name_is_taken_before_its_description() -> None:
    both = ((*INTERFACE, 2, 7), b"GigabitEthernet0/1"), ((*NAME, 7), b"Gi0/1")
    assert said((*STANDARD, 3), *both).interface == "Gi0/1"
    assert said((*STANDARD, 3), both[0]).interface == "GigabitEthernet0/1"
    assert said((*STANDARD, 3)).interface == ""


@pytest.mark.parametrize(
    ("state", "status", "word"),
    [
        (1, Status.DOWN, "down"),
        (4, Status.UNKNOWN, "two_way"),
        (8, Status.UP, "full"),
        (9, Status.UNKNOWN, ""),
    ],
)
def test_an_ospf_neighbour(state: int, status: Status, word: str) -> None:
    row = (10, 0, 0, 2, 0)
    notice = said(
        (*OSPF, 2),
        ((*OSPF_NEIGHBOUR, 3, *row), bytes(PEER)),
        ((*OSPF_NEIGHBOUR, 6, *row), state),
    )
    assert notice.kind is NoticeKind.OSPF_NEIGHBOUR
    assert (notice.neighbour, notice.status) == ("192.0.2.1", status)
    assert notice.detail == word


@pytest.mark.parametrize("tail", [(0, 1), (7, 1), (7, 0, 1)])
def test_a_bgp_peer_comes_up_in_either_mib(tail: tuple[int, ...]) -> None:
    notice = said((*BGP, *tail), ((*BGP_PEER, 2, *PEER), 6))
    assert notice.kind is NoticeKind.BGP_ESTABLISHED
    assert (notice.neighbour, notice.status) == ("192.0.2.1", Status.UP)
    assert notice.detail == "established"


@pytest.mark.parametrize("tail", [(0, 2), (7, 2), (7, 0, 2)])
def test_a_bgp_peer_goes(tail: tuple[int, ...]) -> None:
    error = ((*BGP_PEER, 14, *PEER), bytes(2))
    notice = said((*BGP, *tail), error, ((*BGP_PEER, 2, *PEER), 1))
    assert notice.kind is NoticeKind.BGP_BACKWARD
    assert (notice.neighbour, notice.status) == ("192.0.2.1", Status.DOWN)


def test_a_notice_not_known_is_told_by_its_number() -> None:
    notice = said((1, 3, 6, 1, 4, 1, 9, 9, 43, 2, 0, 1))
    assert (notice.kind, notice.detail) == (
        NoticeKind.OTHER,
        "1.3.6.1.4.1.9.9.43.2.0.1",
    )


contents = st.none() | st.integers() | st.binary() | st.lists(st.integers(0)).map(tuple)
oids = st.sampled_from(
    [
        TRAP_OID,
        (*INTERFACE, 1),
        (*INTERFACE, 8, 7),
        NAME,
        (*OSPF_NEIGHBOUR, 3),
        (*OSPF_NEIGHBOUR, 6),
        (*BGP_PEER, 2),
        (*BGP_PEER, 2, *PEER),
        (*BGP_PEER, 2, 300, 0, 0, 1),
        BGP_PEER,
        (1,),
    ]
)
kinds = st.sampled_from(
    [(*STANDARD, 3), (*STANDARD, 4), (*OSPF, 2), (*BGP, 0, 1), (1,)]
)


@given(kinds, st.lists(st.tuples(oids, contents), max_size=8))
def test_whatever_the_variables_are(
    kind: tuple[int, ...], told: list[tuple[tuple[int, ...], Content]]
) -> None:
    notice = understand("r1", 0, [(TRAP_OID, kind), *told])
    assert notice.device == "r1"
    assert "\n" not in notice.interface
