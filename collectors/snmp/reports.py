"""What an SNMPv3 agent reports instead of an answer, in words for a person."""

from bellrock.model.observation import Outcome
from collectors.snmp.ber import Oid
from collectors.snmp.failure import Failure

_USM_STATS: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1)
_MPD_STATS: Oid = (1, 3, 6, 1, 6, 3, 11, 2, 1)

UNSUPPORTED_SECURITY_LEVELS: Oid = (*_USM_STATS, 1, 0)
NOT_IN_TIME_WINDOWS: Oid = (*_USM_STATS, 2, 0)
UNKNOWN_USER_NAMES: Oid = (*_USM_STATS, 3, 0)
UNKNOWN_ENGINE_IDS: Oid = (*_USM_STATS, 4, 0)
WRONG_DIGESTS: Oid = (*_USM_STATS, 5, 0)
DECRYPTION_ERRORS: Oid = (*_USM_STATS, 6, 0)

_MEANINGS: dict[Oid, tuple[Outcome, str]] = {
    UNSUPPORTED_SECURITY_LEVELS: (
        Outcome.AUTH,
        "the agent does not offer this user the security we ask for: "
        "compare auth and privacy with its configuration",
    ),
    NOT_IN_TIME_WINDOWS: (
        Outcome.TIME_WINDOW,
        "the agent takes our requests for old ones, however we set our watch to its",
    ),
    UNKNOWN_USER_NAMES: (Outcome.AUTH, "the agent knows no user of this name"),
    UNKNOWN_ENGINE_IDS: (
        Outcome.UNSUPPORTED,
        "the agent does not know the engine id that it told us itself",
    ),
    WRONG_DIGESTS: (
        Outcome.AUTH,
        "the agent finds our signature wrong: wrong auth password or protocol",
    ),
    DECRYPTION_ERRORS: (
        Outcome.AUTH,
        "the agent cannot decrypt our request: wrong privacy password or protocol",
    ),
    (*_MPD_STATS, 1, 0): (Outcome.UNSUPPORTED, "the agent does not offer USM"),
    (*_MPD_STATS, 2, 0): (Outcome.UNSUPPORTED, "the agent finds our message invalid"),
    (*_MPD_STATS, 3, 0): (Outcome.UNSUPPORTED, "the agent reads no such requests"),
}


def failure(report: Oid) -> Failure:
    """Return what the counter `report`, named by the agent, means for the poll."""
    if report in _MEANINGS:
        return Failure(*_MEANINGS[report])
    name = ".".join(map(str, report))
    return Failure(Outcome.UNSUPPORTED, f"the agent reported {name}")
