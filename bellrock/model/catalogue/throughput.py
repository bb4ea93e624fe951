"""How much paths carry."""

from bellrock.model.catalogue.metric import Metric

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
