"""Where a device is asked, and through what."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field

from collectors.snmp.address import Sockaddr
from collectors.snmp.engine import AT_ONCE, Engine
from collectors.snmp.exchange import Answer, Encode
from collectors.snmp.failure import Failure


@dataclass(slots=True)
class Target:
    """Where a device is asked, and through what."""

    engine: Engine
    family: socket.AddressFamily
    address: Sockaddr
    lane: asyncio.Lock = field(init=False)
    at_once: int = AT_ONCE

    def __post_init__(self) -> None:
        """Find the lane of everybody who asks there."""
        self.lane = self.engine.lane(self.address)

    async def ask(self, request: Encode, *, once: bool = False) -> Answer:
        """Return the answer to one request.

        Raises
        ------
        Failure
            If there is none.
        """
        answers, failure = await self.ask_all([request], once=once)
        if failure is not None:
            raise failure
        return answers[0]

    async def ask_all(
        self, requests: Sequence[Encode], *, once: bool = False
    ) -> tuple[Sequence[Answer], Failure | None]:
        """Return the answers as far as there are any, and what ended them."""
        return await self.engine.ask(self, requests, once=once)

    def __str__(self) -> str:
        """Name the device as a message to people does."""
        return f"{self.address[0]} port {self.address[1]}"
