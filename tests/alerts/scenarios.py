"""What must fire, what must not, and what must end."""

from tests.alerts import reading, resilience, sight

SCENARIOS = (*resilience.SCENARIOS, *sight.SCENARIOS, *reading.SCENARIOS)
