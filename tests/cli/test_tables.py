"""Tables are as wide as the terminal, and no number in them is ever cut."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from bellrock.cli.answers import fitting
from tests.cli.conftest import Says

WORST = ("330.0%", "12,345,678", "melrose-hosp-2 ab", "Glasgow data centre, Banff")


def shown(width: int, *rows: tuple[str, ...]) -> str:
    """Return what a terminal of so many columns shows."""
    console = Console(file=io.StringIO(), width=width, highlight=False, markup=False)
    table = fitting(
        {"worst": -7, "people": -9, "link": 0, "cuts off": 0}, whole={"link"}
    )
    for row in rows:
        table.add_row(*row)
    with console.capture() as captured:
        console.print(table)
    return captured.get()


@pytest.mark.parametrize("width", range(12, 121))
def test_no_number_and_no_whole_word_is_cut_at_any_width(width: int) -> None:
    said = shown(width, WORST, ("0.0%", "1", "l1", ""))
    for whole in ("330.0%", "12,345,678", "0.0%"):
        assert whole in said
    # A word goes on in the next line only where it is longer than the terminal.
    if width >= len("melrose-hosp-2"):
        assert "melrose-hosp-2" in said
    assert max(map(len, said.splitlines())) <= width


def test_rows_too_wide_are_shown_line_by_line_without_empty_cells() -> None:
    assert shown(30, WORST, ("0.0%", "1", "l1", "")).splitlines() == [
        "",
        "worst: 330.0%",
        "people: 12,345,678",
        "link: melrose-hosp-2 ab",
        "cuts off: Glasgow data centre\N{HORIZONTAL ELLIPSIS}",
        "",
        "worst: 0.0%",
        "people: 1",
        "link: l1",
        "",
    ]


def test_a_table_that_fits_shows_everything() -> None:
    said = shown(80, WORST)
    assert "\N{HORIZONTAL ELLIPSIS}" not in said
    assert re.search(
        r"^ +330\.0% +12,345,678 +melrose-hosp-2 ab +Glasgow data centre, Banff",
        said,
        re.MULTILINE,
    )


def test_where_nobody_depends_on_a_network_no_empty_table_is_shown(
    tmp_path: Path, says: Says
) -> None:
    net = tmp_path / "net.yaml"
    net.write_text(
        "network: {id: m}\nsites: [{id: dc, kind: datacentre}]\n"
        "devices: [{id: p1, site: dc}]\ngateways: [dc]\n"
    )
    assert says("spof", net).stdout == "No sites.\n"
    assert "nobody depends on it: no user sites" in says("availability", net).stdout
