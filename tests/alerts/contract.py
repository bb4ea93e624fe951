"""When circuits carry less than what is paid for."""

from bellrock.model import catalogue
from tests.alerts.island import LINK, declared
from tests.alerts.promtool import Firing, Scenario, Times, series

_TEST = {
    "test": "lerwick",
    "target": "lerwick-pe1",
    "link": LINK["link"],
    "direction": "forward",
    "method": "iperf3",
}
_HOUR = 60


def _measured(*times: Times, error: Times | None = None) -> dict[str, str]:
    lasts = sum(minutes for _, minutes in times)
    return {
        **declared(lasts),
        **series(catalogue.PATH_CAPACITY, *times, **_TEST),
        **series(catalogue.PATH_CAPACITY_ERROR, error or (2e6, lasts), **_TEST),
        **series(catalogue.PATH_CAPACITY_DECLARED, (100e6, lasts), **_TEST),
    }


def _below(share: str) -> Firing:
    named = {key: LINK[key] for key in ("circuit", "supplier", "a_site", "b_site")}
    return Firing(
        {**_TEST, **named},
        f"{LINK['link']} carries {share} of its declared capacity at most (forward)",
        f"{LINK['link']} ({LINK['a_site']} to {LINK['b_site']}, circuit "
        f"{LINK['circuit']}, {LINK['supplier']}): the test lerwick (iperf3) found at "
        f"most {share} of the declared capacity in its forward direction, towards "
        "lerwick-pe1 being forward. The bound on its error, and what others sent over "
        "the link at the time, are allowed for; below 90% it is told.",
    )


SCENARIOS = (
    Scenario(
        "CapacityBelowContract",
        "fire",
        "when two tests in a row find half of what is paid for",
        _measured((48e6, 9 * _HOUR)),
        {6 * _HOUR: [], 7.5 * _HOUR: [_below("50%")]},
    ),
    Scenario(
        "CapacityBelowContract",
        "no-fire",
        "for one test that finds too little, or none that is sure of it",
        _measured((48e6, 6 * _HOUR), (97e6, 6 * _HOUR)),
        {hour * _HOUR: [] for hour in (5, 7, 11)},
    ),
    Scenario(
        "CapacityBelowContract",
        "no-fire",
        "where the bound on the error, or the traffic of others, explains it",
        _measured((70e6, 12 * _HOUR), error=(25e6, 12 * _HOUR)),
        {hour * _HOUR: [] for hour in (8, 11)},
    ),
    Scenario(
        "CapacityBelowContract",
        "no-fire",
        "for a path that was not filled and so has no capacity",
        _measured((None, 12 * _HOUR)),
        {hour * _HOUR: [] for hour in (8, 11)},
    ),
    Scenario(
        "CapacityBelowContract",
        "resolve",
        "seven hours after a test found enough",
        _measured((48e6, 8 * _HOUR), (97e6, 10 * _HOUR)),
        {7.5 * _HOUR: [_below("50%")], 14 * _HOUR: [_below("50%")], 16 * _HOUR: []},
    ),
)
