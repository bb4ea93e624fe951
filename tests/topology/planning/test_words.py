"""A comparison in one sentence."""

from dataclasses import replace

import pytest

from bellrock.model.inventory import (
    Demand,
    End,
    Inventory,
    Link,
    Organisation,
    Service,
    Site,
)
from bellrock.model.scenario import Growth, Scenario, Whose
from tests.topology.networks import network
from topology.planning.comparison import Comparison
from topology.planning.outlook import Outlook
from topology.planning.words import sentence, subject

USERS = frozenset({"school", "hospital"})
NET = network(
    devices={
        **{"gw": "dc", "host": "dc-far", "pe": "ex"},
        **{"school-cpe": "school", "hosp-cpe": "hospital"},
    },
    links={
        **{"core": ("gw", "pe"), "far": ("host", "pe"), "tail": ("pe", "school-cpe")},
        **{"hosp-1": ("pe", "hosp-cpe"), "hosp-2": ("gw", "hosp-cpe")},
    },
    gateways=["gw"],
    sites=[
        Site("school", "High school", "school", organisation="council", people=1200),
        Site("hospital", "Hospital", "hospital", people=900, priority=1),
        Site("ex", "East exchange", "exchange"),
    ],
    services=[Service("records", "Records", ("dc-far",), False, USERS)],
)
NET = replace(
    NET,
    organisations={"council": Organisation("council", "The council")},
    demands=(Demand("school", "dc", 60e6),),
    links={
        **NET.links,
        "tail": replace(NET.links["tail"], capacity_ab=100e6, capacity_ba=100e6),
    },
)


def says(scenario: Scenario, net: Inventory = NET) -> str:
    now = Outlook(net)
    return sentence(subject(scenario, net), Comparison(now, now.after(scenario)))


LINK = Link("new", End("gw"), End("school-cpe"), 1e9, 1e9, 99, 99)


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        (
            Scenario(down=("ex",)),
            "Losing East exchange cuts off 1 site (1,200 people): High school; "
            "takes Records from sites that are not cut off.",
        ),
        (
            Scenario(down=("core", "hosp-2")),
            "Losing core and hosp-2 cuts off 2 sites (2,100 people): Hospital and "
            "High school.",
        ),
        (
            Scenario(down=("far",)),
            "Losing far cuts nobody off; "
            "takes Records from sites that are not cut off.",
        ),
        (
            Scenario(links=(LINK,)),
            "Adding a link from gw to school-cpe cuts nobody off.",
        ),
        (
            Scenario(links=(LINK, replace(LINK, id="second"))),
            "Adding 2 links from gw to school-cpe cuts nobody off.",
        ),
        (
            Scenario(grow=(Growth("council", 2.0, Whose.ORGANISATION),)),
            "Multiplying the traffic of The council by 2 cuts nobody off; "
            "puts the link tail over 100 %.",
        ),
        (
            Scenario(grow=(Growth("", 1.3), Growth("hospital", 2.5, Whose.KIND))),
            "Multiplying all traffic by 1.3 and hospital traffic by 2.5 cuts nobody "
            "off.",
        ),
        (
            Scenario(capacity={"tail": (50e6, 50e6)}, metric={"core": (5, 5)}),
            "Changing the metric of core and changing the capacity of tail cuts nobody "
            "off; puts the link tail over 100 %.",
        ),
        (
            Scenario(gateways_removed=("dc",), gateways_added=("dc-far",)),
            "Closing the gateway Dc and opening a gateway at Dc-Far cuts nobody off.",
        ),
        (
            Scenario(metric={"far": (7, 7)}),
            "Changing the metric of far changes nothing of what is compared.",
        ),
        (
            Scenario(),
            "Leaving everything as it is changes nothing of what is compared.",
        ),
    ],
)
def test_sentence_says_who_is_hurt_and_how(scenario: Scenario, words: str) -> None:
    assert says(scenario) == words


def test_redundancy_is_said_where_nobody_is_cut_off() -> None:
    two = replace(NET, gateways=frozenset({"gw", "host"}))
    assert says(Scenario(down=("hosp-2",)), two) == (
        "Losing hosp-2 cuts nobody off; leaves 1 site with less redundancy."
    )
    one = replace(two, links={k: v for k, v in two.links.items() if k != "hosp-2"})
    back = Scenario(links=(two.links["hosp-2"],))
    assert says(back, one) == (
        "Adding a link from gw to hosp-cpe cuts nobody off; gives 1 site more "
        "redundancy."
    )


def test_what_comes_back_is_said_too() -> None:
    cut = replace(NET, links={k: v for k, v in NET.links.items() if k != "tail"})
    assert says(Scenario(links=(LINK,)), cut) == (
        "Adding a link from gw to school-cpe cuts nobody off; brings back 1 site "
        "(1,200 people): High school."
    )


def test_many_changes_are_counted() -> None:
    many = Scenario(
        down=("far", "core", "hosp-1", "hosp-2", "tail"),
        links=(replace(LINK, backup=True),),
        grow=(Growth("", 2.0),),
        metric={"far": (1, 1)},
        capacity={"far": (1.0, 1.0)},
    )
    assert subject(many, NET) == "Making 9 changes at once"
    assert subject(replace(many, metric={}, capacity={}), NET) == (
        "Losing far, core, hosp-1 and 2 more, adding a backup link from gw to "
        "school-cpe and multiplying all traffic by 2"
    )
