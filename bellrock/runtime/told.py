"""What the files tell us: settings and inventory, read as every command reads them."""

import sys
from dataclasses import dataclass
from pathlib import Path

from bellrock.config.settings import Settings
from bellrock.config.settings import load as load_settings
from bellrock.document.problem import InvalidDocumentError, Problem
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
            With every problem of the file that has any, or when no inventory is named.
        """
        settings = load_settings(config, SECTIONS)
        path = inventory or settings.inventory
        if path is None:
            raise UserError(
                f"{config or 'settings'}: inventory: missing",
                "name a file or folder there, or with --inventory",
            )
        loaded = load_inventory(
            path,
            probes=SECTIONS["probes"].keys() - {trials.THROUGHPUT},
            credentials=settings.snmp if config is not None else None,
            ssh=settings.ssh if config is not None else None,
            platforms=PLATFORM_NAMES,
        )
        _check_databases(settings, loaded.inventory)
        trials.check(settings, loaded.inventory)
        _check_services(settings, loaded.inventory)
        return cls(settings, loaded.inventory, loaded.warnings)

    def warn(self) -> None:
        """Show the warnings on standard error."""
        for warning in self.warnings:
            print(warning, file=sys.stderr)


def _check_databases(settings: Settings, inventory: Inventory) -> None:
    """Check that whoever is to tell OSPF's database is asked over SSH."""
    ssh = settings.collectors["ssh"]
    assert isinstance(ssh, SshSettings)
    asked = [device for device in inventory.devices.values() if device.ssh]
    known = {name for each in asked for name in (each.id, each.address)}
    for name in ssh.ospf_database:
        if name not in known:
            raise UserError(
                f"{settings.file}: collectors.ssh.ospf_database: no device {name} is "
                "asked over SSH",
                choices(name, [each.id for each in asked], "asked over SSH are"),
            )


def _check_services(settings: Settings, inventory: Inventory) -> None:
    """Check that what is checked is a service of the inventory."""
    problems = [
        settings.problem(
            *("checks", check.name, "service"),
            f"the inventory has no service {check.service}; "
            f"{choices(check.service, inventory.services, 'services')}",
        )
        for check in settings.checks.values()
        if isinstance(check, Check) and check.service not in inventory.services
    ]
    if problems:
        raise InvalidDocumentError(problems)
