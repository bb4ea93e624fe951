"""Classes of service: how packets are marked, and what is promised for them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bellrock.config.duration import Seconds


class ServiceClass(BaseModel):
    """One entry of the settings' ``classes``; its key is the class's name.

    The targets are those of a network class of ITU-T Y.1541, such as class 0: 100 ms
    mean delay, 50 ms variation, a loss of 1e-3; each of one direction. Where none is
    given none is judged.

    Attributes
    ----------
    dscp : int
        Differentiated services code point to send with (RFC 2474).
    delay : float or None
        Seconds of mean one-way delay.
    variation : float or None
        Seconds between the least delay and the 99th percentile (Y.1541 says 1 - 1e-3 of
        the packets).
    loss : float or None
        Ratio of packets lost, 0 to 1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    dscp: int = Field(default=0, ge=0, le=63)
    delay: Annotated[Seconds, Field(gt=0)] | None = None
    variation: Annotated[Seconds, Field(gt=0)] | None = None
    loss: Annotated[float, Field(gt=0, lt=1)] | None = None
