"""Secrets that the tests' settings name."""

import pytest


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_COMMUNITY", "public")
    monkeypatch.setenv("TEST_WRONG", "not-the-password")
    monkeypatch.setenv("TEST_AUTH", "authpass12")
    monkeypatch.setenv("TEST_PRIVACY", "privpass12")
