"""The Devices page: what devices say of themselves, of each other, and unasked."""

from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.model.neighbourhood import SensorKind
from bellrock.promql.query import Query
from bellrock.promql.select import AnyOf, firing, increase, series, values_of
from dashboards import words
from dashboards.page import Annotation, Page, Row, Section, Variable
from dashboards.panels import POLLED, Panel, state_timeline, table, timeseries
from dashboards.parts import Ask, Column
from dashboards.queries import device_state, with_circuit

UID = "bellrock-devices"

_SITE = AnyOf("$site")
_DEVICE = AnyOf("$device")
_NOT_SAID = "no device here says so"


def devices() -> Page:
    """Return the page."""
    return Page(
        UID,
        "Bellrock: Devices",
        "Routers and switches: how busy, how hot, whom they see, what they tell "
        "unasked, which of them cannot be read, and where the inventory is wrong.",
        _variables(),
        (Annotation("Alerts of these devices", firing(device=_DEVICE)),),
        (
            Section("All of them", (Row(10, ((24, _fleet()),)),)),
            Section("Processors, memory, sensors", (_busy(), _sensors())),
            Section("Neighbours", (Row(9, ((24, _neighbours()),)),)),
            Section("Asked and unasked", (_told(),)),
            Section("The inventory against the network", (_mismatches(),)),
        ),
    )


def _variables() -> tuple[Variable, ...]:
    up = catalogue.DEVICE_UP
    return (
        Variable("site", "Site", "Narrows the devices.", values_of("site", up)),
        Variable(
            "device",
            "Device",
            "The devices shown.",
            values_of("device", up, site=_SITE),
        ),
    )


def _of(metric: Metric) -> Query:
    return series(metric, site=_SITE, device=_DEVICE).max("device")


def _fleet() -> Panel:
    failing = increase(catalogue.COLLECT_FAILURES, device=_DEVICE).sum("device")
    lost = series(catalogue.NEIGHBOUR_UP, device=_DEVICE).is_number(0).sum("device")
    known = device_state(site=_SITE)
    return table(
        "Devices",
        "Every device that is probed or polled. Purple is unknown; a dash: it does not "
        "say, or could not be read.",
        Ask(known),
        Ask(_of(catalogue.DEVICE_UPTIME)),
        Ask(_of(catalogue.DEVICE_CPU)),
        Ask(_of(catalogue.DEVICE_MEMORY)),
        Ask(_hottest()),
        Ask(lost),
        Ask(failing),
        key="device",
        columns=(
            Column("device", "Device"),
            Column(0, "State", states=words.UP, width=90),
            Column(1, "Uptime", "dtdurations", width=150),
            Column(2, "Processors", "percentunit", steps=words.FULLNESS, width=110),
            Column(3, "Memory", "percentunit", steps=words.FULLNESS, width=110),
            Column(4, "Hottest sensor", "celsius", width=130),
            Column(5, "Neighbours lost", "short", steps=words.ANY_IS_BAD, width=130),
            Column(
                6, "Failed of late", "short", steps=words.ANY_IS_WORTH_A_LOOK, width=130
            ),
        ),
        sort=("Device", "up"),
        interval=POLLED,
        empty="-",
    )


def _hottest() -> Query:
    return series(
        catalogue.DEVICE_SENSOR, device=_DEVICE, kind=SensorKind.TEMPERATURE.value
    ).max("device")


def _busy() -> Row:
    return Row(
        8,
        tuple(
            (
                12,
                timeseries(
                    title,
                    description,
                    Ask(_of(metric), "{{device}}"),
                    unit="percentunit",
                    share=True,
                    empty=_NOT_SAID,
                ),
            )
            for title, description, metric in (
                (
                    "Processors",
                    "Share of each device's processors in use. Routing protocols lose "
                    "neighbours when none is left.",
                    catalogue.DEVICE_CPU,
                ),
                (
                    "Memory",
                    "Share of each device's memory in use. One that only grows ends "
                    "in a restart.",
                    catalogue.DEVICE_MEMORY,
                ),
            )
        ),
    )


def _sensors() -> Row:
    def of(kind: SensorKind) -> Ask:
        found = series(catalogue.DEVICE_SENSOR, device=_DEVICE, kind=kind.value)
        return Ask(found.max("device", "sensor"), "{{device}} {{sensor}}")

    warm = timeseries(
        "Temperature",
        "As each sensor of each device has it.",
        of(SensorKind.TEMPERATURE),
        unit="celsius",
        empty=_NOT_SAID,
    )
    light = timeseries(
        "Optical power",
        "Sent and received by optics. A level that sinks over weeks is a dirty or "
        "dying one; a sudden drop a bent or cut fibre.",
        of(SensorKind.OPTICAL_POWER),
        unit="dBm",
        empty=_NOT_SAID,
    )
    return Row(8, ((12, warm), (12, light)))


def _neighbours() -> Panel:
    return state_timeline(
        "Neighbours",
        "Whom each device sees over LLDP, CDP, OSPF and BGP. One that it had and lost "
        "stays for a day; a gap: the device could not be read.",
        Ask(
            series(catalogue.NEIGHBOUR_UP, device=_DEVICE).max(
                "device", "protocol", "neighbour"
            ),
            "{{device}} {{protocol}} {{neighbour}}",
        ),
        states=words.UP,
        empty="no device here tells of neighbours",
    )


def _told() -> Row:
    failed = timeseries(
        "Could not be read",
        "Readings of devices that failed, over each step of the graph, by collector "
        "and reason.",
        Ask(
            increase(catalogue.COLLECT_FAILURES, device=_DEVICE).sum(
                "device", "collector", "reason"
            ),
            "{{device}} {{collector}}: {{reason}}",
        ),
        unit="short",
        stacked=True,
        interval=POLLED,
        empty="every reading succeeded",
    )
    told = timeseries(
        "Told unasked",
        "Traps and informs from these devices, over each step of the graph.",
        Ask(
            increase(catalogue.NOTICES, device=_DEVICE).sum("device", "notice"),
            "{{device}} {{notice}}",
        ),
        unit="short",
        stacked=True,
        empty="none came, or nobody listens: see collectors: traps",
    )
    refused = timeseries(
        "Traps not taken",
        "Datagrams on the trap port that were dropped, by reason, from anywhere.",
        Ask(increase(catalogue.NOTICES_REFUSED).sum("reason"), "{{reason}}"),
        unit="short",
        stacked=True,
        empty="none was refused",
    )
    return Row(8, ((8, failed), (8, told), (8, refused)))


def _mismatches() -> Row:
    why = ("link", "why")
    named = with_circuit(series(catalogue.TOPOLOGY_MISMATCH).max(*why))
    found = table(
        "Where they disagree",
        "Links on which devices and inventory contradict each other. What is computed "
        "of cut-off sites rests on the inventory: mend it, or the network.",
        Ask(series(catalogue.TOPOLOGY_MISMATCH).max(*why).joined("row", *why)),
        Ask(named.joined("row", *why)),
        key="row",
        columns=(
            Column("row", "Link and why"),
            Column("circuit", "Number", width=110),
            Column("supplier", "Supplier", width=110),
            Column("a_site", "From", width=150),
            Column("b_site", "To", width=150),
        ),
        sort=("Link and why", "up"),
        empty="they agree, as far as devices were read",
    )
    known = timeseries(
        "How links are known",
        "Declared links, by how many of their ends see them too. One that no end sees "
        "rests on paper alone.",
        Ask(series(catalogue.LINK_PROVENANCE).count("provenance"), "{{provenance}}"),
        unit="short",
        stacked=True,
        empty="no device tells of neighbours",
    )
    return Row(8, ((16, found), (8, known)))
