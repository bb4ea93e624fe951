"""Any two inventories can be shown beside each other."""

import io
import random

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from bellrock.cli.planning.before_after import show
from bellrock.cli.planning.rows import HEADINGS, rows
from tests.topology.networks import TAPE
from tests.topology.planning.scenarios import loaded
from topology.planning.comparison import Comparison
from topology.planning.outlook import Outlook
from topology.planning.report import report
from topology.planning.words import sentence

tapes = st.binary(min_size=TAPE, max_size=TAPE)


@settings(max_examples=100, deadline=None, database=None)
@given(tapes, tapes, st.integers(0, 2**32))
def test_networks_that_share_little_are_shown_and_told(
    one: bytes, other: bytes, seed: int
) -> None:
    rng = random.Random(seed)
    old, new = loaded(one, rng), loaded(other, rng)
    found = Comparison(Outlook(old), Outlook(new))
    said = io.StringIO()
    show(Console(file=said, width=80, markup=False), found, 3, worst=True)
    assert max(map(len, said.getvalue().splitlines()), default=0) <= 80
    assert all(len(row) == len(HEADINGS) for row in rows(found, worst=True))
    assert sentence("Doing this", found).endswith(".")
    told = report(found, worst=True)
    sites = (
        *(told["sites_cut"], told["sites_restored"], told["redundancy_lost"]),
        *(told["redundancy_gained"], told["false_diversity_removed"]),
    )
    assert new.user_sites().issuperset(site for listed in sites for site in listed)
