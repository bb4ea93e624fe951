"""When devices cannot be read, or contradict the inventory."""

from bellrock.model import catalogue
from tests.alerts.island import LINK, declared
from tests.alerts.promtool import Firing, Scenario, Times, counter, series

_READING = {"device": "lerwick-pe1", "collector": "snmp", "reason": "auth"}


def _failures(*times: Times) -> dict[str, str]:
    return counter(catalogue.COLLECT_FAILURES, *times, **_READING)


def _up(*times: Times) -> dict[str, str]:
    return series(catalogue.DEVICE_UP, *times, device="lerwick-pe1", site="lerwick-ex")


def _unread(readings: str) -> Firing:
    return Firing(
        _READING,
        "lerwick-pe1 is up but cannot be read over snmp: auth",
        f"lerwick-pe1 answers, yet {readings} readings over snmp failed of late with "
        "auth. What they would have told (counters, neighbours, sensors) is missing "
        "from every graph and from what is computed.",
    )


_DEVICE_UNREAD = (
    Scenario(
        "DeviceUnread",
        "fire",
        "twenty minutes after a password was changed without telling us",
        _up((1, 60)) | _failures((0, 10), (0.25, 50)),
        {30: [], 40: [_unread("15")]},
    ),
    Scenario(
        "DeviceUnread",
        "no-fire",
        "for a reading that fails once in a while, or a device that is down",
        {
            **_up((1, 60), (0, 60)),
            **_failures((0, 10), (1, 0.25), (0, 49.75), (0.25, 60)),
        },
        {minute: [] for minute in (12, 24, 40, 80, 110)},
    ),
    Scenario(
        "DeviceUnread",
        "no-fire",
        "when a device comes back after an hour",
        _up((1, 10), (0, 60), (1, 60)) | _failures((0, 10), (0.25, 60), (0, 60)),
        {minute: [] for minute in (60, 75, 85, 95, 120)},
    ),
    Scenario(
        "DeviceUnread",
        "resolve",
        "once the readings of a quarter of an hour were good, and ten minutes more",
        _up((1, 90)) | _failures((0, 5), (0.25, 30), (0, 55)),
        {34: [_unread("15")], 45: [_unread("5")], 65: []},
    ),
)

_WHY = {"why": "other_far_end"}


def _mismatch(*times: Times, **other: str) -> dict[str, str]:
    labels = {"link": "shetland-south", **_WHY, **other}
    return series(catalogue.TOPOLOGY_MISMATCH, *times, **labels)


_DISAGREE = Firing(
    {**LINK, **_WHY},
    "shetland-south: devices and inventory disagree (other_far_end)",
    "shetland-south (lerwick-ex to kirkwall-ex, circuit FN-00174, firth): what devices "
    "say of it contradicts the inventory (other_far_end). Which sites the next failure "
    "cuts off is computed from the inventory.",
)

_TOPOLOGY_MISMATCH = (
    Scenario(
        "TopologyMismatch",
        "fire",
        "after an hour, naming the circuit",
        declared(120) | _mismatch((1, 120)),
        {59: [], 61: [_DISAGREE]},
    ),
    Scenario(
        "TopologyMismatch",
        "fire",
        "for a link that nobody declared",
        _mismatch((1, 120), link="a:1 - b:2", why="undeclared"),
        {
            61: [
                Firing(
                    {"link": "a:1 - b:2", "why": "undeclared"},
                    "a:1 - b:2: devices and inventory disagree (undeclared)",
                    "a:1 - b:2: what devices say of it contradicts the inventory "
                    "(undeclared). Which sites the next failure cuts off is computed "
                    "from the inventory.",
                )
            ]
        },
    ),
    Scenario(
        "TopologyMismatch",
        "no-fire",
        "while cables are moved",
        declared(120) | _mismatch((None, 20), (1, 50), (None, 50)),
        {minute: [] for minute in (30, 69, 71, 100)},
    ),
    Scenario(
        "TopologyMismatch",
        "resolve",
        "an hour after they agree",
        declared(240) | _mismatch((1, 90), (None, 150)),
        {80: [_DISAGREE], 140: [_DISAGREE], 152: []},
    ),
)

SCENARIOS = (*_DEVICE_UNREAD, *_TOPOLOGY_MISMATCH)
