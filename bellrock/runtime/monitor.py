"""The monitor: probes and collectors in, beliefs and metrics out.

Everything here runs on one event loop; only the analysis has a process of its own.
"""

import asyncio
import time
from contextlib import ExitStack
from functools import partial
from itertools import chain

import structlog

from bellrock.config.settings import Settings
from bellrock.document.problem import shown
from bellrock.export.server import application, listening_socket, serve
from bellrock.model import catalogue
from bellrock.model.errors import UserError
from bellrock.model.inventory import Inventory
from bellrock.runtime import paths, ssh_polling
from bellrock.runtime.analyst import Analyst, Conclusion
from bellrock.runtime.checking import CHECKING, Checking
from bellrock.runtime.discovery import Discovery
from bellrock.runtime.engines import Engines
from bellrock.runtime.hearing import Hearing, Listeners
from bellrock.runtime.notices import Notices
from bellrock.runtime.parts import Parts
from bellrock.runtime.paths import Paths
from bellrock.runtime.plan import SNMP, SSH, Plan
from bellrock.runtime.polling import Polling
from bellrock.runtime.reload import RefusedError, Reread, read
from bellrock.runtime.series import Series
from bellrock.runtime.ssh_polling import SshPolling
from bellrock.runtime.supervise import Supervisor
from bellrock.runtime.throughput import Throughput
from bellrock.runtime.worst_cases import CapacityAnalyst

_BACKGROUND = 1.0
"""Seconds between two looks at our own health."""

_ANALYSIS, _POLLING, _DISCOVERY = "analysis", "scheduler", "discovery"
_CAPACITY = "worst cases"
_CHECKS = f"scheduler {CHECKING}"

_log = structlog.get_logger(__name__)


class Monitor:
    """One process's worth of monitoring.

    Parameters
    ----------
    settings : Settings
        As loaded with :data:`bellrock.runtime.trades.SECTIONS`.
    inventory : Inventory
        What to watch.
    reread : callable or None
        Reads both again when :meth:`reload` asks for it.
    accept_new : bool
        Trust the SSH host key of a device of which none is known, and remember it.
    """

    def __init__(
        self,
        settings: Settings,
        inventory: Inventory,
        reread: Reread | None = None,
        *,
        accept_new: bool = False,
    ) -> None:
        self.inventory = inventory
        self.listeners = Listeners()
        self.series = Series(inventory)
        self._settings = settings
        self._reread = reread
        self._accept_new = accept_new
        self._plan = Plan.of(settings, inventory)
        self._discovery = Discovery(
            inventory, self.series.set_discovery, on_told=self._on_told
        )
        self._hearing = Hearing(
            settings,
            inventory,
            self._plan,
            series=self.series,
            discovery=self._discovery,
            listeners=self.listeners,
        )
        self._paths: Paths | None = None
        self._capacity: CapacityAnalyst | None = None
        self._ready = False
        self._asked = asyncio.Event()
        self._supervisor = Supervisor(self._count_fault)

    async def run(self) -> None:
        """Watch until cancelled.

        Raises
        ------
        UserError
            If the address to listen on is taken, or a probe may not open its socket.
        """
        listen = self._settings.listen
        paths.check(self._plan.tracing)
        sock = listening_socket(listen.host, listen.port)
        app = application(
            self.series.refreshed, lambda: self._ready, self.series.refreshing
        )
        async with asyncio.TaskGroup() as group:
            self._parts = Parts(group, self._supervisor)
            self._engines = Engines(self._parts, self._hearing.on_round_trips)
            self._throughput = self._hearing.throughput = Throughput(
                self._parts,
                self._supervisor,
                self.series.throughput,
                on_skip=self._skipped,
            )
            group.create_task(serve(app, sock))
            self._notices = self._hearing.notices = Notices(
                self._parts, report=self._hearing.on_notice, doubt=self._hearing.hasten
            )
            self._notices.prepare(self._plan.traps)
            await self._engines.assign(self._plan.probing)
            self._hearing.expect()
            self._start_polling()
            await self._notices.adopt(self._plan)
            await self._start_ssh()
            await self._assign_throughput(self._plan)
            self._start_checking()
            self._start_analysis()
            self._parts.start(_DISCOVERY, self._discovery.run)
            await self._start_paths()
            self.series[catalogue.CONFIG_RELOAD].set((), 1)
            group.create_task(self._look_after())
            if self._reread is not None:
                self._parts.start("reload", partial(self._reload, self._reread))

    def reload(self) -> None:
        """Read settings and inventory again, and go on with them if they are good."""
        self._asked.set()

    def _skipped(self, job: str) -> None:
        self.series[catalogue.JOBS_SKIPPED].add((job,))

    async def _start_ssh(self) -> None:
        await ssh_polling.check(self._plan.ssh_polls)
        self._ssh = SshPolling(
            self._parts,
            self._supervisor,
            accept_new=self._accept_new,
            on_reading=self._hearing.on_reading,
            on_unread=partial(self._hearing.on_unread, SSH),
            on_skip=self._skipped,
        )
        await self._ssh.assign(self._plan.ssh, self._plan.ssh_polls)

    async def _start_paths(self) -> None:
        self._paths = Paths(
            self._parts,
            self._supervisor,
            self.series.paths,
            told=lambda: self._discovery.told,
            on_strays=self.series.set_strays,
            on_skip=self._skipped,
        )
        await self._paths.assign(self._plan.tracing, self.inventory)

    async def _assign_throughput(self, plan: Plan) -> None:
        await self._throughput.assign(
            plan.throughput, plan.trials, plan.ssh, polled_every=plan.snmp.interval
        )

    def _start_checking(self) -> None:
        self._checking = Checking(
            self._supervisor,
            on_reading=self._hearing.on_check,
            on_unread=self.series.checks.drop,
            on_skip=self._skipped,
            clock=time.monotonic,
        )
        self._checking.assign(self._plan.checks)
        self.series.checks.expect(self._plan.checks.values())
        self._parts.start(_CHECKS, self._checking.run)

    def _start_polling(self) -> None:
        self._polling = self._hearing.polling = Polling(
            self._plan.snmp,
            self._supervisor,
            on_reading=self._hearing.on_reading,
            on_unread=partial(self._hearing.on_unread, SNMP),
            on_skip=self._skipped,
        )
        self._polling.assign(self._plan.polls, self._plan.ends)
        self._parts.start(_POLLING, self._polling.run)

    def _start_analysis(self) -> None:
        analyst = Analyst(
            self.inventory,
            lambda: self._hearing.evidence.heard(time.monotonic()),
            self._publish,
            debounce=self._settings.analysis.debounce,
        )
        self._parts.start(_ANALYSIS, analyst.run)
        self._capacity = None
        if not self.inventory.demands:
            self.series.set_worst_cases(())
            return
        self._capacity = CapacityAnalyst(self.inventory, self.series.set_worst_cases)
        self._parts.start(_CAPACITY, self._capacity.run)

    async def _reload(self, reread: Reread) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            adopted = False
            try:
                told = await read(reread)
                for warning in shown(told.warnings).splitlines():
                    _log.warning(warning)
                await self._adopt(told.settings, told.inventory)
                adopted = True
            except (RefusedError, UserError) as error:
                _log.error("reload refused: the old files stay in use")
                for line in str(error).splitlines():
                    _log.error(line)
            finally:
                self.series[catalogue.CONFIG_RELOAD].set((), adopted)

    async def _adopt(self, settings: Settings, inventory: Inventory) -> None:
        """Go on with these; whatever they do not change goes on undisturbed.

        Raises
        ------
        UserError
            If a socket may not be opened, or a private key not be used; everything is
            then as it was before.
        """
        plan = Plan.of(settings, inventory)
        paths.check(plan.tracing)
        await ssh_polling.check(plan.ssh_polls)
        self._notices.prepare(plan.traps)
        with ExitStack() as undoing:
            undoing.callback(self._notices.discard)
            await self._engines.assign(plan.probing)
            undoing.pop_all()
        await self._notices.adopt(plan)
        old, was, had = self._plan, self._settings, self.inventory
        self._plan, self._settings, self.inventory = plan, settings, inventory
        self._hearing.adopt(settings, inventory, plan)
        if plan.snmp != old.snmp:
            await self._parts.stop(_POLLING)
            self._start_polling()
        else:
            self._polling.assign(plan.polls, plan.ends)
        await self._ssh.assign(plan.ssh, plan.ssh_polls)
        await self._assign_throughput(plan)
        self._checking.assign(plan.checks)
        self.series.checks.expect(plan.checks.values())
        if (inventory, settings.analysis) != (had, was.analysis):
            await self._parts.stop(_ANALYSIS)
            await self._parts.stop(_CAPACITY)
            self._start_analysis()
        if inventory != had:
            await self._parts.stop(_DISCOVERY)
            self._discovery.adopt(inventory)
            self._parts.start(_DISCOVERY, self._discovery.run)
        if self._paths is not None:
            await self._paths.assign(plan.tracing, inventory)
        if settings.listen != was.listen:
            _log.warning(f"listen: {settings.listen} takes effect with a restart")
        _log.info(
            "reloaded", sites=len(inventory.sites), devices=len(inventory.devices)
        )

    def _on_told(self, device: str) -> None:
        if self._paths is not None:
            self._paths.hear(device)

    def _publish(self, conclusion: Conclusion) -> None:
        if self._paths is not None:
            self._paths.set_down(conclusion.state.down)
        if self._capacity is not None:
            self._capacity.set_down(
                None if conclusion.isolated else conclusion.state.down
            )
        self.series.set_state(conclusion.state, isolated=conclusion.isolated)
        self.series.set_analysis(conclusion.analysis)
        self.series[catalogue.ANALYSIS_DURATION].set((), conclusion.seconds)
        self._ready = True
        for hear in self.listeners.conclusion:
            hear(conclusion)

    async def _look_after(self) -> None:
        while True:
            self.series[catalogue.SCHEDULER_LAG].set((), self._lag())
            self.series[catalogue.PROBE_ERROR].replace(
                ((name,), bound)
                for name, bound in chain(
                    self._engines.error_bounds(), self._checking.error_bounds()
                )
            )
            for name, reason, packets in self._engines.unsent():
                self.series[catalogue.PROBE_UNSENT].set((name, reason), packets)
            for reason, times in self._notices.refused():
                self.series[catalogue.NOTICES_REFUSED].set((reason,), times)
            await asyncio.sleep(_BACKGROUND)

    def _lag(self) -> float:
        """Return how late the latest start of the last minute was, of all jobs."""
        lags = [
            self._polling.lag(),
            self._ssh.lag(),
            self._throughput.lag(),
            self._checking.lag(),
        ]
        if self._paths is not None:
            lags.append(self._paths.lag())
        return max(lags)

    def _count_fault(self, part: str) -> None:
        self.series[catalogue.FAULTS].add((part,))
