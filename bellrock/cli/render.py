"""``bellrock render``: the files that Prometheus, Alertmanager and Grafana read."""

import difflib
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from alerts.render import alertmanager, rules
from alerts.settings import AlertSettings
from bellrock.config.settings import load
from bellrock.model.errors import UserError
from bellrock.model.words import counted
from bellrock.runtime.trades import SECTIONS
from bellrock.runtime.trials import throughput
from dashboards.render import rendered as dashboards

_SHOWN = 20


class Kind(StrEnum):
    """What can be rendered."""

    RULES = "rules"
    ALERTMANAGER = "alertmanager"
    DASHBOARDS = "dashboards"
    ALL = "all"


What = Annotated[Kind, typer.Argument(metavar="WHAT", help="which files")]
Folder = Annotated[Path, typer.Option("-o", metavar="DIR", help="where they belong")]
Check = Annotated[
    bool, typer.Option("--check", help="write nothing; tell which differ from ours")
]


Settings = Annotated[
    Path | None,
    typer.Option(
        "-c",
        "--config",
        metavar="FILE",
        help="settings, for `alerts:` and how often throughput is tested",
    ),
]


def render(
    what: What,
    folder: Folder = Path("deploy"),
    check: Check = False,
    config: Settings = None,
) -> None:
    """Write the alert rules, the Alertmanager configuration and the dashboards.

    They are made from the catalogue of metrics: edit alerts/ and dashboards/, not them.

    Exit status: 0 written, or nothing differs; 1 something differs (--check); 2 a file
    cannot be written.

    Example, with the receivers of your own settings:
      bellrock render all -c bellrock.yaml -o rendered
    """
    files = {folder / name: text for name, text in _rendered(what, config).items()}
    if check:
        raise typer.Exit(1 if _drifted(files) else 0)
    for path, content in files.items():
        _write(path, content)
        print(path)


def _rendered(what: Kind, config: Path | None) -> dict[str, str]:
    """Return the contents by their path below the folder."""
    told = load(config, SECTIONS)
    settings = AlertSettings.model_validate(told.sections["alerts"])
    files: dict[str, str] = {}
    if what in (Kind.RULES, Kind.ALL):
        files |= rules(settings, tested_every=throughput(told).gap)
    if what in (Kind.ALERTMANAGER, Kind.ALL):
        files |= alertmanager(settings)
    if what in (Kind.DASHBOARDS, Kind.ALL):
        files |= dashboards()
    return files


def _drifted(files: Mapping[Path, str]) -> bool:
    """Show how the files on disk differ; return whether any does."""
    drifted = False
    for path, content in files.items():
        found = _read(path)
        if found == content:
            continue
        drifted = True
        print(f"{path}: {'missing' if found is None else 'differs'}")
        told = list(_difference(path, found or "", content))
        print("\n".join(told[:_SHOWN]))
        if len(told) > _SHOWN:
            print(f"… and {counted(len(told) - _SHOWN, 'line')} more")
    if drifted:
        print("to bring them up to date: bellrock render all", file=sys.stderr)
    return drifted


def _difference(path: Path, found: str, content: str) -> list[str]:
    ours = content.splitlines()
    names = (str(path), "rendered")
    return list(difflib.unified_diff(found.splitlines(), ours, *names, lineterm=""))


def _read(path: Path) -> str | None:
    try:
        return path.read_text()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: {error}", "check what it is") from error


def _write(path: Path, content: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    except OSError as error:
        raise UserError(
            f"{path}: {error.strerror}", "choose a folder you may write to with -o"
        ) from error
