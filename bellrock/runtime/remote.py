"""Run a program on a device of the inventory, logged in as the collector is.

Host keys are verified against the same files, and a stranger's is never taken here.
"""

import asyncio
import math
import shlex
from collections.abc import Sequence

from bellrock.model.inventory import Device
from bellrock.model.observation import Outcome
from collectors.failure import Failure
from collectors.ssh.settings import SshCredentials, SshSettings
from probes.throughput.command import GRACE, OUTPUT_LIMIT, Ran, Run
from probes.throughput.failure import NotMeasuredError, plain

_PORT = 22
_LATE = 10.0
"""Seconds beyond its own that a program's last words may take to arrive."""


def run_on(device: Device, credentials: SshCredentials, settings: SshSettings) -> Run:
    """Return what runs commands there.

    A program is ended there by ``timeout``, and so even if we, or the way there, die in
    the middle: of a command without a terminal SSH itself would leave it running.
    """

    async def run(command: Sequence[str], seconds: float) -> Ran:
        # A library of SSH is imported with the first test that needs one.
        from collectors.ssh.command import NoCommandsError
        from collectors.ssh.command import run as run_there
        from collectors.ssh.known_hosts import KnownHosts
        from collectors.ssh.login import Login, connect

        assert device.address is not None
        limits = f"{GRACE:g}", str(math.ceil(seconds))
        written = shlex.join(("timeout", "-k", *limits, *command))
        try:
            connection = await connect(
                device.address,
                device.ports.get("ssh", _PORT),
                Login.of(credentials),
                KnownHosts(settings.own_known_hosts),
                accept_new=False,
                identify=True,
                timeout=settings.timeout,
                keepalive=settings.keepalive,
            )
            try:
                async with asyncio.timeout(seconds + GRACE + _LATE):
                    answer = await run_there(connection, written, OUTPUT_LIMIT)
            finally:
                connection.abort()
        except Failure as failure:
            detail = f"over SSH, on {device.id}: {plain(failure.detail)}"
            raise NotMeasuredError(failure.outcome, detail) from None
        except NoCommandsError:
            raise NotMeasuredError(
                Outcome.UNSUPPORTED, f"{device.id} does not run commands over SSH"
            ) from None
        except TimeoutError:
            raise NotMeasuredError(
                Outcome.TIMEOUT, f"{device.id} did not end the test when it should"
            ) from None
        return Ran(answer.output, answer.complaint, answer.status)

    return run
