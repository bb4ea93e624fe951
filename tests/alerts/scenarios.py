"""What must fire, what must not, and what must end."""

from tests.alerts import paths, reading, resilience, sight

SCENARIOS = (
    *resilience.SCENARIOS,
    *paths.SCENARIOS,
    *sight.SCENARIOS,
    *reading.SCENARIOS,
)
