"""Options that take a number: what is none, or no sensible one, is refused."""

from pathlib import Path

import pytest

from tests.cli.conftest import Says

NEAR = ("augment", "--within", "5km")
OPTIONS = {
    ("audit",): ("--days", "--at-least"),
    NEAR: ("--count", "--cost-per-km"),
    (*NEAR, "--cost-per-km", "1"): ("--budget",),
    ("augment", "--cost-per-km", "1"): ("--within",),
    ("availability",): ("--simulate", "--seed", "--top"),
    ("estimate",): ("--hours", "--trials"),
    ("whatif",): ("--grow", "--metric core", "--capacity core"),
}


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "-1", "1e400", ""])
@pytest.mark.parametrize(
    ("words", "option"),
    [(words, option) for words, options in OPTIONS.items() for option in options],
)
def test_no_number_is_a_plain_error_that_names_the_option(
    net: Path, says: Says, words: tuple[str, ...], option: str, number: str
) -> None:
    name, _, key = option.partition(" ")
    asked = f"{key}={number}" if key else number
    said = says(words[0], net, *words[1:], f"{name}={asked}")
    assert (said.returncode, said.stdout) == (2, "")
    assert name in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("audit",), "--days"),
        (NEAR, "--count"),
        (NEAR, "--cost-per-km"),
        ((*NEAR, "--cost-per-km", "1"), "--budget"),
        (("augment", "--cost-per-km", "1"), "--within"),
        (("availability",), "--top"),
        (("estimate",), "--hours"),
        (("whatif",), "--grow"),
    ],
)
def test_nothing_of_something_is_refused(
    net: Path, says: Says, words: tuple[str, ...], option: str
) -> None:
    said = says(words[0], net, *words[1:], f"{option}=0")
    assert (said.returncode, said.stdout) == (2, "")
    assert option in said.stderr
