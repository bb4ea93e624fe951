"""The simulated devices as a process: their sockets, and orders on standard input.

Run by the demo as ``python -m bellrock.demo.simulation INVENTORY``. Each order is a
line of JSON: ``{"down": [ids], "growth": {site: factor}}``, or ``{"day": seconds}`` to
begin a day of that length. The process says ``ready`` once every socket is open and
ends when its standard input does, so that nothing outlives whoever started it.
"""

import asyncio
import json
import os
import random
import resource
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import uvloop

from bellrock.demo.agent import Agent
from bellrock.demo.world import World, draw
from bellrock.inventory.load import load
from bellrock.model.inventory import Device, Inventory
from probes.stamp.packet import reflect

COMMUNITY = "BELLROCK_DEMO_COMMUNITY"
"""Environment variable with the community of this run's agents."""

READY = "ready"

_LARGEST = 65_535
_BATCH = 64
_TURNAROUND_NS = 20_000
_TTL = 255


class Simulation:
    """Every device's endpoints, answering as the world's state lets them."""

    def __init__(self, inventory: Inventory, community: bytes) -> None:
        self._loop = asyncio.get_running_loop()
        self.world = World(inventory, self._loop.time())
        self._dice = random.Random(1811)
        self._community = community

    def open(self) -> None:
        """Open each device's sockets.

        Raises
        ------
        OSError
            If a port is taken; `filename` is the ``address:port``.
        """
        now = self._loop.time()
        for device in self.world.inventory.devices.values():
            agent = Agent(device, self.world, self._community, now)
            self._listen(device, "snmp", self._snmp(agent))
            self._listen(device, "stamp", self._stamp())

    def _snmp(self, agent: Agent) -> Callable[[bytes, float], bytes | None]:
        return lambda datagram, _: agent.answer(datagram, self._loop.time())

    def _stamp(self) -> Callable[[bytes, float], bytes | None]:
        sequence = iter(range(2**32))

        def answer(datagram: bytes, round_trip: float) -> bytes | None:
            # The device would see it half a round trip from now.
            received = time.time_ns() + int(round_trip / 2 * 1e9)
            return reflect(
                datagram,
                received_ns=received,
                sending_ns=received + _TURNAROUND_NS,
                sequence=next(sequence),
                ttl=_TTL,
            )

        return answer

    def _listen(
        self,
        device: Device,
        protocol: str,
        answer: Callable[[bytes, float], bytes | None],
    ) -> None:
        if device.address is None or protocol not in device.ports:
            return
        where = (device.address, device.ports[protocol])
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        try:
            sock.bind(where)
        except OSError as error:
            sock.close()
            raise OSError(error.errno, error.strerror, "{}:{}".format(*where)) from None

        def readable() -> None:
            for _ in range(_BATCH):
                try:
                    datagram, sender = sock.recvfrom(_LARGEST)
                except BlockingIOError:
                    return
                self._serve(sock, device.id, datagram, sender, answer)

        self._loop.add_reader(sock, readable)

    def _serve(
        self,
        sock: socket.socket,
        device: str,
        datagram: bytes,
        sender: tuple[str, int],
        answer: Callable[[bytes, float], bytes | None],
    ) -> None:
        path = self.world.path(device)
        round_trip = None if path is None else draw(path, self._dice)
        if round_trip is None:
            return
        reply = answer(datagram, round_trip)
        if reply is not None:
            self._loop.call_later(round_trip, _send, sock, reply, sender)


def _send(sock: socket.socket, reply: bytes, receiver: tuple[str, int]) -> None:
    try:
        sock.sendto(reply, receiver)
    except BlockingIOError:
        # A full buffer drops packets, as in any router.
        return


async def simulate(path: Path, community: bytes) -> None:
    """Run the devices until standard input ends."""
    simulation = Simulation(load(path).inventory, community)
    simulation.open()
    loop = asyncio.get_running_loop()
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    print(READY, flush=True)
    while line := await orders.readline():
        order, now = json.loads(line), loop.time()
        if "day" in order:
            simulation.world.begin_day(order["day"], now)
        else:
            down = frozenset(order["down"])
            simulation.world.change(down, order["growth"], now)


def _raise_descriptor_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 8192 if hard == resource.RLIM_INFINITY else min(8192, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main() -> None:
    """Simulate the inventory named on the command line."""
    _raise_descriptor_limit()
    community = os.environ[COMMUNITY].encode()
    try:
        uvloop.run(simulate(Path(sys.argv[1]), community))
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}")


if __name__ == "__main__":
    main()
