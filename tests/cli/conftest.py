"""What the commands are run with."""

import subprocess
import sys

import pytest


@pytest.fixture(scope="session", autouse=True)
def _compiled() -> None:
    """Compile the kernels, as the set-up does, if they changed since.

    Else whichever command is first would say that it has to.
    """
    subprocess.run([sys.executable, "-m", "topology.kernels"], check=True)
