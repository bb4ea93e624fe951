"""What must fire, what must not, and what must end."""

from tests.alerts import resilience, sight

SCENARIOS = (*resilience.SCENARIOS, *sight.SCENARIOS)
