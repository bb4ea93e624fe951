"""A device at the other end of a real SSH connection, as good or bad as is wanted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from bellrock.model.inventory import Device
from collectors.ssh.settings import SshCredentials, SshSettings

RECORDED = Path(__file__).with_name("recorded")
PASSWORD = "right-password"

FRR_ANSWERS = {
    "lldpcli -f json0 show neighbors details": "lldpd_neighbours.json",
    "lldpcli -f json0 show interfaces details": "lldpd_interfaces.json",
    "show ip ospf neighbor json": "frr_ospf_neighbor.json",
    "show ip ospf interface json": "frr_ospf_interface.json",
    "show bgp summary json": "frr_bgp_summary.json",
    "show interface json": "frr_interface.json",
}

Process = asyncssh.SSHServerProcess[bytes]
Session = Callable[[], asyncssh.SSHServerSession[bytes]]
Handler = Callable[[Process], Awaitable[None]]


def recorded(name: str) -> str:
    """Return an output as it was recorded."""
    return (RECORDED / name).read_text()


def answering(answers: Mapping[str, str]) -> Handler:
    """Run commands whose output is the recording of a name, and no others."""

    async def handle(process: Process) -> None:
        name = answers.get(process.command or "")
        if name is None:
            process.stderr.write(b"% Unknown command.\n")
            process.exit(1)
            return
        process.stdout.write(recorded(name).encode())
        await process.stdout.drain()
        process.exit(0)

    return handle


@dataclass
class Met:
    """What a device has seen of us so far."""

    port: int = 0
    key: asyncssh.SSHKey = field(
        default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519")
    )
    connections: list[asyncssh.SSHServerConnection] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def device(self, platform: str = "frr") -> Device:
        """Return it as an inventory has it."""
        return Device(
            "r1",
            "here",
            address="127.0.0.1",
            ports={"ssh": self.port},
            platform=platform,
        )

    def known(self) -> str:
        """Return the line that ssh-keyscan writes of it."""
        words = self.key.export_public_key().decode().split()
        return f"[127.0.0.1]:{self.port} {words[0]} {words[1]}\n"


class _Server(asyncssh.SSHServer):
    def __init__(self, met: Met, terminal: Session | None) -> None:
        self._met = met
        self._terminal = terminal

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._met.connections.append(conn)

    def session_requested(self) -> asyncssh.SSHServerSession[bytes] | bool:
        return False if self._terminal is None else self._terminal()

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, _username: str, password: str) -> bool:
        self._met.passwords.append(password)
        return password == PASSWORD


@asynccontextmanager
async def device(
    handle: Handler,
    key: asyncssh.SSHKey | tuple[asyncssh.SSHKey, ...] = (),
    terminal: Session | None = None,
    **options: object,
) -> AsyncIterator[Met]:
    """Run one that does as `handle` says with whatever it is asked."""
    met = Met()
    keys = key if isinstance(key, tuple) else (key,)
    if keys:
        met.key = keys[0]

    async def noted(process: Process) -> None:
        met.commands.append(process.command or "")
        try:
            await handle(process)
        except (asyncssh.Error, ConnectionError):
            process.close()

    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=lambda: _Server(met, terminal),
        server_host_keys=list(keys) or [met.key],
        process_factory=None if terminal is not None else noted,
        encoding=None,
        **{"line_editor": False, **options},
    )
    met.port = server.get_port()
    try:
        yield met
    finally:
        server.close()
        for connection in met.connections:
            connection.abort()
        for connection in met.connections:
            await connection.wait_closed()
        await server.wait_closed()
        await asyncio.sleep(0)


def credentials(
    folder: Path, password: str = PASSWORD, **more: object
) -> SshCredentials:
    """Return credentials with a password."""
    file = folder / f"password-{password}"
    file.write_text(password)
    return SshCredentials.model_validate(
        {"user": "monitor", "password_file": file, **more}
    )


def settings(folder: Path, *met: Met, **more: object) -> SshSettings:
    """Return settings, impatient ones, by which these devices are known."""
    file = folder / "known_hosts"
    if met:
        file.write_text("".join(each.known() for each in met))
    return SshSettings.model_validate(
        {"known_hosts": file, "timeout": 3, "command_timeout": 2, **more}
    )
