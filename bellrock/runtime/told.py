"""What the files tell us: settings and inventory, read as every command reads them."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bellrock.config.settings import InvalidSettingsError, Settings
from bellrock.config.settings import load as load_settings
from bellrock.document.problem import InvalidDocumentError, Problem, shown
from bellrock.document.reader import read
from bellrock.document.suggest import choices
from bellrock.inventory.load import load as load_inventory
from bellrock.model.errors import UserError
from bellrock.model.inventory import Inventory
from bellrock.runtime import trials
from bellrock.runtime.trades import SECTIONS
from collectors.ssh.settings import PLATFORM_NAMES, SshSettings
from probes.checks.settings import Check


@dataclass(frozen=True, slots=True)
class Told:
    """Settings and inventory that fit each other, and doubts about them."""

    settings: Settings
    inventory: Inventory
    warnings: tuple[Problem, ...]

    @classmethod
    def read(cls, config: Path | None, inventory: Path | None) -> "Told":
        """Read both.

        Parameters
        ----------
        config : Path or None
            The settings; None for all defaults.
        inventory : Path or None
            In place of the one the settings name.

        Raises
        ------
        UserError
            With every problem of both files, and of what one says of the other as far
            as the two can be read; or when no inventory is named.
        """
        problems: list[Problem] = []
        try:
            settings = load_settings(config, SECTIONS)
        except InvalidSettingsError as error:
            settings = error.read
            problems += error.problems
        path = inventory or settings.inventory
        if path is None and problems:
            raise InvalidDocumentError(problems)
        if path is None:
            raise UserError(
                f"{config or 'settings'}: inventory: missing",
                "name a file or folder there, or with --inventory",
            )
        # Of settings with mistakes nobody knows which credentials are not there.
        whole = config is not None and not problems
        try:
            loaded = load_inventory(
                path,
                probes=SECTIONS["probes"].keys() - {trials.THROUGHPUT},
                credentials=settings.snmp if whole else None,
                ssh=settings.ssh if whole else None,
                platforms=PLATFORM_NAMES,
            )
        except InvalidDocumentError as error:
            raise InvalidDocumentError([*problems, *error.problems]) from None
        problems += _disagreements(settings, loaded.inventory)
        if problems:
            raise InvalidDocumentError(problems)
        return cls(settings, loaded.inventory, loaded.warnings)

    def warn(self) -> None:
        """Show the warnings on standard error."""
        if self.warnings:
            print(shown(self.warnings), file=sys.stderr)


def _disagreements(settings: Settings, inventory: Inventory) -> list[Problem]:
    """Return whatever the settings name that the inventory does not have."""
    found = [
        *_databases(settings, inventory),
        *trials.problems(settings, inventory),
        *_services(settings, inventory),
    ]
    return sorted(found, key=lambda each: each.line or 0)


def _databases(settings: Settings, inventory: Inventory) -> Iterator[Problem]:
    """Yield whoever is to tell OSPF's database and is not asked over SSH."""
    ssh = settings.collectors.get("ssh")
    if not isinstance(ssh, SshSettings):
        return
    asked = [device for device in inventory.devices.values() if device.ssh]
    known = {name for each in asked for name in (each.id, each.address)}
    for name in ssh.ospf_database:
        if name not in known and settings.file is not None:
            yield read(settings.file).problem(
                ("collectors", "ssh", "ospf_database"),
                f"no device {name} is asked over SSH",
                choices(name, [each.id for each in asked], "asked over SSH are"),
            )


def _services(settings: Settings, inventory: Inventory) -> Iterator[Problem]:
    """Yield checks of what is no service of the inventory."""
    for check in settings.checks.values():
        if isinstance(check, Check) and check.service not in inventory.services:
            yield settings.problem(
                *("checks", check.name, "service"),
                f"the inventory has no service {check.service}; "
                f"{choices(check.service, inventory.services, 'services')}",
            )
