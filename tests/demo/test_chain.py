"""From the network to the page: everything real but the network, killed in between."""

from collections import Counter

from bellrock.demo.pager import Notification
from bellrock.model import catalogue
from tests.demo.performance import Shown

SHETLAND = 23
ON_ONE_CABLE = 8

SILENT = (
    f"absent_over_time({catalogue.BUILD_INFO.name}[14s]) "
    "and on() count_over_time(up[14s]) > 2"
)
"""Prometheus asked, and had no answer for as long as MonitorDown waits."""


def story(shown: Shown, *about: str) -> list[tuple[str, str]]:
    """Return what was told of these faults, in order."""
    return [(n.about, n.status) for n in shown.notified if n.about in about]


def sites(notification: Notification, alert: str) -> set[str]:
    """Return the sites it names as having this alert."""
    return {each.labels["site"] for each in notification.alerts if each.name == alert}


def test_shetlands_story_arrives_in_order_once_each_and_resolves(shown: Shown) -> None:
    assert story(shown, "redundancy", "cut-off") == [
        ("redundancy", "firing"),
        ("cut-off", "firing"),
        ("cut-off", "resolved"),
        ("redundancy", "resolved"),
    ], shown.output


def test_alertmanager_was_killed_between_the_page_and_its_end(shown: Shown) -> None:
    before = shown.notified[: shown.killed_after]
    after = shown.notified[shown.killed_after :]
    assert ("cut-off", "firing") in [(n.about, n.status) for n in before]
    assert ("cut-off", "resolved") in [(n.about, n.status) for n in after]


def test_one_cable_is_one_notification_that_names_every_site(shown: Shown) -> None:
    lost, cut = (
        next(n for n in shown.notified if n.about == about)
        for about in ("redundancy", "cut-off")
    )
    assert len(sites(lost, "RedundancyLost")) == ON_ONE_CABLE
    assert len(sites(cut, "SiteCutOff")) == SHETLAND
    assert sites(lost, "RedundancyLost") <= sites(cut, "SiteCutOff")
    assert Counter(alert.status for alert in cut.alerts).keys() == {"firing"}


def test_what_is_resolved_is_exactly_what_fired(shown: Shown) -> None:
    for about in ("redundancy", "cut-off"):
        fired, resolved = (
            {frozenset(alert.labels.items()) for alert in n.alerts}
            for n in shown.notified
            if n.about == about
        )
        assert fired == resolved


def test_a_page_names_the_circuits_that_are_down(shown: Shown) -> None:
    page = next(n for n in shown.notified if n.about == "cut-off")
    for alert in page.alerts:
        assert "circuit" in alert.annotations["description"], alert
        assert alert.annotations["runbook_url"].endswith(f"/{alert.name}.md")


def test_the_services_of_the_sites_are_part_of_the_same_page(shown: Shown) -> None:
    page = next(n for n in shown.notified if n.about == "cut-off")
    assert any(alert.name == "ServiceCutOff" for alert in page.alerts)


def test_the_busy_link_is_a_ticket_of_its_own(shown: Shown) -> None:
    tickets = [n for n in shown.notified if n.about == "capacity"]
    assert tickets[0].status == "firing", shown.output
    assert {ticket.receiver for ticket in tickets} == {"ticket"}
    alerts = [alert for ticket in tickets for alert in ticket.alerts]
    full = {a.labels["link"] for a in alerts if a.name == "LinkSaturated"}
    assert full == {"a82-fortwilliam"}


def test_the_slow_service_is_a_page_that_ends_when_it_answers(shown: Shown) -> None:
    pages = [n for n in shown.notified if (n.about, n.receiver) == ("service", "page")]
    assert [n.status for n in pages] == ["firing", "resolved"], shown.output
    for page in pages:
        (alert,) = page.alerts
        assert alert.name == "ServiceCheckFailing"
        assert alert.labels["check"] == "patient-records"


def test_the_certificate_that_ends_soon_is_a_ticket(shown: Shown) -> None:
    tickets = [
        n for n in shown.notified if (n.about, n.receiver) == ("service", "ticket")
    ]
    (ticket,) = tickets
    (alert,) = ticket.alerts
    assert (alert.name, alert.status) == ("CertificateExpiring", "firing")
    assert alert.labels["service"] == "library-catalogue"


def test_nothing_else_fires(shown: Shown) -> None:
    told = {n.about for n in shown.notified}
    if shown.prometheus.any_time(SILENT):
        # That is a page, and true: somebody had all of this machine's processors.
        told -= {"monitor"}
    assert told == {"redundancy", "cut-off", "capacity", "service"}, shown.notified


def test_the_demo_tells_each_notification_as_it_arrives(shown: Shown) -> None:
    told = [line for line in shown.output.splitlines() if "→ " in line]
    words = ("redundancy firing", "cut-off firing", "cut-off resolved")
    places = [[w in line for line in told].index(True) for w in words]
    assert places == sorted(places), shown.output
