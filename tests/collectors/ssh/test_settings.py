"""SSH credentials and settings: what is accepted, and what is said of the rest."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from bellrock.config import load
from bellrock.document import InvalidDocumentError
from bellrock.runtime.trades import SECTIONS
from collectors.ssh.settings import SshCredentials, SshSettings

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0LWtleQ==\n-----END-----"


def test_secrets_are_read_and_shown_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "id").write_text(KEY)
    (tmp_path / "pw").write_text("from-a-file\n")
    monkeypatch.setenv("TEST_PASSPHRASE", "from-the-environment")
    entry = SshCredentials(
        user="monitor",
        key_file=tmp_path / "id",
        passphrase_env="TEST_PASSPHRASE",
        password_file=tmp_path / "pw",
    )
    assert entry.key == KEY
    assert (entry.password, entry.passphrase) == ("from-a-file", "from-the-environment")
    shown = f"{entry!r} {entry} {entry.model_dump_json()}"
    for secret in ("c2VjcmV0", "from-a-file", "from-the-environment"):
        assert secret not in shown


def test_another_password_is_another_entry(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("one")
    before = SshCredentials(user="m", password_file=tmp_path / "pw")
    same = SshCredentials(user="m", password_file=tmp_path / "pw")
    (tmp_path / "pw").write_text("two")
    after = SshCredentials(user="m", password_file=tmp_path / "pw")
    assert before == same
    assert before != after


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({}, "Field required"),
        ({"user": "m"}, "no way to log in"),
        ({"user": "m", "password": "x"}, "Extra inputs are not permitted"),
        ({"user": "m", "agent": True, "known_hosts": "/nowhere"}, "there is no file"),
        ({"user": "m", "agent": True, "passphrase_env": "HOME"}, "without a key"),
        ({"user": "m", "key_env": "HOME"}, "not a private key"),
        ({"user": "m", "key_file": "/nowhere"}, "cannot read"),
        ({"user": "a\nb", "agent": True}, "line"),
    ],
)
def test_a_mistake_in_an_entry_has_its_message(
    entry: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        SshCredentials.model_validate(entry)


def test_files_are_found_from_the_settings_and_mistakes_have_their_line(
    tmp_path: Path,
) -> None:
    (tmp_path / "hosts").write_text("")
    file = tmp_path / "bellrock.yaml"
    file.write_text("ssh:\n  lab: {user: m, agent: true, known_hosts: hosts}\n")
    settings = load(file, SECTIONS)
    entry, section = settings.ssh["lab"], settings.collectors["ssh"]
    assert isinstance(entry, SshCredentials)
    assert isinstance(section, SshSettings)
    assert entry.trusted == tmp_path / "hosts"
    assert section.own_known_hosts == tmp_path / "known_hosts"

    file.write_text("ssh:\n  lab: {user: m, password: hunter2, agent: true}\n")
    with pytest.raises(InvalidDocumentError) as caught:
        load(file, SECTIONS)
    assert "bellrock.yaml:2: ssh.lab.password: " in str(caught.value)
    assert "hunter2" not in str(caught.value)
