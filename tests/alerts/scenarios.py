"""What must fire, what must not, and what must end."""

from tests.alerts import contract, paths, quality, reading, resilience, services, sight

SCENARIOS = (
    *resilience.SCENARIOS,
    *paths.SCENARIOS,
    *quality.SCENARIOS,
    *sight.SCENARIOS,
    *services.SCENARIOS,
    *contract.SCENARIOS,
    *reading.SCENARIOS,
)
