"""When a link is full, and when we do not see."""

from bellrock.model import catalogue
from tests.alerts.island import LINK, declared, reachable
from tests.alerts.promtool import Firing, Scenario, Times, counter, series

_ARC = {"link": "shetland-south", "direction": "ab"}


def _load(*times: Times, **other: str) -> dict[str, str]:
    return series(catalogue.LINK_UTILISATION, *times, **{**_ARC, **other})


def _full(share: str) -> Firing:
    return Firing(
        {**LINK, "direction": "ab"},
        f"shetland-south is {share} full towards kirkwall-ex",
        "shetland-south (lerwick-ex to kirkwall-ex, circuit FN-00174, firth) carries "
        f"{share} of its capacity towards kirkwall-ex. It is called full above 90%, "
        "and until it is down to 80%.",
    )


_LINK_SATURATED = (
    Scenario(
        "LinkSaturated",
        "fire",
        "after ten minutes, naming the circuit, and goes on between the two levels",
        declared(60) | _load((0.5, 2), (0.95, 12), (0.85, 40)),
        {11.5: [], 12: [_full("95%")], 50: [_full("85%")]},
    ),
    Scenario(
        "LinkSaturated",
        "fire",
        "even if nothing is declared of the link",
        _load((0.95, 12), link="new"),
        {
            11: [
                Firing(
                    {"link": "new", "direction": "ab"},
                    "new is 95% full towards ",
                    "new ( to ) carries 95% of its capacity towards . It is called "
                    "full above 90%, and until it is down to 80%.",
                )
            ]
        },
    ),
    Scenario(
        "LinkSaturated",
        "no-fire",
        "between the two levels, or for a backup of five minutes",
        declared(60) | _load((0.85, 20), (0.95, 5), (0.85, 20), (None, 10)),
        {minute: [] for minute in (19, 24, 26, 44, 54)},
    ),
    Scenario(
        "LinkSaturated",
        "resolve",
        "ten minutes after it is below both levels",
        declared(60) | _load((0.95, 15), (0.7, 5), (0.85, 2), (0.7, 38)),
        {14: [_full("95%")], 40: []},
    ),
)


def _worst(*times: Times) -> dict[str, str]:
    return series(catalogue.LINK_WORST_UTILISATION, *times, **_ARC)


def _cause(failure: str, *times: Times) -> dict[str, str]:
    labels = {**_ARC, "failure": failure, "kind": "device"}
    return series(catalogue.LINK_WORST_FAILURE, *times, **labels)


def _overfull(share: str, cause: str) -> Firing:
    return Firing(
        {**LINK, "direction": "ab"},
        f"shetland-south would be {share} full after one more failure",
        f"If {cause} failed now, shetland-south (lerwick-ex to kirkwall-ex, circuit "
        f"FN-00174, firth) would be asked to carry {share} of its capacity in "
        "direction ab, by the demands that are declared.",
    )


def _overfull_already(share: str) -> Firing:
    return Firing(
        {**LINK, "direction": "ab"},
        f"shetland-south is asked to carry {share} of its capacity as it is",
        f"shetland-south (lerwick-ex to kirkwall-ex, circuit FN-00174, firth) is asked "
        f"to carry {share} of its capacity in direction ab, by the demands that are "
        "declared, with what is down now; no one more failure would add to it.",
    )


_LINK_FULL_AFTER_FAILURE = (
    Scenario(
        "LinkFullAfterFailure",
        "fire",
        "after an hour, naming the failure, and goes on when that is another one",
        {
            **declared(100),
            **_worst((0.9, 2), (1.3, 98)),
            **_cause("lerwick-pe1", (None, 2), (1, 78), (None, 20)),
            **_cause("lerwick-pe2", (None, 80), (1, 20)),
        },
        {
            61: [],
            62: [_overfull("130%", "lerwick-pe1 (device)")],
            99: [_overfull("130%", "lerwick-pe2 (device)")],
        },
    ),
    Scenario(
        "LinkFullAfterFailure",
        "no-fire",
        "for a link that would just be full, nor during a repair of half an hour",
        declared(180) | _worst((1.0, 70), (1.2, 30), (0.9, 80)),
        {minute: [] for minute in (69, 99, 130, 179)},
    ),
    Scenario(
        "LinkFullAfterFailure",
        "resolve",
        "half an hour after no failure would do that any more",
        declared(180) | _worst((1.3, 80), (0.9, 100)) | _cause("lerwick-pe1", (1, 180)),
        {70: [_overfull("130%", "lerwick-pe1 (device)")], 115: []},
    ),
    Scenario(
        "LinkFullAfterFailure",
        "fire",
        "telling that it is so already where no failure is the cause, and which one "
        "is, once one would add to it",
        {
            **declared(130),
            **_worst((1.3, 80), (1.5, 50)),
            **_cause("lerwick-pe1", (None, 80), (1, 50)),
        },
        {
            59: [],
            70: [_overfull_already("130%")],
            90: [_overfull("150%", "lerwick-pe1 (device)")],
        },
    ),
)

_PATH = {"probe": "stamp", "target": "lerwick-gp-cpe1", "site": "lerwick-gp"}
_FULL_PATH = {**_PATH, "direction": "round_trip", "class_": "default"}


def _sent(*times: Times, **other: str) -> dict[str, str]:
    return counter(catalogue.PROBE_SENT, *times, **{**_FULL_PATH, **other})


def _answered(*times: Times) -> dict[str, str]:
    return counter(catalogue.PROBE_DELAY, *times, suffix="_count", **_FULL_PATH)


def _device_up(*times: Times, **other: str) -> dict[str, str]:
    labels = {"device": "lerwick-gp-cpe1", "site": "lerwick-gp", **other}
    return series(catalogue.DEVICE_UP, *times, **labels)


def _quiet(**other: str) -> Firing:
    labels = {**_PATH, "name": "Lerwick surgery", **other}
    labels = {name: text for name, text in labels.items() if text}
    at = f"{labels['target']} at {labels.get('name', labels['site'])}"
    return Firing(
        labels,
        f"No stamp measurement from {at}",
        f"{at} has answered no stamp probe for a while, though the site is not cut "
        "off. Either the device is down, or what answers the probe is switched off or "
        "filtered, or the probe itself has stopped.",
    )


_EXCHANGE = {"target": "lerwick-pe1", "site": "lerwick-ex"}

_PROBE_NO_DATA = (
    Scenario(
        "ProbeNoData",
        "fire",
        "when everything sent goes unanswered at a site that is reached",
        {
            **declared(40),
            **_sent((15, 40)),
            **_answered((15, 5), (0, 35)),
            **_device_up((1, 6), (0, 34)),
            **reachable((1, 40)),
        },
        {15: [], 21: [_quiet()]},
    ),
    Scenario(
        "ProbeNoData",
        "fire",
        "when the probe itself stops",
        {
            **declared(40),
            **_sent((15, 5), (0, 35)),
            **_answered((15, 5), (0, 35)),
            **_device_up((1, 40)),
            **reachable((1, 40)),
        },
        {15: [], 21: [_quiet()]},
    ),
    Scenario(
        "ProbeNoData",
        "fire",
        "for a device that never answered, at an exchange too",
        {
            **declared(40),
            **_sent((15, 40), **_EXCHANGE),
            **_device_up((1, 40), device="lerwick-pe1", site="lerwick-ex"),
        },
        {9: [], 11: [_quiet(**_EXCHANGE, name="")]},
    ),
    Scenario(
        "ProbeNoData",
        "no-fire",
        "for a site that is cut off, or a device behind what is broken",
        {
            **declared(60),
            **_sent((15, 60)),
            **_sent((15, 60), **_EXCHANGE),
            **_device_up((0, 60)),
            **_device_up((None, 60), device="lerwick-pe1", site="lerwick-ex"),
            **reachable((0, 60)),
        },
        {minute: [] for minute in (11, 30, 59)},
    ),
    Scenario(
        "ProbeNoData",
        "no-fire",
        "when one answer in a hundred arrives, which is loss and not silence",
        {
            **declared(60),
            **_sent((15, 60)),
            **_answered(*[(1, 0.25), (0, 2)] * 26),
            **_device_up((1, 60)),
            **reachable((1, 60)),
        },
        {minute: [] for minute in (16, 30, 58)},
    ),
    Scenario(
        "ProbeNoData",
        "resolve",
        "ten minutes after answers are back",
        {
            **declared(60),
            **_sent((15, 60)),
            **_answered((0, 20), (15, 40)),
            **_device_up((1, 60)),
            **reachable((1, 60)),
        },
        {19: [_quiet()], 29: [_quiet()], 32: []},
    ),
)

_BLIND = Firing(
    {"instance": "north:9477"},
    "Bellrock at north:9477 is cut off and sees nothing",
    "Nothing that Bellrock at north:9477 asks answers, so it is taken to be cut off "
    "itself. Every site is unknown: what fired before goes on, nothing new about sites "
    "will fire until something answers.",
)


def _isolated(*times: Times) -> dict[str, str]:
    return series(catalogue.MONITOR_ISOLATED, *times, instance="north:9477")


_MONITOR_ISOLATED = (
    Scenario(
        "MonitorIsolated",
        "fire",
        "after a minute, naming the monitor",
        _isolated((0, 2), (1, 8)),
        {2.5: [], 3: [_BLIND]},
    ),
    Scenario(
        "MonitorIsolated",
        "no-fire",
        "for half a minute, or when the monitor is down instead",
        _isolated((0, 2), (1, 0.5), (0, 5), (None, 10)),
        {minute: [] for minute in (2.5, 3, 4, 10, 17)},
    ),
    Scenario(
        "MonitorIsolated",
        "resolve",
        "after three minutes of answers",
        _isolated((1, 5), (0, 15)),
        {4: [_BLIND], 7: [_BLIND], 9: []},
    ),
    Scenario(
        "SiteCutOff",
        "no-fire",
        "while the monitor is isolated: what went silent before it is unknown",
        declared(30)
        | _isolated((0, 5), (1, 25))
        | reachable((1, 4.5), (0, 0.5), (None, 25)),
        {minute: [] for minute in (5, 6, 10, 29)},
    ),
)

_SILENT = Firing(
    {},
    "Bellrock says nothing: Prometheus cannot read its metrics",
    "No Bellrock answers Prometheus, so nobody watches the network. What fired before "
    "goes on, nothing new about sites will fire.",
)


def _there(*times: Times) -> dict[str, str]:
    return series(catalogue.BUILD_INFO, *times, version="1", instance="north:9477")


_MONITOR_DOWN = (
    Scenario(
        "MonitorDown",
        "fire",
        "after two minutes without it",
        _there((1, 5), (None, 10)),
        {6.5: [], 7: [_SILENT], 14: [_SILENT]},
    ),
    Scenario(
        "MonitorDown",
        "no-fire",
        "for a restart",
        _there((1, 5), (None, 1.5), (1, 10)),
        {minute: [] for minute in (4, 6, 7, 8, 15)},
    ),
    Scenario(
        "MonitorDown",
        "resolve",
        "two minutes after it is back",
        _there((None, 5), (1, 15)),
        {4: [_SILENT], 6.5: [_SILENT], 8: []},
    ),
)

SCENARIOS = (
    *_LINK_SATURATED,
    *_LINK_FULL_AFTER_FAILURE,
    *_PROBE_NO_DATA,
    *_MONITOR_ISOLATED,
    *_MONITOR_DOWN,
)
