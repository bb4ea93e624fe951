"""Tables of ``bellrock probe``: at any width no number, name or address is cut."""

import re
from collections.abc import Callable

import pytest

from bellrock.cli.answers import Format
from bellrock.cli.probing import checks, iperf3, path, summary, train
from bellrock.cli.probing.output import Answer, Column, Row, milliseconds, write
from bellrock.cli.probing.places import Place
from bellrock.cli.probing.tally import Marking, Run, Tally
from bellrock.model.observation import Outcome

LONG = "lerwick-grammar-school-cpe1.shetland.example"
V6 = "2001:db8:1234:5678:21a:2bff:fe3c:4d5e"
SHOWN = {
    **{"target": LONG, "class": "expedited-forwarding", "family": "ipv6"},
    **{"outcome": "unreachable", "direction": "forward", "address": V6},
    **{"shown": "≥ 1000.00G", "note": "black hole, MPLS 1048575 16001 299776"},
}
NUMBERS = (0, 1, 12_345_678, 0.000_000_1, 98_765.432_1)
WHOLE = {"bytes_sent"}


def packets() -> list[Column]:
    tallies = [Tally(Place(LONG, V6), Marking("expedited-forwarding", 46))]
    tallies[0].outcomes[Outcome.SUCCESS] = 1
    return list(summary.answer("icmp", Run(tallies)).columns)


TABLES: dict[str, Callable[[], list[Column]]] = {
    "icmp": packets,
    "checks": lambda: [
        *(Column(name, name, 0) for name in ("target",)),
        Column("family", "family", 6),
        Column("outcome", "outcome", 11),
        *(
            Column(phase.value, heading, -7, milliseconds)
            for phase, heading in checks._HEADINGS.items()
        ),
    ],
    "path": lambda: list(path._COLUMNS),
    "train": lambda: list(train._COLUMNS),
    "iperf3": lambda: list(iperf3._COLUMNS),
}


def as_it_comes(column: Column, number: float) -> float:
    return int(number) if column.key in WHOLE else number


def shown(
    columns: list[Column],
    rows: list[Row],
    width: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    write(Answer(columns, rows, ()), Format.TABLE)
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [20, 30, 40, 60, 79, 80, 100, 120])
@pytest.mark.parametrize("kind", TABLES)
def test_nothing_is_cut_at_any_width(
    kind: str,
    width: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    columns = TABLES[kind]()
    rows: list[Row] = [
        {each.key: SHOWN.get(each.key, as_it_comes(each, number)) for each in columns}
        for number in NUMBERS
    ]
    said = shown(columns, rows, width, capsys, monkeypatch)
    assert "\N{HORIZONTAL ELLIPSIS}" not in said
    assert max(map(len, said.splitlines())) <= width
    for column in columns:
        if column.width < 0 and column.key not in SHOWN:
            for number in NUMBERS:
                text = column.show(as_it_comes(column, number))
                whole = rf"(?<![\d.]){re.escape(text)}(?![\d.])"
                assert re.search(whole, said), column
