"""How agents that cannot do all that SNMP asks of them are asked, as data.

An agent is known by what it says of itself in the system group, and the settings may
add what nobody knew; what it turns out not to do is learned by :mod:`sizing` besides.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from collectors.snmp.ber import Oid
from collectors.snmp.sizing import MOST_REPETITIONS

_ENTERPRISES: Oid = (1, 3, 6, 1, 4, 1)
_MANY = 128


class Quirks(BaseModel):
    """``quirks:`` of an entry of the ``snmp:`` section.

    Attributes
    ----------
    no_getbulk : bool
        Tables are walked with GETNEXT of all columns at once, a row a request.
    most_repetitions : int
        Rows that one GETBULK asks for.
    most_variables : int
        Variables that one request names: a table of more columns is read in lots.
    one_at_a_time : bool
        No request before the last one is answered.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    no_getbulk: bool = False
    most_repetitions: int = Field(default=MOST_REPETITIONS, ge=1, le=MOST_REPETITIONS)
    most_variables: int = Field(default=_MANY, ge=1, le=_MANY)
    one_at_a_time: bool = False

    def also(self, other: Self) -> Self:
        """Return what both ask for: the stricter of each."""
        return self.model_copy(
            update={
                "no_getbulk": self.no_getbulk or other.no_getbulk,
                "most_repetitions": min(self.most_repetitions, other.most_repetitions),
                "most_variables": min(self.most_variables, other.most_variables),
                "one_at_a_time": self.one_at_a_time or other.one_at_a_time,
            }
        )


NONE = Quirks()
"""As an agent should be."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Agents of a kind, and what there is about them.

    Attributes
    ----------
    object_id : Oid
        What their sysObjectID begins with.
    quirks : Quirks
        How they are asked.
    description : str
        What is in their sysDescr; empty where that does not matter.
    """

    object_id: Oid
    quirks: Quirks
    description: str = ""

    def fits(self, object_id: Oid, description: str) -> bool:
        """Return whether an agent that says this of itself is one of them."""
        begins = object_id[: len(self.object_id)] == self.object_id
        return begins and self.description in description


KINDS: tuple[Kind, ...] = (
    # CyberPower's management cards do not answer GETBULK as they should; GETNEXT works:
    # https://github.com/prometheus/snmp_exporter/issues/469
    Kind((*_ENTERPRISES, 3808), Quirks(no_getbulk=True)),
    # Emerson Energy Systems' power controllers (uCOS) know no GETBULK:
    # https://github.com/prometheus/snmp_exporter/pull/31
    Kind((*_ENTERPRISES, 6302), Quirks(no_getbulk=True), "ENP_SCUP"),
)
"""Only what others have met and written down. Whoever fits several has the quirks of
all."""


@lru_cache(maxsize=4096)
def known(object_id: Oid, description: str) -> Quirks:
    """Return the quirks of an agent that says this of itself."""
    found = NONE
    for kind in KINDS:
        if kind.fits(object_id, description):
            found = found.also(kind.quirks)
    return found
