"""What must fire, what must not, and what must end."""

from tests.alerts import paths, quality, reading, resilience, sight

SCENARIOS = (
    *resilience.SCENARIOS,
    *paths.SCENARIOS,
    *quality.SCENARIOS,
    *sight.SCENARIOS,
    *reading.SCENARIOS,
)
