"""How the monitor itself fares."""

from bellrock.model.catalogue.metric import Metric

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
