"""Every metric Bellrock exports, declared once.

The exporter, the alert rules, the dashboards and ``docs/metrics.md`` all read
these constants, so a renamed metric is a type error and never a silent graph.
Names follow https://prometheus.io/docs/practices/naming/: base units, unit last.
"""

from dataclasses import dataclass
from typing import Literal

DELAY_BUCKETS = (
    *(0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05),
    *(0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.0),
)
"""Upper bounds in seconds: fine where a metro path lives, coarse beyond satellite."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric family and what its number means.

    A counter's name ends in ``_total``; a histogram's `buckets` are its finite upper
    bounds in the metric's unit.
    """

    name: str
    kind: Literal["gauge", "counter", "histogram"]
    unit: Literal["seconds", "ratio", "bytes", "bits_per_second", ""]
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


_PATH = ("probe", "target", "site", "direction", "class", "family")
"""What a probe's numbers are told of. Only checks, which ask over each address family
for itself, say which; a label without a value is left out of what is exported."""
_INTERFACE = ("device", "interface", "link")
_SITE = ("site", "organisation", "kind", "priority")
_ELEMENT = ("element", "kind")

# --- what probes measure -----------------------------------------------------------

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
    ("probe", "target", "outcome"),
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
    "Bound on our own timing error, from the clock stamps in use.",
    ("probe",),
)

# --- what checks of services find --------------------------------------------------

CHECK_UP = Metric(
    "bellrock_check_up",
    "gauge",
    "",
    "1 if the service answered the check as it should, 0 if not.",
    ("check", "service", "family"),
)
CHECK_INFO = Metric(
    "bellrock_check_info",
    "gauge",
    "",
    "Always 1; what a check asks, and by which protocol.",
    ("check", "service", "probe", "address"),
)
CHECK_CERTIFICATE_EXPIRY = Metric(
    "bellrock_check_certificate_expiry_timestamp_seconds",
    "gauge",
    "seconds",
    "When the certificate that was shown expires, seconds since 1970.",
    ("check", "service", "family"),
)
CHECK_CLOCK_OFFSET = Metric(
    "bellrock_check_clock_offset_seconds",
    "gauge",
    "seconds",
    "How far the time server's clock is ahead of ours (RFC 5905).",
    ("check", "service", "family"),
)
CHECK_CLOCK_ERROR = Metric(
    "bellrock_check_clock_error_seconds",
    "gauge",
    "seconds",
    "Bound on the error of that offset: half the round trip, and the server's own.",
    ("check", "service", "family"),
)

# --- the ways that packets take ----------------------------------------------------

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
    _SITE,
)
SITE_PATHS_SHARED = Metric(
    "bellrock_site_paths_shared_info",
    "gauge",
    "",
    "Always 1; what all traced ways to the site pass off its premises.",
    ("site", *_ELEMENT),
)
SITE_PATHS_UNKNOWN = Metric(
    "bellrock_site_paths_unknown_info",
    "gauge",
    "",
    "Always 1; why it cannot be told whether the ways to the site are diverse.",
    ("site", "why"),
)

# --- how much paths carry ----------------------------------------------------------

_TEST = ("test", "target", "link", "direction", "method")

PATH_CAPACITY = Metric(
    "bellrock_path_capacity_bits_per_second",
    "gauge",
    "bits_per_second",
    "Capacity of the path for IP packets (RFC 5136) as last measured; no sample where "
    "the test did not fill the path, unless it showed what is declared.",
    _TEST,
)
PATH_CAPACITY_ERROR = Metric(
    "bellrock_path_capacity_error_bits_per_second",
    "gauge",
    "bits_per_second",
    "How much more the measured capacity may be: the bound on the error of the "
    "measurement, and what others sent over the link at the time.",
    _TEST,
)
PATH_CAPACITY_DECLARED = Metric(
    "bellrock_path_capacity_declared_bits_per_second",
    "gauge",
    "bits_per_second",
    "Declared capacity of the measured link in the test's direction.",
    _TEST,
)
THROUGHPUT_RATE = Metric(
    "bellrock_throughput_rate_bits_per_second",
    "gauge",
    "bits_per_second",
    "What the last transfer got, in payload, from its first byte to its last.",
    _TEST,
)
THROUGHPUT_EFFICIENCY = Metric(
    "bellrock_throughput_tcp_efficiency_ratio",
    "gauge",
    "ratio",
    "Share of the bytes TCP sent that were no repeats (RFC 6349, section 4.2).",
    _TEST,
)
THROUGHPUT_BUFFER_DELAY = Metric(
    "bellrock_throughput_buffer_delay_ratio",
    "gauge",
    "ratio",
    "By what share the round trip grew under load (RFC 6349, section 4.3).",
    _TEST,
)
THROUGHPUT_TIME_RATIO = Metric(
    "bellrock_throughput_transfer_time_ratio",
    "gauge",
    "ratio",
    "Time of the last transfer over the least that it could take at the declared "
    "capacity, or at the test's own cap where that is less (RFC 6349, section 4.1).",
    _TEST,
)
THROUGHPUT_DELAY_PRODUCT = Metric(
    "bellrock_throughput_bandwidth_delay_product_bytes",
    "gauge",
    "bytes",
    "Bytes that fill the idle path; a smaller TCP window is what limits a connection "
    "(RFC 6349, section 3.3.1).",
    _TEST,
)
THROUGHPUT_LOSS = Metric(
    "bellrock_throughput_loss_ratio",
    "gauge",
    "ratio",
    "Share of the datagrams of the last UDP transfer that were lost.",
    _TEST,
)
THROUGHPUT_MEASURED = Metric(
    "bellrock_throughput_measured_timestamp_seconds",
    "gauge",
    "seconds",
    "When the last test that showed something ended, in Unix time.",
    _TEST,
)
THROUGHPUT_TESTS = Metric(
    "bellrock_throughput_tests_total",
    "counter",
    "",
    "Tests that were run, by how they ended.",
    ("test", "link", "method", "outcome"),
)
THROUGHPUT_REFUSED = Metric(
    "bellrock_throughput_refused_total",
    "counter",
    "",
    "Times a test that was due was not begun, by reason.",
    ("test", "link", "reason"),
)
THROUGHPUT_SPENT = Metric(
    "bellrock_throughput_spent_bytes",
    "gauge",
    "bytes",
    "Bytes that tests sent over the link today (UTC), those of running ones in full.",
    ("link",),
)
THROUGHPUT_BUDGET = Metric(
    "bellrock_throughput_budget_bytes",
    "gauge",
    "bytes",
    "Bytes that tests may send over the link in a day.",
    ("link",),
)

# --- what collectors read ----------------------------------------------------------

INTERFACE_RECEIVE_BYTES = Metric(
    "bellrock_interface_receive_bytes_total",
    "counter",
    "bytes",
    "Octets received (ifHCInOctets).",
    _INTERFACE,
)
INTERFACE_TRANSMIT_BYTES = Metric(
    "bellrock_interface_transmit_bytes_total",
    "counter",
    "bytes",
    "Octets sent (ifHCOutOctets).",
    _INTERFACE,
)
INTERFACE_RECEIVE_ERRORS = Metric(
    "bellrock_interface_receive_errors_total",
    "counter",
    "",
    "Packets dropped on receipt because of errors (ifInErrors).",
    _INTERFACE,
)
INTERFACE_TRANSMIT_ERRORS = Metric(
    "bellrock_interface_transmit_errors_total",
    "counter",
    "",
    "Packets not sent because of errors (ifOutErrors).",
    _INTERFACE,
)
INTERFACE_RECEIVE_DISCARDS = Metric(
    "bellrock_interface_receive_discards_total",
    "counter",
    "",
    "Good packets dropped on receipt, usually for want of buffers (ifInDiscards).",
    _INTERFACE,
)
INTERFACE_TRANSMIT_DISCARDS = Metric(
    "bellrock_interface_transmit_discards_total",
    "counter",
    "",
    "Good packets dropped before sending, usually congestion (ifOutDiscards).",
    _INTERFACE,
)
INTERFACE_UP = Metric(
    "bellrock_interface_up",
    "gauge",
    "",
    "1 if ifOperStatus is up, 0 if down; no sample when the device does not say.",
    _INTERFACE,
)
INTERFACE_SPEED = Metric(
    "bellrock_interface_speed_bits_per_second",
    "gauge",
    "bits_per_second",
    "Speed the device reports (ifHighSpeed, or ifSpeed where that is zero).",
    _INTERFACE,
)
INTERFACE_FULL_DUPLEX = Metric(
    "bellrock_interface_full_duplex",
    "gauge",
    "",
    "1 if an Ethernet interface is up in full duplex, 0 if in half "
    "(dot3StatsDuplexStatus); no sample when it is down or does not say.",
    _INTERFACE,
)
INTERFACE_FCS_ERRORS = Metric(
    "bellrock_interface_fcs_errors_total",
    "counter",
    "",
    "Ethernet frames received whose checksum is wrong (dot3HCStatsFCSErrors, or "
    "dot3StatsFCSErrors).",
    _INTERFACE,
)
INTERFACE_ALIGNMENT_ERRORS = Metric(
    "bellrock_interface_alignment_errors_total",
    "counter",
    "",
    "Ethernet frames received that are no whole number of octets "
    "(dot3HCStatsAlignmentErrors, or dot3StatsAlignmentErrors).",
    _INTERFACE,
)
INTERFACE_SYMBOL_ERRORS = Metric(
    "bellrock_interface_symbol_errors_total",
    "counter",
    "",
    "Times that an Ethernet medium carried what is no symbol "
    "(dot3HCStatsSymbolErrors, or dot3StatsSymbolErrors).",
    _INTERFACE,
)
INTERFACE_LATE_COLLISIONS = Metric(
    "bellrock_interface_late_collisions_total",
    "counter",
    "",
    "Collisions later than Ethernet in half duplex allows: the other end is in full "
    "duplex, or the cable too long (dot3StatsLateCollisions).",
    _INTERFACE,
)
DEVICE_UP = Metric(
    "bellrock_device_up",
    "gauge",
    "",
    "1 if we believe the device is up, 0 if down; no sample when unknown.",
    ("device", "site"),
)
DEVICE_UPTIME = Metric(
    "bellrock_device_uptime_seconds",
    "gauge",
    "seconds",
    "Time since the device's management agent started (sysUpTime).",
    ("device", "site"),
)
DEVICE_CPU = Metric(
    "bellrock_device_cpu_ratio",
    "gauge",
    "ratio",
    "Share of the device's processors in use, the mean of all of them.",
    ("device", "site"),
)
DEVICE_MEMORY = Metric(
    "bellrock_device_memory_ratio",
    "gauge",
    "ratio",
    "Share of the device's memory in use.",
    ("device", "site"),
)
DEVICE_SENSOR = Metric(
    "bellrock_device_sensor",
    "gauge",
    "",
    "What a sensor of the device reads, in the unit that its kind names.",
    ("device", "sensor", "kind"),
)
NEIGHBOUR_UP = Metric(
    "bellrock_neighbour_up",
    "gauge",
    "",
    "1 if the protocol has the neighbour, 0 if it lost it; no sample when not known.",
    ("device", "protocol", "neighbour"),
)
NOTICES = Metric(
    "bellrock_notices_total",
    "counter",
    "",
    "Traps and informs taken from devices of the inventory.",
    ("device", "notice"),
)
NOTICES_REFUSED = Metric(
    "bellrock_notices_refused_total",
    "counter",
    "",
    "Datagrams on the trap port that were not taken, by reason.",
    ("reason",),
)
COLLECT_DURATION = Metric(
    "bellrock_collect_duration_seconds",
    "gauge",
    "seconds",
    "How long the last poll of the device took.",
    ("device", "collector"),
)
COLLECT_FAILURES = Metric(
    "bellrock_collect_failures_total",
    "counter",
    "",
    "Polls, and plans in them (snmp/lldp), that did not end in success, by reason.",
    ("device", "collector", "reason"),
)

# --- what topology concludes -------------------------------------------------------

SITE_REACHABLE = Metric(
    "bellrock_site_reachable",
    "gauge",
    "",
    "1 if some device of the site reaches a gateway, 0 if cut off.",
    _SITE,
)
SITE_REDUNDANCY = Metric(
    "bellrock_site_redundancy",
    "gauge",
    "",
    "0 cut off now, 1 one failure off its premises cuts it off, 2 any one is survived.",
    _SITE,
)
SITE_REDUNDANCY_DESIGNED = Metric(
    "bellrock_site_redundancy_designed",
    "gauge",
    "",
    "Redundancy of the site with everything declared up.",
    _SITE,
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
    _ELEMENT,
)
ELEMENT_SERVICES_CUT = Metric(
    "bellrock_element_services_cut",
    "gauge",
    "",
    "Services that would lose a user site if the element failed now.",
    _ELEMENT,
)
ELEMENT_PEOPLE_CUT = Metric(
    "bellrock_element_people_cut",
    "gauge",
    "",
    "People served by the sites that would be cut off if the element failed now.",
    _ELEMENT,
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

# --- how the monitor itself fares --------------------------------------------------

MONITOR_ISOLATED = Metric(
    "bellrock_monitor_isolated",
    "gauge",
    "",
    "1 if nothing at all answers: the monitor is cut off, not the network.",
)
SCHEDULER_LAG = Metric(
    "bellrock_scheduler_lag_seconds",
    "gauge",
    "seconds",
    "How late the latest-starting job of the last minute began.",
)
JOBS_SKIPPED = Metric(
    "bellrock_jobs_skipped_total",
    "counter",
    "",
    "Runs left out because the job's previous run was still going.",
    ("job",),
)
FAULTS = Metric(
    "bellrock_faults_total",
    "counter",
    "",
    "Errors of our own that supervision caught; every one is a bug to report.",
    ("part",),
)
CONFIG_RELOAD = Metric(
    "bellrock_config_last_reload_successful",
    "gauge",
    "",
    "1 if settings and inventory were last read well, 0 if the old ones stay in use.",
)
ANALYSIS_DURATION = Metric(
    "bellrock_analysis_duration_seconds",
    "gauge",
    "seconds",
    "Time the last topology analysis took.",
)
BUILD_INFO = Metric(
    "bellrock_build_info",
    "gauge",
    "",
    "Always 1; the version is in the label.",
    ("version",),
)

ALL: tuple[Metric, ...] = tuple(
    value for value in globals().values() if isinstance(value, Metric)
)
"""Every metric above, in the order of this file."""
