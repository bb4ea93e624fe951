"""The demo: Caledonia on loopback, the real monitor over it, and the story told."""

import asyncio
import contextlib
import os
import secrets
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from bellrock.config.schema import Listen
from bellrock.config.settings import Settings
from bellrock.config.settings import load as load_settings
from bellrock.demo import services
from bellrock.demo.alerting import configuration, rules
from bellrock.demo.alertmanager import Alertmanager
from bellrock.demo.child import Child
from bellrock.demo.hand import Hand
from bellrock.demo.narrator import Narrator
from bellrock.demo.pager import PATH, pager
from bellrock.demo.present import Places, introduce, sum_up
from bellrock.demo.prometheus import Prometheus
from bellrock.demo.show import Show
from bellrock.demo.simulation import COMMUNITY, READY
from bellrock.demo.story import DAY
from bellrock.export.server import listening_socket, serve
from bellrock.inventory.load import load as load_inventory
from bellrock.runtime.analyst import Conclusion
from bellrock.runtime.monitor import Monitor
from bellrock.runtime.plan import TRAPS
from bellrock.runtime.trades import SECTIONS
from collectors.traps.settings import TrapSettings
from probes.checks.settings import Check
from probes.checks.trust import Trust

PORT, PROMETHEUS_PORT, ALERTMANAGER_PORT = 9477, 9490, 9493

SETTINGS = Path(__file__).with_name("bellrock.yaml")
NETWORK = Path(__file__).with_name("caledonia")

_HERE = "127.0.0.1"
_PAUSE = 30.0
_QUIET_END = 4.0
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Options:
    """How to run the demo.

    Attributes
    ----------
    seconds : float or None
        How long the story is, after which the demo ends; None repeats it until it is
        stopped.
    port, prometheus_port, alertmanager_port : int
        Where the monitor, Prometheus and Alertmanager listen on 127.0.0.1.
    by_hand : bool
        Whether each step of the story waits for Enter on standard input.
    """

    seconds: float | None = None
    port: int = PORT
    prometheus_port: int = PROMETHEUS_PORT
    alertmanager_port: int = ALERTMANAGER_PORT
    by_hand: bool = False


async def demo(options: Options, console: Console) -> None:
    """Run the demo until its time is over or it is cancelled.

    Raises
    ------
    UserError
        If a port is taken or a child does not come up, or nobody could press Enter.
    """
    os.environ[COMMUNITY] = secrets.token_hex(16)
    inventory = load_inventory(NETWORK).inventory
    narrator = Narrator(console, inventory)
    known = asyncio.Event()

    def concluded(conclusion: Conclusion) -> None:
        narrator.conclude(conclusion)
        if not conclusion.analysis.sites_unknown:
            known.set()

    async with contextlib.AsyncExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="bellrock-")
        folder = Path(stack.enter_context(temporary))
        traps = Listen(_HERE, _free_port())
        settings = _settings(options.port, traps, services.prepare(folder))
        monitor = Monitor(settings, inventory)
        monitor.listeners.conclusion.append(concluded)
        monitor.listeners.loads.append(narrator.hear_loads)
        monitor.listeners.checks.append(narrator.hear_check)
        devices = await stack.enter_async_context(_devices(traps.port, folder))
        watching = await stack.enter_async_context(_running(monitor))
        started = time.time()
        alerting = await stack.enter_async_context(_alerting(folder, options, narrator))
        prometheus = await Prometheus.start(
            folder,
            port=options.prometheus_port,
            scrapes=str(settings.listen),
            rules=rules(),
            alertmanager=None if alerting is None else alerting.address,
        )
        if prometheus is not None:
            stack.push_async_callback(prometheus.stop)
        places = Places(f"http://{settings.listen}", prometheus, alerting)
        hand = (
            stack.enter_context(Hand(sys.stdin.fileno())) if options.by_hand else None
        )
        introduce(console, inventory, places, options.seconds, by_hand=options.by_hand)
        playing = _show(Show(devices, narrator), options.seconds, hand, known)
        show = asyncio.create_task(playing)
        stack.push_async_callback(_cancel, show)
        gone = asyncio.create_task(devices.wait())
        stack.push_async_callback(_cancel, gone)
        # Whichever ends first: the show is over, or what it needs has failed.
        await asyncio.wait((show, watching, gone), return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            await watching
        if gone.done():
            raise devices.failure("simulated devices", "are gone")
        await show
        await sum_up(console, monitor, narrator, places, started)


def _settings(port: int, traps: Listen, authority: Path) -> Settings:
    """Return the demo's settings, with what is so here and now alone.

    Parameters
    ----------
    authority : Path
        Whose certificates checks have to trust.
    """
    settings = load_settings(SETTINGS, SECTIONS)
    settings = replace(settings, listen=replace(settings.listen, port=port))
    return _trusting(_hearing(settings, traps), authority)


def _hearing(settings: Settings, traps: Listen) -> Settings:
    """Return the settings, with the trap port that is free here and now."""
    section = settings.collectors[TRAPS]
    assert isinstance(section, TrapSettings)
    heard = section.model_copy(update={"listen": (traps,)})
    collectors = {**settings.collectors, TRAPS: heard}
    return replace(settings, sections={**settings.sections, "collectors": collectors})


def _trusting(settings: Settings, authority: Path) -> Settings:
    """Return the settings, with checks that trust the simulated services."""
    checks = {}
    for name, check in settings.checks.items():
        assert isinstance(check, Check)
        spoken = getattr(check, check.kind)
        if isinstance(spoken, Trust):
            trusting = spoken.model_copy(update={"ca_file": authority})
            check = check.model_copy(update={check.kind: trusting})
        checks[name] = check
    return replace(settings, sections={**settings.sections, "checks": checks})


def _free_port() -> int:
    """Return a UDP port that nobody has: two demos may run side by side."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind((_HERE, 0))
        return int(held.getsockname()[1])


@contextlib.asynccontextmanager
async def _devices(traps: int, folder: Path) -> AsyncIterator[Child]:
    """Run the simulation as a process of its own, traps to this port.

    `folder` has the certificates of its services.
    """
    # -P: whatever stands in the folder we were started from is not ours to import.
    command = (sys.executable, "-P", "-m", "bellrock.demo.simulation")
    told = str(NETWORK), str(traps), str(folder)
    child = await Child.start(*command, *told, talks=True)
    try:
        async with asyncio.timeout(_PATIENCE):
            if await child.hear() != READY:
                await child.stop()
                raise child.failure("simulated devices")
        yield child
    finally:
        await child.stop()


@contextlib.asynccontextmanager
async def _alerting(
    folder: Path, options: Options, narrator: Narrator
) -> AsyncIterator[Alertmanager | None]:
    """Run Alertmanager, and the pager that it notifies."""
    sock = listening_socket(_HERE, 0)
    webhook = f"http://{_HERE}:{sock.getsockname()[1]}{PATH}"
    listening = asyncio.create_task(serve(pager(narrator.notify), sock))
    alerting = None
    try:
        alerting = await Alertmanager.start(
            folder, port=options.alertmanager_port, config=configuration(webhook)
        )
        yield alerting
    finally:
        if alerting is not None:
            await alerting.stop()
        await _cancel(listening)


@contextlib.asynccontextmanager
async def _running(monitor: Monitor) -> AsyncIterator[asyncio.Task[None]]:
    """Run the monitor beside the demo."""
    task = asyncio.create_task(monitor.run())
    try:
        # A taken port shows at once, before anything is announced.
        await asyncio.wait((task,), timeout=0.1)
        if task.done():
            await task
        yield task
    finally:
        await _cancel(task)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait((task,))


async def _show(
    show: Show, seconds: float | None, hand: Hand | None, known: asyncio.Event
) -> None:
    """Play the story, once in `seconds` or by hand, or again and again."""
    # It begins when every site's state is known, so that what it changes shows.
    try:
        await asyncio.wait_for(known.wait(), _PATIENCE)
    except TimeoutError:
        show.narrator.doubts("Some sites' state is not known yet.")
    if hand is not None:
        await show.play_by_hand(hand)
    elif seconds is not None:
        await show.play(max(seconds - _QUIET_END, seconds / 2), seconds)
    else:
        while True:
            await show.play(DAY - _PAUSE, DAY)
