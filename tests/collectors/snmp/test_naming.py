"""Whose a name is while rows come, go, and move to another ifIndex."""

from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp.naming import Naming


def test_a_row_that_moved_keeps_its_name_beside_what_is_left_of_it() -> None:
    naming = Naming()
    assert naming.names({1: "eth0", 2: "eth1"}, complete=True)[2] == "eth1"
    for _ in range(3):
        named = naming.names({1: "eth0", 2: "eth1", 9: "eth1"}, complete=True)
        assert named == {1: "eth0", 2: "eth1#2", 9: "eth1"}
    assert naming.names({1: "eth0", 9: "eth1"}, complete=True)[9] == "eth1"


def test_a_row_that_moves_twice_is_followed() -> None:
    naming = Naming()
    naming.names({1: "tun0"}, complete=True)
    naming.names({1: "tun0", 2: "tun0"}, complete=True)
    named = naming.names({1: "tun0", 2: "tun0", 3: "tun0"}, complete=True)
    assert named == {1: "tun0#1", 2: "tun0#2", 3: "tun0"}


def test_a_name_of_two_rows_from_the_first_is_nobodys_until_one_goes() -> None:
    naming = Naming()
    for _ in range(2):
        named = naming.names({4: "port", 5: "port"}, complete=True)
        assert named == {4: "port#4", 5: "port#5"}
    assert naming.names({5: "port"}, complete=True) == {5: "port"}


def test_of_a_table_cut_short_nothing_is_learned() -> None:
    naming = Naming()
    naming.names({2: "eth1"}, complete=True)
    naming.names({2: "eth1", 9: "eth1"}, complete=True)
    # The row that is left over comes first; the live one was not reached.
    assert naming.names({2: "eth1"}, complete=False) == {2: "eth1#2"}
    assert naming.names({2: "eth1", 9: "eth1"}, complete=True)[9] == "eth1"


def test_a_row_that_moved_is_known_in_a_table_cut_short_too() -> None:
    naming = Naming()
    naming.names({2: "eth1"}, complete=True)
    assert naming.names({9: "eth1"}, complete=False) == {9: "eth1"}


_TABLES = st.dictionaries(st.integers(1, 6), st.sampled_from(["a", "b", "a#1", "a#2"]))


@given(st.lists(st.tuples(_TABLES, st.booleans()), max_size=6))
def test_no_two_rows_ever_have_one_name(
    tables: list[tuple[dict[int, str], bool]],
) -> None:
    naming = Naming()
    for wanted, complete in tables:
        named = naming.names(wanted, complete=complete)
        assert list(named) == list(wanted)
        assert len(set(named.values())) == len(named)
        if complete:
            for index, name in wanted.items():
                if list(wanted.values()).count(name) == 1:
                    assert named[index] == name
