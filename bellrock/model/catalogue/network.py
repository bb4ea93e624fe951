"""What topology concludes."""

from bellrock.model.catalogue.metric import ELEMENT_LABELS, SITE_LABELS, Metric

SITE_REACHABLE = Metric(
    "bellrock_site_reachable",
    "gauge",
    "",
    "1 if some device of the site reaches a gateway, 0 if cut off.",
    SITE_LABELS,
)
SITE_REDUNDANCY = Metric(
    "bellrock_site_redundancy",
    "gauge",
    "",
    "0 cut off now, 1 one failure off its premises cuts it off, 2 any one is survived.",
    SITE_LABELS,
)
SITE_REDUNDANCY_DESIGNED = Metric(
    "bellrock_site_redundancy_designed",
    "gauge",
    "",
    "Redundancy of the site with everything declared up.",
    SITE_LABELS,
)
SITE_ON_BACKUP = Metric(
    "bellrock_site_on_backup",
    "gauge",
    "",
    "1 if the site reaches a gateway over backup links only; told where there are any.",
    SITE_LABELS,
)
SITES_UNKNOWN = Metric(
    "bellrock_sites_unknown",
    "gauge",
    "",
    "User sites whose reachability cannot be told from what was measured.",
)
ELEMENT_SITES_CUT = Metric(
    "bellrock_element_sites_cut",
    "gauge",
    "",
    "User sites that would lose every gateway if the element failed now.",
    ELEMENT_LABELS,
)
ELEMENT_SERVICES_CUT = Metric(
    "bellrock_element_services_cut",
    "gauge",
    "",
    "Services that would lose a user site if the element failed now.",
    ELEMENT_LABELS,
)
ELEMENT_PEOPLE_CUT = Metric(
    "bellrock_element_people_cut",
    "gauge",
    "",
    "People served by the sites that would be cut off if the element failed now.",
    ELEMENT_LABELS,
)
LINK_UP = Metric(
    "bellrock_link_up",
    "gauge",
    "",
    "1 if we believe the link carries traffic, 0 if down; no sample when unknown.",
    ("link",),
)
LINK_UTILISATION = Metric(
    "bellrock_link_utilisation_ratio",
    "gauge",
    "ratio",
    "Measured traffic over declared capacity, over the last two polls.",
    ("link", "direction"),
)
LINK_WORST_UTILISATION = Metric(
    "bellrock_link_worst_utilisation_ratio",
    "gauge",
    "ratio",
    "Load over capacity, by declared demands, after the worst failure; no backups.",
    ("link", "direction"),
)
LINK_WORST_FAILURE = Metric(
    "bellrock_link_worst_failure_info",
    "gauge",
    "",
    "Always 1; which failure that is, if over 80 %; none if it is no worse than now.",
    ("link", "direction", "failure", "kind"),
)
LINK_PROVENANCE = Metric(
    "bellrock_link_provenance_info",
    "gauge",
    "",
    "Always 1; whether devices see the link too: from no end, from one, from both.",
    ("link", "provenance"),
)
TOPOLOGY_MISMATCH = Metric(
    "bellrock_topology_mismatch",
    "gauge",
    "",
    "Always 1; a link on which devices and inventory do not agree, and why.",
    ("link", "why"),
)
SERVICE_SITES_CUT = Metric(
    "bellrock_service_sites_cut",
    "gauge",
    "",
    "User sites that should have the service and cannot reach it now.",
    ("service", "priority"),
)
SITE_INFO = Metric(
    "bellrock_site_info",
    "gauge",
    "",
    "Always 1; what is declared of a user site.",
    ("site", "name", "organisation", "kind", "priority"),
)
LINK_INFO = Metric(
    "bellrock_link_info",
    "gauge",
    "",
    "Always 1; what is declared of a link, and the sites it joins.",
    ("link", "circuit", "supplier", "a_site", "b_site"),
)
