"""The files that are made from the rules, by their path below ``deploy/``."""

import re
from collections.abc import Iterator
from textwrap import fill, indent

import yaml

from alerts import (
    capacity,
    collecting,
    contract,
    monitor,
    paths,
    quality,
    resilience,
    services,
)
from alerts.alertmanager import configuration
from alerts.layout import laid_out
from alerts.pace import EARNEST, Pace
from alerts.rule import AlertRule, Group, Patience, RecordingRule
from alerts.settings import AlertSettings
from bellrock.promql.query import duration

RULES = "prometheus/rules/bellrock.yml"
ALERTMANAGER = "alertmanager/alertmanager.yml"

_DEFAULTS = AlertSettings()
_WIDTH = 80
_WORD = re.compile(r"(?:\{\{.*?\}\}|\S)+")


def groups(
    pace: Pace = EARNEST,
    settings: AlertSettings = _DEFAULTS,
    tested_every: float = contract.TESTED_EVERY,
) -> tuple[Group, ...]:
    """Return every rule there is, in the order of evaluation.

    Parameters
    ----------
    tested_every : float
        Seconds at most from one throughput test to the next of the same.
    """
    return (
        resilience.group(pace),
        capacity.group(pace),
        paths.group(pace),
        contract.group(pace, tested_every),
        services.group(pace, settings.checks),
        collecting.group(pace),
        quality.group(pace),
        monitor.group(pace),
    )


def alerts(pace: Pace = EARNEST) -> tuple[AlertRule, ...]:
    """Return every alert there is."""
    return tuple(alert for group in groups(pace) for alert in group.alerts)


def rules(
    settings: AlertSettings = _DEFAULTS,
    pace: Pace = EARNEST,
    tested_every: float = contract.TESTED_EVERY,
) -> dict[str, str]:
    """Return Prometheus' rule files; see :func:`groups`."""
    head = (
        "# Rendered by `bellrock render rules`; edit alerts/ instead.\n"
        "# What each alert asks of you: docs/runbooks/.\ngroups:\n"
    )
    every = groups(pace, settings, tested_every)
    body = "\n".join(_group(group, settings, pace) for group in every)
    return {RULES: head + body}


def alertmanager(settings: AlertSettings = _DEFAULTS) -> dict[str, str]:
    """Return Alertmanager's configuration."""
    head = (
        "# Rendered by `bellrock render alertmanager`; edit alerts/, or `alerts:` in\n"
        "# bellrock.yaml, instead. Start Alertmanager with\n"
        "#   --data.maintenance-interval=1s\n"
        "# or it forgets what it told of when it is killed, and tells it again.\n"
    )
    return {ALERTMANAGER: head + _yaml(configuration(settings))}


def rendered(settings: AlertSettings = _DEFAULTS) -> dict[str, str]:
    """Return every file of this trade, by its path below ``deploy/``."""
    return rules(settings) | alertmanager(settings)


def _group(group: Group, settings: AlertSettings, pace: Pace) -> str:
    written = [_yaml({"name": group.name, "interval": duration(group.interval)})]
    each = [*map(_record, group.records)]
    each += [_alert(alert, settings, pace) for alert in group.alerts]
    written.append("rules:\n" + "\n".join(map(_item, each)))
    return _item("".join(written))


def _record(rule: RecordingRule) -> str:
    lines = _comment(rule.why), f"record: {rule.name}\n", _expr(str(rule.expr))
    return "".join(lines)


def _alert(rule: AlertRule, settings: AlertSettings, pace: Pace) -> str:
    base = settings.runbooks.base.rstrip("/")
    lines = (
        f"alert: {rule.name}\n",
        _expr(str(rule.expr)),
        *_patience("for", rule.wait, pace),
        *_patience("keep_firing_for", rule.stay, pace),
        _yaml({"labels": rule.labels}),
        "annotations:\n",
        _folded("summary", rule.summary),
        _folded("description", rule.description),
        indent(_yaml({"runbook_url": f"{base}/{rule.name}.md"}), "  "),
    )
    return "".join(lines)


def _patience(key: str, patience: Patience, pace: Pace) -> Iterator[str]:
    yield _comment(patience.why)
    seconds = max(pace.scaled(patience.seconds), patience.least)
    yield f"{key}: {duration(seconds)}\n"


def _expr(query: str) -> str:
    return "expr: |-\n" + indent(laid_out(query), "  ") + "\n"


def _folded(key: str, template: str) -> str:
    """Write a template over several lines, none of which begins within an action."""
    lines = [""]
    for word in _WORD.findall(template):
        if lines[-1] and len(lines[-1]) + len(word) >= _WIDTH:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return f"  {key}: >-\n" + indent("\n".join(lines), "    ") + "\n"


def _comment(text: str) -> str:
    return indent(fill(text, _WIDTH - 10), "# ") + "\n"


def _item(block: str) -> str:
    return "- " + indent(block, "  ")[2:]


def _yaml(value: object) -> str:
    text: str = yaml.safe_dump(value, sort_keys=False, width=_WIDTH)
    return text
