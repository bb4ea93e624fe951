"""The ways that packets take."""

from bellrock.model.catalogue.metric import ELEMENT_LABELS, SITE_LABELS, Metric

_TRACE = ("target", "site", "link")
"""`link`: the circuit whose end was traced; empty for the device's own address."""

PATH_REACHED = Metric(
    "bellrock_path_reached",
    "gauge",
    "",
    "1 if the last trace reached the target, 0 if none of its flows did.",
    _TRACE,
)
PATH_HOPS = Metric(
    "bellrock_path_hops",
    "gauge",
    "",
    "Hops to the target, by the longest of its branches.",
    _TRACE,
)
PATH_BRANCHES = Metric(
    "bellrock_path_branches",
    "gauge",
    "",
    "Ways that flows to the target were seen to take (ECMP).",
    _TRACE,
)
PATH_INFO = Metric(
    "bellrock_path_info",
    "gauge",
    "",
    "Always 1; one branch in words: devices, else addresses, * where nothing answers.",
    (*_TRACE, "branch", "path"),
)
PATH_MTU = Metric(
    "bellrock_path_mtu_bytes",
    "gauge",
    "bytes",
    "Largest IP packet that reaches the target whichever branch it takes.",
    _TRACE,
)
PATH_MTU_LEAST = Metric(
    "bellrock_path_mtu_least_bytes",
    "gauge",
    "bytes",
    "What the settings call normal: a path that takes less is told of.",
)
PATH_BLACK_HOLE = Metric(
    "bellrock_path_mtu_black_hole",
    "gauge",
    "",
    "1 if larger packets vanish without a word on some branch, 0 if routers say so.",
    _TRACE,
)
PATH_CHANGES = Metric(
    "bellrock_path_changes_total",
    "counter",
    "",
    "Times that two traces in a row found other routers than before.",
    _TRACE,
)
PATH_AS_ROUTED = Metric(
    "bellrock_path_as_routed",
    "gauge",
    "",
    "1 if all branches are shortest by the declared metrics, 0 if one is not; no "
    "sample when it cannot be told.",
    ("target", "site"),
)
SITE_PATHS_DIVERSE = Metric(
    "bellrock_site_paths_diverse",
    "gauge",
    "",
    "1 if no failure off the premises is on every traced way to the site, 0 if one is; "
    "no sample when it cannot be told.",
    SITE_LABELS,
)
SITE_PATHS_SHARED = Metric(
    "bellrock_site_paths_shared_info",
    "gauge",
    "",
    "Always 1; what all traced ways to the site pass off its premises.",
    ("site", *ELEMENT_LABELS),
)
SITE_PATHS_UNKNOWN = Metric(
    "bellrock_site_paths_unknown_info",
    "gauge",
    "",
    "Always 1; why it cannot be told whether the ways to the site are diverse.",
    ("site", "why"),
)
