"""What the README shows is what is said."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Says

README = Path(__file__).parents[2] / "README.md"
SHOWN = re.findall(
    r"\$ bellrock ((?:whatif|n1|availability) (?:.*\\\n)*.*)\n((?:.*\n)*?)```",
    README.read_text(encoding="utf-8"),
)


@pytest.mark.parametrize(
    ("asked", "answer"), SHOWN, ids=[s[0].split()[0] for s in SHOWN]
)
def test_what_the_readme_shows_is_what_is_said(
    asked: str, answer: str, says: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(README.parent)
    said = says(*asked.replace("\\\n", " ").split())
    lines = [line.rstrip() for line in said.stdout.splitlines() if line.strip()]
    shown = [line for line in answer.splitlines() if line]
    assert shown
    assert lines[: len(shown)] == shown
