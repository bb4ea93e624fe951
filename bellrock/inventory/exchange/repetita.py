"""REPETITA's topologies and demands: https://github.com/svissicchio/Repetita.

A ``.graph`` file has a line an arc, so a link is two of them; nodes are referred to by
their number. Bandwidths are kbit/s (an OC-192 stands there as 9953280), and the weight
is the IGP's. A ``.demands`` file of the same name beside it, or the only one whose name
begins so, is read too.
"""

from collections.abc import Iterator
from pathlib import Path

from bellrock.document.values import quoted
from bellrock.inventory.exchange import figures
from bellrock.inventory.exchange.arcs import paired
from bellrock.inventory.exchange.findings import Findings, Place
from bellrock.inventory.exchange.gmltext import decoded
from bellrock.inventory.exchange.records import (
    DemandRecord,
    EndRecord,
    LinkRecord,
    Records,
    SiteRecord,
    Wishes,
)
from bellrock.inventory.exchange.units import scaled

_KBITS = 1e3
_COLUMNS = {
    "NODES": ("label", "x", "y"),
    "EDGES": ("label", "src", "dest", "weight", "bw", "delay"),
    "DEMANDS": ("label", "src", "dest", "bw"),
}
_MOST_LISTED = 5


def read(source: str, findings: Findings, wishes: Wishes) -> Records:
    """Read a topology, and its demands where there are some beside it."""
    file = Path(source)
    unit = wishes.unit or _KBITS
    sections = _Sections(file, findings)
    records = Records(Place(file), file.stem)
    _nodes(sections, records, findings)
    names = [site.key for site in records.sites]
    arcs = []
    for row in sections.rows("EDGES"):
        ends = [_node(row, column, len(names), findings) for column in ("src", "dest")]
        if None in ends:
            continue
        a, b = (EndRecord(str(end)) for end in ends)
        weight = row.number("weight")
        metric = figures.metric(weight, row.place.at("weight"), findings)
        bandwidth = row.number("bw")
        capacity = None
        if bandwidth is not None:
            bits = scaled(bandwidth, unit)
            capacity = figures.bits(bits, row.place.at("bw"), findings)
        arcs.append(
            LinkRecord(
                row.place, a, b, capacity=(capacity, None), metric=(metric, None)
            )
        )
    records.links = paired(arcs, findings, drawn=False)
    for demands in _beside(file, findings):
        _demands(_Sections(demands, findings), records, findings, unit)
    return records


class _Row:
    """One line of a section: its words by column."""

    def __init__(self, place: Place, words: dict[str, str], findings: Findings) -> None:
        self.place, self.words, self._findings = place, words, findings

    def number(self, column: str) -> float | None:
        """Return a column's number; None, and a problem, where it has none."""
        return figures.number(self.words[column], self.place.at(column), self._findings)


class _Sections:
    """A file's sections, each a title with a count, a line of columns, and rows."""

    def __init__(self, file: Path, findings: Findings) -> None:
        self._findings = findings
        self._rows: dict[str, list[_Row]] = {}
        self.file = file
        columns: tuple[str, ...] = ()
        section = ""
        for number, text in enumerate(decoded(file, findings).split("\n"), start=1):
            words = text.split()
            place = Place(file, number)
            if not words or words[0].startswith("#"):
                continue
            if words[0] in _COLUMNS:
                section, columns = words[0], _COLUMNS[words[0]]
                if section in self._rows:
                    findings.wrong(place, f"a second section {section}", "keep one")
                self._rows[section] = []
            elif not section:
                listed = " or ".join(_COLUMNS)
                what = f"expected {listed}, found {quoted(words[0])}"
                findings.stop(place, what, "is it a REPETITA file?")
            elif tuple(words) == columns:
                continue
            elif len(words) != len(columns):
                what = f"{len(words)} words in a line of {section}"
                findings.wrong(place, what, f"expected: {' '.join(columns)}")
            else:
                row = _Row(
                    place.at(words[0]),
                    dict(zip(columns, words, strict=True)),
                    findings,
                )
                self._rows[section].append(row)

    def rows(self, section: str) -> Iterator[_Row]:
        """Return the rows of a section; a problem if there is no such section."""
        if section not in self._rows:
            place = Place(self.file)
            self._findings.wrong(place, f"no section {section}", "add it")
        return iter(self._rows.get(section, ()))


def _nodes(sections: _Sections, records: Records, findings: Findings) -> None:
    rows = list(sections.rows("NODES"))
    positions = [(row.number("x"), row.number("y")) for row in rows]
    known = [(x, y) for x, y in positions if x is not None and y is not None]
    left_out = figures.all_zero(known) or not figures.on_earth(known)
    if left_out:
        findings.note("positions are no degrees on earth; they are left out")
    for number, (row, (lon, lat)) in enumerate(zip(rows, positions, strict=True)):
        label = row.words["label"]
        # Their scripts write the number before the name: "3_Denver".
        name = label.removeprefix(f"{number}_").replace("_", " ")
        if left_out:
            lat = lon = None
        records.node(
            SiteRecord(str(number), row.place, name, name=name, lat=lat, lon=lon)
        )


def _node(row: _Row, column: str, count: int, findings: Findings) -> str | None:
    place = row.place.at(column)
    number = figures.whole(row.words[column], 0, max(count - 1, 0), place, findings)
    return None if number is None else str(number)


def _beside(file: Path, findings: Findings) -> list[Path]:
    same = file.with_suffix(".demands")
    if same.is_file():
        return [same]
    found = sorted(
        each
        for each in file.parent.glob("*.demands")
        if each.name.startswith(f"{file.stem}.")
    )
    if len(found) > 1:
        listed = ", ".join(each.name for each in found[:_MOST_LISTED])
        findings.note(
            f"{len(found):,} files of demands ({listed} ...); none is read, since they "
            f"are alternatives: rename the right one to {same.name}"
        )
        return []
    return found


def _demands(
    sections: _Sections, records: Records, findings: Findings, unit: float
) -> None:
    count = len(records.sites)
    for row in sections.rows("DEMANDS"):
        source = _node(row, "src", count, findings)
        target = _node(row, "dest", count, findings)
        amount = row.number("bw")
        if source is None or target is None or amount is None:
            continue
        rate = figures.load(scaled(amount, unit), row.place.at("bw"), findings)
        if rate is not None:
            records.demands.append(DemandRecord(row.place, source, target, rate))
