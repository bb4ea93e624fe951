"""``bellrock discover``: from one device to all it leads to, as a draft inventory."""

import ipaddress
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from bellrock.cli.answers import Format, OutputFormat
from bellrock.cli.found import show, show_left_to_do, write_csv, write_json
from bellrock.cli.output import free, write_whole
from bellrock.cli.run import AcceptNew
from bellrock.config.settings import Settings
from bellrock.config.settings import load as load_settings
from bellrock.document.suggest import choices
from bellrock.inventory.draft import write
from bellrock.inventory.load import load as load_inventory
from bellrock.model.errors import UserError
from bellrock.model.inventory import Inventory
from bellrock.model.words import counted
from bellrock.runtime.asking import Asking, SshWords
from bellrock.runtime.crawl import Crawler, Silent
from bellrock.runtime.discovered import Access, Discovered
from bellrock.runtime.process import until_signalled
from bellrock.runtime.scope import IPAddress, Network, Scope
from bellrock.runtime.trades import SECTIONS
from collectors.snmp.settings import SnmpCredentials, SnmpSettings
from collectors.ssh.settings import PLATFORM_NAMES, SshCredentials, SshSettings

_EVERYBODY = ipaddress.ip_address("255.255.255.255")
_FILE = "discovered.yaml"
"""In a folder, what the draft is called."""


def discover(
    seed: Annotated[
        str, typer.Option(metavar="HOST", help="address or name of the first device")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="PATH", help="a file or a folder")
    ],
    config: Annotated[
        Path, typer.Option("-c", "--config", metavar="FILE", help="settings")
    ] = Path("bellrock.yaml"),
    credentials: Annotated[
        str, typer.Option(metavar="NAME", help="an entry of the settings' snmp section")
    ] = "default",
    limit: Annotated[
        int, typer.Option(min=1, max=100_000, help="devices at most")
    ] = 500,
    depth: Annotated[
        int, typer.Option(min=0, max=1_000, help="steps from the seed at most")
    ] = 30,
    rate: Annotated[
        int, typer.Option(min=1, max=10_000, help="requests in a second at most")
    ] = 50,
    allow: Annotated[
        list[str] | None,
        typer.Option(metavar="CIDR", help="ask only there; repeat for more networks"),
    ] = None,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="UDP port of the devices' agents")
    ] = 161,
    ssh: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="ask over SSH too: an entry of that section"),
    ] = None,
    platform: Annotated[
        str | None,
        typer.Option(help="whose command line all have, if SNMP does not tell"),
    ] = None,
    accept_new: AcceptNew = False,
    force: Annotated[
        bool, typer.Option("--force", help="write over what is there")
    ] = False,
    form: OutputFormat = Format.TABLE,
) -> None:
    """Find devices and links from a first device on, and draft an inventory of them.

    Each device is asked who it is and whom it sees by LLDP, CDP and OSPF; then those
    are asked. It only reads, slowly, and asks nobody outside private networks and
    those that the seed is in, unless --allow names others. Ctrl-C ends it early; what
    was found by then is written. If the settings name an inventory, what differs from
    it is shown too; it is never changed.

    Exit status: 0 done, 1 the seed did not answer, or something differs from the
    inventory, 2 the settings or the options are wrong, 70 our fault.

    Example:
      bellrock discover --seed 10.0.0.1 -o draft.yaml --allow 10.0.0.0/16
    """
    settings = load_settings(config, SECTIONS)
    snmp = settings.collectors["snmp"]
    assert isinstance(snmp, SnmpSettings)
    asking = Asking(snmp, _snmp(settings, credentials), rate, port)
    first = _resolve(seed)
    if ssh is not None:
        words = settings.collectors["ssh"]
        assert isinstance(words, SshSettings)
        # One database is that of all routers of its area.
        databases = (*words.ospf_database, str(first))
        words = words.model_copy(update={"ospf_database": databases})
        asking.ssh = SshWords(
            words, _ssh(settings, ssh), _platform(platform), accept_new
        )
    inventory = _inventory(settings)
    networks = [_network(text) for text in allow or ()]
    path = free(output, _FILE, force=force)
    crawler = Crawler(asking.read, Scope(first, networks), limit=limit, depth=depth)
    _crawl(crawler, asking, first)
    if not crawler.progress.found:
        for silent in crawler.progress.silent:
            said = f"{silent.outcome}: {silent.detail}"
            print(f"the seed {seed} did not answer: {said}", file=sys.stderr)
        print("nothing was found, and nothing written", file=sys.stderr)
        raise typer.Exit(1)
    crawler.progress.silent += [
        Silent(address, "", f"ssh {failed.outcome}", failed.detail)
        for address, failed in asking.failures.items()
    ]
    found = Discovered.of(crawler.progress, inventory)
    draft = found.draft(
        Access(credentials, None if port == 161 else port, ssh, asking.platforms),
        f"Discovered from {first} on, {datetime.now(UTC):%d %B %Y %H:%M} UTC.",
    )
    write_whole(path, write(draft), force=force)
    match form:
        case Format.JSON:
            write_json(found)
        case Format.CSV:
            write_csv(found)
        case Format.TABLE:
            show(found)
            show_left_to_do(found)
            print(f"written to {path}; bellrock check --inventory {path}")
    differs = found.comparison is not None and bool(found.comparison.mismatches)
    raise typer.Exit(1 if differs else 0)


def _crawl(crawler: Crawler, asking: Asking, seed: IPAddress) -> None:
    """Ask until there is nobody left to ask, or somebody stops us."""

    async def crawl() -> None:
        async with asking.open():
            await crawler.run(str(seed))

    with _shown(crawler):
        uvloop.run(until_signalled(crawl()))


@contextmanager
def _shown(crawler: Crawler) -> Iterator[None]:
    """Show on a terminal how far it is."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("asking the seed")

        def update() -> None:
            progress = crawler.progress
            words = (
                f"{counted(len(progress.found), 'device')}, "
                f"{len(progress.silent):,} silent, {progress.waiting:,} to ask"
            )
            bar.update(task, description=words)

        crawler.notify = update
        yield


def _snmp(settings: Settings, name: str) -> SnmpCredentials:
    found = settings.snmp.get(name)
    if found is None:
        raise UserError(
            f"--credentials {name}: no such entry in the settings' snmp section",
            choices(name, settings.snmp, "entries")
            or "add one: snmp: {default: {version: 2c, community_file: community}}",
        )
    assert isinstance(found, SnmpCredentials)
    return found


def _ssh(settings: Settings, name: str) -> SshCredentials:
    found = settings.ssh.get(name)
    if found is None:
        raise UserError(
            f"--ssh {name}: no such entry in the settings' ssh section",
            choices(name, settings.ssh, "entries")
            or "add one: ssh: {default: {user: bellrock, key_file: id_ed25519}}",
        )
    assert isinstance(found, SshCredentials)
    return found


def _platform(name: str | None) -> str | None:
    if name is not None and name not in PLATFORM_NAMES:
        raise UserError(
            f"--platform {name}: no such platform",
            choices(name, PLATFORM_NAMES, "platforms"),
        )
    return name


def _inventory(settings: Settings) -> Inventory | None:
    if settings.inventory is None:
        return None
    return load_inventory(settings.inventory).inventory


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise UserError(
            f"--allow {text}: no network",
            "write its address and the length of its prefix: 10.0.0.0/16",
        ) from None


def _resolve(seed: str) -> IPAddress:
    try:
        found = socket.getaddrinfo(seed, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        raise UserError(
            f"--seed {seed}: no such host", "write an IP address, or a name with one"
        ) from None
    address = ipaddress.ip_address(str(found[0][4][0]).partition("%")[0])
    if (
        address.is_multicast
        or address.is_unspecified
        or address.is_link_local
        or address == _EVERYBODY
    ):
        raise UserError(
            f"--seed {seed}: no single device can be asked there from here",
            "write an address of the device's own that is routed",
        )
    return address
