"""The Site page: one building, its devices, its circuits and the paths to it."""

from bellrock.model import catalogue
from bellrock.promql.select import AnyOf, Not, firing, increase, series, values_of
from dashboards import wires, words
from dashboards.page import Annotation, Page, Row, Section, Variable
from dashboards.panels import stat, state_timeline, timeseries
from dashboards.parts import Ask
from dashboards.queries import (
    delay,
    device_state,
    loss,
    site_state,
)

UID = "bellrock-site"

_SITE = "$site"
_DEVICE = AnyOf("$device")
_CIRCUIT = AnyOf("$circuit")
_UNKNOWN_SITE = "no such user site, or no monitor"
_NO_POLL = "no device here answers polls"


def site() -> Page:
    """Return the page."""
    return Page(
        UID,
        "Bellrock: Site",
        "One site: is it reached, what does it survive, how good are the paths to it "
        "and how full its circuits.",
        _variables(),
        (
            Annotation("Alerts of this site", firing(site=_SITE)),
            Annotation(
                "Alerts of its circuits", firing().where(wires.circuits(), "link")
            ),
        ),
        (
            Section("$site", (_state(), _timelines())),
            Section("Paths to it", (_paths(), _losses())),
            Section("Circuits", (wires.circuit_row(),)),
            Section(
                "Interfaces", (wires.traffic(), wires.interfaces(), wires.cables())
            ),
            Section("Devices", (wires.devices(),)),
        ),
    )


def _variables() -> tuple[Variable, ...]:
    info, up = catalogue.SITE_INFO, catalogue.INTERFACE_UP
    return (
        Variable(
            "organisation",
            "Organisation",
            "Narrows the list of sites.",
            values_of("organisation", info),
            unlabelled=True,
        ),
        Variable(
            "site",
            "Site",
            "The site shown.",
            values_of("site", info, organisation=AnyOf("$organisation")),
            all=False,
        ),
        Variable(
            "device",
            "Device",
            "Narrows paths, interfaces and devices.",
            values_of("device", catalogue.DEVICE_UP, site=_SITE),
        ),
        Variable(
            "circuit",
            "Circuit",
            "Narrows circuits and interfaces to circuits of the device.",
            values_of("link", up, device=_DEVICE, link=Not("")),
            unlabelled=True,
        ),
    )


def _state() -> Row:
    told = series(catalogue.SITE_INFO, site=_SITE)
    devices = device_state(site=_SITE)
    panels = (
        stat(
            "Site",
            "What the inventory calls it, and whose it is.",
            Ask(
                told.max("name", "organisation", "kind"),
                "{{name}} ({{kind}}, {{organisation}})",
            ),
            text="name",
            empty=_UNKNOWN_SITE,
        ),
        stat(
            "State",
            "Whether any device of the site reaches a gateway. Purple: too little "
            "answers to tell.",
            Ask(site_state(catalogue.SITE_REACHABLE, site=_SITE)),
            states=words.REACHABLE,
            empty=_UNKNOWN_SITE,
        ),
        stat(
            "Survives",
            "What failures off its premises it survives now.",
            Ask(site_state(catalogue.SITE_REDUNDANCY, site=_SITE)),
            states=words.REDUNDANCY,
            empty=_UNKNOWN_SITE,
        ),
        stat(
            "Designed for",
            "What it survives with everything up. If that is more than now, something "
            "it relies on is down.",
            Ask(series(catalogue.SITE_REDUNDANCY_DESIGNED, site=_SITE).max("site")),
            states=words.REDUNDANCY,
            empty=_UNKNOWN_SITE,
        ),
        stat(
            "On backup",
            "Whether it is reached over backup links only. Nothing where there are "
            "none, or where it is not known.",
            Ask(series(catalogue.SITE_ON_BACKUP, site=_SITE).max("site")),
            states=words.YES_IS_WORTH_A_LOOK,
            empty="no backup links, or unknown",
        ),
        stat(
            "Devices down",
            "Devices at the site believed to be down.",
            Ask(devices.is_number(0).sum()),
            steps=words.ANY_IS_BAD,
            empty="no device is known",
        ),
        stat(
            "Devices unknown",
            "Probed devices of which it cannot be told whether they are up.",
            Ask(devices.is_number(-1).sum()),
            steps=words.ANY_IS_UNKNOWN,
            empty="no device is known",
        ),
    )
    widths = (5, 3, 4, 4, 2, 3, 3)
    return Row(4, tuple(zip(widths, panels, strict=True)))


def _timelines() -> Row:
    redundancy = state_timeline(
        "What it survived",
        "Redundancy of the site over time. Purple is unknown; a gap is a time without "
        "the monitor.",
        Ask(site_state(catalogue.SITE_REDUNDANCY, site=_SITE), "now"),
        Ask(
            series(catalogue.SITE_REDUNDANCY_DESIGNED, site=_SITE).max("site"),
            "designed",
        ),
        states=words.REDUNDANCY,
        empty=_UNKNOWN_SITE,
    )
    reached = state_timeline(
        "Site and devices",
        "Whether the site was reached and its devices were up. A device that is up at "
        "a site cut off is one that only the monitor still reaches.",
        Ask(site_state(catalogue.SITE_REACHABLE, site=_SITE), "$site"),
        Ask(device_state(site=_SITE), "{{device}}"),
        states=words.UP,
        empty=_UNKNOWN_SITE,
    )
    return Row(7, ((12, redundancy), (12, reached)))


def _paths() -> Row:
    quantiles = timeseries(
        "Delay",
        "Round trip to each target: half, 95 and 99 in 100 packets took no longer. A "
        "new floor is a new path; p99 away from p50 is a queue.",
        *(
            Ask(
                delay(share, "target", site=_SITE, target=_DEVICE),
                f"{{{{target}}}} {name}",
            )
            for share, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
        ),
        unit="s",
        empty="no probe was answered",
    )
    variation = timeseries(
        "Delay variation",
        "99th percentile minus minimum of the last minute's delays, per target. What "
        "a voice call's jitter buffer has to hold.",
        Ask(
            series(catalogue.PROBE_DELAY_VARIATION, site=_SITE, target=_DEVICE).max(
                "target", "probe"
            ),
            "{{target}} {{probe}}",
        ),
        unit="s",
        empty="no probe was answered",
    )
    return Row(9, ((14, quantiles), (10, variation)))


def _losses() -> Row:
    lost = timeseries(
        "Loss",
        "Share of probe packets not answered in time, per target. Zero is drawn as "
        "zero; no probe at all is a gap.",
        Ask(
            loss("target", "probe", site=_SITE, target=_DEVICE),
            "{{target}} {{probe}}",
        ),
        unit="percentunit",
        empty="no probe runs to this site",
    )
    ended = timeseries(
        "How probes ended",
        "Probe packets by outcome, over each step of the graph.",
        Ask(
            increase(catalogue.PROBE_OUTCOME, target=_DEVICE).sum("outcome"),
            "{{outcome}}",
        ),
        unit="short",
        stacked=True,
        empty="no probe runs to this site",
    )
    return Row(8, ((14, lost), (10, ended)))
