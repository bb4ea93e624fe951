"""What the commands are run with."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bellrock.cli.main import main
from tests.cli.terminal import Terminal, opened

NET = """\
network: {id: small, name: Small}
organisations: [{id: nhs, name: NHS}]
sites:
  - {id: dc, name: Data centre, kind: datacentre}
  - {id: ex, name: Exchange, kind: exchange}
  - {id: gp, name: Surgery, kind: gp, organisation: nhs, people: 40}
  - {id: school, name: "School [north]", kind: school, people: 300}
devices:
  - {id: p1, site: dc}
  - {id: p2, site: dc}
  - {id: pe1, site: ex}
  - {id: gp-cpe, site: gp}
  - {id: school-cpe, site: school}
links:
  - {id: core, a: "p1:0", b: "pe1:0", capacity: 1G}
  - {id: gp-tail, a: "pe1:1", b: "gp-cpe:0", capacity: 100M}
  - {id: school-tail, a: "pe1:2", b: "school-cpe:0", capacity: 100M}
gateways: [p1]
services:
  - {id: records, name: Records, hosted_at: {any: [dc]}, used_from: {kind: [gp]}}
demands:
  - {from: gp, to: dc, rate: 60M}
  - {from: school, to: dc, rate: 50M}
"""


@pytest.fixture(scope="session", autouse=True)
def _compiled() -> None:
    """Compile the kernels, as the set-up does, if they changed since.

    Else whichever command is first would say that it has to.
    """
    subprocess.run([sys.executable, "-m", "topology.kernels"], check=True)


@dataclass(frozen=True)
class Said:
    returncode: int
    stdout: str
    stderr: str


Says = Callable[..., Said]


@pytest.fixture
def says(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Says:
    """Run the command in this process, which spares the time to start one."""
    monkeypatch.setenv("COLUMNS", "100")

    def run(*words: object) -> Said:
        monkeypatch.setattr("sys.argv", ["bellrock", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        written = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Said(left.value.code, written.out, written.err)

    return run


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "net.yaml"
    path.write_text(NET)
    return path


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with opened() as made:
        yield made
