"""What a rule is: a query of the catalogue's metrics, and the reasons for its numbers.

The labels every alert has, beside those of its query:

``severity``
    ``page`` wakes a person now; ``ticket`` is read in the morning.
``fault``
    What kind of trouble this is a sign of. Alertmanager groups by it, so that one
    cable's twenty sites and the services they lose are one notification.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from bellrock.model.catalogue import Metric
from bellrock.promql.query import Query

Severity = Literal["page", "ticket"]
Fault = Literal[
    "cut-off",
    "redundancy",
    "service",
    "capacity",
    "contract",
    "quality",
    "no-data",
    "inventory",
    "monitor",
]

_ALERT = re.compile(r"[A-Z][A-Za-z]+")
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_USED = re.compile(r"\$labels\.([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Patience:
    """A time to wait, and why it is that long.

    Attributes
    ----------
    seconds : float
        In earnest; a demonstration's pace shortens it.
    why : str
        A sentence for whoever wonders whether to change it.
    least : float
        Seconds that no demonstration makes shorter.
    """

    seconds: float
    why: str
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One alert.

    Attributes
    ----------
    name : str
        In camel case; its runbook is ``docs/runbooks/{name}.md``.
    expr : Query
        One series for each thing the alert is about.
    about : tuple of str
        The labels each series of `expr` has, and no others.
    summary, description : str
        Prometheus templates. One sentence for the telephone's screen; then what is
        known that helps.
    wait : Patience
        How long it must be true before it fires (``for``).
    stay : Patience
        How long it must be untrue before it is over (``keep_firing_for``).

    Raises
    ------
    ValueError
        If a template names a label that the alert does not have.
    """

    name: str
    expr: Query
    about: tuple[str, ...]
    severity: Severity
    fault: Fault
    summary: str
    description: str
    wait: Patience
    stay: Patience

    def __post_init__(self) -> None:
        """Check what the types cannot."""
        if _ALERT.fullmatch(self.name) is None:
            raise ValueError(f"{self.name}: write an alert's name in CamelCase")
        missing = set(_USED.findall(self.summary + self.description)) - {*self.about}
        if missing:
            raise ValueError(
                f"{self.name}: no label {', '.join(sorted(missing))}\n"
                f"  its labels: {', '.join(self.about) or 'none'}"
            )

    @property
    def labels(self) -> dict[str, str]:
        """What is added to the labels of the series."""
        return {"severity": self.severity, "fault": self.fault}


@dataclass(frozen=True, slots=True)
class RecordingRule:
    """A query whose answer is kept as a series, ``level:metric:operations``.

    See https://prometheus.io/docs/practices/rules/.

    Attributes
    ----------
    level : str
        What there is one series of, such as ``site``.
    metric : Metric
        What it is made from.
    operations : str
        What was done, the last first.
    why : str
        Why this is worth a series.
    """

    level: str
    metric: Metric
    operations: str
    expr: Query
    why: str

    def __post_init__(self) -> None:
        """Check what the types cannot."""
        for word in (self.level, self.operations):
            if _WORD.fullmatch(word) is None:
                raise ValueError(f"{word}: write it in lower case, words joined by _")

    @property
    def name(self) -> str:
        """The name of the series."""
        return f"{self.level}:{self.metric.name}:{self.operations}"

    @property
    def series(self) -> Query:
        """The series, to build upon."""
        return Query(self.name)


@dataclass(frozen=True, slots=True)
class Group:
    """Rules evaluated together, in their order, every `interval` seconds."""

    name: str
    interval: float
    alerts: tuple[AlertRule, ...]
    records: tuple[RecordingRule, ...] = field(default=())
