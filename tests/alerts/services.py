"""When services fail their checks, or are about to."""

from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from tests.alerts.promtool import Firing, Scenario, Times, series

_DAY = 86_400.0
_OF = {"check": "portal", "service": "schools-portal", "family": "ipv4"}
_TOLD = {"probe": "http", "address": "https://portal.example/"}
_INFO = series(
    catalogue.CHECK_INFO, (1, 240), check="portal", service="schools-portal", **_TOLD
)
_FAILING = Firing(
    {**_OF, **_TOLD},
    "schools-portal fails its check portal over ipv4",
    "http to https://portal.example/ over ipv4 does not get the answer that it should. "
    "Those who use schools-portal from here meet the same.",
)


def _of(metric: Metric, *times: Times) -> dict[str, str]:
    return series(metric, *times, **_OF)


def _up(*times: Times) -> dict[str, str]:
    return _INFO | _of(catalogue.CHECK_UP, *times)


def _ends(*times: Times) -> dict[str, str]:
    return _of(catalogue.CHECK_CERTIFICATE_EXPIRY, *times)


def _ending(days: int, left: str) -> Firing:
    return Firing(
        {"check": "portal", "service": "schools-portal"},
        f"The certificate of schools-portal ends in less than {days} days (portal)",
        "The certificate that check portal of schools-portal is shown ends in "
        f"{left} (if that is negative: it has ended). From then on nobody's browser or "
        "program accepts it.",
    )


def _clocks(*times: Times, bound: float = 0.1) -> dict[str, str]:
    return _of(catalogue.CHECK_CLOCK_OFFSET, *times) | _of(
        catalogue.CHECK_CLOCK_ERROR, (bound, 240)
    )


_OFF = Firing(
    _OF,
    "The clocks of portal (ipv4) and of Bellrock differ by over 500ms",
    "The time server of check portal and our own clock differ by at least 4s, "
    "whatever the network did to the question. One of the two is wrong; logs, "
    "certificates and one-time passwords depend on whichever it is.",
)

SCENARIOS = (
    Scenario(
        "ServiceCheckFailing",
        "fire",
        "after five minutes, over the family that fails alone",
        _up((1, 10), (0, 30))
        | series(catalogue.CHECK_UP, (1, 40), **{**_OF, "family": "ipv6"}),
        {14: [], 16: [_FAILING], 35: [_FAILING]},
    ),
    Scenario(
        "ServiceCheckFailing",
        "no-fire",
        "while a service restarts, or nobody knows",
        _up((1, 10), (0, 4), (1, 10), (None, 30)),
        {minute: [] for minute in (13, 16, 30, 50)},
    ),
    Scenario(
        "ServiceCheckFailing",
        "no-fire",
        "while it is us who are cut off",
        _up((1, 10), (0, 60)) | series(catalogue.MONITOR_ISOLATED, (0, 10), (1, 60)),
        {minute: [] for minute in (16, 30, 60)},
    ),
    Scenario(
        "ServiceCheckFailing",
        "resolve",
        "a quarter of an hour after it is well",
        _up((1, 5), (0, 20), (1, 60)),
        {20: [_FAILING], 30: [_FAILING], 45: []},
    ),
    Scenario(
        "CertificateExpiring",
        "fire",
        "three weeks before",
        _ends((20 * _DAY, 60)),
        {5: [], 20: [_ending(21, "19d 23h 40m 0s")]},
    ),
    Scenario(
        "CertificateExpiring",
        "no-fire",
        "while there is time",
        _ends((22 * _DAY, 60)),
        {20: [], 55: []},
    ),
    Scenario(
        "CertificateExpiring",
        "resolve",
        "an hour after it is renewed",
        _ends((20 * _DAY, 30), (90 * _DAY, 120)),
        {20: [_ending(21, "19d 23h 40m 0s")], 120: []},
    ),
    Scenario(
        "CertificateAlmostExpired",
        "fire",
        "when it has ended already",
        _ends((-60, 60)),
        {5: [], 20: [_ending(3, "-21m 0s")]},
    ),
    Scenario(
        "CertificateAlmostExpired",
        "no-fire",
        "in the week before",
        _ends((7 * _DAY, 60)),
        {20: [], 55: []},
    ),
    Scenario(
        "CertificateAlmostExpired",
        "resolve",
        "an hour after it is renewed",
        _ends((2 * _DAY, 30), (90 * _DAY, 120)),
        {20: [_ending(3, "1d 23h 40m 0s")], 120: []},
    ),
    Scenario(
        "ClockOff",
        "fire",
        "whichever way it is off",
        _clocks((-5, 60), bound=1),
        {10: [], 20: [_OFF]},
    ),
    Scenario(
        "ClockOff",
        "no-fire",
        "while the bound explains it",
        _clocks((5, 60), bound=4.9),
        {20: [], 55: []},
    ),
    Scenario(
        "ClockOff",
        "resolve",
        "a quarter of an hour after it agrees",
        _clocks((5, 30), (0, 60), bound=1),
        {25: [_OFF], 60: []},
    ),
)
