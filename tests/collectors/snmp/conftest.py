"""Secrets that the tests' settings name, and Net-SNMP's agent for whoever asks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collectors.snmp.netsnmp import SnmpDaemon


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_COMMUNITY", "public")
    monkeypatch.setenv("TEST_WRONG", "not-the-password")
    monkeypatch.setenv("TEST_AUTH", "authpass12")
    monkeypatch.setenv("TEST_PRIVACY", "privpass12")


@pytest.fixture(scope="session")
def shared_snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SnmpDaemon]:
    """One agent for every test that leaves it running."""
    with SnmpDaemon(tmp_path_factory.mktemp("snmpd")) as daemon:
        yield daemon


@pytest.fixture
def snmpd(tmp_path: Path) -> Iterator[SnmpDaemon]:
    """An agent that the test may restart."""
    with SnmpDaemon(tmp_path) as daemon:
        yield daemon
