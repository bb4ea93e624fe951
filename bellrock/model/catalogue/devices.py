"""What collectors read of devices."""

from bellrock.model.catalogue.metric import Metric

_INTERFACE = ("device", "interface", "link")

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
