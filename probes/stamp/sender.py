"""STAMP session-sender: what the network does to packets, each direction apart.

Unlike ICMP, which routers answer when they have nothing better to do, a reflector says
how long it kept each packet, and that time is not the network's; and one that counts
tells loss on the way out from loss on the way back.
"""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from probes.channel import Ways
from probes.clock import nanoseconds
from probes.paced import PacedProbe
from probes.stamp.channel import Asking, StampChannel
from probes.stamp.estimate import THIS_CLOCK
from probes.stamp.keys import Keyed
from probes.stamp.ways import StampWays
from probes.target import Target

STANDARD_PORT = 862

_TLV_HEADER = 4


def _none_or_a_header(size: int) -> int:
    if 0 < size < _TLV_HEADER:
        raise ValueError("0, or at least 4: the padding's own header")
    return size


class StampProbe(Keyed, PacedProbe):
    """The ``stamp:`` section of ``probes``.

    Attributes
    ----------
    padding : int
        Bytes behind the base packet of 44 (112 with a key) and what else is asked, for
        paths that treat large packets differently.
    session : int
        The session's identifier (RFC 8972, section 3); 0 for none. Answers that name
        another are not believed; those that name none come from a reflector that does
        not know of identifiers, and are.
    session_required : bool
        Whether those are not believed either.
    cos : bool or None
        Whether to ask what code point packets arrive with, so that remarking is seen;
        None asks where packets are marked at all.
    direct_measurement : bool
        Whether to ask for the reflector's count of packets received: for reflectors
        that keep one, yet copy our sequence numbers.
    location : bool
        Whether to ask which addresses packets arrive with; shown by ``bellrock probe
        stamp --explain``, where another than ours tells of NAT.
    """

    name: ClassVar[str] = "stamp"

    padding: Annotated[int, AfterValidator(_none_or_a_header)] = Field(
        default=0, ge=0, le=1408
    )
    session: int = Field(default=0, ge=0, le=65535)
    session_required: bool = False
    cos: bool | None = None
    direct_measurement: bool = False
    location: bool = False

    def connect(self, family: int, *, dscp: int) -> StampChannel:
        """Open one UDP socket for all sessions."""
        return StampChannel(
            family,
            dscp=dscp,
            padding=self.padding,
            mode=self.mode(),
            asking=Asking(
                session=self.session,
                session_required=self.session_required,
                cos=dscp > 0 if self.cos is None else self.cos,
                counts=self.direct_measurement,
                location=self.location,
            ),
        )

    def ways(self) -> Ways:
        """Return what tells the directions of one target apart."""
        return StampWays(THIS_CLOCK, nanoseconds(self.deadline))

    def port(self, target: Target) -> int:
        """Return the reflector's port."""
        return STANDARD_PORT if target.port is None else target.port
