"""No sequence of tests spends more than there is, or runs two over one link."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.throughput.budget import Budget, Grant, Limits, Refusal

LIMITS = Limits(bytes_a_day=1000, utilisation=0.5)


def ask(
    budget: Budget,
    *links: str,
    size: int = 100,
    day: int = 1,
    limits: Limits = LIMITS,
    shares: tuple[float | None, ...] = (0.1,),
) -> Grant | Refusal:
    return budget.ask(links, size, day=day, limits=limits, utilisations=shares)


def granted(given: Grant | Refusal) -> Grant:
    assert isinstance(given, Grant)
    return given


def test_one_test_at_a_time_over_each_link() -> None:
    budget = Budget()
    first = granted(ask(budget, "a", "b"))
    assert ask(budget, "b", "c") is Refusal.BUSY
    granted(ask(budget, "c"))
    budget.settle(first, 0)
    granted(ask(budget, "b", "d"))


def test_never_over_a_busy_link_nor_one_of_which_nobody_tells() -> None:
    budget = Budget()
    assert ask(budget, "a", shares=(0.1, 0.5)) is Refusal.UTILISATION
    assert ask(budget, "a", shares=(0.1, None)) is Refusal.UTILISATION_UNKNOWN
    allowed = Limits(1000, 0.5, allow_unknown=True)
    assert ask(budget, "a", shares=(0.6, None), limits=allowed) is Refusal.UTILISATION
    granted(ask(budget, "a", shares=(0.1, None), limits=allowed))


def test_what_was_not_sent_is_given_back_and_what_nobody_knows_is_not() -> None:
    budget = Budget()
    budget.settle(granted(ask(budget, "a", size=600)), 100)
    assert budget.spent == {"a": 100}
    budget.settle(granted(ask(budget, "a", size=900)), None)
    assert budget.spent == {"a": 1000}
    assert ask(budget, "a", size=1) is Refusal.BUDGET
    granted(ask(budget, "b"))


def test_a_new_day_has_a_new_budget_and_yesterday_does_not_come_back() -> None:
    budget = Budget()
    late = granted(ask(budget, "a", size=1000, day=1))
    assert ask(budget, "a", size=1, day=2) is Refusal.BUSY
    budget.settle(late, 1000)
    assert budget.spent == {}
    budget.settle(granted(ask(budget, "a", size=1000, day=2)), 1000)
    # The clock was set back.
    assert ask(budget, "a", size=1, day=1) is Refusal.BUDGET


def test_a_restart_goes_on_where_it_was() -> None:
    budget = Budget()
    granted(ask(budget, "a", size=700))
    after = Budget()
    after.restore(budget.day, budget.spent)
    assert ask(after, "a", size=400) is Refusal.BUDGET
    granted(ask(after, "a", size=300))


_links = st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True)
_event = st.tuples(
    _links,
    st.integers(1, 1200),
    st.integers(0, 3),
    st.one_of(st.none(), st.floats(0, 1)),
    st.one_of(st.none(), st.integers(0, 1200)),
)


@given(st.lists(_event, max_size=60))
def test_whatever_is_asked_no_link_spends_more_than_its_budget_in_a_day(
    events: list[tuple[list[str], int, int, float | None, int | None]],
) -> None:
    budget, running = Budget(), list[tuple[Grant, int | None]]()
    sent: dict[tuple[int, str], int] = {}
    for links, size, later, share, really in events:
        day = budget.day + later // 3
        given = ask(budget, *links, size=size, day=day, shares=(share,))
        if isinstance(given, Grant):
            assert share is not None
            assert share < LIMITS.utilisation
            assert not {link for one, _ in running for link in one.links} & {*links}
            running.append((given, None if really is None else min(really, size)))
        else:
            assert given in Refusal
        if later % 2 and running:
            grant, used = running.pop(0)
            budget.settle(grant, used)
            for link in grant.links:
                spent = grant.size if used is None else used
                at = grant.day, link
                sent[at] = sent.get(at, 0) + spent
    assert all(total <= LIMITS.bytes_a_day for total in sent.values())
    assert all(0 <= total <= LIMITS.bytes_a_day for total in budget.spent.values())


@pytest.mark.parametrize("size", [1001, 10**9])
def test_a_test_larger_than_the_budget_never_runs(size: int) -> None:
    assert ask(Budget(), "a", size=size) is Refusal.BUDGET
