"""The Overview: who is cut off, who is next, what is full, and is the monitor well."""

from bellrock.model import catalogue
from bellrock.promql.select import AnyOf, firing, peak, series, values_of
from dashboards import monitor, words
from dashboards.page import Annotation, Page, Row, Section, Variable
from dashboards.panels import Panel, stat, table, timeseries
from dashboards.parts import Ask, Column, Link, Paint
from dashboards.queries import delay, loss, or_zero, site_state, with_circuit
from dashboards.site import UID as SITE_UID

UID = "bellrock-overview"

_ORGANISATION = AnyOf("$organisation")
_TO_SITE = Link(
    "Open ${__value.raw}",
    f"/d/{SITE_UID}?var-site=${{__value.raw:percentencode}}"
    "&${datasource:queryparam}&${__url_time_range}",
)
_BACKUP = catalogue.SITE_ON_BACKUP
_NO_MONITOR = "no data from the monitor"


def overview() -> Page:
    """Return the page."""
    organisations = values_of("organisation", catalogue.SITE_INFO)
    return Page(
        UID,
        "Bellrock: Overview",
        "Who is cut off, what the next failure would cut off, what is full or losing "
        "packets, and whether the monitor itself is well.",
        (
            Variable(
                "organisation",
                "Organisation",
                "Whose sites to count and list. Circuits and devices are shared.",
                organisations,
                unlabelled=True,
            ),
        ),
        (Annotation("Alerts", firing()),),
        (
            Section("Sites", (_counts(), _history())),
            Section("What the next failure would cut off", (_elements(),)),
            Section("Every site", (Row(14, ((24, _fleet()),)),)),
            Section("Circuits", (_circuits(), _worst_cases())),
            Section("Paths as probes see them", (_probes(),)),
            Section("The monitor itself", (monitor.health(), monitor.work())),
        ),
    )


def _counts() -> Row:
    reached = site_state(catalogue.SITE_REACHABLE, organisation=_ORGANISATION)
    now = series(catalogue.SITE_REDUNDANCY, organisation=_ORGANISATION)
    designed = series(catalogue.SITE_REDUNDANCY_DESIGNED, organisation=_ORGANISATION)
    shared = series(catalogue.ELEMENT_SITES_CUT, kind=AnyOf("risk_group|site"))
    panels = (
        stat(
            "Sites",
            "User sites in the inventory: those with people, not exchanges.",
            Ask(series(catalogue.SITE_INFO, organisation=_ORGANISATION).count()),
            empty=_NO_MONITOR,
        ),
        stat(
            "Cut off now",
            "Sites that reach no gateway.",
            Ask(reached.is_number(0).sum()),
            steps=words.ANY_IS_BAD,
            empty=_NO_MONITOR,
        ),
        stat(
            "Unknown",
            "Sites of which it cannot be told whether they are cut off: too little "
            "answers. Neither good nor bad.",
            Ask(reached.is_number(-1).sum()),
            steps=words.ANY_IS_UNKNOWN,
            empty=_NO_MONITOR,
        ),
        stat(
            "One failure away",
            "Sites that one failure off their premises would cut off, as designed or "
            "not.",
            Ask(now.is_number(1).sum()),
            empty="no site is known",
        ),
        stat(
            "Redundancy lost",
            "Sites that survive less now than they were designed to: something is "
            "down, and nobody has noticed yet.",
            Ask(now.below(designed).sum()),
            steps=words.ANY_IS_WORTH_A_LOOK,
            empty="no site is known",
        ),
        stat(
            "On backup",
            "Sites that are reached over backup links only: a 4G or satellite tail.",
            Ask(or_zero(series(_BACKUP, organisation=_ORGANISATION).equal(1).count())),
            steps=words.ANY_IS_WORTH_A_LOOK,
            empty=_NO_MONITOR,
        ),
        stat(
            "Survive any one",
            "Sites that survive any one failure off their premises, a duct's or a "
            "building's too.",
            Ask(now.is_number(2).sum()),
            empty="no site is known",
        ),
        stat(
            "Single points of failure",
            "Devices, circuits, buildings and risk groups whose failure alone would "
            "cut sites off now.",
            Ask(or_zero(series(catalogue.ELEMENT_SITES_CUT).above(0).count())),
            empty=_NO_MONITOR,
        ),
        stat(
            "Of these, shared",
            "Ducts, cables, power feeds and buildings: what circuits sold as diverse "
            "may have in common.",
            Ask(or_zero(shared.above(0).count())),
            empty=_NO_MONITOR,
        ),
    )
    widths = (3, 3, 3, 3, 3, 2, 3, 2, 2)
    return Row(4, tuple(zip(widths, panels, strict=True)))


def _history() -> Row:
    state = site_state(catalogue.SITE_REDUNDANCY, organisation=_ORGANISATION)
    asks = tuple(
        Ask(state.is_number(one.number).sum(), one.text) for one in words.REDUNDANCY
    )
    paint = tuple(Paint(f"^{one.text}$", one.colour) for one in words.REDUNDANCY)
    return Row(
        8,
        (
            (
                14,
                timeseries(
                    "Sites by state",
                    "Every user site, by what it survives. Purple is unknown; a gap "
                    "is a time without the monitor.",
                    *asks,
                    unit="short",
                    paint=paint,
                    stacked=True,
                    empty=_NO_MONITOR,
                ),
            ),
            (10, _services()),
        ),
    )


def _services() -> Panel:
    without = series(catalogue.SERVICE_SITES_CUT)
    return table(
        "Services",
        "How many sites that should have a service cannot reach it now, and at worst "
        "in the time shown. A service is missing here while that is unknown.",
        Ask(without.max("service", "priority")),
        Ask(peak(catalogue.SERVICE_SITES_CUT).max("service")),
        key="service",
        columns=(
            Column("service", "Service"),
            Column("priority", "Priority", width=80),
            Column(0, "Without it now", "short", steps=words.ANY_IS_BAD, width=130),
            Column(1, "At worst", "short", steps=words.ANY_IS_WORTH_A_LOOK, width=100),
        ),
        sort=("Without it now", "down"),
        empty="no service is known",
    )


def _elements() -> Row:
    sites = series(catalogue.ELEMENT_SITES_CUT).max("element", "kind").top(25)
    services = series(catalogue.ELEMENT_SERVICES_CUT).max("element")
    people = series(catalogue.ELEMENT_PEOPLE_CUT).max("element")
    worst = table(
        "Worst single items",
        "The 25 devices, circuits, buildings and risk groups whose failure now would "
        "cut off most sites. Fix from the top.",
        Ask(sites),
        Ask(services.where(sites, "element")),
        Ask(people.where(sites, "element")),
        key="element",
        columns=(
            Column("element", "Element"),
            Column("kind", "Kind", width=120),
            Column(0, "Sites", "short", width=80),
            Column(1, "Services", "short", width=90),
            Column(2, "People", "short", width=100),
        ),
        sort=("Sites", "down"),
        empty="nothing alone cuts anybody off",
    )
    people_at_risk = timeseries(
        "Most people behind one failure",
        "People served by the sites behind the five worst items: a step up means that "
        "redundancy was lost somewhere.",
        Ask(
            series(catalogue.ELEMENT_PEOPLE_CUT)
            .max("element")
            .where(peak(catalogue.ELEMENT_PEOPLE_CUT).max("element").top(5), "element"),
            "{{element}}",
        ),
        unit="short",
        empty="nothing alone cuts anybody off",
    )
    return Row(10, ((14, worst), (10, people_at_risk)))


def _fleet() -> Panel:
    sites = series(catalogue.SITE_INFO, organisation=_ORGANISATION)
    told = sites.max("site", "name", "organisation", "kind", "priority")
    down = series(catalogue.DEVICE_UP).is_number(0).sum("site")
    designed = series(catalogue.SITE_REDUNDANCY_DESIGNED, organisation=_ORGANISATION)
    return table(
        "Sites",
        "Every user site, the worst first; click one to open it. Purple is unknown.",
        Ask(told),
        Ask(site_state(catalogue.SITE_REACHABLE, organisation=_ORGANISATION)),
        Ask(site_state(catalogue.SITE_REDUNDANCY, organisation=_ORGANISATION)),
        Ask(designed.max("site")),
        Ask(down.where(sites, "site")),
        Ask(loss("site").where(sites, "site")),
        Ask(delay(0.95, "site").where(sites, "site")),
        key="site",
        columns=(
            Column("site", "Site", link=_TO_SITE),
            Column("name", "Name"),
            Column("organisation", "Organisation"),
            Column("kind", "Kind", width=110),
            Column("priority", "Priority", width=80),
            Column(1, "State", states=words.REACHABLE, width=100),
            Column(2, "Survives", states=words.REDUNDANCY, width=150),
            Column(3, "Designed for", states=words.REDUNDANCY, width=150),
            Column(4, "Devices down", steps=words.ANY_IS_BAD, width=120),
            Column(5, "Loss", "percentunit", steps=words.LOSS, width=90),
            Column(6, "Delay p95", "s", width=100),
        ),
        sort=("Survives", "up"),
        empty="-",
    )


def _circuits() -> Row:
    load = catalogue.LINK_UTILISATION
    busiest = peak(load).max("link").top(20)
    told = series(catalogue.LINK_INFO).max(
        "link", "circuit", "supplier", "a_site", "b_site"
    )
    speed = series(catalogue.INTERFACE_SPEED).min("link")
    listed = table(
        "Busiest circuits",
        "The 20 circuits that were fullest in the time shown. Capacity is the speed "
        "of the slower interface; fullness is of the declared capacity.",
        Ask(told.where(busiest, "link")),
        Ask(series(load, direction="ab").max("link").where(busiest, "link")),
        Ask(series(load, direction="ba").max("link").where(busiest, "link")),
        Ask(busiest),
        Ask(speed.where(busiest, "link")),
        key="link",
        columns=(
            Column("link", "Circuit"),
            Column("circuit", "Number", width=110),
            Column("supplier", "Supplier", width=100),
            Column("a_site", "From"),
            Column("b_site", "To"),
            Column(1, "Out", "percentunit", steps=words.FULLNESS, width=80),
            Column(2, "Back", "percentunit", steps=words.FULLNESS, width=80),
            Column(3, "Fullest", "percentunit", steps=words.FULLNESS, width=80),
            Column(4, "Capacity", "bps", width=100),
        ),
        sort=("Fullest", "down"),
        empty="-",
    )
    top = peak(load).max("link").top(8)
    drawn = timeseries(
        "Fullest circuits",
        "Share of the declared capacity in use, of the eight that were fullest.",
        Ask(
            with_circuit(series(load).max("link", "direction").where(top, "link")),
            "{{link}} {{direction}} ({{circuit}}, {{supplier}})",
        ),
        unit="percentunit",
        share=True,
        empty="no device tells its traffic",
    )
    return Row(11, ((14, listed), (10, drawn)))


def _worst_cases() -> Row:
    worst = series(catalogue.LINK_WORST_UTILISATION).max("link", "direction").top(20)
    cause = series(catalogue.LINK_WORST_FAILURE)
    listed = table(
        "Circuits that one failure would fill",
        "The 20 circuits that would be fullest if the worst single failure happened "
        "now, by declared demands after rerouting, and that failure where it fills "
        "them above 80 %.",
        Ask(with_circuit(worst).joined("arc", "link", "direction")),
        Ask(cause.max(*_CAUSE).joined("arc", "link", "direction")),
        key="arc",
        columns=(
            Column("arc", "Circuit and direction"),
            Column("circuit", "Number", width=110),
            Column("supplier", "Supplier", width=100),
            Column("a_site", "From"),
            Column("b_site", "To"),
            Column("failure", "If this fails"),
            Column("kind", "Kind", width=100),
            Column(0, "At worst", "percentunit", steps=words.FULLNESS, width=90),
        ),
        sort=("At worst", "down"),
        empty="no demands are declared",
    )
    return Row(10, ((24, listed),))


_CAUSE = ("link", "direction", "failure", "kind")


def _probes() -> Row:
    lost = timeseries(
        "Most loss",
        "Share of probe packets lost, of the ten targets that lost most in the time "
        "shown. All at once: look near the monitor; one: look near it.",
        Ask(
            loss("site", "target").where(loss("target", whole=True).top(10), "target"),
            "{{target}}",
        ),
        unit="percentunit",
        empty="no probe runs",
    )
    late = timeseries(
        "Longest delay",
        "95 in 100 probe packets took no longer than this; the ten slowest targets of "
        "the time shown. A new floor is a new path, a cloud above it a queue.",
        Ask(
            delay(0.95, "site", "target").where(
                delay(0.95, "target", whole=True).top(10), "target"
            ),
            "{{target}}",
        ),
        unit="s",
        empty="no probe was answered",
    )
    return Row(9, ((12, lost), (12, late)))
