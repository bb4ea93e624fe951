"""An intruder with the name of one of our packages is named, not imported."""

import subprocess
import sys
from pathlib import Path


def test_another_distributions_topology_is_refused(tmp_path: Path) -> None:
    intruder = tmp_path / "topology"
    intruder.mkdir()
    (intruder / "__init__.py").write_text("")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); "
        "from bellrock.cli.guard import refuse_intruders; refuse_intruders()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert f"package topology: {intruder}/__init__.py is not Bellrock's" in done.stderr
