"""What probes measure."""

from bellrock.model.catalogue.metric import Metric

DELAY_BUCKETS = (
    *(0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05),
    *(0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.0),
)
"""Upper bounds in seconds: fine where a metro path lives, coarse beyond satellite."""

_PATH = ("probe", "target", "site", "direction", "class", "family")
"""What a probe's numbers are told of. Only checks, which ask over each address family
for itself, say which; a label without a value is left out of what is exported."""

PROBE_SENT = Metric(
    "bellrock_probe_sent_total",
    "counter",
    "",
    "Probe packets sent and settled: answered, or given up after the deadline.",
    _PATH,
)
PROBE_LOST = Metric(
    "bellrock_probe_lost_total",
    "counter",
    "",
    "Probe packets not answered within the deadline (RFC 6673); with the direction "
    "forward or reverse, those of which the far end's counts say it lost them "
    "(RFC 7680).",
    _PATH,
)
PROBE_DELAY = Metric(
    "bellrock_probe_delay_seconds",
    "histogram",
    "seconds",
    "Delay of answered probe packets (round trip: RFC 2681; forward or reverse: "
    "RFC 7679); of checks by phase.",
    (*_PATH, "phase"),
    DELAY_BUCKETS,
)
PROBE_DELAY_VARIATION = Metric(
    "bellrock_probe_delay_variation_seconds",
    "gauge",
    "seconds",
    "99th percentile minus minimum of the last window's delays (RFC 5481 PDV).",
    _PATH,
)
PROBE_DELAY_QUANTILE = Metric(
    "bellrock_probe_delay_quantile_seconds",
    "gauge",
    "seconds",
    "Delay that this share of the last window's answered packets did not exceed "
    "(nearest rank); 0 is the least of them, 1 the greatest.",
    (*_PATH, "share"),
)
PROBE_DELAY_MEAN = Metric(
    "bellrock_probe_delay_mean_seconds",
    "gauge",
    "seconds",
    "Mean delay of the last window's answered packets.",
    _PATH,
)
PROBE_IPDV = Metric(
    "bellrock_probe_ipdv_seconds",
    "gauge",
    "seconds",
    "Difference in delay, without sign, of each of the last window's answered packets "
    "to the answered one sent before it (RFC 3393): its mean and 99th percentile.",
    (*_PATH, "statistic"),
)
PROBE_DUPLICATES = Metric(
    "bellrock_probe_duplicates_total",
    "counter",
    "",
    "Answers to packets that had one (RFC 5560).",
    _PATH,
)
PROBE_REORDERED = Metric(
    "bellrock_probe_reordered_total",
    "counter",
    "",
    "Answers that came after one to a packet sent later (RFC 4737).",
    _PATH,
)
PROBE_LATE = Metric(
    "bellrock_probe_late_total",
    "counter",
    "",
    "Answers that came after the deadline; their packets count as lost.",
    _PATH,
)
PROBE_ONE_WAY_ERROR = Metric(
    "bellrock_probe_one_way_error_seconds",
    "gauge",
    "seconds",
    "Bound on the error of one-way delays, from what both clocks say of themselves; "
    "no sample where there are no such delays.",
    _PATH,
)
PROBE_RECEIVED_DSCP = Metric(
    "bellrock_probe_received_dscp",
    "gauge",
    "",
    "Code point that the last packet arrived with (RFC 2474); no sample where nobody "
    "tells.",
    _PATH,
)
PROBE_SENT_DSCP = Metric(
    "bellrock_probe_sent_dscp",
    "gauge",
    "",
    "Code point that a probe marks the packets of a class of service with.",
    ("probe", "class"),
)
CLASS_DELAY_TARGET = Metric(
    "bellrock_class_delay_target_seconds",
    "gauge",
    "seconds",
    "Mean one-way delay promised for a class of service (IPTD of Y.1541).",
    ("class",),
)
CLASS_VARIATION_TARGET = Metric(
    "bellrock_class_variation_target_seconds",
    "gauge",
    "seconds",
    "One-way delay variation promised for a class of service (IPDV of Y.1541).",
    ("class",),
)
CLASS_LOSS_TARGET = Metric(
    "bellrock_class_loss_target_ratio",
    "gauge",
    "ratio",
    "Share of packets lost one way promised for a class of service (IPLR of Y.1541).",
    ("class",),
)
PROBE_OUTCOME = Metric(
    "bellrock_probe_outcome_total",
    "counter",
    "",
    "How probe packets ended.",
    ("probe", "target", "class", "outcome"),
)
PROBE_UNSENT = Metric(
    "bellrock_probe_unsent_total",
    "counter",
    "",
    "Probe packets this machine could not send, or (RXQ_OVFL) may have dropped the "
    "answers of; by the error's name.",
    ("probe", "reason"),
)
PROBE_ERROR = Metric(
    "bellrock_probe_error_seconds",
    "gauge",
    "seconds",
    "Bound on our own timing error, from the clock stamps in use; of checks, which "
    "have a protocol as probe, the worst of their last runs.",
    ("probe",),
)
