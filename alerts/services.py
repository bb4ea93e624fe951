"""Services that do not answer as they should, and what will stop them soon."""

from alerts.pace import Pace
from alerts.rule import AlertRule, Group, Patience
from alerts.settings import Checks
from bellrock.model import catalogue
from bellrock.promql.query import duration
from bellrock.promql.select import constant, series

_OF = ("check", "service", "family")
_TOLD = ("probe", "address")
_DAY = 86_400.0
_AGAIN = Patience(
    900,
    "One that comes and goes is one fault; a quarter of an hour without it, and it is "
    "over.",
)


def group(pace: Pace, settings: Checks) -> Group:
    """Return the rules at this pace."""
    near, nearer = settings.certificate_ticket, settings.certificate_page
    return Group(
        "bellrock-services",
        pace.interval,
        alerts=(
            check_failing(),
            certificate_ending("CertificateExpiring", near, page=False),
            certificate_ending("CertificateAlmostExpired", nearer, page=True),
            clock_off(settings.clock_offset),
        ),
    )


def check_failing() -> AlertRule:
    """Tell of a service that does not answer one of its checks as it should."""
    failing = series(catalogue.CHECK_UP).max(*_OF).equal(0)
    # When nothing at all answers it is us who are cut off, and another page says so.
    seen = failing.without(series(catalogue.MONITOR_ISOLATED).max().equal(1))
    info = series(catalogue.CHECK_INFO).max("check", *_TOLD)
    return AlertRule(
        "ServiceCheckFailing",
        seen.told_by(info, "check", add=_TOLD),
        about=(*_OF, *_TOLD),
        severity="page",
        fault="service",
        summary="{{ $labels.service }} fails its check {{ $labels.check }} over "
        "{{ $labels.family }}",
        description="{{ $labels.probe }} to {{ $labels.address }} over "
        "{{ $labels.family }} does not get the answer that it should. Those who use "
        "{{ $labels.service }} from here meet the same.",
        wait=Patience(
            300,
            "Five runs at the usual pace: a restart of the service is over by then.",
        ),
        stay=_AGAIN,
    )


def certificate_ending(name: str, within: float, *, page: bool) -> AlertRule:
    """Tell of a certificate that ends soon; one that has ended is the soonest."""
    left = series(catalogue.CHECK_CERTIFICATE_EXPIRY).min("check", "service").from_now()
    return AlertRule(
        name,
        left.under(constant(within)),
        about=("check", "service"),
        severity="page" if page else "ticket",
        fault="service",
        summary="The certificate of {{ $labels.service }} ends in less than "
        f"{_days(within)} ({{{{ $labels.check }}}})",
        description="The certificate that check {{ $labels.check }} of "
        "{{ $labels.service }} is shown ends in {{ humanizeDuration $value }} (if "
        "that is negative: it has ended). From then on nobody's browser or program "
        "accepts it.",
        wait=Patience(
            600,
            "Behind one name there may be several servers, and the first to be "
            "renewed is not the last.",
        ),
        stay=Patience(
            3600,
            "Where only some of several servers are renewed the old certificate comes "
            "back within the hour.",
        ),
    )


def clock_off(most: float) -> AlertRule:
    """Tell of a time server whose clock and ours differ, beyond any doubt."""
    offset = series(catalogue.CHECK_CLOCK_OFFSET).max(*_OF).magnitude()
    bound = series(catalogue.CHECK_CLOCK_ERROR).max(*_OF)
    return AlertRule(
        "ClockOff",
        offset.less(bound).above(most),
        about=_OF,
        severity="ticket",
        fault="service",
        summary="The clocks of {{ $labels.check }} ({{ $labels.family }}) and of "
        f"Bellrock differ by over {duration(most)}",
        description="The time server of check {{ $labels.check }} and our own clock "
        "differ by at least {{ humanizeDuration $value }}, whatever the network did to "
        "the question. One of the two is wrong; logs, certificates and one-time "
        "passwords depend on whichever it is.",
        wait=Patience(
            900,
            "A clock that was just set right is still being drawn near; a quarter of "
            "an hour later it has arrived.",
        ),
        stay=_AGAIN,
    )


def _days(seconds: float) -> str:
    days = seconds / _DAY
    return f"{days:g} days" if days >= 1 else duration(seconds)
