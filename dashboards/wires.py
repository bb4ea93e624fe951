"""The Site page's circuits, interfaces and devices: what devices themselves tell."""

from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.promql.query import Query
from bellrock.promql.select import AnyOf, rate, series
from dashboards import words
from dashboards.page import Row
from dashboards.panels import POLLED, Panel, state_timeline, table, timeseries
from dashboards.parts import Ask, Column, Paint
from dashboards.queries import link_state, with_circuit

_SITE = "$site"
_DEVICE = AnyOf("$device")
_CIRCUIT = AnyOf("$circuit")
_WAYS = (("ab", "a_site", "b_site"), ("ba", "b_site", "a_site"))
_NO_POLL = "no device here answers polls"
_RARELY_READ = "10m"
"""Shortest step for counters that are read every five minutes."""


def circuits() -> Query:
    """Return the declared circuits that end at the site."""
    info = catalogue.LINK_INFO
    there = series(info, b_site=_SITE, link=_CIRCUIT)
    return series(info, a_site=_SITE, link=_CIRCUIT).otherwise(there)


def circuit_row() -> Row:
    """Return the circuits that end here: whose, how full, and up or not."""
    here = circuits()
    load = catalogue.LINK_UTILISATION
    listed = table(
        "Circuits",
        "Every circuit that ends here, its supplier and number, and its state. Purple "
        "is unknown.",
        Ask(here.max("link", "circuit", "supplier", "a_site", "b_site")),
        Ask(link_state(here)),
        Ask(series(load, direction="ab").max("link").where(here, "link")),
        Ask(series(load, direction="ba").max("link").where(here, "link")),
        Ask(series(catalogue.INTERFACE_SPEED).min("link").where(here, "link")),
        Ask(
            series(catalogue.ELEMENT_SITES_CUT)
            .max("element")
            .named("link", "element")
            .max("link")
            .where(here, "link")
        ),
        key="link",
        columns=(
            Column("link", "Circuit"),
            Column("circuit", "Number", width=110),
            Column("supplier", "Supplier", width=100),
            Column("a_site", "From"),
            Column("b_site", "To"),
            Column(1, "State", states=words.UP, width=90),
            Column(2, "Out", "percentunit", steps=words.FULLNESS, width=80),
            Column(3, "Back", "percentunit", steps=words.FULLNESS, width=80),
            Column(4, "Capacity", "bps", width=100),
            Column(5, "Would cut off", "short", width=110),
        ),
        sort=("Circuit", "up"),
        empty="-",
    )
    full = timeseries(
        "How full",
        "Share of the declared capacity in use, each way. Queues grow from 70 % on.",
        *(
            Ask(
                with_circuit(
                    series(load, direction=way).max("link").where(here, "link")
                ),
                f"{{{{circuit}}}} {{{{supplier}}}}: {{{{{start}}}}} to {{{{{end}}}}}",
            )
            for way, start, end in (
                ("ab", "a_site", "b_site"),
                ("ba", "b_site", "a_site"),
            )
        ),
        unit="percentunit",
        share=True,
        empty=_NO_POLL,
    )
    return Row(9, ((14, listed), (10, full)))


def _port(query: Query) -> Query:
    return query.joined("port", "device", "interface")


def _bits(*, out: bool) -> Query:
    received, sent = (
        catalogue.INTERFACE_RECEIVE_BYTES,
        catalogue.INTERFACE_TRANSMIT_BYTES,
    )
    counted = rate(sent if out else received, device=_DEVICE, link=_CIRCUIT)
    return counted.max("device", "interface") * 8


def traffic() -> Row:
    """Return what goes in and out, and what is lost on the way."""
    bits = timeseries(
        "Traffic",
        "Bits per second: in above the line, out below it, as the device counts.",
        Ask(_bits(out=False), "{{device}} {{interface}} in"),
        Ask(_bits(out=True), "{{device}} {{interface}} out"),
        unit="bps",
        paint=(Paint(" out$", mirrored=True),),
        interval=POLLED,
        empty=_NO_POLL,
    )
    return Row(9, ((12, bits), (6, _errors()), (6, _discards())))


def _errors() -> Panel:
    return _packets(
        "Errors",
        "Packets per second broken on the way: a bad cable, optic or radio path.",
        catalogue.INTERFACE_RECEIVE_ERRORS,
        catalogue.INTERFACE_TRANSMIT_ERRORS,
    )


def _discards() -> Panel:
    return _packets(
        "Discards",
        "Good packets per second thrown away for want of room: out means a full "
        "circuit, in a device too slow.",
        catalogue.INTERFACE_RECEIVE_DISCARDS,
        catalogue.INTERFACE_TRANSMIT_DISCARDS,
    )


def _packets(title: str, description: str, received: Metric, sent: Metric) -> Panel:
    return timeseries(
        title,
        description,
        *(
            Ask(
                rate(metric, device=_DEVICE, link=_CIRCUIT).max("device", "interface"),
                f"{{{{device}}}} {{{{interface}}}} {way}",
            )
            for metric, way in ((received, "in"), (sent, "out"))
        ),
        unit="pps",
        paint=(Paint(" out$", mirrored=True),),
        interval=POLLED,
        empty=_NO_POLL,
    )


def interfaces() -> Row:
    """Return every interface, its speed and its state."""

    def of(metric: Metric) -> Query:
        chosen = series(metric, device=_DEVICE, link=_CIRCUIT)
        return chosen.max("device", "interface", "link")

    speed = series(catalogue.INTERFACE_SPEED, device=_DEVICE, link=_CIRCUIT).max(
        "device", "interface"
    )
    listed = table(
        "Interfaces",
        "Every interface the devices tell of, its speed, and how much of it is used. "
        "Half duplex where the other end is in full makes a circuit slow.",
        Ask(_port(of(catalogue.INTERFACE_UP))),
        Ask(_port(speed)),
        Ask(_port(_bits(out=False))),
        Ask(_port(_bits(out=True))),
        Ask(_port(_bits(out=False) / speed)),
        Ask(_port(_bits(out=True) / speed)),
        Ask(_port(of(catalogue.INTERFACE_FULL_DUPLEX))),
        key="port",
        columns=(
            Column("port", "Interface"),
            Column("link", "Circuit"),
            Column(0, "State", states=words.UP, width=90),
            Column(1, "Speed", "bps", width=110),
            Column(2, "In", "bps", width=110),
            Column(3, "Out", "bps", width=110),
            Column(4, "In of speed", "percentunit", steps=words.FULLNESS, width=110),
            Column(5, "Out of speed", "percentunit", steps=words.FULLNESS, width=110),
            Column(6, "Duplex", states=words.DUPLEX, width=80),
        ),
        sort=("Interface", "up"),
        interval=POLLED,
        empty="-",
    )
    up = state_timeline(
        "Interface state",
        "When each interface was up. A gap: the device did not say.",
        Ask(of(catalogue.INTERFACE_UP), "{{device}} {{interface}}"),
        states=words.UP,
        empty=_NO_POLL,
    )
    return Row(9, ((14, listed), (10, up)))


def cables() -> Row:
    """Return what breaks frames on Ethernet cables."""
    checksums = _counted(
        "Checksum errors",
        "Ethernet frames per second whose checksum is wrong: a bad cable, connector or "
        "optic, or the other end is in half duplex.",
        (catalogue.INTERFACE_FCS_ERRORS, "checksum"),
        (catalogue.INTERFACE_ALIGNMENT_ERRORS, "not whole octets"),
    )
    late = _counted(
        "Late collisions",
        "Per second, seen by an interface in half duplex: the other end is in full "
        "duplex, or the cable is too long.",
        (catalogue.INTERFACE_LATE_COLLISIONS, "late"),
    )
    symbols = _counted(
        "Symbol errors",
        "Per second, below the level of frames: noise, a dirty connector or a weak "
        "optic.",
        (catalogue.INTERFACE_SYMBOL_ERRORS, "symbol"),
    )
    return Row(7, ((8, checksums), (8, late), (8, symbols)))


def _counted(title: str, description: str, *counted: tuple[Metric, str]) -> Panel:
    return timeseries(
        title,
        description,
        *(
            Ask(
                rate(metric, device=_DEVICE, link=_CIRCUIT).max("device", "interface"),
                f"{{{{device}}}} {{{{interface}}}} {what}",
            )
            for metric, what in counted
        ),
        unit="short",
        interval=_RARELY_READ,
        empty="no device here tells of its Ethernet cables",
    )


def devices() -> Row:
    """Return the devices' uptime and polls, and what hangs on them."""
    uptime = timeseries(
        "Uptime",
        "Since the device's management agent started. A drop to zero is a restart.",
        Ask(
            series(catalogue.DEVICE_UPTIME, site=_SITE, device=_DEVICE).max("device"),
            "{{device}}",
        ),
        unit="dtdurations",
        empty=_NO_POLL,
    )
    polls = timeseries(
        "Polls",
        "How long the last poll of each device took.",
        Ask(
            series(catalogue.COLLECT_DURATION, device=_DEVICE).max(
                "device", "collector"
            ),
            "{{device}} {{collector}}",
        ),
        unit="s",
        empty=_NO_POLL,
    )
    hanging = table(
        "What hangs on them",
        "What else would be cut off if the site or a device of it failed now.",
        Ask(_elements(catalogue.ELEMENT_SITES_CUT)),
        Ask(_elements(catalogue.ELEMENT_SERVICES_CUT)),
        Ask(_elements(catalogue.ELEMENT_PEOPLE_CUT)),
        key="element",
        columns=(
            Column("element", "Element"),
            Column(0, "Sites", "short", width=80),
            Column(1, "Services", "short", width=90),
            Column(2, "People", "short", width=100),
        ),
        sort=("Sites", "down"),
        empty="nothing",
    )
    return Row(8, ((8, uptime), (8, polls), (8, hanging)))


def _elements(metric: Metric) -> Query:
    return series(metric, element=AnyOf("$site|$device")).max("element")
