"""The ``traps:`` section, and who we are."""

import pytest
from pydantic import ValidationError

from bellrock.config.schema import Listen
from collectors.traps.identity import Identity
from collectors.traps.settings import TrapSettings


def test_nothing_is_listened_on_unless_it_is_said() -> None:
    assert TrapSettings().listen == ()


@pytest.mark.parametrize(
    "written", ["0.0.0.0:162", ["0.0.0.0:162"], ["0.0.0.0:162", "[::]:162"]]
)
def test_one_place_or_several(written: object) -> None:
    settings = TrapSettings.model_validate({"listen": written})
    assert settings.listen[0] == Listen("0.0.0.0", 162)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("noc.example.org:162", "is a name"),
        ("162", "not an address"),
        (["0.0.0.0:162", "0.0.0.0:162"], "twice"),
        (162, "not an address"),
    ],
)
def test_places_that_are_none(written: object, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        TrapSettings.model_validate({"listen": written})


@pytest.mark.parametrize("written", ["80", "xyz", "8000000000", "80" * 33, "0x800"])
def test_engine_ids_that_are_none(written: str) -> None:
    with pytest.raises(ValidationError, match="engine id"):
        TrapSettings(engine_id=written)


def test_an_engine_id_may_be_chosen() -> None:
    settings = TrapSettings(engine_id="0x80004FB80562656C6C")
    assert Identity.of(settings.engine_id, "").engine_id == bytes.fromhex(
        "80004fb80562656c6c"
    )


def test_our_engine_stays_the_same_and_its_boots_go_up() -> None:
    first = Identity.of(None, "0.0.0.0:162")
    second = Identity.of(None, "0.0.0.0:162", first.boots)
    assert second.engine_id == first.engine_id
    assert second.boots > first.boots
    assert Identity.of(None, "0.0.0.0:163").engine_id != first.engine_id


def test_its_time_is_the_seconds_since_it_started() -> None:
    identity = Identity(b"12345", 1, started=100.0, clock=lambda: 107.9)
    assert identity.now() == 7
