"""What checks of services find."""

from bellrock.model.catalogue.metric import Metric

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
