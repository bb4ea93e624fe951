"""Programs that tests run for real: found, or named when missing."""

import os
import shutil

import pytest

_SBIN = "/usr/local/sbin:/usr/sbin:/sbin"


def need(program: str) -> str:
    """Return the path of `program`; skip the test naming it, or fail where CI=true."""
    path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:{_SBIN}")
    if path is not None:
        return path
    missing = f"{program} is not installed; `make test` as root installs it"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)
