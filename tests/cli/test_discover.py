"""``bellrock discover`` over simulated devices, in a process of its own."""

import asyncio
import csv
import io
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bellrock.demo.agent import Agent
from bellrock.demo.world import World
from bellrock.inventory.load import load
from bellrock.model.inventory import Inventory

COMMUNITY = "for-this-test"
NETWORK = """\
network: {id: four, name: Four}
sites: [{id: dc, kind: datacentre}, {id: ex, kind: exchange}, {id: gp, kind: gp}]
devices:
  - {id: p1, site: dc, address: 127.77.0.1, snmp: default}
  - {id: pe1, site: ex, address: 127.77.0.2, snmp: default}
  - {id: pe2, site: ex, address: 127.77.0.3, snmp: default}
  - {id: cpe, site: gp, address: 127.77.0.4, snmp: default}
links:
  - {id: a, a: "p1:ge-0", b: "pe1:ge-0", capacity: 1G}
  - {id: b, a: "p1:ge-1", b: "pe2:ge-0", capacity: 10G}
  - {id: c, a: "pe1:ge-1", b: "pe2:ge-1", capacity: 1G}
  - {id: d, a: "pe1:ge-2", b: "pe2:ge-2", capacity: 1G}
  - {id: tail, a: "pe2:ge-3", b: "cpe:wan0", capacity: 100M}
gateways: [dc]
"""
SEED = "127.77.0.1"


@dataclass(frozen=True)
class Place:
    """A folder with settings, and a network that answers on one port."""

    folder: Path
    port: int
    asked: set[str]

    async def discover(self, *words: str, seed: str = SEED) -> tuple[int, str, str]:
        """Run the command; return its status and both of its outputs."""
        process = await self.start(*words, seed=seed)
        output, errors = await process.communicate()
        assert COMMUNITY not in output.decode() + errors.decode()
        return process.returncode or 0, output.decode(), errors.decode()

    async def start(self, *words: str, seed: str) -> asyncio.subprocess.Process:
        """Start the command."""
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bellrock", "discover", "--seed", seed),
            *("-c", str(self.folder / "bellrock.yaml"), "--port", str(self.port)),
            *("--rate", "1000", *words),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    @property
    def draft(self) -> Path:
        """Where a test has the draft written."""
        return self.folder / "draft.yaml"

    def written(self) -> Inventory:
        """Return the draft, which has to be without a mistake."""
        return load(self.draft, cache=None).inventory

    def declare(self, network: str) -> None:
        """Have the settings name an inventory."""
        (self.folder / "network.yaml").write_text(network)
        settings = self.folder / "bellrock.yaml"
        settings.write_text("inventory: network.yaml\n" + settings.read_text())


def wiring(inventory: Inventory) -> set[frozenset[str]]:
    return {frozenset((str(e.a), str(e.b))) for e in inventory.links.values()}


@pytest.fixture
def truth(tmp_path: Path) -> Inventory:
    path = tmp_path / "truth.yaml"
    path.write_text(NETWORK)
    return load(path, cache=None).inventory


@pytest.fixture
async def place(tmp_path: Path, truth: Inventory) -> AsyncIterator[Place]:
    (tmp_path / "community").write_text(COMMUNITY)
    (tmp_path / "community").chmod(0o600)
    (tmp_path / "bellrock.yaml").write_text(
        "collectors: {snmp: {timeout: 300ms, retries: 1}}\n"
        "snmp: {default: {version: 2c, community_file: community}}\n"
    )
    asked: set[str] = set()
    async with answering(truth, asked) as port:
        yield Place(tmp_path, port, asked)


@asynccontextmanager
async def answering(inventory: Inventory, asked: set[str]) -> AsyncIterator[int]:
    """Answer for every device at its address, all on one port."""
    loop = asyncio.get_running_loop()
    world = World(inventory, 0)
    sockets = list(bound([str(d.address) for d in inventory.devices.values()]))

    def serve(sock: socket.socket, agent: Agent, name: str) -> None:
        datagram, sender = sock.recvfrom(65_535)
        asked.add(name)
        answer = agent.answer(datagram, 60.0)
        if answer is not None:
            sock.sendto(answer, sender)

    for sock, device in zip(sockets, inventory.devices.values(), strict=True):
        agent = Agent(device, world, COMMUNITY.encode(), 0)
        loop.add_reader(sock, serve, sock, agent, device.id)
    try:
        yield int(sockets[0].getsockname()[1])
    finally:
        for sock in sockets:
            loop.remove_reader(sock)
            sock.close()


def bound(addresses: list[str]) -> Iterator[socket.socket]:
    """Yield a socket at each address, all on one port that is free."""
    port = 0
    for address in addresses:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((address, port))
        sock.setblocking(False)
        port = sock.getsockname()[1]
        yield sock


async def test_the_draft_is_the_network(place: Place, truth: Inventory) -> None:
    status, output, errors = await place.discover("-o", str(place.draft))
    assert (status, errors) == (0, "")
    assert "4 devices, 5 links" in output
    found = place.written()
    assert wiring(found) == wiring(truth)
    assert {d.address for d in found.devices.values()} == {
        d.address for d in truth.devices.values()
    }
    capacities = {
        frozenset((str(e.a), str(e.b))): e.capacity_ab for e in truth.links.values()
    }
    assert {
        frozenset((str(e.a), str(e.b))): e.capacity_ab for e in found.links.values()
    } == capacities
    assert "seen from both ends" in place.draft.read_text()


async def test_json_and_csv_have_everything(place: Place) -> None:
    _, output, _ = await place.discover("-o", str(place.draft), "--format", "json")
    answer = json.loads(output)
    assert next(each["id"] for each in answer["devices"]) == "p1"
    assert {each["provenance"] for each in answer["links"]} == {"seen_from_both_ends"}
    assert (answer["complete"], answer["silent"]) == (True, [])
    words = ("-o", str(place.draft), "--force", "--format", "csv")
    _, output, _ = await place.discover(*words)
    rows = list(csv.DictReader(io.StringIO(output)))
    assert [each["what"] for each in rows].count("link") == 5


async def test_what_differs_from_the_inventory_is_a_finding(place: Place) -> None:
    place.declare(NETWORK)
    status, output, _ = await place.discover("-o", str(place.draft))
    assert (status, "nothing differs" in output) == (0, True)
    wrong = NETWORK.replace("capacity: 10G", "capacity: 100G")
    wrong = wrong.replace('b: "pe2:ge-1"', 'b: "pe2:ge-9"')
    wrong = wrong.replace('b: "pe2:ge-2"', 'b: "pe2:ge-1"')
    (place.folder / "network.yaml").write_text(wrong)
    words = ("-o", str(place.draft), "--force", "--format", "json")
    status, output, _ = await place.discover(*words)
    found = {(each["link"], each["why"]) for each in json.loads(output)["mismatches"]}
    assert status == 1
    assert found == {("b", "capacity"), ("c", "no_interface"), ("d", "other_port")}


async def test_names_are_shown_as_they_are(place: Place) -> None:
    place.declare(NETWORK.replace('b: "cpe:wan0"', 'b: "cpe:[b]:on:"'))
    _, output, _ = await place.discover("-o", str(place.draft))
    assert "cpe has no interface [b]:on:" in " ".join(output.split())


async def test_only_what_is_allowed_is_asked(place: Place) -> None:
    allowed = ("--allow", "127.77.0.2/32", "-o", str(place.draft))
    status, output, _ = await place.discover(*allowed)
    assert (status, place.asked) == (0, {"p1", "pe1"})
    assert "127.77.0.3" in output
    assert "not asked: 1" in output
    assert len(place.written().links) == 1


async def test_a_seed_that_is_silent_is_told_and_nothing_written(place: Place) -> None:
    status, _, errors = await place.discover("-o", str(place.draft), seed="127.77.0.9")
    assert status == 1
    assert "did not answer: " in errors
    assert not place.draft.exists()


async def test_what_is_there_is_not_written_over(place: Place) -> None:
    place.draft.write_text("mine")
    status, _, errors = await place.discover("-o", str(place.draft))
    assert (status, place.draft.read_text()) == (2, "mine")
    assert "--force" in errors
    assert place.asked == set()
    status, _, _ = await place.discover("-o", str(place.draft), "--force")
    assert (status, len(place.written().devices)) == (0, 4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--allow", "10.0.0.0/33"), "--allow 10.0.0.0/33: no network"),
        (("--seed", "224.0.0.1"), "--seed 224.0.0.1: no single device"),
        (("--seed", "fe80::1"), "--seed fe80::1: no single device"),
        (("--credentials", "defualt"), 'did you mean "default"?'),
        (("-o", "/nowhere/at/all.yaml"), "there is no folder /nowhere/at"),
    ],
)
async def test_mistakes_are_told_before_anybody_is_asked(
    place: Place, words: tuple[str, ...], said: str
) -> None:
    status, _, errors = await place.discover("-o", str(place.draft), *words)
    assert (status, said in errors) == (2, True), errors
    assert place.asked == set()


async def test_ctrl_c_writes_what_was_found_so_far(place: Place) -> None:
    words = ("--rate", "4", "-o", str(place.draft))
    process = await place.start(*words, seed=SEED)
    while "pe1" not in place.asked:  # noqa: ASYNC110 - it fills from datagrams
        await asyncio.sleep(0.02)
    process.send_signal(signal.SIGINT)
    output, errors = await process.communicate()
    assert (process.returncode, errors.decode()) == (0, "")
    assert "incomplete" in output.decode()
    assert "Incomplete" in place.draft.read_text()
    assert 1 <= len(place.written().devices) < 4
