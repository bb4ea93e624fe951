"""What every scenario plays on: a site, the cable it hangs on, and what is declared."""

from bellrock.model import catalogue
from tests.alerts.promtool import Times, series

SITE = {
    "site": "lerwick-gp",
    "organisation": "nhs-shetland",
    "kind": "gp",
    "priority": "2",
}
WHERE = "Lerwick surgery (lerwick-gp, gp, priority 2, nhs-shetland)"
NAMED = {**SITE, "name": "Lerwick surgery"}
LINK = {
    "link": "shetland-south",
    "circuit": "FN-00174",
    "supplier": "firth",
    "a_site": "lerwick-ex",
    "b_site": "kirkwall-ex",
}
DOWN = (
    "Links down now: shetland-south "
    "(lerwick-ex to kirkwall-ex, circuit FN-00174, firth)."
)
NONE_DOWN = "No link is known to be down."


def declared(minutes: float) -> dict[str, str]:
    return {
        **series(catalogue.SITE_INFO, (1, minutes), **NAMED),
        **series(catalogue.LINK_INFO, (1, minutes), **LINK),
        **series(catalogue.BUILD_INFO, (1, minutes), version="1"),
    }


def reachable(*times: Times, **other: str) -> dict[str, str]:
    return series(catalogue.SITE_REACHABLE, *times, **{**SITE, **other})
