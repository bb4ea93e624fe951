"""The simulated agent, asked by Net-SNMP's own client."""

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellrock.demo.agent import Agent
from bellrock.demo.world import World
from tests.demo.test_world import INVENTORY
from tests.probes.harness import PATIENCE
from tests.programs import need

COMMUNITY = b"for-this-test"


def agent_of(device: str) -> Agent:
    return Agent(INVENTORY.devices[device], World(INVENTORY, 0), COMMUNITY, 0)


@asynccontextmanager
async def served(agent: Agent) -> AsyncIterator[int]:
    """Answer for `agent` on a loopback port."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)

        def readable() -> None:
            datagram, sender = sock.recvfrom(65_535)
            reply = agent.answer(datagram, 60.0)
            if reply is not None:
                sock.sendto(reply, sender)

        loop.add_reader(sock, readable)
        try:
            yield sock.getsockname()[1]
        finally:
            loop.remove_reader(sock)


async def walk(port: int, oid: str, *, tool: str = "snmpbulkwalk") -> list[str]:
    command = (need(tool), "-v2c", "-c", COMMUNITY.decode(), "-On", "-Oe", "-OU")
    place = (f"127.0.0.1:{port}", oid)
    done = await asyncio.to_thread(
        subprocess.run,
        [*command, f"-t{PATIENCE:g}", "-r0", *place],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("tool", ["snmpbulkwalk", "snmpwalk"])
async def test_net_snmp_walks_every_interface(tool: str) -> None:
    async with served(agent_of("pe")) as port:
        names = await walk(port, ".1.3.6.1.2.1.31.1.1.1.1", tool=tool)
        speeds = await walk(port, ".1.3.6.1.2.1.31.1.1.1.15", tool=tool)
    assert [line.split("STRING: ")[1] for line in names] == ['"0"', '"1"', '"2"']
    assert [line.split("Gauge32: ")[1] for line in speeds] == ["1000", "1000", "100"]


async def test_net_snmp_walks_the_whole_tree_to_its_end() -> None:
    async with served(agent_of("pe")) as port:
        rows = await walk(port, ".1.3.6.1.2.1")
    assert len(rows) > 3 * 16
    assert "No more variables" in rows[-1]


async def test_a_neighbour_is_seen_as_long_as_its_link_is_up() -> None:
    agent, names = agent_of("pe"), ".1.0.8802.1.1.2.1.4.1.1.9"
    async with served(agent) as port:
        before = await walk(port, names)
        agent.world.change(frozenset({"tail"}), {}, 30)
        after = await walk(port, names)
    seen = [line.split("STRING: ")[1] for line in before]
    assert len(seen) == 3
    assert '"cpe"' in seen
    assert [line.split("STRING: ")[1] for line in after] == seen[:-1]


async def test_load_memory_sensors_and_addresses_are_told() -> None:
    async with served(agent_of("cpe")) as port:
        processor = await walk(port, ".1.3.6.1.2.1.25.3.3.1.2")
        names = await walk(port, ".1.3.6.1.2.1.47.1.1.1.1.7")
        values = await walk(port, ".1.3.6.1.2.1.99.1.1.1.4")
    assert 0 <= int(processor[0].rsplit(" ", 1)[1]) <= 100
    assert len(names) == len(values) == 2
    assert "Inlet temperature" in names[0]


def test_another_community_is_not_answered() -> None:
    other = Agent(INVENTORY.devices["pe"], World(INVENTORY, 0), b"other", 0)
    asked = b"0&\x02\x01\x01\x04\rfor-this-test\xa0\x12\x02\x01\x01\x02\x01\x00\x02\x01"
    asked += b"\x000\x070\x05\x06\x01+\x05\x00"
    assert agent_of("pe").answer(asked, 0) is not None
    assert other.answer(asked, 0) is None


@given(st.binary(max_size=200))
def test_rubbish_is_not_answered(datagram: bytes) -> None:
    assert agent_of("cpe").answer(datagram, 0) is None
