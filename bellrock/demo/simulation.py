"""The simulated devices as a process: their sockets, and orders on standard input.

Run by the demo as ``python -m bellrock.demo.simulation INVENTORY [TRAP-PORT
[FOLDER]]``; with a folder of certificates the services are simulated too. Each order is
a line of JSON: ``{"down": [ids], "growth": {site: factor}, "slow": seconds}``, or
``{"day": seconds}`` to begin a day of that length. The process says ``ready`` once
every socket is open and again when it has done what an order says, and ends when its
standard input does, so that nothing outlives whoever started it.
"""

import asyncio
import json
import os
import random
import resource
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import uvloop

from bellrock.demo.agent import Agent
from bellrock.demo.services import PLACES, Services
from bellrock.demo.world import World, draw
from bellrock.inventory.load import load
from bellrock.model.inventory import Device, Inventory
from probes.stamp.packet import reflect

COMMUNITY = "BELLROCK_DEMO_COMMUNITY"
"""Environment variable with the community of this run's agents."""

READY = "ready"

_LOOPBACK = "127.0.0.1"
_LARGEST = 65_535
_BATCH = 64
_TURNAROUND_NS = 20_000
_TTL = 255
_IP_RECVTOS = 13
_ANCILLARY = 64
_EXPEDITED = 46

_Sender = tuple[str, int]
_Answer = Callable[[bytes, _Sender, float], bytes | None]


class Simulation:
    """Every device's endpoints, answering as the world's state lets them.

    Parameters
    ----------
    community : bytes
        Of every agent.
    traps : (str, int) or None
        Where agents tell of links that go down or come back.
    """

    def __init__(
        self,
        inventory: Inventory,
        community: bytes,
        traps: tuple[str, int] | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.world = World(inventory, self._loop.time())
        self._dice = random.Random(1811)
        self._community = community
        self._traps = traps
        self._agents: dict[str, tuple[Agent, socket.socket]] = {}
        self._services: Services | None = None

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
            sock = self._attend(device, "snmp", self._snmp(agent))
            if sock is not None:
                self._agents[device.id] = agent, sock
            self._attend(device, "stamp", self._stamp())

    def serve(self, folder: Path) -> None:
        """Open the services' sockets; `folder` has their certificates.

        Raises
        ------
        OSError
            As :meth:`open`.
        """
        # Imported where it is used: every command reads this module for its names.
        from bellrock.demo.datagrams import tell_name, tell_time

        self._services = Services(self._round_trip, folder)
        self._services.open()
        for name, tell in (("telephony", tell_name), ("dispatch-clock", tell_time)):
            place = PLACES[name]
            self._listen(place.device, place.where, _of_anybody(tell))

    def change(self, down: frozenset[str], growth: Mapping[str, float]) -> None:
        """Change the world's state; who still gets through tells of the links."""
        world, now = self.world, self._loop.time()
        up = {link: world.link_up(link) for link in world.inventory.links}
        world.change(down, growth, now)
        changed = {link for link, was in up.items() if world.link_up(link) != was}
        for device, (agent, sock) in self._agents.items():
            path = world.path(device)
            if path is not None and self._traps is not None:
                for trap in agent.tell(changed, now):
                    self._loop.call_later(path.delay, _send, sock, trap, self._traps)

    def slow(self, seconds: float) -> None:
        """Let the one service that has a part in the story take so long to answer."""
        if self._services is not None:
            self._services.slowness = seconds

    def _snmp(self, agent: Agent) -> _Answer:
        return lambda datagram, _sender, _: agent.answer(datagram, self._loop.time())

    def _stamp(self) -> _Answer:
        counts: Counter[_Sender] = Counter()

        def answer(datagram: bytes, sender: _Sender, round_trip: float) -> bytes | None:
            # A session's own count is what tells the directions of its losses apart.
            number = counts[sender]
            counts[sender] += 1
            # The device would see it half a round trip from now.
            received = time.time_ns() + int(round_trip / 2 * 1e9)
            return reflect(
                datagram,
                received_ns=received,
                sending_ns=received + _TURNAROUND_NS,
                sequence=number,
                ttl=_TTL,
            )

        return answer

    def _attend(
        self, device: Device, protocol: str, answer: _Answer
    ) -> socket.socket | None:
        if device.address is None or protocol not in device.ports:
            return None
        where = device.address, device.ports[protocol]
        return self._listen(device.id, where, answer)

    def _listen(
        self, device: str, where: tuple[str, int], answer: _Answer
    ) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_IP, _IP_RECVTOS, 1)
        try:
            sock.bind(where)
        except OSError as error:
            sock.close()
            raise OSError(error.errno, error.strerror, "{}:{}".format(*where)) from None

        def readable() -> None:
            for _ in range(_BATCH):
                try:
                    datagram, told, _, sender = sock.recvmsg(_LARGEST, _ANCILLARY)
                except BlockingIOError:
                    return
                expedited = any(
                    value[0] >> 2 == _EXPEDITED
                    for _, kind, value in told
                    if kind == socket.IP_TOS
                )
                round_trip = self._round_trip(device, expedited=expedited)
                if round_trip is None:
                    continue
                reply = answer(datagram, sender, round_trip)
                if reply is not None:
                    self._loop.call_later(round_trip, _send, sock, reply, sender)

        self._loop.add_reader(sock, readable)
        return sock

    def _round_trip(self, device: str, *, expedited: bool = False) -> float | None:
        path = self.world.path(device)
        if path is None:
            return None
        return draw(path.expedited() if expedited else path, self._dice)


def _send(sock: socket.socket, reply: bytes, receiver: tuple[str, int]) -> None:
    try:
        sock.sendto(reply, receiver)
    except BlockingIOError:
        # A full buffer drops packets, as in any router.
        return


def _of_anybody(tell: Callable[[bytes, float], bytes | None]) -> _Answer:
    return lambda datagram, _, round_trip: tell(datagram, round_trip)


async def simulate(
    path: Path, community: bytes, traps: int | None, folder: Path | None
) -> None:
    """Run it all until standard input ends; devices send traps to this port."""
    there = None if traps is None else (_LOOPBACK, traps)
    simulation = Simulation(load(path).inventory, community, there)
    simulation.open()
    if folder is not None:
        simulation.serve(folder)
    loop = asyncio.get_running_loop()
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    print(READY, flush=True)
    while line := await orders.readline():
        order = json.loads(line)
        if "day" in order:
            simulation.world.begin_day(order["day"], loop.time())
        else:
            simulation.change(frozenset(order["down"]), order["growth"])
            simulation.slow(order["slow"])
        print(READY, flush=True)


def _raise_descriptor_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 8192 if hard == resource.RLIM_INFINITY else min(8192, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main() -> None:
    """Simulate the inventory named on the command line, as the rest of it says."""
    _raise_descriptor_limit()
    community = os.environ[COMMUNITY].encode()
    try:
        path, *rest = sys.argv[1:]
        traps = int(rest[0]) if rest else None
        folder = Path(rest[1]) if len(rest) > 1 else None
        uvloop.run(simulate(Path(path), community, traps, folder))
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}")


if __name__ == "__main__":
    main()
