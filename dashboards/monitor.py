"""The Overview's last section: whether the monitor itself is well."""

from bellrock.model import catalogue
from bellrock.promql.select import increase, rate, series
from dashboards import words
from dashboards.page import Row
from dashboards.panels import POLLED, stat, state_timeline, timeseries
from dashboards.parts import Ask
from dashboards.queries import or_zero

_NO_MONITOR = "no data from the monitor"


def health() -> Row:
    """Return what must be green for the rest of the page to be believed."""
    faults = or_zero(series(catalogue.FAULTS).sum())
    skipped = or_zero(increase(catalogue.JOBS_SKIPPED).sum())
    panels = (
        stat(
            "Monitor isolated",
            "Whether nothing at all answers. Then the monitor is cut off, not the "
            "network, and every site is unknown.",
            Ask(series(catalogue.MONITOR_ISOLATED).max()),
            states=words.ISOLATED,
            empty=_NO_MONITOR,
        ),
        stat(
            "Latest files in use",
            "Whether the settings and inventory on disk were accepted. If not, the "
            "ones before are still in use and the log says why.",
            Ask(series(catalogue.CONFIG_RELOAD).min()),
            states=words.LOADED,
            empty=_NO_MONITOR,
        ),
        stat(
            "Scheduler lag",
            "How late jobs begin. Seconds here mean that the machine is too small.",
            Ask(series(catalogue.SCHEDULER_LAG).max()),
            unit="s",
            steps=words.LATE,
            empty=_NO_MONITOR,
        ),
        stat(
            "Faults since start",
            "Errors of our own that were caught. Every one is a bug to report.",
            Ask(faults),
            steps=words.ANY_IS_BAD,
            empty=_NO_MONITOR,
        ),
        stat(
            "Runs left out",
            "Jobs not begun of late because the run before was still going.",
            Ask(skipped),
            unit="short",
            steps=words.ANY_IS_WORTH_A_LOOK,
            empty=_NO_MONITOR,
        ),
        stat(
            "Version",
            "What runs.",
            Ask(series(catalogue.BUILD_INFO).max("version"), "{{version}}"),
            text="name",
            empty=_NO_MONITOR,
        ),
    )
    return Row(4, tuple((4, panel) for panel in panels))


def work() -> Row:
    """Return what the monitor does, over time."""
    isolated = state_timeline(
        "Isolated",
        "When nothing at all answered. What the graphs above show then is of the "
        "monitor, not of the network.",
        Ask(series(catalogue.MONITOR_ISOLATED).max(), "isolated"),
        states=words.ISOLATED,
        empty=_NO_MONITOR,
    )
    lag = timeseries(
        "Lag and analysis",
        "How late the latest job of a minute began, and how long the last topology "
        "analysis took.",
        Ask(series(catalogue.SCHEDULER_LAG).max(), "lag"),
        Ask(series(catalogue.ANALYSIS_DURATION).max(), "analysis"),
        unit="s",
        empty=_NO_MONITOR,
    )
    failed = timeseries(
        "Failed polls",
        "Polls of devices per second that did not end in success, by reason.",
        Ask(rate(catalogue.COLLECT_FAILURES).sum("collector", "reason"), "{{reason}}"),
        unit="short",
        stacked=True,
        interval=POLLED,
        empty="every poll succeeded",
    )
    return Row(8, ((8, isolated), (8, lag), (8, failed)))
