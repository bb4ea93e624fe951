"""When somebody is cut off, or one failure from it."""

from bellrock.model import catalogue
from tests.alerts.island import DOWN, NAMED, NONE_DOWN, SITE, WHERE, declared, reachable
from tests.alerts.promtool import Firing, Scenario, Times, series


def redundancy(designed: float, *times: Times) -> dict[str, str]:
    return {
        **series(catalogue.SITE_REDUNDANCY_DESIGNED, (designed, 60), **SITE),
        **series(catalogue.SITE_REDUNDANCY, *times, **SITE),
    }


def link_up(*times: Times) -> dict[str, str]:
    return series(catalogue.LINK_UP, *times, link="shetland-south")


def _cut(links: str) -> Firing:
    return Firing(
        NAMED,
        "Lerwick surgery is cut off",
        f"No device of {WHERE} reaches a gateway. {links}",
    )


def _lost(links: str) -> Firing:
    return Firing(
        NAMED,
        "Lerwick surgery has lost its second path",
        f"{WHERE} was built to survive any one failure off its premises; now one "
        f"more may cut it off. {links}",
    )


_FAR = Firing(
    {**SITE, "site": "far", "name": "Far"},
    "Far is cut off",
    "No device of Far (far, gp, priority 2, nhs-shetland) reaches a gateway. "
    + NONE_DOWN,
)

_SITE_CUT_OFF = (
    Scenario(
        "SiteCutOff",
        "fire",
        "after a minute, naming the site and the circuit",
        declared(10) | reachable((1, 2), (0, 8)) | link_up((1, 2), (0, 8)),
        {2.5: [], 3: [_cut(DOWN)], 9: [_cut(DOWN)]},
    ),
    Scenario(
        "SiteCutOff",
        "no-fire",
        "for a blip, for a site that is unknown, or for one not known any more",
        declared(20) | reachable((1, 2), (0, 0.75), (1, 3), (0, 0.5), (None, 13.75)),
        {minute: [] for minute in (2.5, 3, 4, 6, 7, 8, 19)},
    ),
    Scenario(
        "SiteCutOff",
        "resolve",
        "once it is known to be back, and not while nobody knows",
        declared(60) | reachable((1, 2), (0, 5), (None, 20), (1, 30)),
        {
            6: [_cut(NONE_DOWN)],
            26: [_cut(NONE_DOWN)],
            29: [_cut(NONE_DOWN)],
            33: [],
        },
    ),
    Scenario(
        "SiteCutOff",
        "resolve",
        "not because the monitor stopped",
        {
            **series(catalogue.SITE_INFO, (1, 10), (None, 30), (1, 20), **NAMED),
            **reachable((1, 2), (0, 8), (None, 30), (1, 20)),
        },
        {9: [_cut(NONE_DOWN)], 39: [_cut(NONE_DOWN)], 46: []},
    ),
    Scenario(
        "SiteCutOff",
        "resolve",
        "when the site is in the inventory no more",
        {
            **series(catalogue.SITE_INFO, (1, 10), (None, 20), **NAMED),
            **series(catalogue.SITE_INFO, (1, 30), site="x", name="Another"),
            **reachable((1, 2), (0, 8), (None, 20)),
        },
        {9: [_cut(NONE_DOWN)], 13: []},
    ),
    Scenario(
        "SiteCutOff",
        "resolve",
        "for all the sites of one cable at once, though one was back a minute earlier",
        {
            **declared(30),
            **series(catalogue.SITE_INFO, (1, 30), site="far", name="Far"),
            **reachable((1, 2), (0, 5), (1, 23)),
            **reachable((1, 2), (0, 5.75), (1, 22.25), site="far"),
        },
        {10.5: [_cut(NONE_DOWN), _FAR], 10.75: []},
    ),
    Scenario(
        "SiteCutOff",
        "resolve",
        "in spite of a site far away that flaps for ever",
        {
            **declared(40),
            **reachable((1, 2), (0, 5), (1, 33)),
            **reachable(*[(0, 0.5), (1, 0.5)] * 40, site="flapping"),
        },
        {6: [_cut(NONE_DOWN)], 13: []},
    ),
)

_AMBULANCE = {"service": "ambulance-dispatch", "priority": "1"}


def _service(*times: Times) -> dict[str, str]:
    return series(catalogue.SERVICE_SITES_CUT, *times, **_AMBULANCE)


def _out_of_reach(how: str) -> Firing:
    return Firing(
        _AMBULANCE,
        "ambulance-dispatch is out of reach for some of its sites",
        f"ambulance-dispatch (priority 1): {how} {NONE_DOWN}",
    )


_SERVICE_CUT_OFF = (
    Scenario(
        "ServiceCutOff",
        "fire",
        "after a minute, with the number of sites",
        declared(10) | _service((0, 2), (17, 8)),
        {2.5: [], 3: [_out_of_reach("17 user sites cannot reach it now.")]},
    ),
    Scenario(
        "ServiceCutOff",
        "no-fire",
        "when every site has it, or nobody knows",
        declared(20) | _service((0, 5), (3, 0.5), (0, 4.5), (None, 10)),
        {minute: [] for minute in (1, 5.5, 7, 12, 19)},
    ),
    Scenario(
        "ServiceCutOff",
        "resolve",
        "once every site is known to have it again",
        {
            **declared(60),
            **_service((0, 2), (17, 5), (None, 20), (0, 30)),
            **series(catalogue.SITES_UNKNOWN, (0, 7), (9, 20), (0, 33)),
        },
        {
            6: [_out_of_reach("17 user sites cannot reach it now.")],
            26: [_out_of_reach("How many user sites is not known now.")],
            33: [],
        },
    ),
    Scenario(
        "ServiceCutOff",
        "resolve",
        "when the service is in the inventory no more",
        {
            **declared(30),
            **_service((17, 7), (None, 23)),
            **series(catalogue.SITES_UNKNOWN, (0, 30)),
        },
        {6: [_out_of_reach("17 user sites cannot reach it now.")], 11: []},
    ),
)

_REDUNDANCY_LOST = (
    Scenario(
        "RedundancyLost",
        "fire",
        "after three minutes, naming the site and the circuit",
        declared(10) | redundancy(2, (2, 2), (1, 8)) | link_up((1, 2), (0, 8)),
        {4.5: [], 5: [_lost(DOWN)]},
    ),
    Scenario(
        "RedundancyLost",
        "no-fire",
        "for a site that was built with one path",
        declared(20) | redundancy(1, (1, 10), (0, 10)),
        {9: [], 19: []},
    ),
    Scenario(
        "RedundancyLost",
        "no-fire",
        "for a site that lost everything at once",
        declared(20) | redundancy(2, (2, 2), (1, 1), (0, 17)),
        {minute: [] for minute in (3, 6, 10, 19)},
    ),
    Scenario(
        "RedundancyLost",
        "resolve",
        "when both paths are back, not when the site is cut off or unknown",
        declared(60)
        | redundancy(2, (2, 2), (1, 8), (0, 10), (None, 10), (1, 5), (2, 25)),
        {
            **{m: [_lost(NONE_DOWN)] for m in (9, 11, 15, 19.5, 21, 29, 31, 36, 39)},
            41: [],
        },
    ),
    Scenario(
        "RedundancyLost",
        "resolve",
        "when the inventory no longer gives the site two paths",
        {
            **declared(30),
            **series(catalogue.SITE_REDUNDANCY, (1, 30), **SITE),
            **series(catalogue.SITE_REDUNDANCY_DESIGNED, (2, 10), (1, 20), **SITE),
        },
        {9: [_lost(NONE_DOWN)], 16: []},
    ),
)


def _on_backup(*times: Times) -> dict[str, str]:
    return series(catalogue.SITE_ON_BACKUP, *times, **SITE)


def _backed_up(links: str) -> Firing:
    return Firing(
        NAMED,
        "Lerwick surgery is on its backup",
        f"{WHERE} reaches a gateway over backup links only: it works, slower, and a "
        f"backup may be paid by what it carries. {links}",
    )


_SITE_ON_BACKUP = (
    Scenario(
        "SiteOnBackup",
        "fire",
        "after three minutes, naming the site and the circuit",
        declared(10) | _on_backup((0, 2), (1, 8)) | link_up((1, 2), (0, 8)),
        {4.5: [], 5: [_backed_up(DOWN)]},
    ),
    Scenario(
        "SiteOnBackup",
        "no-fire",
        "for a circuit that is back in two minutes, nor while nobody knows",
        declared(20) | _on_backup((0, 2), (1, 2), (0, 3), (None, 13)),
        {minute: [] for minute in (3, 4, 6, 19)},
    ),
    Scenario(
        "SiteOnBackup",
        "resolve",
        "when a circuit carries it again, not when it is cut off or unknown",
        {
            **declared(60),
            **_on_backup((1, 10), (0, 10), (None, 10), (1, 5), (0, 25)),
            **reachable((1, 10), (0, 10), (None, 10), (1, 30)),
        },
        {
            **{m: [_backed_up(NONE_DOWN)] for m in (9, 11, 19, 21, 29, 31, 36, 39)},
            41: [],
        },
    ),
    Scenario(
        "SiteOnBackup",
        "resolve",
        "when no circuit is a backup any more, so that nobody says who is on one",
        {
            **declared(40),
            **_on_backup((1, 10), (None, 30)),
            **reachable((1, 10), (None, 5), (1, 25)),
        },
        {**{m: [_backed_up(NONE_DOWN)] for m in (9, 11, 14, 19)}, 21: []},
    ),
    Scenario(
        "SiteOnBackup",
        "resolve",
        "when the site is in the inventory no more",
        {
            **series(catalogue.SITE_INFO, (1, 10), (None, 20), **NAMED),
            **series(catalogue.SITE_INFO, (1, 30), site="x", name="Another"),
            **_on_backup((1, 10), (None, 20)),
        },
        {9: [_backed_up(NONE_DOWN)], 16: []},
    ),
)

SCENARIOS = (
    *_SITE_CUT_OFF,
    *_SERVICE_CUT_OFF,
    *_REDUNDANCY_LOST,
    *_SITE_ON_BACKUP,
)
