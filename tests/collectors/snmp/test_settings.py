"""Credentials and settings: what is accepted, and what is said of the rest."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from collectors.snmp.collector import make_user
from collectors.snmp.plans.table import PLANS
from collectors.snmp.settings import (
    NO_PLANS,
    PlanSettings,
    SnmpCredentials,
    SnmpSettings,
)

_AUTH = {"protocol": "sha256", "password_env": "TEST_AUTH"}
_PRIVACY = {"protocol": "aes128", "password_env": "TEST_PRIVACY"}


def test_secrets_are_read_from_files_and_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / "auth").write_text("from-a-file-1\n")
    (tmp_path / "community").write_text("from-a-file-2\n")
    third = SnmpCredentials.model_validate(
        {
            "version": 3,
            "user": "monitor",
            "auth": {"protocol": "sha", "password_file": str(tmp_path / "auth")},
            "privacy": _PRIVACY,
        }
    )
    second = SnmpCredentials.model_validate(
        {"version": "2c", "community_file": str(tmp_path / "community")}
    )
    assert third.auth is not None
    assert third.auth.password == b"from-a-file-1"
    assert second.community == b"from-a-file-2"
    shown = f"{third!r} {second!r} {third} {make_user(third)!r}"
    shown += third.model_dump_json() + second.model_dump_json()
    for secret in ("from-a-file-1", "from-a-file-2", "privpass12"):
        assert secret not in shown


def test_defaults_are_those_of_the_manual() -> None:
    settings = SnmpSettings()
    assert (settings.interval, settings.timeout, settings.retries) == (60, 2, 2)
    assert SnmpSettings.model_validate({"interval": "5m"}).interval == 300


def test_every_plan_has_a_pace_or_is_off() -> None:
    assert SnmpSettings().plans.wanted().keys() == {plan.name for plan in PLANS}
    plans = PlanSettings.model_validate({"lldp": "off", "ospf": "poll", "ups": "5m"})
    wanted = plans.wanted()
    assert "lldp" not in wanted
    assert (wanted["ospf"], wanted["ups"]) == (0, 300)
    assert NO_PLANS.wanted() == {}


@pytest.mark.parametrize("pace", ["never", None, [], {}, False, 0, -1, "0s"])
def test_a_pace_that_is_none_is_refused(pace: object) -> None:
    with pytest.raises(ValidationError, match="or poll, or off"):
        PlanSettings.model_validate({"lldp": pace})


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"version": 2}, "1, '2c' or 3"),
        ({"version": 3}, "version 3 needs a user"),
        ({"version": 3, "user": ""}, "at least 1 character"),
        ({"version": 3, "user": "m", "privacy": _PRIVACY}, "privacy needs auth"),
        (
            {"version": 3, "user": "m", "community_env": "TEST_COMMUNITY"},
            "community_env belongs to versions 1 and 2c; leave it out",
        ),
        (
            {"version": "2c", "community_env": "TEST_COMMUNITY", "user": "m"},
            "user belongs to version 3; leave it out",
        ),
        ({"version": "2c"}, "set community_file or community_env"),
        ({"version": "2c", "community": "public"}, "Extra inputs are not permitted"),
        (
            {"version": 3, "user": "m", "auth": _AUTH | {"protocol": "sha3"}},
            "'sha512', 'sha384', 'sha256', 'sha224', 'sha' or 'md5'",
        ),
        (
            {
                "version": 3,
                "user": "m",
                "auth": _AUTH,
                "privacy": _PRIVACY | {"protocol": "3des"},
            },
            "'aes256', 'aes192', 'aes128', 'aes256-cisco', 'aes192-cisco' or 'des'",
        ),
        (
            {"version": 3, "user": "m", "auth": {"protocol": "sha"}},
            "set password_file or password_env",
        ),
    ],
)
def test_what_is_wrong_with_credentials_is_said(
    entry: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        SnmpCredentials.model_validate(entry)
    assert words in str(caught.value)


def test_a_short_password_is_refused_in_plain_words_and_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEST_SHORT", "se7en77")
    entry = {"protocol": "sha", "password_env": "TEST_SHORT"}
    with pytest.raises(ValidationError) as caught:
        SnmpCredentials.model_validate({"version": 3, "user": "m", "auth": entry})
    assert "the password is too short; SNMPv3 passwords have at least 8" in str(
        caught.value
    )
    assert "se7en77" not in str(caught.value)
