"""The Throughput page: what circuits carry, against what they should, at what cost."""

from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.promql.query import Query
from bellrock.promql.select import AnyOf, firing, increase, series, values_of
from dashboards import words
from dashboards.page import Annotation, Page, Row, Section, Variable
from dashboards.panels import Panel, table, timeseries
from dashboards.parts import Ask, Column
from dashboards.queries import with_circuit

UID = "bellrock-throughput"

_LINK = AnyOf("$link")
_ARC = ("test", "link", "direction")
_LEGEND = "{{test}} {{direction}}"
_NO_TESTS = "no test has shown this: see probes: throughput"


def throughput() -> Page:
    """Return the page."""
    return Page(
        UID,
        "Bellrock: Throughput",
        "Circuits that were tested: what they carry against what is declared, how "
        "wrong that may be, what TCP makes of it, and what the tests cost.",
        (
            Variable(
                "link",
                "Link",
                "The links shown; those that tests may cross.",
                values_of("link", catalogue.THROUGHPUT_BUDGET),
            ),
        ),
        (Annotation("Alerts of these links", firing(link=_LINK)),),
        (
            Section("Against the contract", (_contracts(), _history())),
            Section("What TCP makes of it (RFC 6349)", (_tcp(), _tcp_history())),
            Section("What it costs", (_cost(), _refusals())),
        ),
    )


def _of(metric: Metric) -> Query:
    return series(metric, link=_LINK).max(*_ARC)


def _row(query: Query) -> Ask:
    return Ask(query.joined("row", "test", "direction"))


def _share() -> Query:
    return _of(catalogue.PATH_CAPACITY) / _of(catalogue.PATH_CAPACITY_DECLARED)


def _contracts() -> Row:
    measured = table(
        "Capacity, measured and declared",
        "Of IP packets. A dash: the test's own cap on the rate was reached first, or "
        "nothing is declared. 'May be more by' is the bound on the error and what "
        "others sent over the link at the time.",
        _row(with_circuit(_of(catalogue.PATH_CAPACITY_DECLARED))),
        _row(_of(catalogue.PATH_CAPACITY)),
        _row(_of(catalogue.PATH_CAPACITY_ERROR)),
        _row(_share()),
        _row(_of(catalogue.THROUGHPUT_RATE)),
        _row(_of(catalogue.THROUGHPUT_MEASURED).age()),
        key="row",
        columns=(
            Column("row", "Test and direction"),
            Column("circuit", "Circuit", width=110),
            Column("supplier", "Supplier", width=110),
            Column("a_site", "From", width=130),
            Column("b_site", "To", width=130),
            Column(0, "Declared", "bps", width=110),
            Column(1, "Measured", "bps", width=110),
            Column(2, "May be more by", "bps", width=130),
            Column(3, "Share", "percentunit", steps=words.CONTRACT, width=90),
            Column(4, "Payload got", "bps", width=110),
            Column(5, "Ago", "dtdurations", width=150),
        ),
        sort=("Share", "up"),
        empty="-",
    )
    return Row(10, ((24, measured),))


def _graph(
    title: str, description: str, ask: Ask, unit: words.Unit, *, share: bool = False
) -> Panel:
    return timeseries(title, description, ask, unit=unit, empty=_NO_TESTS, share=share)


def _history() -> Row:
    share = _graph(
        "Capacity as a share of the contract",
        "A step down that stays is a change at the supplier's, or a port that fell "
        "back to a lower speed.",
        Ask(_share(), _LEGEND),
        "percentunit",
        share=True,
    )
    got = _graph(
        "Payload that transfers got",
        "What a download sees. Far below the capacity, look at loss, delay and windows "
        "below.",
        Ask(_of(catalogue.THROUGHPUT_RATE), _LEGEND),
        "bps",
    )
    return Row(8, ((12, share), (12, got)))


def _tcp() -> Row:
    found = table(
        "The last transfers",
        "Efficiency below 99 %: packets are lost. Buffer delay over 100 %: queues "
        "double the round trip under load. Time ratio: 1 is as quick as it can be. A "
        "TCP window smaller than the bytes in flight is what limits a connection.",
        _row(_of(catalogue.THROUGHPUT_TIME_RATIO)),
        _row(_of(catalogue.THROUGHPUT_EFFICIENCY)),
        _row(_of(catalogue.THROUGHPUT_BUFFER_DELAY)),
        _row(_of(catalogue.THROUGHPUT_DELAY_PRODUCT)),
        _row(_of(catalogue.THROUGHPUT_LOSS)),
        key="row",
        columns=(
            Column("row", "Test and direction"),
            Column(0, "Transfer time ratio", "short", width=150),
            Column(1, "TCP efficiency", "percentunit", width=130),
            Column(2, "Buffer delay", "percentunit", width=130),
            Column(3, "Bytes in flight", "decbytes", width=130),
            Column(4, "Loss (UDP)", "percentunit", steps=words.LOSS, width=130),
        ),
        sort=("Transfer time ratio", "down"),
        empty="-",
    )
    return Row(8, ((24, found),))


def _tcp_history() -> Row:
    lost = _graph(
        "TCP efficiency",
        "Share of the bytes that did not have to be sent again.",
        Ask(_of(catalogue.THROUGHPUT_EFFICIENCY), _LEGEND),
        "percentunit",
    )
    late = _graph(
        "Buffer delay",
        "By what share the round trip grows while a transfer runs: what a call beside "
        "a download feels.",
        Ask(_of(catalogue.THROUGHPUT_BUFFER_DELAY), _LEGEND),
        "percentunit",
    )
    return Row(8, ((12, lost), (12, late)))


def _cost() -> Row:
    spent = series(catalogue.THROUGHPUT_SPENT, link=_LINK).max("link")
    budget = series(catalogue.THROUGHPUT_BUDGET, link=_LINK).max("link")
    today = table(
        "Bytes today",
        "What tests sent over each link since midnight UTC, of what they may. A test "
        "that is running counts in full.",
        Ask(spent),
        Ask(budget),
        Ask(spent / budget),
        key="link",
        columns=(
            Column("link", "Link"),
            Column(0, "Spent", "decbytes", width=110),
            Column(1, "Budget", "decbytes", width=110),
            Column(2, "Share", "percentunit", steps=words.FULLNESS, width=90),
        ),
        sort=("Share", "down"),
        empty="-",
    )
    history = timeseries(
        "Share of the day's budget",
        "Starts anew at midnight UTC.",
        Ask(spent / budget, "{{link}}"),
        unit="percentunit",
        share=True,
        empty=_NO_TESTS,
    )
    return Row(8, ((12, today), (12, history)))


def _refusals() -> Row:
    refused = timeseries(
        "Not begun, and why",
        "Tests that were due, over each step of the graph. They are asked for again "
        "until their next turn.",
        Ask(
            increase(catalogue.THROUGHPUT_REFUSED, link=_LINK).sum("test", "reason"),
            "{{test}}: {{reason}}",
        ),
        unit="short",
        stacked=True,
        empty="none was refused",
    )
    ended = timeseries(
        "Tests, by how they ended",
        "Each direction counts, over each step of the graph.",
        Ask(
            increase(catalogue.THROUGHPUT_TESTS, link=_LINK).sum("test", "outcome"),
            "{{test}}: {{outcome}}",
        ),
        unit="short",
        stacked=True,
        empty="no tests are configured: see probes: throughput",
    )
    return Row(8, ((12, refused), (12, ended)))
