"""Ids: always the same, none twice, and told apart where they collide."""

from hypothesis import given
from hypothesis import strategies as st

from bellrock.inventory.exchange.naming import Names, identifier
from bellrock.inventory.schema import SiteEntry


@given(st.lists(st.text(max_size=8) | st.sampled_from(["a", "A", "a-2", "á", "a--r1"])))
def test_any_names_make_ids_that_an_inventory_takes(names: list[str]) -> None:
    given_out = Names(each for each in names if identifier(each) == each)
    ids = [given_out.give(name, "site")[0] for name in names]
    assert len(set(ids)) == len(ids)
    for ident in ids:
        SiteEntry(id=ident, kind="other")
    again = Names(each for each in names if identifier(each) == each)
    assert [again.give(name, "site")[0] for name in names] == ids


def test_who_has_an_id_keeps_it_whoever_comes_first() -> None:
    names = Names(["oslo"])
    assert names.give("Oslo", "site") == ("oslo-2", True)
    assert names.give("oslo", "site") == ("oslo", False)
    assert names.give("OSLO", "site") == ("oslo-3", True)
