"""Settings every engine probe has: how often, how long to wait, how marked."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from bellrock.config.duration import Seconds
from bellrock.config.names import Names
from bellrock.model.observation import DEFAULT_CLASS
from probes.channel import Channel, Ways
from probes.clock import Clock
from probes.runner import Engine, Report, Stamps
from probes.target import Target


class PacedProbe(BaseModel, ABC):
    """One section of the settings' ``probes``, and the engine it describes.

    Attributes
    ----------
    interval : float
        Seconds between two packets to one target.
    deadline : float
        Seconds to wait for an answer before the packet counts as lost.
    report : float
        Least seconds between two reports of one target.
    window : float
        Seconds that quantiles, mean and variation are taken over.
    dscp : int
        Differentiated services code point to send with (RFC 2474), where no classes
        are named.
    classes : tuple of str
        Classes of service to send in, by their names in the settings' ``classes``; each
        has an engine, and so sockets, of its own.
    stamps : Stamps
        Which packets the kernel is to stamp: both those that leave and those that come,
        the latter alone (``receipt``), or as many as is cheap (``auto``).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ClassVar[str]

    # The shortest interval keeps sequence numbers from wrapping within the recall.
    interval: Annotated[Seconds, Field(ge=0.01, le=3600)] = 1.0
    deadline: Annotated[Seconds, Field(ge=0.01, le=60)] = 2.0
    report: Annotated[Seconds, Field(ge=0.01, le=3600)] = 1.0
    window: Annotated[Seconds, Field(ge=1, le=3600)] = 60.0
    dscp: int = Field(default=0, ge=0, le=63)
    classes: Annotated[tuple[str, ...], Names("classes")] = ()
    stamps: Stamps = Stamps.AUTO

    def engine(
        self,
        targets: Iterable[Target],
        *,
        report: Report,
        clock: Clock | None = None,
        service_class: str = DEFAULT_CLASS,
        dscp: int | None = None,
        through: Callable[[Channel], Channel] = lambda channel: channel,
    ) -> Engine:
        """Return an engine for these targets; it begins when it is run.

        Parameters
        ----------
        service_class : str
            What its reports are labelled with.
        dscp : int or None
            What its packets are marked with; None for the section's own.
        through : callable
            Returns what stands before the protocol's channel, to see what goes by.
        """
        marked = self.dscp if dscp is None else dscp
        return Engine(
            self.name,
            lambda family: through(self.connect(family, dscp=marked)),
            self.port,
            targets,
            interval=self.interval,
            deadline=self.deadline,
            cadence=self.report,
            report=report,
            clock=clock or Clock(),
            service_class=service_class,
            stamps=self.stamps,
            ways=self.ways,
        )

    def ways(self) -> Ways | None:
        """Return what tells the directions of one target apart, if anything can."""
        return None

    @abstractmethod
    def connect(self, family: int, *, dscp: int) -> Channel:
        """Open the protocol's socket for an address family."""

    @abstractmethod
    def port(self, target: Target) -> int:
        """Return the port of `target` to send to, 0 where there are none."""
