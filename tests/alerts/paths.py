"""When packets do not go where, or as large as, they are meant to."""

from bellrock.model import catalogue
from tests.alerts.island import NAMED, SITE, WHERE, declared
from tests.alerts.promtool import Firing, Scenario, Times, counter, series

_CIRCUIT = {"target": "lerwick-gp-cpe1", "site": "lerwick-gp", "link": "lerwick-gp-2"}
_OF = "lerwick-gp-cpe1 over lerwick-gp-2 (lerwick-gp)"


def _redundancy(*times: Times) -> dict[str, str]:
    return series(catalogue.SITE_REDUNDANCY, *times, **SITE)


def _diverse(*times: Times) -> dict[str, str]:
    return series(catalogue.SITE_PATHS_DIVERSE, *times, **SITE)


def _shared(*times: Times) -> dict[str, str]:
    router = {"site": "lerwick-gp", "element": "lerwick-pe1", "kind": "device"}
    duct = {"site": "lerwick-gp", "element": "sound-road", "kind": "risk_group"}
    found = catalogue.SITE_PATHS_SHARED
    return series(found, *times, **router) | series(found, *times, **duct)


def _together(shared: str) -> Firing:
    return Firing(
        NAMED,
        "Lerwick surgery: its circuits take the same way",
        f"By the inventory {WHERE} survives any one failure off its premises. Traced "
        f"packets say otherwise: {shared}",
    )


_BOTH = "All of them pass lerwick-pe1 (device), sound-road (risk_group)."
_GONE = "What they share is not known now."

_PATH_NOT_DIVERSE = (
    Scenario(
        "PathNotDiverse",
        "fire",
        "after half an hour, naming what all circuits pass",
        {
            **declared(60),
            **_redundancy((2, 60)),
            **_diverse((1, 5), (0, 55)),
            **_shared((None, 5), (1, 55)),
        },
        {34: [], 36: [_together(_BOTH)]},
    ),
    Scenario(
        "PathNotDiverse",
        "no-fire",
        "while redundancy is lost, nor where the inventory promises no second path",
        declared(120) | _redundancy((1, 60), (2, 20), (1, 40)) | _diverse((0, 120)),
        {minute: [] for minute in (31, 59, 79, 119)},
    ),
    Scenario(
        "PathNotDiverse",
        "no-fire",
        "while it is not known",
        declared(60) | _redundancy((2, 60)) | _diverse((1, 5), (None, 55)),
        {minute: [] for minute in (36, 59)},
    ),
    Scenario(
        "PathNotDiverse",
        "resolve",
        "half an hour after the ways are apart, and not because a hop fell silent",
        declared(180)
        | _redundancy((2, 180))
        | _diverse((0, 40), (None, 40), (1, 100))
        | _shared((1, 40), (None, 140)),
        {39: [_together(_BOTH)], 79: [_together(_GONE)], 120: []},
    ),
)


def _hole(*times: Times) -> dict[str, str]:
    return series(catalogue.PATH_BLACK_HOLE, *times, **_CIRCUIT)


def _mtu(*times: Times, least: float = 1400) -> dict[str, str]:
    return {
        **series(catalogue.PATH_MTU, *times, **_CIRCUIT),
        **series(catalogue.PATH_MTU_LEAST, (least, 180)),
    }


def _vanish(known: str) -> Firing:
    return Firing(
        _CIRCUIT,
        f"Large packets to {_OF} vanish",
        f"Packets to {_OF} that are too large for some link on the way are dropped, "
        f"and no router says so. {known}Connections open and then hang once they send "
        "much: logins work, pages and transfers do not.",
    )


_FITS = "Up to 1372 bytes get through. "

_PATH_BLACK_HOLE = (
    Scenario(
        "PathBlackHole",
        "fire",
        "after a quarter of an hour, with what does get through",
        _hole((0, 5), (1, 40)) | _mtu((1500, 5), (1372, 40)),
        {19: [], 21: [_vanish(_FITS)]},
    ),
    Scenario(
        "PathBlackHole",
        "no-fire",
        "where routers say that a packet is too large, nor for one trace",
        _hole((0, 20), (1, 5), (0, 35)) | _mtu((1372, 60)),
        {minute: [] for minute in (19, 24, 26, 59)},
    ),
    Scenario(
        "PathBlackHole",
        "resolve",
        "half an hour after it is closed",
        _hole((1, 30), (0, 60)) | _mtu((1372, 30), (1500, 60)),
        {29: [_vanish(_FITS)], 89: []},
    ),
)


def _narrow(bytes_: int) -> Firing:
    return Firing(
        _CIRCUIT,
        f"Only packets up to {bytes_} bytes reach {_OF}",
        f"The largest packet that reaches {_OF} has {bytes_} bytes, less than the "
        "settings call normal (`probes: path: least_mtu`). A tunnel in a tunnel, or an "
        "interface with a wrong MTU, is on the way.",
    )


_PATH_MTU_SMALL = (
    Scenario(
        "PathMtuSmall",
        "fire",
        "after a quarter of an hour",
        _mtu((1500, 5), (1372, 40)),
        {19: [], 21: [_narrow(1372)]},
    ),
    Scenario(
        "PathMtuSmall",
        "no-fire",
        "where as much fits as the settings ask for, or nothing is known",
        _mtu((1400, 60), (None, 60)),
        {minute: [] for minute in (20, 59, 100)},
    ),
    Scenario(
        "PathMtuSmall",
        "resolve",
        "half an hour after more fits",
        _mtu((1372, 30), (1500, 60)),
        {29: [_narrow(1372)], 89: []},
    ),
)


def _changes(*times: Times) -> dict[str, str]:
    return counter(catalogue.PATH_CHANGES, *times, **_CIRCUIT)


def _unsteady(times: str) -> Firing:
    return Firing(
        _CIRCUIT,
        f"The way to {_OF} keeps changing",
        f"Packets to {_OF} took another way {times} times of late. Each change loses "
        "or reorders some of them: a circuit or a routing neighbour comes and goes.",
    )


_EVERY_QUARTER = [(1, 0.25), (0, 14.75)]

_PATH_UNSTABLE = (
    Scenario(
        "PathUnstable",
        "fire",
        "when it changes every quarter of an hour",
        _changes((0, 10), *_EVERY_QUARTER * 12),
        {60: [], 185: [_unsteady("12")]},
    ),
    Scenario(
        "PathUnstable",
        "no-fire",
        "for a failure and its repair, twice in three hours",
        _changes((0, 10), *_EVERY_QUARTER * 4, (0, 180)),
        {minute: [] for minute in (30, 80, 180)},
    ),
    Scenario(
        "PathUnstable",
        "resolve",
        "some hours after the last change",
        _changes((0, 10), *_EVERY_QUARTER * 8, (0, 360)),
        {120: [_unsteady("8")], 400: []},
    ),
)

SCENARIOS = (
    *_PATH_NOT_DIVERSE,
    *_PATH_BLACK_HOLE,
    *_PATH_MTU_SMALL,
    *_PATH_UNSTABLE,
)
