"""A scenario as it is written; `bellrock.inventory.scenarios.read` makes it ours."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from bellrock.document.schema import Line, Section
from bellrock.inventory.schema import (
    CapacityEntry,
    CircuitEntry,
    Id,
    Many,
    MetricEntry,
    RiskGroupEntry,
    both_ways,
)
from bellrock.model.scenario import ALL

MOST_SCENARIOS = 1_000
_LARGEST_FACTOR = 1_000

Factor = Annotated[float, Field(gt=0, le=_LARGEST_FACTOR, allow_inf_nan=False)]


def _by_name(value: object) -> object:
    return value if isinstance(value, dict) else {ALL: value}


class AddedLinkEntry(CircuitEntry):
    """One of ``add_links``: a link that may leave its id to us."""

    id: Id | None = None


class GatewaysEntry(Section):
    """Gateways that come, go, and move from one place (before) to another (after)."""

    add: Many[str] = ()
    remove: Many[str] = ()
    move: dict[str, str] = Field(default_factory=dict)


class ScenarioEntry(Section):
    """One scenario."""

    name: Line = ""
    down: Many[str] = ()
    add_links: Many[AddedLinkEntry] = ()
    risk_groups: Many[RiskGroupEntry] = ()
    metric: dict[str, Annotated[MetricEntry, BeforeValidator(both_ways)]] = Field(
        default_factory=dict
    )
    capacity: dict[str, Annotated[CapacityEntry, BeforeValidator(both_ways)]] = Field(
        default_factory=dict
    )
    grow: Annotated[dict[str, Factor], BeforeValidator(_by_name)] = Field(
        default_factory=dict
    )
    gateways: GatewaysEntry = GatewaysEntry()


class ScenarioFileEntry(ScenarioEntry):
    """A file: one scenario, or a list of them."""

    scenarios: Annotated[Many[ScenarioEntry], Field(max_length=MOST_SCENARIOS)] = ()

    @model_validator(mode="after")
    def _one_or_many(self) -> Self:
        beside = sorted(self.model_fields_set - {"scenarios"})
        if "scenarios" in self.model_fields_set and beside:
            raise ValueError(
                f"{beside[0]}: beside a list of scenarios; "
                "write it into each scenario that it is part of"
            )
        return self
